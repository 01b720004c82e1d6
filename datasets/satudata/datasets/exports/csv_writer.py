"""Rows as CSV: RFC 4180, UTF-8, comma, header of column names, values in output form; null is an empty cell.

Text that a spreadsheet would run as a formula gets an apostrophe in front; numbers are never touched.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from satudata.datasets.exports.formulas import defused
from satudata.datasets.exports.source import Selection, pieces
from satudata.datasets.rows.query import SnapshotColumn
from satudata.datasets.rows.values import decode_column
from satudata.validation.contracts.model import ColumnType


def write_csv(parquet: Path, selection: Selection, target: Path) -> None:
    """`target` is replaced when it exists."""
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(selection.names)
        for piece in pieces(parquet, selection):
            cells = [_cells(column, values) for column, values in zip(selection.columns, piece, strict=True)]
            writer.writerows(zip(*cells, strict=True))


def _cells(column: SnapshotColumn, values: Sequence[Any]) -> Sequence[Any]:
    if column.type is ColumnType.STRING:
        return defused(values)
    if column.type is ColumnType.BOOLEAN:
        return [None if value is None else "true" if value else "false" for value in values]
    return decode_column(column, values)
