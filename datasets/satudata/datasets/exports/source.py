"""Reading a lake file for a download: public columns, in the order they are stored, in pieces of constant size.

With DuckDB and not pyarrow, which the process that serves has no other use for.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from satudata.datasets.rows.query import Snapshot, SnapshotColumn
from satudata.datasets.rows.values import quoted, stored_sql
from satudata.validation.contracts.model import DataContract

PIECE_ROWS = 5_000
MEMORY_LIMIT = "512MB"


@dataclass(frozen=True, slots=True)
class Selection:
    """What a download holds: the public columns, in the snapshot's order."""

    snapshot: Snapshot
    columns: tuple[SnapshotColumn, ...]

    @classmethod
    def of(cls, snapshot: Snapshot, contract: DataContract) -> "Selection":
        public = {column.name for column in contract.public_columns}
        return cls(snapshot, tuple(column for column in snapshot.columns if column.name in public))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def is_whole(self) -> bool:
        """Whether every column is public."""
        return len(self.columns) == len(self.snapshot.columns)


def connect() -> duckdb.DuckDBPyConnection:
    """An instance of its own, one thread, no extensions."""
    return duckdb.connect(
        config={
            "threads": 1,
            "memory_limit": MEMORY_LIMIT,
            "preserve_insertion_order": True,
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
        }
    )


def pieces(parquet: Path, selection: Selection) -> Iterator[list[Sequence[Any]]]:
    """Up to PIECE_ROWS rows at a time, as columns of stored values (`satudata.datasets.rows.values`)."""
    selected = ", ".join(stored_sql(column) for column in selection.columns)
    query = f"SELECT {selected} FROM read_parquet($1)"  # noqa: S608 - names are quoted
    with closing(connect()) as connection:
        rows = connection.execute(query, [str(parquet)])
        while piece := rows.fetchmany(PIECE_ROWS):
            yield list(zip(*piece, strict=True))


def copy_columns(parquet: Path, selection: Selection, target: Path) -> None:
    """A Parquet file with the selected columns only."""
    selected = ", ".join(map(quoted, selection.names))
    into = str(target).replace("'", "''")
    query = f"COPY (SELECT {selected} FROM read_parquet($1)) TO '{into}' (FORMAT parquet, COMPRESSION zstd)"  # noqa: S608 - names are quoted
    with closing(connect()) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(query, [str(parquet)])
