"""Finds the header among the first records of a file: the row that holds the contract's headers.

Title rows above it are skipped. The contract may name the row and the columns of the sheet to look at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from satudata.validation.contracts.headers import match_headers
from satudata.validation.contracts.model import DataContract, FileSettings
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.detection import Unreadable

_SURE = 0.8
_LEAST = 0.3


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """The header: `index` is 0-based among the records, `first` the cell where the looked-at part begins."""

    index: int
    first: int
    cells: tuple[str, ...]
    all_cells: tuple[str, ...]
    matched: int

    SEARCHED: ClassVar[int] = 60
    """How many records are looked at."""


def find_header(records: Sequence[Sequence[str]], contract: DataContract) -> HeaderRow | None:
    """The first row with at least 80 % of the headers, else the best one with at least 30 %."""
    settings, wanted = contract.file, len(contract.columns)
    best: HeaderRow | None = None
    for index, record in enumerate(records):
        if settings.header_row is not None and index != settings.header_row - 1:
            continue
        cells = _looked_at(record, settings)
        matched = len(match_headers(cells, contract.columns))
        if best is None or matched > best.matched:
            best = HeaderRow(index, (settings.first_column or 1) - 1, tuple(cells), tuple(record), matched)
        if matched >= wanted * _SURE:
            break
    return best if best is not None and best.matched >= max(1, wanted * _LEAST) else None


def no_header(records: Sequence[Sequence[str]], contract: DataContract) -> Unreadable:
    """No row is the header; the message shows how the file begins."""
    first = next((record for record in records if any(cell.strip() for cell in record)), [])
    found = " | ".join(cell.strip() for cell in first if cell.strip())[:120] or "-"
    expected = ", ".join(column.header for column in contract.columns)[:300]
    return Unreadable(Issue("file.header", values={"expected": expected, "found": found}))


def _looked_at(record: Sequence[str], settings: FileSettings) -> Sequence[str]:
    return record[(settings.first_column or 1) - 1 : settings.last_column]
