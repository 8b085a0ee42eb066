"""Pictures of pages, kept small: screens have few colours, so a palette halves the file and nobody sees it."""

from pathlib import Path

from PIL import Image


def keep_small(picture: Path, to: Path, *, most_bytes: int) -> None:
    """As many colours as fit into `most_bytes`; where even 64 do not, more of the page is shown than anybody reads."""
    for colours in (256, 128, 64):
        reduced = Image.open(picture).convert("RGB").quantize(colours, dither=Image.Dither.NONE)
        reduced.save(to, optimize=True)
        if to.stat().st_size <= most_bytes:
            return
    raise SystemExit(f"{picture.name} is larger than {most_bytes} bytes; show less of the page.")
