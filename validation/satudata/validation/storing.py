"""The typed table of an accepted file, written as Parquet while the batches pass by.

Types follow the contract exactly (decimal128, date32, timestamp[us, UTC]); rows stay in file order. The file
appears under its name only when it is kept.
"""

from pathlib import Path
from types import TracebackType

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # ships no types

from satudata.validation.contracts.model import Column, ColumnType


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type of a contract column."""
    return {
        ColumnType.STRING: pa.string(),
        ColumnType.INTEGER: pa.int64(),
        ColumnType.DECIMAL: pa.decimal128(column.precision or 18, column.scale),
        ColumnType.FLOAT: pa.float64(),
        ColumnType.BOOLEAN: pa.bool_(),
        ColumnType.DATE: pa.date32(),
        ColumnType.DATETIME: pa.timestamp("us", tz="UTC"),
    }[column.type]


class TypedTable:
    """A Parquet file in the making. Unless `keep` was called, leaving the context removes it."""

    def __init__(self, path: Path, columns: tuple[Column, ...]) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._schema = pa.schema([(column.name, arrow_type(column)) for column in columns])
        self._kept = False

    def __enter__(self) -> "TypedTable":
        self._writer = pq.ParquetWriter(self._part, self._schema, compression="zstd")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        if self._kept and error is None:
            self._part.replace(self._path)
        else:
            self._part.unlink()

    def add(self, typed: pl.DataFrame) -> None:
        """Append a batch that has the columns in order."""
        if not typed.is_empty():
            self._writer.write_table(typed.to_arrow().cast(self._schema))

    def keep(self) -> None:
        """The file is wanted."""
        self._kept = True
