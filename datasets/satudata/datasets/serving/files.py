"""Where serving copies stand in their folder, and whether one that stands there can be used."""

import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb

from satudata.datasets.rows.query import Snapshot
from satudata.datasets.serving.facts import Facts


class CopyDamaged(Exception):
    """A copy could not be opened or read. `ServingStore.replace` makes it anew."""


def sqlite_path(folder: Path, snapshot: Snapshot) -> Path:
    return folder / f"{snapshot.sha256}.sqlite"


def duckdb_path(folder: Path, snapshot: Snapshot) -> Path:
    return folder / f"{snapshot.sha256}.duckdb"


def usable_sqlite(folder: Path, snapshot: Snapshot) -> Facts | None:
    """The facts of the row store when it is whole and this snapshot's."""
    path = sqlite_path(folder, snapshot)
    try:
        with closing(open_sqlite(path)) as connection:
            return read_facts(connection, path, snapshot)
    except (sqlite3.Error, OSError):
        return None


def usable_duckdb(folder: Path, snapshot: Snapshot) -> Facts | None:
    """The facts of the column store when it is whole and this snapshot's. Not for the process that serves it."""
    try:
        with closing(duckdb.connect(str(duckdb_path(folder, snapshot)), read_only=True)) as connection:
            found = connection.execute("SELECT facts FROM meta").fetchone()
    except duckdb.Error:
        return None
    facts = Facts.from_json(found[0]) if found else None
    return facts if facts and facts.fit(snapshot.sha256, snapshot.row_count) else None


def open_sqlite(path: Path) -> sqlite3.Connection:
    """Read-only and without locks: a copy never changes once it has its name. Usable from any one thread at a time."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro&immutable=1",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )


def read_facts(connection: sqlite3.Connection, path: Path, snapshot: Snapshot) -> Facts | None:
    """The facts, unless the file is cut short or another snapshot's. Raises sqlite3.Error when it is damaged."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
    found = connection.execute("SELECT facts FROM meta").fetchone()
    facts = Facts.from_json(found[0]) if found else None
    if facts is None or path.stat().st_size != pages * page_bytes:
        return None
    return facts if facts.fit(snapshot.sha256, snapshot.row_count) else None


def is_damage(error: Exception) -> bool:
    """Whether an error of SQLite, or a missing file, says that the file is of no use."""
    if isinstance(error, FileNotFoundError):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else None
    missing_table = isinstance(error, sqlite3.OperationalError) and "no such table" in str(error)
    return missing_table or primary in (
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
    )
