"""Index copies: small SQLite files beside a row store that find its row numbers by other columns than its own order.

A row store never changes, so an index learnt from traffic is a file of its own: table `r` with the row number and the
columns a question mentions, an index over the first of them, and for parts of text a full-text table of trigrams.
Rows found here are read from the row store by their numbers. A lost or broken file costs speed only.
"""

import fcntl
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from satudata.datasets.rows.query import Snapshot, SnapshotColumn
from satudata.datasets.rows.values import quoted
from satudata.datasets.serving.copies import declaration, scratch_folder
from satudata.datasets.serving.facts import LAYOUT, ROW, TABLE, TRIGRAMS
from satudata.datasets.serving.files import open_sqlite, sqlite_path

SUFFIX = ".index"
INDEX = "found"
SORT_KIB = 64 * 1024
STEPS_BETWEEN_LOOKS = 100_000


class Unsuitable(Exception):
    """This snapshot cannot have that index: a text holds U+0000, where trigrams would end."""


@dataclass(frozen=True, slots=True)
class IndexDesign:
    """What an index copy is made of.

    `equal` are columns compared with values, `sorted` those that follow in the index, with True for descending;
    `others` are only carried along. `trigrams` is the text column whose parts are found.
    """

    equal: tuple[str, ...] = ()
    sorted: tuple[tuple[str, bool], ...] = ()
    others: tuple[str, ...] = ()
    trigrams: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column it holds."""
        text = () if self.trigrams is None else (self.trigrams,)
        return tuple(dict.fromkeys((*self.equal, *(name for name, _ in self.sorted), *text, *self.others)))

    @property
    def name(self) -> str:
        """Stands for the design in a file's name."""
        return hashlib.sha256(self._json().encode()).hexdigest()[:16]

    def _json(self) -> str:
        return json.dumps([LAYOUT, self.equal, self.sorted, self.others, self.trigrams])

    def to_json(self, snapshot: Snapshot, most: tuple[int, ...]) -> str:
        """What the file says about itself."""
        return json.dumps({"design": self._json(), "sha256": snapshot.sha256, "most": most})

    @classmethod
    def read(cls, text: str, snapshot: Snapshot) -> tuple[Self, tuple[int, ...]] | None:
        """The design and its `most` (see `IndexCopy`); None when it is of another layout or snapshot."""
        raw = json.loads(text)
        layout, equal, ordered, others, trigrams = json.loads(raw["design"])
        if layout != LAYOUT or raw["sha256"] != snapshot.sha256:
            return None
        pairs = tuple((name, descending) for name, descending in ordered)
        return cls(tuple(equal), pairs, tuple(others), trigrams), tuple(raw["most"])


def index_path(folder: Path, snapshot: Snapshot, design: IndexDesign) -> Path:
    return folder / f"{snapshot.sha256}.{design.name}{SUFFIX}"


def index_paths(folder: Path, sha256: str) -> list[Path]:
    """The index copies of one snapshot that stand in the folder."""
    return sorted(folder.glob(f"{sha256}.*{SUFFIX}"))


class IndexCopy:
    """One open index copy. `most[n]` is the largest number of rows with equal values in the first n of `equal`."""

    def __init__(
        self, path: Path, design: IndexDesign, most: tuple[int, ...], connection: sqlite3.Connection
    ) -> None:
        self.path = path
        self.design = design
        self.most = most
        self.connection = connection
        self.touched = 0.0
        self._streams: dict[str, bool] = {}

    @classmethod
    def open(cls, path: Path, snapshot: Snapshot) -> Self | None:
        """None when the file is gone, cut short, broken or not an index copy of that snapshot."""
        try:
            connection = open_sqlite(path)
        except sqlite3.Error:
            return None
        try:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
            [text] = connection.execute("SELECT facts FROM meta").fetchone()
            read = IndexDesign.read(text, snapshot)
            if read is not None and path.stat().st_size == pages * page_bytes:
                return cls(path, *read, connection)
        except (sqlite3.Error, OSError, ValueError, KeyError, TypeError):
            pass
        connection.close()
        return None

    def streams(self, statement: str, values: int) -> bool:
        """Whether SQLite goes along the index and answers in its order, so that a limit ends the search."""
        known = self._streams.get(statement)
        if known is None:
            steps = self.connection.execute(f"EXPLAIN QUERY PLAN {statement}", [None] * values).fetchall()
            plan = "\n".join(step for *_, step in steps)
            known = (f"INDEX {INDEX}" in plan or "VIRTUAL TABLE INDEX" in plan) and "TEMP B-TREE" not in plan
            self._streams[statement] = known
        return known


