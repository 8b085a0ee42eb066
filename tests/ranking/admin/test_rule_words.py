"""Every word that the rule page's scripts say is handed to them in the reader's language, and no other."""

import re
from pathlib import Path

from ranking.admin.rule_words import WORDS

SCRIPTS = Path("ranking/static/ranking")
SAID = re.compile(r'\bsay\("((?:[^"\\]|\\.)*)"\)|\bsayCount\([^"]*"([^"]*)", "([^"]*)"\)')


def read_scripts() -> str:
    """Those that take their words from the rule page."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SCRIPTS.glob("*.js"))]
    return "\n".join(text for text in texts if "./dom.js" in text)


def test_every_word_of_the_page_is_translated() -> None:
    said = {word for found in SAID.findall(read_scripts()) for word in found if word}
    assert len(said) > 200
    assert said - set(WORDS) == set()


def test_no_word_is_handed_over_in_vain_or_twice() -> None:
    from ranking.contracts import SORTS  # noqa: PLC0415 - settings are ready only here

    scripts = read_scripts()
    assert [word for word in WORDS if f'"{word}"' not in scripts and word not in SORTS] == []
    assert len(set(WORDS)) == len(WORDS)
