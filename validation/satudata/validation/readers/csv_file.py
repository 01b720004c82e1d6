"""CSV: separator, header row and title rows found by the contract's headers; cells streamed as text by polars.

polars fills short rows with nulls, and stops at long ones and at quotes that are none (`pipa 5"`); from there on the
file is read record by record. A short row lacks its last cell; only when such cells are empty are separators counted
over the bytes, and only when some are lacking is the file walked once more to name the rows. Record numbers count
every record of the file, title rows and blank ones too.
"""

from array import array
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice, zip_longest
from pathlib import Path

import polars as pl

from satudata.validation.contracts.model import DataContract
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.characters import CHUNK, as_utf8
from satudata.validation.readers.csv_dialect import Dialect, find_dialect
from satudata.validation.readers.csv_text import survey, walk
from satudata.validation.readers.detection import FileFormat
from satudata.validation.readers.reading import Reading
from satudata.validation.readers.table import (
    ROW,
    Layout,
    Table,
    lay_out,
    missing_columns,
    rows_of_batch,
    unknown_column,
    without_footer,
)

_WALKED_ROWS = 50_000


def open_csv(path: Path, contract: DataContract, stack: ExitStack) -> Table:
    """Open a CSV file; temporary copies live in `stack`. Raises Unreadable."""
    text = stack.enter_context(as_utf8(path, contract.file.encoding))
    dialect = find_dialect(text.path, contract)
    layout = lay_out(dialect.header.cells, contract)
    missing = tuple(column for column in contract.columns if column not in layout.columns)
    issues = [
        *text.issues,
        *dialect.issues,
        *dialect.header.issues,
        *layout.issues,
        *missing_columns(missing, list(layout.unknown.values())),
    ]
    walked = survey(text.path).needs_walk(dialect.width)
    reader = _CsvReader(text.path, dialect, layout, issues, walked=walked)
    reading = Reading(
        FileFormat.CSV.value,
        text.encoding,
        dialect.delimiter,
        uncertain=(*text.uncertain, *dialect.uncertain),
    )
    return Table(
        FileFormat.CSV,
        layout.columns,
        missing,
        without_footer(reader.batches(), contract, issues, reader.footer),
        issues,
        reader.ragged_rows(),
        reading=reading.with_header(dialect.header),
        headers=layout.written,
    )


class _CsvReader:
    def __init__(
        self, path: Path, dialect: Dialect, layout: Layout, issues: list[Issue], *, walked: bool
    ) -> None:
        self._path = path
        self._dialect = dialect
        self._layout = layout
        self._issues = issues
        self._names = [f"c{index}" for index in range(dialect.width)]
        self._first_row = dialect.header.index + 2
        self._looked_at = self._names[dialect.header.first : dialect.header.last]
        self._walked = walked
        self._may_be_short = False
        self._records = 0
        self._unnamed: set[int] = set()
        self.footer: set[int] = set()
        """Records at the end that are none; whoever takes them away puts them in."""
        self._ragged = array("I")
        self._cells = array("I")

    def batches(self) -> Iterator[pl.DataFrame]:
        records = 0
        try:
            for raw in () if self._walked else self._scan():
                records += raw.height
                self._may_be_short = self._may_be_short or self._lacks_last(raw)
                yield self._batch(raw)
        except pl.exceptions.ComputeError:
            self._walked = True
        if self._walked:
            yield from self._rest(records)
        else:
            self._records = records

    def _rest(self, records: int) -> Iterator[pl.DataFrame]:
        """What follows after so many records, one by one: long rows, and quotes that are none, stop polars."""
        names = self._names
        kept = (item for item in self._noted() if item[0] >= self._first_row + records)
        while chunk := list(islice(kept, _WALKED_ROWS)):
            columns = zip_longest(*(record for _, record in chunk), range(len(names)))
            texts = dict(zip(names, (column[:-1] for column in columns), strict=False))
            rows = pl.Series(ROW, [row for row, _ in chunk], dtype=pl.UInt32)
            yield self._batch(
                pl.DataFrame([rows, *(pl.Series(name, texts[name], dtype=pl.String) for name in names)])
            )

    def _scan(self) -> Iterator[pl.DataFrame]:
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
            row_index_offset=self._first_row - self._dialect.below,
            raise_if_empty=False,
        )
        yield from frame.slice(self._dialect.below).collect_batches(
            chunk_size=rows_of_batch(len(self._names)), maintain_order=True
        )

    def _batch(self, raw: pl.DataFrame) -> pl.DataFrame:
        """The contract's columns of the records that are not blank in the columns looked at."""
        names = self._looked_at
        filled = raw.filter(pl.any_horizontal(pl.col(name).str.len_bytes() > 0 for name in names))
        if filled.is_empty():
            return filled.select(ROW, *self._columns())
        blanks = pl.all_horizontal(pl.col(name).str.strip_chars().fill_null("") == "" for name in names)
        first = pl.col(names[0])
        # Only a record that begins with nothing, or with a sign that may be a blank, can be blank.
        suspects = filled.filter(first.is_null() | (first < "!") | (first >= "\u00a0"))
        if not suspects.is_empty() and (blank := suspects.filter(blanks)[ROW]).len():
            filled = filled.filter(~pl.col(ROW).is_in(blank.implode()))
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

    def _lacks_last(self, raw: pl.DataFrame) -> bool:
        """Whether a record that is not blank has no last cell: it is empty, or the record is short."""
        empty = raw.filter(pl.col(self._names[-1]).is_null())
        if empty.is_empty():
            return False
        filled = pl.any_horizontal(pl.col(name).str.len_bytes() > 0 for name in self._names)
        return bool(empty.select(filled.any()).item())

    def _lacks_separators(self) -> bool:
        """Whether there are fewer separators between cells than so many full records have."""
        separator = self._dialect.delimiter
        found, quotes = -self._dialect.separators, False
        with self._path.open("rb") as file:
            while chunk := file.read(CHUNK):
                found += chunk.count(separator.encode())
                quotes = quotes or b'"' in chunk
        if quotes:
            counts = [pl.col(name).str.count_matches(separator, literal=True).sum() for name in self._names]
            found -= sum(raw.select(pl.sum_horizontal(counts)).item() or 0 for raw in self._scan())
        return found != self._records * (self._dialect.width - 1)

    def ragged_rows(self) -> Iterator[Issue]:
        """After the batches: each record with more or fewer cells than the header, if there can be any."""
        if not self._walked and self._may_be_short and self._lacks_separators():
            for _ in self._noted():
                pass
        for row, found in zip(self._ragged, self._cells, strict=True):
            if row not in self.footer:
                yield Issue("row.cells", row=row, values={"found": found, "wanted": self._dialect.width})

    def _noted(self) -> Iterator[tuple[int, list[str]]]:
        """The records of the file, while those with more or fewer cells are noted."""
        wanted = self._dialect.width
        for row, record in walk(self._path, self._dialect, self._first_row):
            if len(record) != wanted and _is_ragged(record, wanted):
                self._ragged.append(row)
                self._cells.append(len(record))
            yield row, record


def _is_ragged(record: list[str], wanted: int) -> bool:
    """Blank records are not, nor are further cells that are all empty."""
    filled = any(cell.strip() for cell in record[wanted:])
    return filled or (len(record) < wanted and any(cell.strip() for cell in record))
