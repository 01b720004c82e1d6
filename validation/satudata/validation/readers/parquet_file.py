"""Parquet: typed columns written as the text of the contract, streamed in batches.

The first record is row 2, as if the headers stood in row 1.
"""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from satudata.validation.contracts.date_formats import date_format
from satudata.validation.contracts.model import Column, ColumnType, DataContract, NumberStyle
from satudata.validation.findings.catalogue import word
from satudata.validation.readers.detection import FileFormat, Unreadable, damaged
from satudata.validation.readers.header_row import no_header
from satudata.validation.readers.rendering import renderer
from satudata.validation.readers.table import BATCH_ROWS, ROW, Table, lay_out, missing_columns, without_footer

_FIRST_ROW = 2


def open_parquet(path: Path, contract: DataContract) -> Table:
    """Open a Parquet file. Raises Unreadable."""
    try:
        frame = pl.scan_parquet(path, glob=False)
        schema = frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _damaged(error) from error
    headers = schema.names()
    layout = lay_out(headers, contract)
    if not layout.places:
        raise no_header([headers], contract)
    missing = tuple(column for column in contract.columns if column not in layout.columns)
    issues = [*layout.issues, *missing_columns(missing, list(layout.unknown.values()))]
    texts = [
        _as_text(pl.col(headers[index]), schema[headers[index]], column).alias(column.name)
        for index, column in layout.places.items()
    ]
    selected = frame.with_row_index(ROW, offset=_FIRST_ROW).select(ROW, *texts)
    batches = without_footer(_batches(selected), contract.file.footer_rows or 0)
    return Table(FileFormat.PARQUET, layout.columns, missing, batches, issues)


def _batches(frame: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    try:
        for batch in frame.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True):
            yield batch.filter(pl.any_horizontal(pl.exclude(ROW).str.len_bytes() > 0))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> Unreadable:
    detail = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return damaged("Parquet", word("detail.other", error=detail))


def _as_text(value: pl.Expr, dtype: pl.DataType, column: Column) -> pl.Expr:
    if dtype == pl.String:
        return value
    if dtype.is_integer() or dtype == pl.Boolean:
        return value.cast(pl.String)
    if dtype.is_decimal():
        text = value.cast(pl.String)
        return (
            text.str.replace(".", ",", literal=True)
            if column.number_style is NumberStyle.INDONESIAN
            else text
        )
    if dtype == pl.Date and column.type is ColumnType.DATE:
        strptime = date_format(column.date_format).strptime if column.date_format else "%Y-%m-%d"
        return value.dt.to_string(strptime)
    if dtype == pl.Categorical or dtype == pl.Enum:
        return value.cast(pl.String)
    return value.map_elements(renderer(column), return_dtype=pl.String)
