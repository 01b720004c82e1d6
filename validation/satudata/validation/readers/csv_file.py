"""CSV: separator, header row and title rows found by the contract's headers; cells streamed as text by polars.

polars fills short rows with nulls and stops at long ones. Both are told here. A short row lacks its last cell;
only when such cells are empty are separators counted over the bytes, and only when some are lacking is the file
walked once more, record by record, to name the rows. Record numbers count every record of the file, title rows
and blank ones too.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from satudata.validation.contracts.model import DataContract
from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.characters import CHUNK, as_utf8
from satudata.validation.readers.detection import FileFormat, Unreadable, damaged
from satudata.validation.readers.header_row import HeaderRow, find_header, no_header
from satudata.validation.readers.table import (
    BATCH_ROWS,
    ROW,
    Layout,
    Table,
    lay_out,
    missing_columns,
    unknown_column,
    without_footer,
)

DELIMITERS = (",", ";", "\t", "|")
_HEAD_CHARACTERS = 262_144

csv.field_size_limit(16 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How the table stands in the text.

    `title_lines` are physical lines above the header, `lines` those down to its end; `separators` stand in them.
    """

    delimiter: str
    header: HeaderRow
    title_lines: int
    lines: int
    separators: int

    @property
    def width(self) -> int:
        return len(self.header.all_cells)


def open_csv(path: Path, contract: DataContract, stack: ExitStack) -> Table:
    """Open a CSV file; temporary copies live in `stack`. Raises Unreadable."""
    text = stack.enter_context(as_utf8(path, contract.file.encoding))
    dialect = _find_dialect(_head(text.path), contract)
    layout = lay_out(dialect.header.cells, contract)
    missing = tuple(column for column in contract.columns if column not in layout.columns)
    issues = [*text.issues, *layout.issues, *missing_columns(missing, list(layout.unknown.values()))]
    reader = _CsvReader(text.path, dialect, layout, issues)
    batches = without_footer(reader.batches(), contract.file.footer_rows or 0)
    return Table(FileFormat.CSV, layout.columns, missing, batches, issues, reader.ragged_rows())


def _head(path: Path) -> str:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return file.read(_HEAD_CHARACTERS)


def _find_dialect(head: str, contract: DataContract) -> _Dialect:
    """The separator under which the contract's headers are found best."""
    wanted = contract.file.delimiter
    best: tuple[str, HeaderRow, list[int]] | None = None
    first_records: dict[str, list[list[str]]] = {}
    for delimiter in (wanted,) if wanted else DELIMITERS:
        records, lines = _records(head, delimiter)
        first_records[delimiter] = records
        found = find_header(records, contract)
        if found is not None and (best is None or found.matched > best[1].matched):
            best = delimiter, found, lines
    if best is None:
        widest = max(first_records.values(), key=lambda records: max(map(len, records), default=0))
        raise no_header(widest, contract)
    delimiter, header, lines = best
    title_lines, end = ([0, *lines])[header.index], lines[header.index]
    separators = sum(line.count(delimiter) for line in io.StringIO(head, newline="").readlines()[:end])
    return _Dialect(delimiter, header, title_lines, end, separators)


