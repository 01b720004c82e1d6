"""Finds the header among the first records of a file: the row, or the rows, with the headers of the contract.

Title rows above it are skipped. Of several header rows the cells above each other are joined by a blank, equal
neighbours said once: `Padi` over `2014` is `Padi 2014`. A merged cell must come in already repeated; where only its
first cell has the text, as in a CSV, it is filled from the left. A row of column numbers, `(1) (2) (3)`, belongs to
the header and says nothing. The contract may fix the rows and the columns to look at.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from satudata.validation.contracts.headers import folded, match_headers
from satudata.validation.contracts.model import DataContract, FileSettings
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.detection import Unreadable
from satudata.validation.readers.side_table import side_table

MAX_LEVELS = 4
_SURE = 0.8
_LEAST = 0.3
_LEVELS_SEARCHED = 30
_NUMBERED = (re.compile(r"[(\[]([0-9]{1,4})[)\]]"), re.compile(r"-([0-9]{1,4})"))
"""`(1)`, and what a spreadsheet makes of it when it is typed in: -1."""

Records = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """The header, which may stand in several rows.

    `index` is the last of them, 0-based among the records, `first` the cell where the looked-at part begins.
    `cells` are the joined headers of that part; of a side table's columns they hold nothing. `all_cells` are those
    of the whole width. `last` is the 1-based last column where the width was cut.
    """

    index: int
    first: int
    cells: tuple[str, ...]
    all_cells: tuple[str, ...]
    matched: int
    rows: int = 1
    last: int | None = None
    issues: tuple[Issue, ...] = ()
    uncertain: tuple[str, ...] = ()
    """Contract settings that would make this reading certain."""

    SEARCHED: ClassVar[int] = 60
    """How many records are looked at."""


def find_header(records: Records, contract: DataContract) -> HeaderRow | None:
    """The first row with at least 80 % of the headers, else the best with 30 %; several rows when they match more.

    Where the rows of the contract do not hold its headers, they are looked for elsewhere.
    """
    best = _best(records, contract)
    if best is None and contract.file.header_row is not None:
        anywhere = replace(contract.file, header_row=None, header_rows=None)
        best = _best(records, replace(contract, file=anywhere))
    if best is None:
        return None
    return _told(_without_side_table(_with_numbers_row(best, records), contract), records, contract.file)


def no_header(records: Records, contract: DataContract) -> Unreadable:
    """No row is the header; the message shows how the file begins."""
    first = next((record for record in records if any(cell.strip() for cell in record)), [])
    found = " | ".join(one_line(cell) for cell in first if cell.strip())[:120] or "-"
    expected = ", ".join(column.header for column in contract.columns)[:300]
    return Unreadable(Issue("file.header", values={"expected": expected, "found": found}))


def one_line(cell: str) -> str:
    """The text of a cell without line breaks and repeated blanks."""
    return " ".join(cell.split())


# -- which rows


def _best(records: Records, contract: DataContract) -> HeaderRow | None:
    settings, wanted = contract.file, len(contract.columns)
    best: HeaderRow | None = None
    for index in _rows_to_try(settings, len(records)):
        for rows in (settings.header_rows,) if settings.header_rows else (1,):
            best = _better(best, _spans(records, index, rows, contract))
        if best is not None and best.matched >= wanted * (1 if settings.header_rows else _SURE):
            break
    if settings.header_rows is None and (best is None or best.matched < wanted):
        least = max(best.matched + 1 if best else 1, wanted * _LEAST)
        best = _better(best, _several_rows(records, contract, least))
    return best if best is not None and best.matched >= max(1, wanted * _LEAST) else None


def _several_rows(records: Records, contract: DataContract, least: float) -> Iterator[HeaderRow]:
    """Headers of several rows, without those that cannot have `least` matches."""
    for index in _rows_to_try(contract.file, min(len(records), _LEVELS_SEARCHED)):
        for rows in range(2, min(MAX_LEVELS, index + 1) + 1):
            if max(map(len, records[index + 1 - rows : index + 1])) >= least:
                yield from _spans(records, index, rows, contract)


def _better(best: HeaderRow | None, others: Iterator[HeaderRow]) -> HeaderRow | None:
    for other in others:
        if best is None or other.matched > best.matched:
            best = other
    return best


def _rows_to_try(settings: FileSettings, count: int) -> Sequence[int]:
    if settings.header_row is None:
        return range(count)
    return [settings.header_row - 1] if settings.header_row <= count else []


def _spans(records: Records, index: int, rows: int, contract: DataContract) -> Iterator[HeaderRow]:
    """The headers that may be meant by so many rows, the last of them in that place."""
    if index + 1 < rows:
        return
    span = [[one_line(cell) for cell in record] for record in records[index + 1 - rows : index + 1]]
    if not any(span[-1]) or not any(span[0]):
        return
    filled = _filled(span)
    for way in (span,) if filled == span else (span, filled):
        for joined in range(rows, 0, -1):
            yield _header(index, rows, _joined(way, joined), contract)


def _header(index: int, rows: int, all_cells: tuple[str, ...], contract: DataContract) -> HeaderRow:
    settings = contract.file
    first = (settings.first_column or 1) - 1
    cells = all_cells[first : settings.last_column]
    matched = len(match_headers(cells, contract.columns))
    return HeaderRow(index, first, cells, all_cells, matched, rows, settings.last_column)


# -- joining rows


def _joined(rows: Records, lower: int) -> tuple[str, ...]:
    """The cells of so many lower rows, each joined from above to below; one that is empty takes the text above it.

    Rows above the lower ones hold the headers of columns merged downwards, and titles that say nothing of a column.
    """
    width = max(map(len, rows))
    upper = [row for row in reversed(rows[: len(rows) - lower]) if not _is_numbers_row(row)]
    said = [row for row in rows[len(rows) - lower :] if len(rows) == 1 or not _is_numbers_row(row)]
    joined = []
    for place in range(width):
        parts: list[str] = []
        for row in said:
            text = row[place] if place < len(row) else ""
            if text and (not parts or folded(parts[-1]) != folded(text)):
                parts.append(text)
        above = (row[place] for row in upper if place < len(row) and row[place])
        joined.append(" ".join(parts) or next(above, ""))
    return tuple(joined)


def _filled(rows: list[list[str]]) -> list[list[str]]:
    """Empty cells of upper rows take the text at their left, but not across a cell of a row above them."""
    width = max(map(len, rows))
    padded = [row + [""] * (width - len(row)) for row in rows]
    filled = [list(row) for row in padded]
    for level, row in enumerate(filled[:-1]):
        for place in range(1, width):
            below = any(lower[place] for lower in padded[level + 1 :])
            new_group = any(upper[place] for upper in padded[:level])
            if not row[place] and below and not new_group:
                row[place] = row[place - 1]
    return filled


def _is_numbers_row(row: Sequence[str]) -> bool:
    texts = [cell.strip() for cell in row if cell.strip()]
    if len(texts) < 2:
        return False
    return any(
        all((found := form.fullmatch(text)) and int(found[1]) == place for place, text in enumerate(texts, 1))
        for form in _NUMBERED
    )


def _with_numbers_row(header: HeaderRow, records: Records) -> HeaderRow:
    below = header.index + 1
    if below < len(records) and _is_numbers_row(records[below]):
        return replace(header, index=below, rows=header.rows + 1)
    return header


# -- what is told


def _without_side_table(header: HeaderRow, contract: DataContract) -> HeaderRow:
    if contract.file.last_column is not None:
        return header
    found = side_table(header.cells, contract.columns)
    if found is None:
        return header
    last = header.first + found.begins
    issue = Issue(
        "file.side_table",
        value=", ".join(found.headers)[:200],
        values={"columns": ", ".join(found.headers)[:200], "last": last},
    )
    return replace(
        header,
        cells=header.cells[: found.begins],
        last=last,
        issues=(*header.issues, issue),
        uncertain=(*header.uncertain, "lastColumn"),
    )


def _told(header: HeaderRow, records: Records, settings: FileSettings) -> HeaderRow:
    """With a warning where the rows of the header are not said by the contract and not as one would expect."""
    row, top = header.index + 1, header.index + 1 - header.rows
    titles = any(cell.strip() for record in records[:top] for cell in record)
    guessed = []
    if settings.header_row != row and (settings.header_row is not None or titles or header.rows > 1):
        guessed.append("headerRow")
    if header.rows != (settings.header_rows or 1):
        guessed.append("headerRows")
    if not guessed:
        return header
    said = f"headerRow: {row}" + (f", headerRows: {header.rows}" if "headerRows" in guessed else "")
    values = {
        "rows": f"{row}" if header.rows == 1 else f"{top + 1}-{row}",
        "found": " | ".join(cell for cell in header.cells if cell)[:200],
        "settings": said,
    }
    issue = Issue("file.header_row", row=row, values=values)
    return replace(header, issues=(issue, *header.issues), uncertain=(*guessed, *header.uncertain))
