"""Finds a text file's encoding from its bytes: BOM first, then UTF-8, then what Chinese and European tools write."""

import codecs
from typing import BinaryIO

from charset_normalizer import from_bytes

SAMPLE_BYTES = 256 * 1024
# A file may be plain ASCII for long before its first other character; this much is searched for one.
SEARCH_BYTES = 64 * 1024**2
BAD_BYTES_HANDLER = "catalog.mark_bad_bytes"
# A lone surrogate: no text holds one, unlike U+FFFD, which earlier conversions leave in real catalogs.
BAD_BYTES = "\udcff"


def _mark_bad_bytes(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return BAD_BYTES, error.end
    raise error


codecs.register_error(BAD_BYTES_HANDLER, _mark_bad_bytes)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def detect_encoding(source: BinaryIO) -> str:
    """The name of a Python codec that reads this file; consumes the source."""
    head = source.read(SAMPLE_BYTES)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    if wide := _detect_wide(head):
        return wide
    sample = head if not head.isascii() else _find_telling_bytes(source)
    if not sample or _is_mostly_utf8(sample):
        return "utf-8"
    return _detect_legacy(sample)


def _detect_wide(head: bytes) -> str:
    """UTF-16 without a mark: every other byte of ASCII text is zero."""
    if b"\0" not in head[:4096]:
        return ""
    even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
    return "utf-16-le" if odd > even else "utf-16-be"


def _find_telling_bytes(source: BinaryIO) -> bytes:
    """The first part of the file that is not ASCII, from a line's start (so no character is cut in front)."""
    searched = 0
    while searched < SEARCH_BYTES and (block := source.read(1024**2)):
        searched += len(block)
        if not block.isascii():
            start = next(index for index, byte in enumerate(block) if byte > 0x7F)
            return block[start : start + SAMPLE_BYTES]
    return b""


def _is_mostly_utf8(sample: bytes) -> bool:
    """A few rows pasted from elsewhere do not make another encoding of a file; they are refused one by one."""
    text = codecs.getincrementaldecoder("utf-8")(BAD_BYTES_HANDLER).decode(sample)
    bad = text.count(BAD_BYTES)
    return bad * 20 <= sum(character > "\x7f" for character in text) - bad if bad else True


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _detect_legacy(sample: bytes) -> str:
    """GB18030 when it decodes to mostly common Chinese, else the best of the other usual code pages."""
    if _decodes(sample, "gb18030") and _share_of_common_han(sample) > 0.5:
        return "gb18030"
    best = from_bytes(sample[:65536], cp_isolation=["gb18030", "big5", "shift_jis", "cp1252", "cp1251"]).best()
    return best.encoding if best else "cp1252"


def _share_of_common_han(sample: bytes) -> float:
    """How much of the non-ASCII text lies in GB2312's level-one rows (its 3,755 everyday characters) or punctuation."""
    text = codecs.getincrementaldecoder("gb18030")().decode(sample)
    foreign = [character for character in text if ord(character) > 0x7F]
    common = 0
    for character in foreign:
        code = character.encode("gb18030")
        common += len(code) == 2 and (0xB0 <= code[0] <= 0xD7 or 0xA1 <= code[0] <= 0xA3) and code[1] >= 0xA1
    return common / max(len(foreign), 1)