def _records(head: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The first records and, for each, how many physical lines end with it."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    records: list[list[str]] = []
    lines: list[int] = []
    try:
        for record in reader:
            records.append(record)
            lines.append(reader.line_num)
            if len(records) == HeaderRow.SEARCHED:
                break
    except csv.Error as error:
        if not records:
            raise damaged("CSV", word("detail.other", error=error)) from error
    return records, lines


class _CsvReader:
    def __init__(self, path: Path, dialect: _Dialect, layout: Layout, issues: list[Issue]) -> None:
        self._path = path
        self._dialect = dialect
        self._layout = layout
        self._issues = issues
        self._names = [f"c{index}" for index in range(dialect.width)]
        self._first_row = dialect.header.index + 2
        self._unnamed: set[int] = set()
        self._ragged = False

    def batches(self) -> Iterator[pl.DataFrame]:
        records = 0
        may_be_short = ragged = False
        try:
            for raw in self._scan(truncate=False, skip=0):
                records += raw.height
                may_be_short = may_be_short or raw[self._names[-1]].null_count() > 0
                yield self._batch(raw)
        except pl.exceptions.ComputeError as error:
            if "more fields" not in str(error):
                raise self._broken() from error
            ragged = True
            yield from self._rest(records)
        self._ragged = ragged or (may_be_short and self._lacks_separators(records))

    def _rest(self, records: int) -> Iterator[pl.DataFrame]:
        """What follows after so many records, long rows cut to the width of the header."""
        try:
            for raw in self._scan(truncate=True, skip=records):
                yield self._batch(raw)
        except pl.exceptions.ComputeError as error:
            raise self._broken() from error

    def _scan(self, *, truncate: bool, skip: int) -> Iterator[pl.DataFrame]:
        # The header is read as such because polars takes the number of columns from the first line it sees.
        frame = pl.scan_csv(
            self._path,
            has_header=True,
            with_column_names=lambda _: self._names,
            infer_schema=False,
            separator=self._dialect.delimiter,
            quote_char='"',
            skip_lines=self._dialect.title_lines,
            row_index_name=ROW,
            row_index_offset=self._first_row,
            truncate_ragged_lines=truncate,
            raise_if_empty=False,
        )
        yield from frame.slice(skip).collect_batches(chunk_size=BATCH_ROWS, maintain_order=True)

    def _batch(self, raw: pl.DataFrame) -> pl.DataFrame:
        """The contract's columns of the records that are not blank."""
        filled = raw.filter(pl.any_horizontal(pl.col(name).str.len_bytes() > 0 for name in self._names))
        if filled.is_empty():
            return filled.select(ROW, *self._columns())
        blanks = pl.all_horizontal(pl.col(name).str.strip_chars().fill_null("") == "" for name in self._names)
        first = pl.col(self._names[0])
        if filled.select((first.is_null() | first.str.starts_with(" ")).any()).item():
            filled = filled.filter(~blanks)
        self._note_unnamed(filled)
        return filled.select(ROW, *self._columns())

    def _columns(self) -> list[pl.Expr]:
        first = self._dialect.header.first
        return [
            pl.col(f"c{first + index}").alias(column.name) for index, column in self._layout.places.items()
        ]

    def _note_unnamed(self, filled: pl.DataFrame) -> None:
        """Columns without a header matter only when they hold something."""
        header = self._dialect.header
        for index, cell in enumerate(header.cells):
            place = header.first + index
            if cell.strip() or place in self._unnamed:
                continue
            if filled.select((pl.col(f"c{place}").str.strip_chars() != "").any()).item():
                self._unnamed.add(place)
                self._issues.append(unknown_column(f"({place + 1})"))

    # -- ragged rows

    def _lacks_separators(self, records: int) -> bool:
        """Whether there are fewer separators between cells than so many full records have."""
        separator = self._dialect.delimiter
        found, quotes = -self._dialect.separators, False
        with self._path.open("rb") as file:
            while chunk := file.read(CHUNK):
                found += chunk.count(separator.encode())
                quotes = quotes or b'"' in chunk
        if quotes:
            counts = [pl.col(name).str.count_matches(separator, literal=True).sum() for name in self._names]
            found -= sum(
                raw.select(pl.sum_horizontal(counts)).item() or 0
                for raw in self._scan(truncate=False, skip=0)
            )
        return found != records * (self._dialect.width - 1)

    def ragged_rows(self) -> Iterator[Issue]:
        """After the batches: each record with more or fewer cells than the header, if there can be any."""
        wanted = self._dialect.width
        for row, record in self._walk() if self._ragged else ():
            empty_tail = len(record) > wanted and not any(cell.strip() for cell in record[wanted:])
            if len(record) == wanted or empty_tail or not any(cell.strip() for cell in record):
                continue
            yield Issue("row.cells", row=row, values={"found": len(record), "wanted": wanted})

    def _walk(self) -> Iterator[tuple[int, list[str]]]:
        with self._path.open(encoding="utf-8-sig", newline="") as file:
            for _ in range(self._dialect.lines):
                file.readline()
            yield from enumerate(csv.reader(file, delimiter=self._dialect.delimiter), start=self._first_row)

    def _broken(self) -> Unreadable:
        """polars gave up: almost always a quote that is never closed. The last record holds it."""
        row = None
        try:
            for row, _ in self._walk():  # noqa: B007 the last one is wanted
                pass
        except csv.Error:
            pass
        return damaged("CSV", word("detail.quote"), row)
