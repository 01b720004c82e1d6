"""Rows as an Excel workbook: a sheet `data`, and a sheet `info` that says what it is and how to cite it.

Numbers are numbers where Excel's 15 digits hold them, else text, so that nothing is rounded. Text is written as
text and never as a formula or a link. Dates are Excel dates from March 1900 on; instants stay ISO 8601 text in UTC,
for Excel knows no time zones.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped] # it ships no types
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from satudata.datasets.errors import LimitReached
from satudata.datasets.exports.source import Selection, pieces
from satudata.datasets.rows.query import SnapshotColumn
from satudata.datasets.rows.values import DAY_ZERO, decoder
from satudata.validation.contracts.model import ColumnType
from satudata.validation.text import Text

About = tuple[tuple[str, str], ...]
"""Lines of the sheet `info`: label and text."""

MAX_ROWS = 1_048_576 - 1
MAX_COLUMNS = 16_384
MAX_CELL = 32_767
EXACT_DIGITS = 10**15
FIRST_EXCEL_DAY = datetime(1900, 3, 1, tzinfo=UTC).toordinal() - DAY_ZERO
"""Before it Excel counts a 29 February 1900 that never was."""
EXCEL_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC).toordinal() - DAY_ZERO
MADE = datetime(1980, 1, 1)

WriteCell = Callable[[int, int, Any], object]


def write_xlsx(parquet: Path, selection: Selection, target: Path, about: About = ()) -> None:
    """`target` is replaced when it exists. Raises LimitReached for rows, columns or text a sheet cannot hold."""
    check_size(selection)
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        workbook.set_properties({"created": MADE})
        bold = workbook.add_format({"bold": True})
        sheet = workbook.add_worksheet("data")
        sheet.freeze_panes(1, 0)
        for index, name in enumerate(selection.names):
            sheet.write_string(0, index, name, bold)
        writers = [_cell_writer(column, sheet, workbook) for column in selection.columns]
        row = 1
        for piece in pieces(parquet, selection):
            for values in zip(*piece, strict=True):
                for index, value in enumerate(values):
                    if value is not None:
                        writers[index](row, index, value)
                row += 1
        _write_info(workbook.add_worksheet("info"), about, bold)


def check_size(selection: Selection) -> None:
    """Raises LimitReached when no sheet can hold so many rows or columns."""
    if selection.snapshot.row_count > MAX_ROWS or len(selection.columns) > MAX_COLUMNS:
        raise _too_large()


def _write_info(sheet: Worksheet, about: About, bold: Format) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
    for row, (label, text) in enumerate(about):
        sheet.write_string(row, 0, label, bold)
        sheet.write_string(row, 1, text)


def _cell_writer(column: SnapshotColumn, sheet: Worksheet, workbook: xlsxwriter.Workbook) -> WriteCell:
    match column.type:
        case ColumnType.STRING:
            return _text_writer(sheet)
        case ColumnType.INTEGER | ColumnType.DECIMAL:
            return _number_writer(column, sheet, workbook)
        case ColumnType.BOOLEAN:
            return lambda row, index, value: sheet.write_boolean(row, index, bool(value))
        case ColumnType.DATE:
            return _date_writer(column, sheet, workbook)
        case ColumnType.FLOAT:
            return _float_writer(sheet)
        case ColumnType.DATETIME:
            decode = decoder(column) or _same
            return lambda row, index, value: sheet.write_string(row, index, decode(value))


def _same(value: Any) -> Any:
    return value


def _text_writer(sheet: Worksheet) -> WriteCell:
    def write(row: int, index: int, value: str) -> None:
        if len(value.encode("utf-16-le")) > 2 * MAX_CELL:
            raise _too_large()
        sheet.write_string(row, index, value)

    return write


def _number_writer(column: SnapshotColumn, sheet: Worksheet, workbook: xlsxwriter.Workbook) -> WriteCell:
    decode = decoder(column) or str
    unit = 10**column.scale
    shown = workbook.add_format({"num_format": "0." + "0" * column.scale if column.scale else "0"})

    def write(row: int, index: int, value: int) -> None:
        if -EXACT_DIGITS < value < EXACT_DIGITS:
            sheet.write_number(row, index, value / unit if column.scale else value, shown)
        else:
            sheet.write_string(row, index, decode(value))

    return write


def _float_writer(sheet: Worksheet) -> WriteCell:
    def write(row: int, index: int, value: float) -> None:
        if math.isfinite(value):
            sheet.write_number(row, index, value)

    return write


def _date_writer(column: SnapshotColumn, sheet: Worksheet, workbook: xlsxwriter.Workbook) -> WriteCell:
    decode = decoder(column) or _same
    shown = workbook.add_format({"num_format": "yyyy-mm-dd"})

    def write(row: int, index: int, value: int) -> None:
        if value >= FIRST_EXCEL_DAY:
            sheet.write_number(row, index, value - EXCEL_DAY_ZERO, shown)
        else:
            sheet.write_string(row, index, decode(value))

    return write


def _too_large() -> LimitReached:
    return LimitReached(
        Text(
            id="Data ini tidak muat dalam satu lembar Excel. Unduh sebagai CSV atau Parquet.",
            en="This data does not fit on an Excel sheet. Download it as CSV or Parquet.",
        )
    )
