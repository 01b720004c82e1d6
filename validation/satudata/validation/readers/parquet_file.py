"""Parquet: typed columns written as the text of the contract, streamed in batches by pyarrow.

The first record is row 2, as if the headers stood in row 1. pyarrow and not polars, because on damaged files
polars panics where pyarrow raises.
"""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # ships no types

from satudata.validation.contracts.date_formats import date_format
from satudata.validation.contracts.model import Column, ColumnType, DataContract, NumberStyle
from satudata.validation.findings.catalogue import word
from satudata.validation.readers.detection import FileFormat, Unreadable, damaged
from satudata.validation.readers.header_row import no_header
from satudata.validation.readers.rendering import renderer
from satudata.validation.readers.table import BATCH_ROWS, ROW, Table, lay_out, missing_columns, without_footer

_FIRST_ROW = 2
_BROKEN_FILE = (pa.ArrowException, pl.exceptions.PolarsError, OSError, ValueError)


def open_parquet(path: Path, contract: DataContract) -> Table:
    """Open a Parquet file. Raises Unreadable."""
    try:
        file = pq.ParquetFile(path)
        headers: list[str] = list(file.schema_arrow.names)
    except _BROKEN_FILE as error:
        raise _damaged(error) from error
    layout = lay_out(headers, contract)
    if not layout.places:
        raise no_header([headers], contract)
    missing = tuple(column for column in contract.columns if column not in layout.columns)
    issues = [*layout.issues, *missing_columns(missing, list(layout.unknown.values()))]
    batches = _batches(file, layout.places)
    return Table(
        FileFormat.PARQUET,
        layout.columns,
        missing,
        without_footer(batches, contract.file.footer_rows or 0),
        issues,
    )


def _batches(file: pq.ParquetFile, places: dict[int, Column]) -> Iterator[pl.DataFrame]:
    row = _FIRST_ROW
    try:
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            batch.validate(full=True)
            typed = [pl.Series(column.name, batch.column(place)) for place, column in places.items()]
            texts = pl.DataFrame(
                [_as_text(values, column) for values, column in zip(typed, places.values(), strict=True)]
            )
            numbered = texts.with_row_index(ROW, offset=row)
            row += batch.num_rows
            yield numbered.filter(pl.any_horizontal(pl.exclude(ROW).str.len_bytes() > 0))
    except _BROKEN_FILE as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> Unreadable:
    detail = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return damaged("Parquet", word("detail.other", error=detail))


def _as_text(values: pl.Series, column: Column) -> pl.Series:
    dtype = values.dtype
    if dtype == pl.String:
        return values
    if dtype.is_integer() or dtype in (pl.Boolean, pl.Categorical, pl.Enum):
        return values.cast(pl.String)
    if dtype.is_decimal():
        text = values.cast(pl.String)
        return (
            text.str.replace(".", ",", literal=True)
            if column.number_style is NumberStyle.INDONESIAN
            else text
        )
    if dtype == pl.Date and column.type is ColumnType.DATE:
        strptime = date_format(column.date_format).strptime if column.date_format else "%Y-%m-%d"
        return values.dt.to_string(strptime)
    render = renderer(column)
    return pl.Series(values.name, [render(value) for value in values.to_list()], dtype=pl.String)