@contextmanager
def only_maker(folder: Path) -> Iterator[bool]:
    """True for one at a time among all processes that share the folder: making an index takes a core for a while."""
    with (folder / ".indexes.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True  # closing lets go of it


class IndexMaking:
    """Makes one index copy; `stop` may be called from another thread."""

    def __init__(self, folder: Path, snapshot: Snapshot, design: IndexDesign) -> None:
        self._folder = folder
        self._snapshot = snapshot
        self._design = design
        self.stopped = False

    def stop(self) -> None:
        """`run` then raises sqlite3.OperationalError."""
        self.stopped = True

    def run(self) -> None:
        """Whole or not at all. Raises Unsuitable; sqlite3.Error, OSError."""
        with scratch_folder(self._folder) as scratch:
            path = scratch / "copy.index"
            uri = path.absolute().as_uri()
            with closing(
                sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
            ) as connection:
                connection.set_progress_handler(lambda: self.stopped, STEPS_BETWEEN_LOOKS)
                self._fill(connection)
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.replace(index_path(self._folder, self._snapshot, self._design))

    def _fill(self, connection: sqlite3.Connection) -> None:
        design, table = self._design, quoted(TABLE)
        columns = {column.name: column for column in self._snapshot.columns}
        for pragma in (
            "page_size = 8192",
            "journal_mode = OFF",
            "synchronous = OFF",
            f"cache_size = -{SORT_KIB}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        source = f"{sqlite_path(self._folder, self._snapshot).absolute().as_uri()}?mode=ro&immutable=1"
        connection.execute("ATTACH ? AS copy", [source])
        if design.trigrams is not None:
            self._refuse_zeros(connection, columns[design.trigrams])
        declared = "".join(f", {declaration(columns[name])}" for name in design.columns)
        names = "".join(f", {quoted(name)}" for name in design.columns)
        connection.execute(f"CREATE TABLE {table} ({ROW} INTEGER PRIMARY KEY{declared})")
        connection.execute(f"INSERT INTO {table} SELECT {ROW}{names} FROM copy.{table} ORDER BY {ROW}")  # noqa: S608 - names quoted
        connection.execute("DETACH copy")
        if design.equal or design.sorted:
            connection.execute(f"CREATE INDEX {INDEX} ON {table} ({', '.join(_index_columns(design))})")
        if design.trigrams is not None:
            self._fill_trigrams(connection, design.trigrams)
        most = self._most(connection)
        connection.execute("CREATE TABLE meta (facts TEXT NOT NULL)")
        connection.execute("INSERT INTO meta VALUES (?)", [design.to_json(self._snapshot, most)])

    def _refuse_zeros(self, connection: sqlite3.Connection, column: SnapshotColumn) -> None:
        [found] = connection.execute(
            f"SELECT EXISTS (SELECT 1 FROM copy.{TABLE} WHERE instr({quoted(column.name)}, char(0)))"  # noqa: S608 - names quoted
        ).fetchone()
        if found:
            raise Unsuitable(f"{self._snapshot.dataset}: {column.name} holds U+0000")

    def _fill_trigrams(self, connection: sqlite3.Connection, name: str) -> None:
        connection.execute(
            f"CREATE VIRTUAL TABLE {TRIGRAMS} USING fts5(text, content='', detail=none, tokenize='trigram')"
        )
        connection.execute(
            f"INSERT INTO {TRIGRAMS} (rowid, text) SELECT {ROW}, {quoted(name)} FROM {TABLE}"  # noqa: S608 - names quoted
            f" WHERE {quoted(name)} IS NOT NULL ORDER BY {ROW}"
        )
        connection.execute(f"INSERT INTO {TRIGRAMS} ({TRIGRAMS}) VALUES ('optimize')")  # noqa: S608 - a constant

    def _most(self, connection: sqlite3.Connection) -> tuple[int, ...]:
        most = [self._snapshot.row_count]
        for count in range(1, len(self._design.equal) + 1):
            leading = ", ".join(map(quoted, self._design.equal[:count]))
            [largest] = connection.execute(
                f"SELECT max(n) FROM (SELECT count(*) AS n FROM {TABLE} GROUP BY {leading})"  # noqa: S608 - names quoted
            ).fetchone()
            most.append(largest or 0)
        return tuple(most)


def _index_columns(design: IndexDesign) -> list[str]:
    """No others at the end: rows with equal values follow each other by their numbers."""
    ordered = [quoted(name) for name in design.equal]
    ordered += [f"{quoted(name)} DESC" if descending else quoted(name) for name, descending in design.sorted]
    return ordered
