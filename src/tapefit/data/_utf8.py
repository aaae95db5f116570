"""Whether bytes are UTF-8 text, and where not."""

from __future__ import annotations

from tapefit.errors import DataError

UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_REMEDY = "save it as UTF-8"


def check_text(data: bytes, source: str) -> None:
    """Raise DataError if the first bytes are those of UTF-16 or of no text at all."""
    if data.startswith(_UTF16_BOMS):
        raise DataError(f"expected UTF-8 text but {source} is UTF-16; {_REMEDY}")
    if b"\0" in data[:4096]:
        raise DataError(f"expected UTF-8 text but {source} has zero bytes, as binary files and UTF-16 do; {_REMEDY}")


def check_utf8(data: bytes, source: str) -> None:
    """Raise DataError at the first byte that is not UTF-8, naming its line and position."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start
        line = 1 + data.count(b"\n", 0, at)
        raise DataError(
            f"expected UTF-8 text but line {line} of {source} has the byte 0x{data[at]:02x} (byte {at + 1:,} of the "
            f"file), as in Latin-1 or Windows-1252; {_REMEDY}"
        ) from None
