"""Old Office containers (OLE2 compound files): which streams they hold, and the bytes of one of them.

Excel 97 keeps its workbook in such a container, and so do Word, PowerPoint, installers, and every Office file with
a password. Source: MS-CFB, "Compound File Binary File Format". Only what a reader needs; damaged chains end early.
"""

import struct
import sys
from array import array
from typing import IO

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA
"""Sector numbers from here on are marks: end of chain, free, FAT."""
_ENTRY = 128
_STREAM, _ROOT = 2, 5
_IN_HEADER = 109


class CompoundFile:
    """Raises ValueError for bytes that are no compound file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        header = file.read(512)
        if len(header) < 512 or not header.startswith(SIGNATURE):
            raise ValueError("no compound file")
        shift, mini_shift = struct.unpack_from("<2H", header, 0x1E)
        if shift not in (9, 12) or mini_shift > shift:
            raise ValueError("unknown sector size")
        self._shift, self._mini_shift = shift, mini_shift
        (first_entry,) = struct.unpack_from("<I", header, 0x30)
        self._small, first_mini, _, first_more = struct.unpack_from("<4I", header, 0x38)
        self._table = self._allocation(header, first_more)
        self._mini_table = _numbers(self._chain(first_mini))
        self._streams: dict[str, tuple[int, int]] = {}
        root = (_LAST, 0)
        directory = self._chain(first_entry)
        for offset in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", directory, offset + 64)
            start, size = struct.unpack_from("<2I", directory, offset + 116)
            name = directory[offset : offset + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            if kind == _ROOT:
                root = start, size
            elif kind == _STREAM:
                self._streams.setdefault(name, (start, size))
        self._root = root

    @property
    def names(self) -> frozenset[str]:
        """Names of all streams, whatever storage they stand in."""
        return frozenset(self._streams)

    def read(self, name: str, limit: int) -> bytes:
        """The beginning of a stream, at most `limit` bytes. Raises KeyError."""
        start, size = self._streams[name]
        size = min(size, limit)
        if self._streams[name][1] >= self._small:
            return self._chain(start, size)[:size]
        mini_size = 1 << self._mini_shift
        container = self._chain(*self._root)
        found = bytearray()
        for sector in _walk(self._mini_table, start):
            if len(found) >= size:
                break
            found += container[sector * mini_size : (sector + 1) * mini_size]
        return bytes(found[:size])

    def _allocation(self, header: bytes, first_more: int) -> "array[int]":
        sectors = list(struct.unpack_from(f"<{_IN_HEADER}I", header, 0x4C))
        seen = set()
        while first_more < _LAST and first_more not in seen:
            seen.add(first_more)
            more = _numbers(self._sector(first_more))
            if len(more) < 2:
                break
            sectors += more[:-1]
            first_more = more[-1]
        return _numbers(b"".join(self._sector(number) for number in sectors if number < _LAST))

    def _sector(self, number: int) -> bytes:
        self._file.seek((number + 1) << self._shift)
        return self._file.read(1 << self._shift)

    def _chain(self, start: int, size: int | None = None) -> bytes:
        found = bytearray()
        for sector in _walk(self._table, start):
            if size is not None and len(found) >= size:
                break
            found += self._sector(sector)
        return bytes(found)


def _numbers(data: bytes) -> "array[int]":
    numbers = array("I")
    numbers.frombytes(data[: len(data) // 4 * 4])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _walk(table: "array[int]", start: int) -> list[int]:
    """A chain of sectors; it ends where it would come back to itself or leave the table."""
    chain: list[int] = []
    seen = bytearray(len(table))
    while start < len(table) and not seen[start]:
        seen[start] = 1
        chain.append(start)
        start = table[start]
    return chain
