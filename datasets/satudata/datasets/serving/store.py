"""Serving copies as the web process uses them: there when asked for, opened once, bounded in number and size."""

import asyncio
import os
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from satudata.datasets.files.keys import lake_key
from satudata.datasets.files.store import FileMissing, FileStore
from satudata.datasets.rows.query import Snapshot
from satudata.datasets.serving.columnar import ColumnarStore
from satudata.datasets.serving.facts import Facts
from satudata.datasets.serving.files import (
    CopyDamaged,
    duckdb_path,
    is_damage,
    open_sqlite,
    read_facts,
    sqlite_path,
)
from satudata.datasets.serving.index_store import IndexStore
from satudata.datasets.serving.indexes import index_paths

Build = Callable[[str, Snapshot], Awaitable[None]]
"""Makes the copies of the snapshot whose Parquet is kept under that key, in the store's folder (see `copies`)."""

SUFFIXES = (".sqlite", ".duckdb")
TOUCH_SECONDS = 60.0


class _Opened:
    """One thread's connection to a row store."""

    __slots__ = ("connection", "facts", "touched")

    def __init__(self, connection: sqlite3.Connection, facts: Facts) -> None:
        self.connection = connection
        self.facts = facts
        self.touched = 0.0


class ServingStore:
    """`build(key, snapshot)` is awaited when a copy is missing or damaged, once at a time for a snapshot.

    At most `max_open` copies of each kind are open (row stores: in each thread). `max_bytes` is for `trim`.
    """

    def __init__(
        self,
        folder: Path,
        files: FileStore,
        build: Build,
        *,
        max_bytes: int | None = None,
        max_open: int = 64,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._files = files
        self._build = build
        self._max_bytes = max_bytes
        self._max_open = max_open
        self._local = threading.local()
        self._opened: set[sqlite3.Connection] = set()
        self._building: dict[str, asyncio.Task[None]] = {}
        self.columnar = ColumnarStore(folder, max_open=max_open)
        self.indexes = IndexStore(folder, max_open=max_open)

    async def ensure(self, snapshot: Snapshot) -> None:
        """Return when both copies are there and good. Raises FileMissing when the lake has lost the file.

        A caller that gives up does not stop the making: others may wait for it, and the next will be glad.
        """
        if self.is_open(snapshot) or self._is_there(snapshot):
            return
        await self._make(snapshot)

    async def replace(self, snapshot: Snapshot) -> None:
        """Throw both copies away and make them anew: one turned out to be damaged."""
        if snapshot.sha256 not in self._building:
            await self._discard(snapshot)
        await self._make(snapshot)

    @contextmanager
    def row_store(self, snapshot: Snapshot) -> Iterator[tuple[sqlite3.Connection, Facts]]:
        """This thread's connection. Raises CopyDamaged, also when reading in the block finds damage."""
        try:
            opened = self._open(snapshot)
            yield opened.connection, opened.facts
        except (sqlite3.DatabaseError, FileNotFoundError) as error:
            if is_damage(error):
                raise CopyDamaged(str(error)) from error
            raise

    async def trim(self, keep: Collection[str] = ()) -> list[str]:
        """Remove the copies used longest ago until the folder fits `max_bytes`; returns their hashes.

        `keep` (hashes) and copies in use stay.
        """
        return await asyncio.to_thread(self._trim, {*keep, *self._connections(), *self._building})

    def hashes(self) -> set[str]:
        """Snapshots that have a copy in the folder."""
        return {path.stem for suffix in SUFFIXES for path in self.folder.glob(f"*{suffix}")}

    def _files_of(self, sha256: str) -> list[Path]:
        return [
            *(self.folder / f"{sha256}{suffix}" for suffix in SUFFIXES),
            *index_paths(self.folder, sha256),
        ]

    def close(self) -> None:
        """Close every connection."""
        for connection in self._opened:
            connection.close()
        self._opened.clear()
        self._local = threading.local()
        self.columnar.close()
        self.indexes.close()

    # ---- opening

    def _connections(self) -> OrderedDict[str, _Opened]:
        if not hasattr(self._local, "connections"):
            self._local.connections = OrderedDict()
        connections: OrderedDict[str, _Opened] = self._local.connections
        return connections

    def is_open(self, snapshot: Snapshot) -> bool:
        """Whether this thread has the row store open: `ensure` would return at once."""
        return snapshot.sha256 in self._connections()

    def _open(self, snapshot: Snapshot) -> _Opened:
        connections = self._connections()
        opened = connections.get(snapshot.sha256)
        if opened is None:
            path = sqlite_path(self.folder, snapshot)
            connection = open_sqlite(path)
            try:
                facts = read_facts(connection, path, snapshot)
            except BaseException:
                connection.close()
                raise
            if facts is None:
                connection.close()
                raise CopyDamaged(f"{path.name} is not a whole copy of its snapshot")
            opened = connections[snapshot.sha256] = _Opened(connection, facts)
            self._opened.add(connection)
            while len(connections) > self._max_open:
                self._forget(connections, next(iter(connections)))
        connections.move_to_end(snapshot.sha256)
        self._touch(opened, snapshot)
        return opened

    def _forget(self, connections: OrderedDict[str, _Opened], sha256: str) -> None:
        opened = connections.pop(sha256, None)
        if opened is not None:
            self._opened.discard(opened.connection)
            opened.connection.close()

    def _touch(self, opened: _Opened, snapshot: Snapshot) -> None:
        """Note on the file that it is in use, for `trim` in any process."""
        now = time.monotonic()
        if now - opened.touched > TOUCH_SECONDS:
            opened.touched = now
            with suppress(OSError):
                os.utime(sqlite_path(self.folder, snapshot))

    # ---- making

    def _is_there(self, snapshot: Snapshot) -> bool:
        try:
            self._open(snapshot)
        except (CopyDamaged, sqlite3.Error, OSError):
            return False
        return duckdb_path(self.folder, snapshot).is_file()

    async def _discard(self, snapshot: Snapshot) -> None:
        self._forget(self._connections(), snapshot.sha256)
        if self.columnar.is_open(snapshot.sha256):
            await asyncio.to_thread(self.columnar.forget, snapshot)
        self.indexes.discard(snapshot)
        for path in (sqlite_path(self.folder, snapshot), duckdb_path(self.folder, snapshot)):
            path.unlink(missing_ok=True)

    async def _make(self, snapshot: Snapshot) -> None:
        task = self._building.get(snapshot.sha256)
        if task is None:
            task = self._building[snapshot.sha256] = asyncio.create_task(self._build_once(snapshot))
            task.add_done_callback(lambda _: self._building.pop(snapshot.sha256, None))
        await asyncio.shield(task)

    async def _build_once(self, snapshot: Snapshot) -> None:
        key = lake_key(snapshot.dataset, snapshot.sha256)
        if not await self._files.exists(key):
            raise FileMissing(key)
        await self._discard(snapshot)
        await self._build(key, snapshot)

    def _trim(self, keep: set[str]) -> list[str]:
        """In a thread of its own: touches files only. A copy another process has open stays readable to it."""
        used: dict[str, tuple[float, int]] = {}
        for sha256 in self.hashes():
            stats = []
            for path in self._files_of(sha256):
                with suppress(FileNotFoundError):
                    stats.append(path.stat())
            used[sha256] = (
                max((stat.st_mtime for stat in stats), default=0.0),
                sum(stat.st_size for stat in stats),
            )
        total = sum(size for _, size in used.values())
        removed: list[str] = []
        for sha256, (_, size) in sorted(used.items(), key=lambda item: item[1][0]):
            if self._max_bytes is None or total <= self._max_bytes:
                break
            if sha256 in keep or self.columnar.is_open(sha256):
                continue
            for path in self._files_of(sha256):
                path.unlink(missing_ok=True)
            total -= size
            removed.append(sha256)
        return removed
