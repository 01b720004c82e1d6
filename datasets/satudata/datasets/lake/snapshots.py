"""Writing a version's rows as the lake keeps them. Runs in the checker process: pyarrow and DuckDB do the work.

Reading rows for answers is not done from here but from the serving copies (`satudata.datasets.serving`).
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa  # type: ignore[import-untyped] # it ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from satudata.datasets.rows.query import Snapshot, SnapshotColumn
from satudata.validation.contracts.model import Column, ColumnType, DataContract

ROW_GROUP_ROWS = 122_880
MEMORY_LIMIT = "2GB"


@dataclass
class SnapshotError(Exception):
    """The checked file is not what the contract promises: our fault, not the agency's."""

    reason: str


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """A written Parquet file; `path` is where the caller asked for it, to be kept under `lake_key(dataset, sha256)`."""

    path: Path
    sha256: str
    rows: int
    bytes: int
    columns: tuple[SnapshotColumn, ...]


def snapshot_of(file: SnapshotFile, contract: DataContract, number: int) -> Snapshot:
    """What version `number` of the contract's dataset needs to be read."""
    return Snapshot(
        dataset=contract.id,
        number=number,
        sha256=file.sha256,
        row_count=file.rows,
        columns=file.columns,
        key=tuple(column.name for column in contract.key),
        stored_order=contract.stored_order,
    )


def snapshot_columns(contract: DataContract) -> tuple[SnapshotColumn, ...]:
    """Columns as stored. A column is nullable unless it is required or part of the key."""
    return tuple(
        SnapshotColumn(
            column.name, column.type, not (column.required or column.is_key), column.scale, column.public
        )
        for column in contract.columns
    )


def write_snapshot(typed_parquet: Path, contract: DataContract, target: Path) -> SnapshotFile:
    """Sort the checked rows by `contract.stored_order` (nulls last, text by bytes, ties in file order) into `target`.

    Same rows, same order, same bytes. Memory is bounded: the sort spills beside `target`. Floats that are not a number
    become null and -0.0 becomes 0.0. `target` is replaced when it exists.
    Raises SnapshotError when the file does not have the contract's columns or a required value is null.
    """
    columns = snapshot_columns(contract)
    schema = _schema(contract, columns)
    try:
        rows = _write(typed_parquet, contract, schema, target)
    except (duckdb.Error, pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise SnapshotError(str(error)) from error
    return SnapshotFile(target, _sha256(target), rows, target.stat().st_size, columns)


def _schema(contract: DataContract, columns: tuple[SnapshotColumn, ...]) -> pa.Schema:
    """Field ids follow the contract's order; they let other table formats register the file."""
    return pa.schema(
        pa.field(column.name, _arrow_type(column), stored.nullable, {"PARQUET:field_id": str(number)})
        for number, (column, stored) in enumerate(zip(contract.columns, columns, strict=True), start=1)
    )


def _arrow_type(column: Column) -> pa.DataType:
    match column.type:
        case ColumnType.STRING:
            return pa.string()
        case ColumnType.INTEGER:
            return pa.int64()
        case ColumnType.DECIMAL:
            return pa.decimal128(column.precision or 18, column.scale)
        case ColumnType.FLOAT:
            return pa.float64()
        case ColumnType.BOOLEAN:
            return pa.bool_()
        case ColumnType.DATE:
            return pa.date32()
        case ColumnType.DATETIME:
            return pa.timestamp("us", "UTC")


def _write(typed_parquet: Path, contract: DataContract, schema: pa.Schema, target: Path) -> int:
    rows = 0
    with pq.ParquetWriter(target, schema, compression="zstd", store_schema=False) as writer:
        for group in _row_groups(typed_parquet, contract, schema):
            writer.write_table(group, row_group_size=ROW_GROUP_ROWS)
            rows += group.num_rows
    return rows


def _row_groups(typed_parquet: Path, contract: DataContract, schema: pa.Schema) -> Iterator[pa.Table]:
    """Tables of exactly ROW_GROUP_ROWS rows, the last one shorter, so that the bytes do not depend on batch sizes."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for batch in _sorted_batches(typed_parquet, contract):
        waiting.append(batch)
        held += batch.num_rows
        if held >= ROW_GROUP_ROWS:
            table = pa.Table.from_batches(waiting)
            yield _typed(table.slice(0, ROW_GROUP_ROWS), schema)
            waiting = table.slice(ROW_GROUP_ROWS).to_batches()
            held -= ROW_GROUP_ROWS
    if held:
        yield _typed(pa.Table.from_batches(waiting), schema)


def _typed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    for field in schema:
        if not field.nullable and table.column(field.name).null_count:
            raise SnapshotError(f"column {field.name} is required and has a null")
    return table.combine_chunks().cast(schema)


def _sorted_batches(typed_parquet: Path, contract: DataContract) -> Iterator[pa.RecordBatch]:
    with tempfile.TemporaryDirectory(prefix="sort-") as scratch, closing(_connect(scratch)) as connection:
        order = "".join(f"{_quoted(name)} ASC NULLS LAST, " for name in contract.stored_order)
        selected = ", ".join(_canonical(column) for column in contract.columns)
        query = (
            f"SELECT {selected} FROM read_parquet($path, file_row_number = true) "  # noqa: S608 - names are quoted
            f"ORDER BY {order}file_row_number"
        )
        yield from connection.sql(query, params={"path": str(typed_parquet)}).to_arrow_reader(ROW_GROUP_ROWS)


def _connect(scratch: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        config={"memory_limit": MEMORY_LIMIT, "temp_directory": scratch, "preserve_insertion_order": True}
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _canonical(column: Column) -> str:
    name = _quoted(column.name)
    if column.type is ColumnType.FLOAT:
        return f"CASE WHEN NOT isnan({name}) THEN {name} + 0.0::DOUBLE END AS {name}"
    return name


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
