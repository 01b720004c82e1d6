"""Spreadsheets (XLSX, Excel 97, OpenDocument) as the table of a contract: the right sheet, its cells as text.

The file is opened by calamine in a child process (`spreadsheet_process.py`); here the sheet is chosen, the header
found, and the cells turned into what the contract asks for. A merged cell counts for the whole width of a header,
but in the data only for the cell it begins in: the others are told, never filled.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import polars as pl

from satudata.validation.contracts.model import DataContract
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.detection import FileFormat
from satudata.validation.readers.header_row import HeaderRow
from satudata.validation.readers.merged_cells import MergedCells
from satudata.validation.readers.reading import Reading
from satudata.validation.readers.sheet_choice import choose_sheet
from satudata.validation.readers.spreadsheet_cells import CellText, with_rows
from satudata.validation.readers.spreadsheet_process import SheetCells, spreadsheet_process
from satudata.validation.readers.table import (
    ROW,
    Layout,
    Table,
    lay_out,
    missing_columns,
    unknown_column,
    without_footer,
)

BATCH_ROWS = 200_000


def open_spreadsheet(path: Path, form: FileFormat, contract: DataContract, stack: ExitStack) -> Table:
    """Open a workbook; temporary files live in `stack`. Raises Unreadable, CheckFault."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="satudata-sheet-")))
    with spreadsheet_process(path, form, folder) as process:
        choice = choose_sheet(process.sheets(contract.file.sheet), contract)
        header = choice.header
        cells = process.cells(choice.sheet.name, header.index + 1)
    layout = lay_out(header.cells, contract)
    missing = tuple(column for column in contract.columns if column not in layout.columns)
    issues = [
        *choice.issues,
        *header.issues,
        *layout.issues,
        *missing_columns(missing, list(layout.unknown.values())),
    ]
    reader = _SheetReader(cells, header, layout, issues)
    uncertain = ("sheet",) if choice.issues else ()
    reading = Reading(form.value, sheet=choice.sheet.name, uncertain=uncertain).with_header(header)
    return Table(
        form,
        layout.columns,
        missing,
        reader.merged.noted(without_footer(reader.batches(), contract, issues)),
        issues,
        reader.merged.issues(),
        formulas=reader.hidden,
        covered=reader.merged.rows,
        reading=reading,
        headers=layout.written,
    )


class _SheetReader:
    def __init__(self, cells: SheetCells, header: HeaderRow, layout: Layout, issues: list[Issue]) -> None:
        self._cells = cells
        self._header = header
        self._issues = issues
        self._places = {header.first + index: column for index, column in layout.places.items()}
        self._texts = {place: CellText(column, issues=issues) for place, column in self._places.items()}
        self._end = header.last if header.last is not None else cells.first + cells.columns
        self._told: set[int] = set()
        self.merged = MergedCells(cells.merged, self._places)

    @property
    def hidden(self) -> Mapping[str, set[int]]:
        """By column the rows with an error or a formula without result; it grows with the batches."""
        return {text.column.name: text.hidden for text in self._texts.values()}

    def batches(self) -> Iterator[pl.DataFrame]:
        for frame in self._frames():
            filled = frame.filter(self._not_blank()) if frame.width > 1 else frame.head(0)
            self._note_unnamed(filled)
            yield with_rows(filled, [self._column(filled, place) for place in self._places])

    def _frames(self) -> Iterator[pl.DataFrame]:
        first_row = self._header.index + 2
        if not self._cells.rows:
            yield pl.DataFrame(schema={ROW: pl.UInt32})
            return
        names = [_name(self._cells.first + index) for index in range(self._cells.columns)]
        scan = pl.scan_csv(
            self._cells.path,
            has_header=False,
            with_column_names=lambda _: names,
            infer_schema=False,
            row_index_name=ROW,
            row_index_offset=first_row,
        )
        yield from scan.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True)

    def _looked_at(self) -> range:
        """The columns of the sheet that belong to the table."""
        first = max(self._header.first, self._cells.first)
        return range(first, max(first, min(self._end, self._cells.first + self._cells.columns)))

    def _not_blank(self) -> pl.Expr:
        filled = [_has_text(place) for place in self._looked_at()]
        return pl.any_horizontal(filled) if filled else pl.lit(value=False)

    def _note_unnamed(self, filled: pl.DataFrame) -> None:
        """Columns without a header matter only when they hold something."""
        header = self._header
        for place in self._looked_at() if filled.height else ():
            index = place - header.first
            named = index < len(header.cells) and header.cells[index].strip()
            if named or place in self._told:
                continue
            if filled.select(_has_text(place).any()).item():
                self._told.add(place)
                self._issues.append(unknown_column(f"({place + 1})"))

    def _column(self, frame: pl.DataFrame, place: int) -> pl.Series:
        text = self._texts[place]
        if _name(place) not in frame.columns:
            return pl.Series(text.column.name, [None] * frame.height, dtype=pl.String)
        return text.texts(frame[_name(place)], frame[ROW])


def _name(place: int) -> str:
    return f"c{place}"


def _has_text(place: int) -> pl.Expr:
    """Whether a tagged cell holds more than blanks."""
    cell = pl.col(_name(place))
    return cell.str.contains(r"^[^t]|^t\s*\S").fill_null(value=False)
