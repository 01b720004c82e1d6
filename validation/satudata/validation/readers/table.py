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
from satudata.validation.readers.footers import LOOKED_AT, Footer, Seen, footers_of, total_words
from satudata.validation.readers.limits import check_columns
from satudata.validation.readers.reading import Reading

ROW = "__row"
"""Record number as a spreadsheet shows it (UInt32); the other columns of a batch are contract columns as text."""
BATCH_ROWS = 1_000_000
_BATCH_CELLS = 10_000_000
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
    covered: Mapping[str, Set[int]] = field(default_factory=dict)
    """By column, the record numbers of cells that a merged cell covers: told by the reader, not again as empty."""
    reading: Reading = field(kw_only=True)
    """How the file was read; without rows at the end, which are known only after the batches."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By column, its header as it stands in the file, where there is one."""

    def formula_positions(self, batch: pl.DataFrame) -> dict[str, list[int]]:
        """Where in the batch such cells stand, ascending."""
        return _positions(batch, self.formulas)

    def covered_positions(self, batch: pl.DataFrame) -> dict[str, list[int]]:
        """Where in the batch cells are covered by a merged cell, ascending."""
        return _positions(batch, self.covered)


def _positions(batch: pl.DataFrame, rows: Mapping[str, Set[int]]) -> dict[str, list[int]]:
    if not any(rows.values()):
        return {}
    numbers = batch[ROW].to_list()
    return {
        name: [position for position, number in enumerate(numbers) if number in wanted]
        for name, wanted in rows.items()
        if wanted
    }


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the contract's columns stand in the cells of a record; `unknown` are the headers nobody asked for."""

    places: dict[int, Column]
    unknown: dict[int, str]
    issues: tuple[Issue, ...]

    written: dict[str, str]
    """By column, its header as it stands in the file."""

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(self.places.values())


def rows_of_batch(columns: int) -> int:
    """How many records of a table with so many columns are held at once: fewer of a wide one."""
    return max(1, min(BATCH_ROWS, _BATCH_CELLS // max(1, columns)))


def lay_out(cells: Sequence[str], contract: DataContract) -> Layout:
    """Match a header row, in contract order, and note unknown headers and headers that stand twice.

    Raises Unreadable when there are more columns than a table may have.
    """
    check_columns(len(cells))
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
    written = {column.name: cells[index].strip() for index, column in places.items()}
    return Layout(places, unknown, tuple(issues), written)


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


def without_footer(
    batches: Iterator[pl.DataFrame],
    contract: DataContract,
    issues: list[Issue],
    taken: set[int] | None = None,
) -> Iterator[pl.DataFrame]:
    """The batches without the records at the end that are none (a total row, a source line).

    So many as the contract says go without a word; without its word those that `footers.py` is sure of are added
    to `issues` when the last batch has come. Record numbers of both are put into `taken`. Every reader passes its
    batches through here.
    """
    taken = set() if taken is None else taken
    declared = contract.file.footer_rows
    seen: Seen = set()
    for batch, is_last in _one_behind(batches, declared or LOOKED_AT):
        columns = [column for column in contract.columns if column.name in batch.columns]
        if not is_last:
            if declared is None:
                seen |= total_words(batch, columns)
            yield batch
        elif declared is not None:
            taken.update(batch[ROW].tail(declared))
            yield batch.head(max(0, batch.height - declared))
        else:
            seen |= total_words(batch.head(max(0, batch.height - LOOKED_AT)), columns)
            tail = batch.tail(LOOKED_AT)
            footers = footers_of(tail.drop(ROW), columns, seen)
            if len(footers) == batch.height:
                footers = []
            issues += [_footer_issue(footer, tail[ROW][footer.position], len(footers)) for footer in footers]
            taken.update(batch[ROW].tail(len(footers)))
            yield batch.head(batch.height - len(footers))


def _one_behind(batches: Iterator[pl.DataFrame], rows: int) -> Iterator[tuple[pl.DataFrame, bool]]:
    """Each batch once it is known whether it is the last; a last one of less than `rows` joins the one before."""
    held: pl.DataFrame | None = None
    for batch in batches:
        if held is None:
            held = batch
        elif batch.height < rows:
            held = pl.concat([held, batch])
        else:
            yield held, False
            held = batch
    if held is not None:
        yield held, True


def _footer_issue(footer: Footer, row: int, count: int) -> Issue:
    return Issue("row.footer", row, footer.column, footer.text, {"count": count})
