"""Runs statements on the column store, in a few threads of their own, and really stops them.

DuckDB notices `interrupt()` only while it works, and a call that comes just before is lost: it is repeated until the
thread has let go.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, Generic, TypeVar

import duckdb

from satudata.datasets.rows.deadline import Deadline, DeadlineExceeded
from satudata.datasets.rows.query import Snapshot
from satudata.datasets.rows.sql import Statement
from satudata.datasets.serving.columnar import ColumnarStore
from satudata.datasets.serving.files import CopyDamaged

Answer = TypeVar("Answer")

INTERRUPT_AGAIN_SECONDS = 0.02


class Scanner:
    """`threads` scans run at once; more wait their turn, and stop waiting at their deadline."""

    def __init__(self, store: ColumnarStore, *, threads: int) -> None:
        self._store = store
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="scan")

    async def run(
        self, snapshot: Snapshot, statement: Statement, values: Sequence[Any], deadline: Deadline
    ) -> list[tuple[Any, ...]]:
        """All rows of the answer. Raises DeadlineExceeded, CopyDamaged; a cancelled caller stops the scan too."""
        return await self.read((snapshot,), statement, values, deadline, duckdb.DuckDBPyConnection.fetchall)

    async def read(
        self,
        snapshots: Sequence[Snapshot],
        statement: Statement,
        values: Sequence[Any],
        deadline: Deadline,
        fetch: Callable[[duckdb.DuckDBPyConnection], Answer],
    ) -> Answer:
        """What `fetch` makes of the answer, in a thread of the pool. `run` for several snapshots; raises as it does."""
        deadline.check()
        scan = _Scan(self._store, snapshots, statement.text, statement.bind(values), fetch)
        running = self._pool.submit(scan.run)
        watch = asyncio.get_running_loop().call_later(deadline.remaining(), _stop, scan, running)
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            if scan.stopped and running.cancelled():  # by the deadline, while it waited for a thread
                raise DeadlineExceeded from None
            _stop(scan, running)
            raise
        finally:
            watch.cancel()

    def close(self) -> None:
        """Wait for running scans, then end the threads."""
        self._pool.shutdown(cancel_futures=True)


def _stop(scan: "_Scan[Any]", running: "Future[Any]") -> None:
    if scan.stop(running):
        asyncio.get_running_loop().call_later(INTERRUPT_AGAIN_SECONDS, _stop, scan, running)


class _Scan(Generic[Answer]):
    def __init__(
        self,
        store: ColumnarStore,
        snapshots: Sequence[Snapshot],
        text: str,
        parameters: list[Any],
        fetch: Callable[[duckdb.DuckDBPyConnection], Answer],
    ) -> None:
        self.stopped = False
        self._store = store
        self._snapshots = sorted(snapshots, key=lambda snapshot: snapshot.sha256)
        """In one order, so that two scans never wait for each other's copies."""
        self._text = text
        self._parameters = parameters
        self._fetch = fetch
        self._lock = threading.Lock()
        self._cursor: duckdb.DuckDBPyConnection | None = None

    def run(self) -> Answer:
        """In a thread of the pool."""
        try:
            return self._run()
        except duckdb.FatalException:  # an earlier fault has ended the instance
            self._store.restart()
            return self._run()

    def _run(self) -> Answer:
        try:
            with self._attached() as cursor, self._stoppable(cursor):
                if self.stopped:
                    raise DeadlineExceeded
                return self._fetch(cursor.execute(self._text, self._parameters))
        except duckdb.InterruptException as error:
            raise DeadlineExceeded from error
        except duckdb.Error as error:
            if _is_damage(error):
                raise CopyDamaged(str(error)) from error
            raise

    @contextmanager
    def _attached(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with ExitStack() as copies:
            *_, cursor = [copies.enter_context(self._store.cursor(snapshot)) for snapshot in self._snapshots]
            yield cursor

    @contextmanager
    def _stoppable(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
        with self._lock:
            self._cursor = cursor
        try:
            yield
        finally:
            with self._lock:
                self._cursor = None

    def stop(self, running: "Future[Any]") -> bool:
        """From the event loop. True when it must be called again."""
        self.stopped = True
        if running.cancel() or running.done():
            return False
        with self._lock:
            if self._cursor is not None:
                self._cursor.interrupt()
        return True


def _is_damage(error: duckdb.Error) -> bool:
    """A file that cannot be read; a block with a wrong checksum comes as the plain base class."""
    return type(error) is duckdb.Error or isinstance(
        error, duckdb.IOException | duckdb.SerializationException
    )
