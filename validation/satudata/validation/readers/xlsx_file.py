"""Excel workbooks (.xlsx) by calamine: the sheet with the contract's headers, its cells as the text of the contract.

The container is looked at before anything is unpacked: sizes, ratio, number of parts, and no DOCTYPE in any
XML part. Hidden sheets are not read unless the contract names one.
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import python_calamine as calamine

from satudata.validation.contracts.model import Column, DataContract
from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.detection import BROKEN_ARCHIVE, FileFormat, Unreadable, damaged
from satudata.validation.readers.header_row import HeaderRow, find_header, no_header
from satudata.validation.readers.rendering import excel_duration, plain_number, renderer
from satudata.validation.readers.table import (
    BATCH_ROWS,
    ROW,
    Table,
    lay_out,
    missing_columns,
    unknown_column,
    without_footer,
)
from satudata.validation.readers.xlsx_formulas import HiddenCells, hidden_cells

MAX_UNPACKED = 512 * 1024 * 1024
MAX_RATIO = 100
MAX_PARTS = 2_000
_RATIO_MATTERS = 10 * 1024 * 1024
_DOCTYPE_WITHIN = 4_096


def open_xlsx(path: Path, contract: DataContract) -> Table:
    """Open a workbook. Raises Unreadable."""
    guard_archive(path)
    try:
        workbook = calamine.CalamineWorkbook.from_path(str(path))
        sheet, header = _find_sheet(workbook, contract)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise _damaged(str(error)) from error
    layout = lay_out(header.cells, contract)
    missing = tuple(column for column in contract.columns if column not in layout.columns)
    issues = [*layout.issues, *missing_columns(missing, list(layout.unknown.values()))]
    places = {header.first + index: column for index, column in layout.places.items()}
    hidden = _hidden_cells(path, sheet.name, header, places)
    batches = without_footer(_batches(sheet, header, places, hidden, issues), contract.file.footer_rows or 0)
    formulas: dict[str, set[int]] = {}
    for number, cells in hidden.items():
        for place in cells:
            formulas.setdefault(places[place].name, set()).add(number)
    return Table(FileFormat.XLSX, layout.columns, missing, batches, issues, formulas=formulas)


def _hidden_cells(path: Path, sheet: str, header: HeaderRow, places: Mapping[int, Column]) -> HiddenCells:
    """Errors and formulas without result below the header, in the columns of the contract."""
    try:
        found = hidden_cells(path, sheet)
    except (*BROKEN_ARCHIVE, KeyError) as error:
        raise _damaged(str(error)) from error
    wanted = {
        number: {place: text for place, text in found[number].items() if place in places}
        for number in sorted(found)
        if number > header.index + 1
    }
    return {number: cells for number, cells in wanted.items() if cells}


def guard_archive(path: Path) -> None:
    """Refuse a container that would unpack to too much, or that brings its own document type."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            packed = max(1, sum(part.compress_size for part in parts))
            if len(parts) > MAX_PARTS:
                raise _unsafe(f"{len(parts)} > {MAX_PARTS} parts")
            if unpacked > MAX_UNPACKED or (unpacked > _RATIO_MATTERS and unpacked / packed > MAX_RATIO):
                raise _unsafe(f"{unpacked // 1_048_576} MB / {packed // 1024} kB")
            for part in parts:
                if part.filename.endswith((".xml", ".rels", ".vml")):
                    with archive.open(part) as stream:
                        if b"<!DOCTYPE" in stream.read(_DOCTYPE_WITHIN).upper():
                            raise _unsafe(f"DOCTYPE: {part.filename[:80]}")
    except BROKEN_ARCHIVE as error:
        raise _damaged(str(error)) from error


def _unsafe(detail: str) -> Unreadable:
    return Unreadable(Issue("file.unsafe", values={"detail": detail}))


def _damaged(detail: str) -> Unreadable:
    return damaged("Excel", word("detail.other", error=detail[:120]))


