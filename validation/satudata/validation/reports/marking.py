"""Findings put to the cells they are about: what HTML, spreadsheet and portal mark, and in which order they number.

A finding about a row as a whole is marked at its row number; one about a column or the whole file has no cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from satudata.validation.contracts.model import Severity
from satudata.validation.reports.excerpt import Excerpt
from satudata.validation.reports.model import Finding

SIGNS = {Severity.ERROR: "✕", Severity.WARNING: "▲", Severity.INFO: "●"}
_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class ShownCell:
    """`numbers` are the findings (from 1) that mark it; `severity` is the worst of them."""

    text: str
    numbers: tuple[int, ...] = ()
    severity: Severity | None = None

    @property
    def sign(self) -> str:
        return SIGNS[self.severity] if self.severity else ""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """`gap` says that rows of the file are left out above it; `head` is its number, marked when the row is."""

    number: int
    gap: bool
    head: ShownCell
    cells: tuple[ShownCell, ...]


def chosen(findings: Sequence[Finding], most: int) -> tuple[Finding, ...]:
    """At most so many, fairly: the first of every rule and column, then the second ones; in the order of the file."""
    if len(findings) <= most:
        return tuple(findings)
    turns: dict[tuple[str, str | None], int] = {}
    ranked = []
    for place, finding in enumerate(findings):
        key = (finding.code, finding.column)
        turns[key] = turns.get(key, 0) + 1
        ranked.append((turns[key], place))
    return tuple(findings[place] for place in sorted(place for _, place in sorted(ranked)[:most]))


def marked_rows(excerpt: Excerpt, findings: Sequence[Finding]) -> tuple[ShownRow, ...]:
    """The rows of the excerpt with what was found in them; `findings` are numbered as they stand, from 1."""
    marks: dict[tuple[int, int | None], list[int]] = {}
    for number, finding in enumerate(findings, start=1):
        if finding.row is not None and finding.row in excerpt.rows:
            marks.setdefault((finding.row, excerpt.places.get(finding.column or "")), []).append(number)
    rows: list[ShownRow] = []
    before = excerpt.header_row
    for row, cells in excerpt.rows.items():
        rows.append(
            ShownRow(
                number=row,
                gap=row > before + 1,
                head=_cell(str(row), marks.get((row, None), ()), findings),
                cells=tuple(
                    _cell(text, marks.get((row, place), ()), findings) for place, text in enumerate(cells)
                ),
            )
        )
        before = row
    return tuple(rows)


def cells_of(rows: Sequence[ShownRow]) -> Mapping[int, tuple[int, int]]:
    """By finding number, the row number and the place (-1: the row's head) of the cell that shows it."""
    return {
        number: (row.number, place)
        for row in rows
        for place, cell in enumerate((row.head, *row.cells), start=-1)
        for number in cell.numbers
    }


def _cell(text: str, numbers: Sequence[int], findings: Sequence[Finding]) -> ShownCell:
    worst = min((findings[number - 1].severity for number in numbers), key=_RANK.__getitem__, default=None)
    return ShownCell(text, tuple(numbers), worst)
