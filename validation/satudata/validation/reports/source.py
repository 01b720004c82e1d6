"""The uploaded file as it stands, to be shown beside its report: every row with its number, every cell in its place.

The check itself sees only the columns of the contract (`readers`); people look for a cell where they know it. Text
of a CSV is as it was written; other formats give what the reader saw, in the style of the contract.
"""

import csv
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from satudata.validation.contracts.model import Column, DataContract
from satudata.validation.readers.characters import as_utf8
from satudata.validation.readers.csv_dialect import find_dialect
from satudata.validation.readers.detection import FileFormat
from satudata.validation.readers.header_row import HeaderRow
from satudata.validation.readers.opening import open_table, unpacked
from satudata.validation.readers.sheet_choice import SheetChoice, choose_sheet
from satudata.validation.readers.spreadsheet_cells import CellText
from satudata.validation.readers.spreadsheet_process import SheetCells, spreadsheet_process
from satudata.validation.readers.table import ROW, lay_out

_CHUNK_ROWS = 20_000
_SHEETS = (FileFormat.XLSX, FileFormat.XLS, FileFormat.ODS)

Row = tuple[int, Sequence[str]]
"""Record number as a spreadsheet shows it, and the cells from the first one on."""


class ErrorText(str):
    """What a spreadsheet shows in a cell with an error, or for a formula without a result: no text of the producer."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SourceTable:
    """`places` says where each column of the contract stands (0-based), `headers` what is written above it.

    `rows` may be walked any number of times while the source is open. The rows above the header are among them, those
    of a blank record may be.
    """

    places: Mapping[str, int]
    headers: Mapping[str, str]
    header_row: int
    rows: Callable[[], Iterator[Row]]
    sheet: str | None = None


@contextmanager
def open_source(path: Path, contract: DataContract) -> Iterator[SourceTable]:
    """The file's own table for as long as the block runs. Raises Unreadable, now or while rows are walked."""
    with ExitStack() as stack:
        path, form = unpacked(path, contract, stack)
        if form is FileFormat.CSV:
            yield _csv_source(path, contract, stack)
        elif form in _SHEETS:
            yield _sheet_source(path, form, contract, stack)
        else:
            yield _checked_source(path, contract)


def _csv_source(path: Path, contract: DataContract, stack: ExitStack) -> SourceTable:
    text = stack.enter_context(as_utf8(path, contract.file.encoding)).path
    dialect = find_dialect(text, contract)

    def rows() -> Iterator[Row]:
        with text.open(encoding="utf-8-sig", newline="") as file:
            yield from enumerate(csv.reader(file, delimiter=dialect.delimiter), start=1)

    places, headers = _places(dialect.header, contract)
    return SourceTable(places, headers, dialect.header.index + 1, rows)


def _places(header: HeaderRow, contract: DataContract) -> tuple[dict[str, int], dict[str, str]]:
    layout = lay_out(header.cells, contract)
    places = {column.name: header.first + index for index, column in layout.places.items()}
    return places, {column.name: header.cells[index] for index, column in layout.places.items()}


# -- spreadsheets


def _sheet_source(path: Path, form: FileFormat, contract: DataContract, stack: ExitStack) -> SourceTable:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="satudata-shown-")))
    with spreadsheet_process(path, form, folder) as process:
        choice = choose_sheet(process.sheets(contract.file.sheet), contract)
        cells = process.cells(choice.sheet.name, choice.header.index + 1)
    places, headers = _places(choice.header, contract)
    columns = {place: contract.by_name[name] for name, place in places.items()}

    def rows() -> Iterator[Row]:
        yield from enumerate(_head(choice), start=1)
        yield from _sheet_rows(cells, columns, choice.header.index + 2)

    return SourceTable(places, headers, choice.header.index + 1, rows, choice.sheet.name)


def _head(choice: SheetChoice) -> list[list[str]]:
    """The rows down to the header; in the header's own rows each merged cell is repeated over its range."""
    end = choice.header.index + 1
    head = [list(row) for row in choice.sheet.head[:end]]
    for top, left, bottom, right in choice.sheet.merged:
        if top - 1 < end - choice.header.rows or left >= len(head[min(top, end) - 1]):
            continue
        text = head[min(top, end) - 1][left]
        for row in head[top - 1 : bottom]:
            for place in range(left, min(right + 1, len(row))):
                row[place] = row[place] or text
    return head


def _sheet_rows(cells: SheetCells, columns: Mapping[int, Column], first_row: int) -> Iterator[Row]:
    if not cells.rows or not cells.columns:
        return
    names = [f"c{cells.first + index}" for index in range(cells.columns)]
    scan = pl.scan_csv(
        cells.path,
        has_header=False,
        with_column_names=lambda _: names,
        infer_schema=False,
        row_index_name=ROW,
        row_index_offset=first_row,
    )
    for frame in scan.collect_batches(chunk_size=_CHUNK_ROWS, maintain_order=True):
        texts = [
            _texts(frame[name], frame[ROW], columns.get(cells.first + index))
            for index, name in enumerate(names)
        ]
        left = [""] * cells.first
        for number, *record in zip(frame[ROW].to_list(), *texts, strict=True):
            yield number, [*left, *record]


def _texts(tagged: pl.Series, numbers: pl.Series, column: Column | None) -> list[str]:
    """The cells of a column: in the style of the contract where it is one of its columns, else as they are."""
    shown = tagged.str.slice(1) if column is None else CellText(column).texts(tagged, numbers)
    texts: list[str] = shown.fill_null("").to_list()
    for place in (tagged.str.head(1) == "e").fill_null(value=False).arg_true():
        texts[place] = ErrorText(texts[place])
    return texts


# -- everything else


def _checked_source(path: Path, contract: DataContract) -> SourceTable:
    """What the reader makes of the file: the contract's columns side by side under their headers."""
    with open_table(path, contract) as table:
        columns, written = table.columns, table.headers
    headers = {column.name: written.get(column.name, column.header) for column in columns}
    places = {column.name: place for place, column in enumerate(columns)}

    def rows() -> Iterator[Row]:
        yield 1, list(headers.values())
        with open_table(path, contract) as table:
            for batch in table.batches:
                for number, *cells in batch.select(ROW, *places).fill_null("").iter_rows():
                    yield number, cells

    return SourceTable(places, headers, 1, rows)