def _find_sheet(
    workbook: calamine.CalamineWorkbook, contract: DataContract
) -> tuple[calamine.CalamineSheet, HeaderRow]:
    """The sheet the contract names, else the visible one with the most headers of the contract."""
    if (wanted := contract.file.sheet) is not None:
        named = {name.strip().casefold(): name for name in workbook.sheet_names}
        if wanted.strip().casefold() not in named:
            found = ", ".join(workbook.sheet_names)
            raise Unreadable(Issue("file.sheet", values={"wanted": wanted, "found": found}))
        names = [named[wanted.strip().casefold()]]
    else:
        visible = calamine.SheetVisibleEnum.Visible
        names = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == visible]
    best: tuple[calamine.CalamineSheet, HeaderRow] | None = None
    beginning: list[list[str]] = []
    for name in names:
        sheet = workbook.get_sheet_by_name(name)
        records = [[_header_text(cell) for cell in row] for row in islice(_rows(sheet), HeaderRow.SEARCHED)]
        beginning = beginning or records
        header = find_header(records, contract)
        if header is not None and (best is None or header.matched > best[1].matched):
            best = sheet, header
    if best is None:
        if not any(cell for record in beginning for cell in record):
            raise Unreadable(Issue("file.empty"))
        raise no_header(beginning, contract)
    return best


def _rows(sheet: calamine.CalamineSheet) -> Iterator[Sequence[Any]]:
    """Rows of the sheet from A1 on. calamine keeps empty rows at the top but no empty columns at the left."""
    pad = [""] * (sheet.start[1] if sheet.start is not None else 0)
    for row in sheet.iter_rows():
        yield [*pad, *row] if pad else row


def _header_text(cell: Any) -> str:
    return cell if isinstance(cell, str) else plain_number(cell) if isinstance(cell, float) else str(cell)


def _batches(
    sheet: calamine.CalamineSheet,
    header: HeaderRow,
    places: Mapping[int, Column],
    hidden: HiddenCells,
    issues: list[Issue],
) -> Iterator[pl.DataFrame]:
    unnamed = {header.first + index for index, cell in enumerate(header.cells) if not cell.strip()}
    shown = enumerate(islice(_rows(sheet), header.index + 1, None), start=header.index + 2)
    rows = _with_hidden(shown, hidden) if hidden else shown
    while chunk := list(islice(rows, BATCH_ROWS)):
        filled = [(number, row) for number, row in chunk if not all(cell == "" for cell in row)]
        for place in sorted(unnamed):
            if any(place < len(row) and str(row[place]).strip() for _, row in filled):
                unnamed.discard(place)
                issues.append(unknown_column(f"({place + 1})"))
        yield pl.DataFrame(
            [
                pl.Series(ROW, [number for number, _ in filled], dtype=pl.UInt32),
                *(_column(column, place, filled) for place, column in places.items()),
            ]
        )


def _with_hidden(
    rows: Iterable[tuple[int, Sequence[Any]]], hidden: HiddenCells
) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows with the texts of hidden cells put in, and the rows at the end that have nothing else."""

    def put_in(row: Sequence[Any], cells: Mapping[int, str]) -> Sequence[Any]:
        wide = [*row, *[""] * (max(cells) + 1 - len(row))]
        for place, text in cells.items():
            wide[place] = text
        return wide

    last = 0
    for number, row in rows:
        last = number
        yield number, put_in(row, hidden[number]) if number in hidden else row
    for number, cells in hidden.items():
        if number > last:
            yield number, put_in((), cells)


def _column(column: Column, place: int, rows: list[tuple[int, Sequence[Any]]]) -> pl.Series:
    render = renderer(column)

    def text(row: Sequence[Any]) -> str | None:
        cell = row[place] if place < len(row) else ""
        return excel_duration(cell) if isinstance(cell, timedelta) else render(cell)

    return pl.Series(column.name, [text(row) for _, row in rows], dtype=pl.String)
