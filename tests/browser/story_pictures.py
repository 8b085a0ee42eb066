"""The pictures of the merchandiser's guide: `python -m tests.browser.story_pictures` tells the 双11 story for them.

It writes docs/merchandiser-guide/<step>-<language>.png, each in 256 colours and below 150 kB.
"""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from tests.browser.picture_files import keep_small

OUT = Path(__file__).resolve().parents[2] / "docs" / "merchandiser-guide"
STORY = "tests/browser/test_double_eleven_story.py"
MOST_BYTES = 150_000


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STORY_PICTURES"] = folder
        failed = pytest.main(["-q", "-p", "no:cacheprovider", STORY])
        if failed:
            sys.exit(int(failed))
        for picture in sorted(Path(folder).glob("*.png")):
            keep_small(picture, OUT / picture.name, most_bytes=MOST_BYTES)


if __name__ == "__main__":
    main()
