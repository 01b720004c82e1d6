"""Making the two serving copies of a snapshot: a row store (SQLite) and a column store (DuckDB).

Runs in the checker process; reading them is `store.py`'s. Both hold table `r` with the row number and every column,
stored as `satudata.datasets.rows.values` says, and a table `meta` with the copy's `Facts`.
"""

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import duckdb

from satudata.datasets.rows.query import Snapshot, SnapshotColumn
from satudata.datasets.rows.values import quoted, stored_sql
from satudata.datasets.serving.facts import LAYOUT, ROW, TABLE, Facts
from satudata.datasets.serving.files import duckdb_path, sqlite_path, usable_duckdb, usable_sqlite
from satudata.validation.contracts.model import ColumnType

BATCH_ROWS = 10_000
SCRATCH_PREFIX = ".making-"
LEFT_AFTER_SECONDS = 6 * 3600
WHOLE = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.BOOLEAN)

_SQLITE_TYPES = {ColumnType.STRING: "TEXT", ColumnType.FLOAT: "REAL"}


def build_copies(parquet: Path, snapshot: Snapshot, folder: Path) -> None:
    """Make `<sha256>.sqlite` and `<sha256>.duckdb` in `folder` from the snapshot's Parquet file.

    Good copies that are there are left alone. Each appears whole or not at all, so running this twice, or twice at
    once, is safe. Picklable, for a child process. Raises `duckdb.Error` when the file is not that Parquet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if usable_sqlite(folder, snapshot) and usable_duckdb(folder, snapshot):
        return
    with scratch_folder(folder) as scratch:
        facts = _facts(parquet, snapshot, scratch)
        with ThreadPoolExecutor(2) as threads:  # DuckDB works outside the interpreter lock
            columnar = threads.submit(_build_duckdb, parquet, snapshot, facts, scratch)
            rowwise = threads.submit(_build_sqlite, parquet, snapshot, facts, scratch)
            made = {
                duckdb_path(folder, snapshot): columnar.result(),
                sqlite_path(folder, snapshot): rowwise.result(),
            }
        for target, source in made.items():
            _settle(source, target)


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """A folder beside the copies, so that moving a finished file into place is one atomic step.

    Also sweeps what a killed process left behind.
    """
    for left in folder.glob(f"{SCRATCH_PREFIX}*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > LEFT_AFTER_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=folder))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _settle(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        os.fsync(file.fileno())
    source.replace(target)


def _connect(scratch: Path, database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        database,
        config={
            "threads": 1,
            "memory_limit": "1GB",
            "temp_directory": str(scratch),
            "preserve_insertion_order": True,
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
        },
    )
    connection.execute("SET enable_progress_bar = false")  # it would draw into the log of the job
    return connection


def _selection(snapshot: Snapshot) -> str:
    columns = "".join(f", {stored_sql(column)} AS {quoted(column.name)}" for column in snapshot.columns)
    return f"SELECT file_row_number + 1 AS {ROW}{columns} FROM read_parquet($1, file_row_number = true)"  # noqa: S608 - names quoted


def _facts(parquet: Path, snapshot: Snapshot, scratch: Path) -> Facts:
    whole = [column for column in snapshot.columns if column.type in WHOLE]
    asked = ["count(*)"]
    asked += [f"count({quoted(name)})" for name in snapshot.stored_order]
    for column in whole:
        asked += [f"min({stored_sql(column)})", f"max({stored_sql(column)})"]
    with closing(_connect(scratch)) as connection:
        found = connection.execute(
            f"SELECT {', '.join(asked)} FROM read_parquet($1)",  # noqa: S608 - names are quoted
            [str(parquet)],
        ).fetchone()
    assert found is not None, "an aggregate without groups has one row"
    rows, *rest = found
    filled, extremes = rest[: len(snapshot.stored_order)], rest[len(snapshot.stored_order) :]
    ordered: list[str] = []
    for name, count in zip(snapshot.stored_order, filled, strict=True):
        if count < rows:
            break
        ordered.append(name)
    bounds = {
        column.name: max(abs(extremes[2 * index] or 0), abs(extremes[2 * index + 1] or 0))
        for index, column in enumerate(whole)
    }
    return Facts(LAYOUT, snapshot.sha256, rows, tuple(ordered), bounds)


def _build_duckdb(parquet: Path, snapshot: Snapshot, facts: Facts, scratch: Path) -> Path:
    path = scratch / "copy.duckdb"
    with closing(_connect(scratch, str(path))) as connection:
        connection.execute(f"CREATE TABLE {TABLE} AS {_selection(snapshot)}", [str(parquet)])
        connection.execute("CREATE TABLE meta AS SELECT $1 AS facts", [facts.to_json()])
        connection.execute("CHECKPOINT")
    return path


def _build_sqlite(parquet: Path, snapshot: Snapshot, facts: Facts, scratch: Path) -> Path:
    path = scratch / "copy.sqlite"
    names = [quoted(column.name) for column in snapshot.columns]
    with closing(_connect(scratch)) as source, closing(sqlite3.connect(path, isolation_level=None)) as target:
        for pragma in (
            "page_size = 8192",
            "journal_mode = OFF",
            "synchronous = OFF",
            "locking_mode = EXCLUSIVE",
        ):
            target.execute(f"PRAGMA {pragma}")
        columns = "".join(f", {declaration(column)}" for column in snapshot.columns)
        target.execute(f"CREATE TABLE {TABLE} ({ROW} INTEGER PRIMARY KEY{columns})")
        target.execute("BEGIN")
        rows = source.execute(_selection(snapshot), [str(parquet)])
        places = ", ".join("?" * (len(names) + 1))
        while batch := rows.fetchmany(BATCH_ROWS):
            target.executemany(f"INSERT INTO {TABLE} VALUES ({places})", batch)  # noqa: S608 - only places
        for index, keyed in _indexes(snapshot, facts).items():
            target.execute(f"CREATE INDEX {index} ON {TABLE} ({', '.join(map(quoted, keyed))})")
        target.execute("CREATE TABLE meta (facts TEXT NOT NULL)")
        target.execute("INSERT INTO meta VALUES (?)", [facts.to_json()])
        target.execute("COMMIT")
        target.execute("PRAGMA analysis_limit = 1000")
        target.execute("ANALYZE")
    return path


def declaration(column: SnapshotColumn) -> str:
    nullable = "" if column.nullable else " NOT NULL"
    return f"{quoted(column.name)} {_SQLITE_TYPES.get(column.type, 'INTEGER')}{nullable}"


def _indexes(snapshot: Snapshot, facts: Facts) -> dict[str, tuple[str, ...]]:
    """`stored` finds ranges of row numbers; `key` is left out where `stored` begins with the same columns."""
    indexes = {"stored": facts.ordered} if facts.ordered else {}
    if snapshot.key and set(facts.ordered[: len(snapshot.key)]) != set(snapshot.key):
        indexes["key"] = snapshot.key
    return indexes
