"""Looks through a ZIP container before anybody unpacks it: sizes, ratio, number of parts, document types.

Sizes in the directory of an archive may lie, so every part is unpacked here once, into nothing, and never further
than the limit. In the same pass each XML part is searched, to its end, for a document type or an entity.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from satudata.validation.readers.refusal import broken, password, too_large, unsafe

BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
)
"""What zipfile raises on containers that are damaged, encrypted (RuntimeError) or packed in a way it does not know
(NotImplementedError)."""
MAX_UNPACKED = 512 * 1024 * 1024
MAX_RATIO = 100
MAX_PARTS = 2_000
_RATIO_MATTERS = 10 * 1024 * 1024
MAX_CELLS = 12_000_000
"""Of one sheet, and of texts that sheets share."""
_CHUNK = 1 << 18
_COUNTED = {"xl/worksheets/": (b"<c ", b"<c>", b"<c/>"), "xl/sharedstrings.xml": (b"<si>",)}
_XML = (".xml", ".rels", ".vml")
_OWN_TYPES = ("basic/", "dialogs/", "scripts/")
"""LibreOffice gives its macros a document type; no reader of ours opens them."""
_DOCUMENT_TYPE = re.compile(rb"<!(?i:DOCTYPE|ENTITY)")
_LONGEST = len(b"<!DOCTYPE")
_ENCRYPTED = 0x1


def guard_archive(path: Path) -> int:
    """How many bytes the container holds unpacked. Raises Refused, and what zipfile raises on a damaged one."""
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS:
            raise unsafe("detail.parts", count=len(parts), limit=MAX_PARTS)
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise password()
        packed = max(1, sum(part.compress_size for part in parts))
        _judge(sum(part.file_size for part in parts), packed)
        total = 0
        for part in parts:
            total = _look_through(file, part, total, packed)
        return total


def _judge(unpacked: int, packed: int) -> None:
    if unpacked > _RATIO_MATTERS and unpacked / packed > MAX_RATIO:
        raise unsafe("detail.ratio", packed=_size(packed), unpacked=_size(unpacked))
    if unpacked > MAX_UNPACKED:
        raise too_large("detail.unpacked", unpacked=_size(unpacked), limit=_size(MAX_UNPACKED))


def _size(count: int) -> str:
    return f"{count // 1_048_576} MB" if count >= 10 * 1_048_576 else f"{-(-count // 1024)} kB"


def _look_through(file: IO[bytes], part: zipfile.ZipInfo, total: int, packed: int) -> int:
    name = part.filename.replace("\\", "/").casefold()
    searched = name.endswith(_XML) and not name.startswith(_OWN_TYPES)
    signs = next((signs for start, signs in _COUNTED.items() if name.startswith(start)), ())
    cells = 0
    wide: bool | None = None
    tail = b""
    for chunk in _unpacked(file, part):
        total += len(chunk)
        _judge(total, packed)
        if not searched:
            continue
        if wide is None:
            wide = b"\0" in chunk[:64]
        # In UTF-16 every second byte of the signs we look for is zero.
        seen = tail + (chunk.translate(None, b"\0") if wide else chunk)
        if _DOCUMENT_TYPE.search(seen):
            raise unsafe("detail.document_type", part=part.filename[:80])
        tail = seen[-_LONGEST:]
        # A sign cut in two by the end of a chunk is missed: this is an estimate.
        cells += sum(chunk.count(sign) for sign in signs)
        if cells > MAX_CELLS:
            raise too_large("detail.sheet_cells", limit=f"{MAX_CELLS // 1_000_000} 000 000")
    return total


def _unpacked(file: IO[bytes], part: zipfile.ZipInfo) -> Iterator[bytes]:
    """What really comes out of a part, whatever size its directory entry promises."""
    file.seek(part.header_offset)
    header = file.read(30)
    if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile(f"no local header for {part.filename[:80]}")
    file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    left = part.compress_size
    if part.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (chunk := file.read(min(left, _CHUNK))):
            left -= len(chunk)
            yield chunk
    elif part.compress_type == zipfile.ZIP_DEFLATED:
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        while left > 0 and not inflate.eof and (data := file.read(min(left, _CHUNK))):
            left -= len(data)
            full = True
            while data or full:
                chunk = inflate.decompress(data, _CHUNK)
                yield chunk
                data, full = inflate.unconsumed_tail, len(chunk) == _CHUNK
    else:
        raise broken("detail.packing")
