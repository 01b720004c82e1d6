"""A question that takes too long is stopped, not left behind: the thread that worked on it is free again."""

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from satudata.datasets.rows import sqlite_engine
from satudata.datasets.rows.deadline import Deadline, DeadlineExceeded
from satudata.datasets.rows.duckdb_engine import Scanner
from satudata.datasets.rows.query import OrderTerm, RowQuery, Snapshot
from satudata.datasets.rows.reader import RowReader
from satudata.datasets.rows.sql import Statement
from satudata.datasets.serving.store import ServingStore

if TYPE_CHECKING:
    from .conftest import Serve, TableMaker

ENDLESS_IN_SQLITE = Statement(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n, r", ()
)
ENDLESS_IN_DUCKDB = Statement(
    "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE (a.range * b.range) % 7 = 3", ()
)
QUICK = Statement("SELECT 42", ())

LIMIT = 0.2
SOON = 5.0
"""Far more than stopping takes on a busy machine, far less than the endless statements would."""


@pytest.fixture
async def table(serve: "Serve", make_table: "TableMaker") -> tuple[Snapshot, ServingStore]:
    built = make_table("sorted, key apart", 400)
    store = serve(built)
    await store.ensure(built.snapshot)
    return built.snapshot, store


async def test_sqlite_stops(table: tuple[Snapshot, ServingStore]) -> None:
    snapshot, store = table
    start = time.monotonic()
    with store.row_store(snapshot) as (connection, _):
        with pytest.raises(DeadlineExceeded) as stopped:
            sqlite_engine.run(connection, ENDLESS_IN_SQLITE, [], Deadline.after(LIMIT))
        assert LIMIT <= time.monotonic() - start < SOON
        assert sqlite_engine.run(connection, QUICK, [], Deadline.after(SOON)) == [(42,)]
    assert stopped.value.code == "TIMEOUT"
    assert "dihentikan" in stopped.value.message.id


async def test_duckdb_stops_and_frees_its_thread(table: tuple[Snapshot, ServingStore]) -> None:
    snapshot, store = table
    scanner = Scanner(store.columnar, threads=1)
    start = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        await scanner.run(snapshot, ENDLESS_IN_DUCKDB, [], Deadline.after(LIMIT))
    assert LIMIT <= time.monotonic() - start < SOON
    assert await scanner.run(snapshot, QUICK, [], Deadline.after(SOON)) == [(42,)]
    scanner.close()


async def test_waiting_for_a_thread_counts(table: tuple[Snapshot, ServingStore]) -> None:
    snapshot, store = table
    scanner = Scanner(store.columnar, threads=1)
    working = asyncio.create_task(scanner.run(snapshot, ENDLESS_IN_DUCKDB, [], Deadline.after(SOON)))
    await asyncio.sleep(0)
    start = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        await scanner.run(snapshot, QUICK, [], Deadline.after(LIMIT))
    assert time.monotonic() - start < SOON - LIMIT
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    scanner.close()


async def test_a_cancelled_reader_frees_the_thread(table: tuple[Snapshot, ServingStore]) -> None:
    snapshot, store = table
    scanner = Scanner(store.columnar, threads=1)
    working = asyncio.create_task(scanner.run(snapshot, ENDLESS_IN_DUCKDB, [], Deadline.after(3600)))
    await asyncio.sleep(0)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert await scanner.run(snapshot, QUICK, [], Deadline.after(SOON)) == [(42,)]
    scanner.close()


async def test_a_deadline_that_is_over_starts_nothing(table: tuple[Snapshot, ServingStore]) -> None:
    snapshot, store = table
    reader = RowReader(store, inline_rows=-1)
    query = RowQuery(snapshot, ("nomor",), order=(OrderTerm("jumlah"),))
    with pytest.raises(DeadlineExceeded):
        await reader.page(query, Deadline.after(0))
    assert len((await reader.page(query, Deadline.after(SOON))).rows) == 100
    await reader.close()
