"""Parquet: typed columns written as the text of the contract, streamed in batches by pyarrow.

The first record is row 2, as if the headers stood in row 1. pyarrow and not polars, because on damaged files
polars panics where pyarrow raises.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.compute as pc  # type: ignore[import-untyped]  # ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # ships no types

from satudata.validation.casting.numbers import separators
from satudata.validation.contracts.date_formats import date_format
from satudata.validation.contracts.model import Column, ColumnType, DataContract
from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.detection import FileFormat, Unreadable, damaged
from satudata.validation.readers.header_row import no_header
from satudata.validation.readers.reading import Reading
from satudata.validation.readers.rendering import renderer
from satudata.validation.readers.table import (
    ROW,
    Table,
    lay_out,
    missing_columns,
    rows_of_batch,
    without_footer,
)

MAX_RATIO = 1_000
_RATIO_MATTERS = 256 * 1024 * 1024
_BATCH_BYTES = 256 * 1024 * 1024
_FIRST_ROW = 2
_BROKEN_FILE = (pa.ArrowException, pl.exceptions.PolarsError, OSError, ValueError)


def open_parquet(path: Path, contract: DataContract) -> Table:
    """Open a Parquet file. Raises Unreadable."""
    try:
        headers: list[str] = list(pq.read_schema(path).names)
    except _BROKEN_FILE as error:
        raise _damaged(error) from error
    layout = lay_out(headers, contract)
    if not layout.places:
        raise no_header([headers], contract)
    missing = tuple(column for column in contract.columns if column not in layout.columns)
    issues = [*layout.issues, *missing_columns(missing, list(layout.unknown.values()))]
    return Table(
        FileFormat.PARQUET,
        layout.columns,
        missing,
        without_footer(_batches(path, layout.places), contract, issues),
        issues,
        reading=Reading(FileFormat.PARQUET.value),
        headers=layout.written,
    )


def _batches(path: Path, places: dict[int, Column]) -> Iterator[pl.DataFrame]:
    row = _FIRST_ROW
    try:
        for batch in _small_batches(path, places):
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


def _small_batches(path: Path, places: Iterable[int]) -> Iterator[pa.RecordBatch]:
    """Batches whose texts fit into memory once each stands in its row.

    Texts come out of the file as dictionaries, so that one of many megabytes which stands in every row is in memory
    once till its real size is known. Raises Unreadable for a file that swells beyond reason.
    """
    schema = pq.read_schema(path)
    texts = [schema.names[place] for place in places if _is_text(schema.field(place).type)]
    size, total = path.stat().st_size, 0
    whole = rows_of_batch(len(schema.names))
    for batch in pq.ParquetFile(path, read_dictionary=texts).iter_batches(batch_size=whole):
        written = sum(_written_size(column) for column in batch.columns)
        total += written
        if total > _RATIO_MATTERS and total > size * MAX_RATIO:
            detail = f"{total // 1_048_576} MB / {size // 1024} kB"
            raise Unreadable(Issue("file.unsafe", values={"detail": detail}))
        rows = max(1, batch.num_rows * _BATCH_BYTES // max(written, _BATCH_BYTES))
        for start in range(0, batch.num_rows, rows):
            yield _decoded(batch.slice(start, rows))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _written_size(column: pa.Array) -> int:
    """Bytes of a column's texts, each counted as often as it stands there."""
    if not pa.types.is_dictionary(column.type) or not _is_text(column.type.value_type):
        return 0
    lengths = pc.binary_length(column.dictionary).take(column.indices)
    return pc.sum(lengths.cast(pa.int64())).as_py() or 0


def _decoded(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


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
        return values.cast(pl.String).str.replace(".", separators(column.number_style)[1], literal=True)
    if dtype == pl.Date and column.type is ColumnType.DATE:
        strptime = date_format(column.date_format).strptime if column.date_format else "%Y-%m-%d"
        if strptime is not None:
            return values.dt.to_string(strptime)
    render = renderer(column)
    return pl.Series(values.name, [render(value) for value in values.to_list()], dtype=pl.String)
