"""The pictures of the merchandiser's guide: `python -m tests.browser.story_pictures` tells the 双11 story for them.

It writes docs/merchandiser-guide/<step>-<language>.png, each in 256 colours and below 150 kB.
"""

import os
import sys
import tempfile
from pathlib import Path

import pytest
from PIL import Image

OUT = Path(__file__).resolve().parents[2] / "docs" / "merchandiser-guide"
STORY = "tests/browser/test_double_eleven_story.py"
MOST_BYTES = 150_000


def keep(picture: Path) -> None:
    """Screens have few colours: a palette halves the file and nobody sees it."""
    for colours in (256, 128, 64):
        reduced = Image.open(picture).convert("RGB").quantize(colours, dither=Image.Dither.NONE)
        reduced.save(OUT / picture.name, optimize=True)
        if (OUT / picture.name).stat().st_size <= MOST_BYTES:
            return
    raise SystemExit(f"{picture.name} is larger than {MOST_BYTES} bytes; show less of the page.")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STORY_PICTURES"] = folder
        failed = pytest.main(["-q", "-p", "no:cacheprovider", STORY])
        if failed:
            sys.exit(int(failed))
        for picture in sorted(Path(folder).glob("*.png")):
            keep(picture)


if __name__ == "__main__":
    main()
