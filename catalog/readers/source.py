"""Opens an uploaded file as bytes: kind by content, not by name; gz unpacked while it streams; bombs refused."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.errors import UploadRefused

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"
# Real catalogs pack 5 to 60 times; a bomb packs about 1,000 times. Small files may be very regular.
MAX_RATIO = 250
RATIO_FREE_BYTES = 64 * 1024**2


@dataclass(slots=True)
class Progress:
    """How far a reader is in the stored file, for the progress bar."""

    read_bytes: int = 0
    _position: BinaryIO | None = field(default=None, repr=False)

    def update(self) -> None:
        if self._position is not None and not self._position.closed:
            self.read_bytes = self._position.tell()


class UnpackedStream(io.RawIOBase):
    """The unpacked bytes of a gz file, counted: stops at the limit and says so when the file is cut short."""

    def __init__(self, packed: BinaryIO) -> None:
        super().__init__()
        self._packed = packed
        self._unpacked = gzip.GzipFile(fileobj=packed)
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._unpacked.read1(len(buffer))
        except EOFError as error:
            raise UploadRefused(
                _("The gz file ends too early: it was cut off while it was made or sent. Upload it again.")
            ) from error
        except (zlib.error, gzip.BadGzipFile) as error:
            raise UploadRefused(_("The gz file is damaged. Pack it again and upload it again.")) from error
        self._count += len(data)
        self._check_size()
        buffer[: len(data)] = data
        return len(data)

    def _check_size(self) -> None:
        limit = settings.UPLOAD_MAX_UNPACKED_BYTES
        packed = max(self._packed.tell(), 1)
        if self._count > limit or (self._count > RATIO_FREE_BYTES and self._count / packed > MAX_RATIO):
            raise UploadRefused(
                _("Unpacked, the file is too large (more than %(size)d MB). Split it into several uploads.")
                % {"size": min(limit, self._count) // 1024**2},
            )


@contextmanager
def open_source(path: Path, progress: Progress | None = None) -> Iterator[io.BufferedReader]:
    """The file's bytes, unpacked. A file that is gone, or grows shorter while it is read, is refused."""
    try:
        stored = path.open("rb")
    except FileNotFoundError as error:
        raise UploadRefused(_("The uploaded file is no longer on the server. Upload it again.")) from error
    with stored:
        size = path.stat().st_size
        if progress is not None:
            progress._position = stored
        head = stored.peek(4)[:4]
        if head.startswith(GZIP_MAGIC):
            yield io.BufferedReader(UnpackedStream(stored), buffer_size=256 * 1024)
        else:
            yield stored
        if progress is not None:
            progress.update()
        if size and stored.tell() < size and not stored.read(1):
            raise UploadRefused(_("The file became shorter while it was read. Upload it again."))


def refuse_binary(head: bytes) -> None:
    """Kinds that look like catalogs but are not read, each with its way out."""
    if head.startswith(OLD_EXCEL_MAGIC):
        raise UploadRefused(_("This is an old Excel file (.xls). Save it as .xlsx or CSV and upload that."))
    if head.startswith(b"%PDF") or head.startswith(b"\x89PNG") or head.startswith(b"\xff\xd8\xff"):
        raise UploadRefused(_("This is not a table. Upload CSV, XLSX or JSON lines, packed with gzip if you like."))
