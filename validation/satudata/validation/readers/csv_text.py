"""The text of a CSV below polars: one look at all bytes for what polars cannot bear, and a walk record by record.

polars reads faster than anything, but it takes a quote that stays open into memory, may end at one without a word,
and makes room for every cell of blank lines. The walk is Python's csv module: slow, exact, one record at a time.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from satudata.validation.findings.catalogue import word
from satudata.validation.readers.characters import CHUNK
from satudata.validation.readers.csv_dialect import Dialect
from satudata.validation.readers.detection import damaged
from satudata.validation.readers.limits import MAX_LINE, too_large

_HOLLOW = 2
"""Cells per byte from which on most records must be blank or cut short: a full one has a byte for each of its cells."""
_END = "\x00satudata-end\x00"


@dataclass(frozen=True, slots=True)
class Survey:
    """What the bytes say. `odd`: the quotes are odd in number; `endless`: one may be open for more than a line."""

    size: int
    lines: int
    quotes: bool
    odd: bool
    endless: bool

    def needs_walk(self, width: int) -> bool:
        """Whether a table of so many columns is not for polars."""
        if self.odd or self.endless or self.lines * width > self.size * _HOLLOW + CHUNK:
            return True
        # Where there are no separators to count, records joined by a loose quote go unnoticed.
        return self.quotes and width == 1


def survey(path: Path) -> Survey:
    """One look at all bytes. Raises Unreadable for an endless line."""
    size = lines = run = open_for = 0
    quotes = is_open = endless = False
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            size += len(chunk)
            run = _length(run, chunk, b"\n")
            if run > MAX_LINE:
                raise too_large(word("detail.line", limit=f"{MAX_LINE // 1_048_576} MB"))
            if ends := _count(chunk, b"\n"):
                lines += ends
                run = len(chunk) - chunk.rfind(b"\n") - 1
            if is_open:
                open_for = _length(open_for, chunk, b'"')
                endless = endless or open_for > MAX_LINE
            if found := _count(chunk, b'"'):
                quotes = True
                is_open = is_open is (found % 2 == 0)
                open_for = len(chunk) - chunk.rfind(b'"') - 1
    return Survey(size, lines, quotes, is_open, endless)


def _count(chunk: bytes, sign: bytes) -> int:
    """As `chunk.count`, whose time grows with what it finds: a newline stands in every line."""
    return int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == ord(sign)))


def _length(before: int, chunk: bytes, sign: bytes) -> int:
    """How long a piece without the sign has become, up to the first one in the chunk."""
    place = chunk.find(sign)
    return before + (len(chunk) if place < 0 else place)


def walk(path: Path, dialect: Dialect, first_row: int) -> Iterator[tuple[int, list[str]]]:
    """Numbers and cells of the records below the header, without empty lines.

    Raises Unreadable where a quote is never closed.
    """
    row = first_row - 1
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in range(dialect.lines):
            file.readline()
        # An open quote would take the end mark into its cell.
        records = csv.reader(chain(file, [_END]), delimiter=dialect.delimiter)
        try:
            for row, record in enumerate(records, first_row):
                if not record:
                    continue
                if record[-1].endswith(_END):
                    if record != [_END]:
                        raise damaged("CSV", word("detail.quote"), row)
                    return
                yield row, record
        except csv.Error as error:
            raise damaged("CSV", word("detail.quote"), row + 1) from error
