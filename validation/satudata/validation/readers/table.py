"""A file opened as the table of a contract: which columns it has, and its records as batches of text.

Every reader makes one of these; everything after the readers sees nothing else of the file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

import polars as pl

from satudata.validation.contracts.headers import folded, match_headers
from satudata.validation.contracts.model import Column, DataContract
from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.findings.suggesting import near
from satudata.validation.readers.detection import FileFormat

ROW = "__row"
"""Record number as a spreadsheet shows it (UInt32); the other columns of a batch are contract columns as text."""
BATCH_ROWS = 500_000
Batches = Callable[[], Iterator[pl.DataFrame]]


@dataclass
class Table:
    """An opened file. `issues` may grow while batches are read; `batches` can be walked once.

    A batch has `ROW` and one String column for each entry of `columns`, in contract order; null and the empty
    text both mean an empty cell. Blank records are left out.
    """

    format: FileFormat
    columns: tuple[Column, ...]
    missing: tuple[Column, ...]
    batches: Iterator[pl.DataFrame]
    issues: list[Issue] = field(default_factory=list)
    late_issues: Iterator[Issue] = field(default_factory=lambda: iter(()))
    """To be walked after the batches; there may be one for each row of the file."""
    formulas: Mapping[str, Set[int]] = field(default_factory=dict)
    """By column, the record numbers whose text is a spreadsheet's error or a formula without result."""

    def formula_positions(self, batch: pl.DataFrame) -> dict[str, list[int]]:
        """Where in the batch such cells stand, ascending."""
        if not self.formulas:
            return {}
        numbers = batch[ROW].to_list()
        return {
            name: [position for position, number in enumerate(numbers) if number in rows]
            for name, rows in self.formulas.items()
        }


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the contract's columns stand in the cells of a record; `unknown` are the headers nobody asked for."""

    places: dict[int, Column]
    unknown: dict[int, str]
    issues: tuple[Issue, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(self.places.values())


def lay_out(cells: Sequence[str], contract: DataContract) -> Layout:
    """Match a header row, in contract order, and note unknown headers and headers that stand twice."""
    matched = match_headers(cells, contract.columns)
    order = {column.name: position for position, column in enumerate(contract.columns)}
    places = dict(sorted(matched.items(), key=lambda item: order[item[1].name]))
    unknown: dict[int, str] = {}
    issues: list[Issue] = []
    read = {folded(cells[index]): column for index, column in places.items()}
    for index, cell in enumerate(cells):
        if index in places or not cell.strip():
            continue
        if (column := read.get(folded(cell))) is not None:
            count = sum(folded(other) == folded(cell) for other in cells)
            issues.append(
                Issue("column.duplicate", column=column.name, values={"header": cell.strip(), "count": count})
            )
        else:
            unknown[index] = cell.strip()
    issues += [unknown_column(header) for header in unknown.values()]
    return Layout(places, unknown, tuple(issues))


def unknown_column(header: str) -> Issue:
    return Issue("column.unknown", value=header, values={"header": header})


def missing_columns(missing: Sequence[Column], unknown: Sequence[str]) -> list[Issue]:
    """One issue for each column the file lacks, with the unknown header that may be meant."""
    issues = []
    for column in missing:
        close = near(column.header, unknown)
        hint = word("hint.column", near=close) if close else word("hint.none")
        issues.append(
            Issue("column.missing", column=column.name, values={"header": column.header, "hint": hint})
        )
    return issues


def without_footer(batches: Iterator[pl.DataFrame], footer_rows: int) -> Iterator[pl.DataFrame]:
    """The batches without the last records of the file (a total row, a source line)."""
    if not footer_rows:
        yield from batches
        return
    held: pl.DataFrame | None = None
    for batch in batches:
        joined = batch if held is None else pl.concat([held, batch])
        held = joined.tail(footer_rows)
        if joined.height > footer_rows:
            yield joined.head(joined.height - footer_rows)
