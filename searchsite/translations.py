"""Compile the .po files to the .mo files Django reads, without gettext's msgfmt, which a bare machine lacks."""

from pathlib import Path

import polib
from django.conf import settings

from catalog.errors import ShopError


class TranslationRefused(ShopError):
    """A .po file that cannot be compiled."""

    code = "translation_refused"


def compile_translations() -> int:
    """Compile what changed. Answers how many files were written."""
    sources = [path for folder in settings.LOCALE_PATHS for path in sorted(Path(folder).rglob("*.po"))]
    stale = [source for source in sources if is_stale(source)]
    for source in stale:
        try:
            messages = polib.pofile(str(source), check_for_duplicates=True)
        except (OSError, ValueError) as error:
            raise TranslationRefused(
                f"{source} cannot be compiled: {error}. Mend that line and start again."
            ) from error
        unfinished = source.with_suffix(".mo.unfinished")
        messages.save_as_mofile(str(unfinished))
        unfinished.replace(source.with_suffix(".mo"))
    return len(stale)


def is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime
