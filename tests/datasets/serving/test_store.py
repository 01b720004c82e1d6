"""A store always has good copies to read: missing, foreign and damaged ones are made anew."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from satudata.datasets.files.store import FileMissing
from satudata.datasets.rows.deadline import Deadline, DeadlineExceeded
from satudata.datasets.rows.query import Condition, Operator, OrderTerm, RowQuery, Snapshot
from satudata.datasets.rows.reader import RowReader
from satudata.datasets.serving.columnar import schema_name
from satudata.datasets.serving.store import ServingStore

if TYPE_CHECKING:
    from .conftest import Lake


async def first_codes(store: ServingStore, snapshot: Snapshot, inline_rows: int) -> list[str]:
    """A question that must be found in SQLite or in DuckDB."""
    reader = RowReader(store, inline_rows=inline_rows)
    try:
        query = RowQuery(snapshot, ("kode",), order=(OrderTerm("nilai"), OrderTerm("kode")), first=3)
        page = await reader.page(query, Deadline.after(60))
        assert page.engine == ("duckdb" if inline_rows < 0 else "sqlite")
        return [code for (code,) in page.rows]
    finally:
        await reader.close()


async def test_copies_are_made_once_for_all_who_wait(lake: "Lake") -> None:
    snapshot = lake.add("satu")
    store = lake.open()
    answers = await asyncio.gather(*(first_codes(store, snapshot, rows) for rows in (-1, 1000) * 4))
    assert len(lake.builds) == 1
    assert answers == [answers[0]] * 8
    assert answers[0] == ["satu-0", "satu-298", "satu-271"]


def truncated(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def overwritten(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def damaged_inside(path: Path) -> None:
    """The first pages are whole, so it opens; what follows is not."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(3 * 8192)
        file.write(b"\x5a" * (size - 3 * 8192))


def missing(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [truncated, overwritten, damaged_inside, missing])
@pytest.mark.parametrize("suffix", [".sqlite", ".duckdb"])
async def test_a_damaged_copy_is_made_anew(lake: "Lake", suffix: str, damage: Callable[[Path], None]) -> None:
    snapshot = lake.add("satu", rows=5000)
    before = lake.open()
    expected = await first_codes(before, snapshot, -1)
    before.close()
    damage(lake.copy(snapshot, suffix))

    store = lake.open()
    for inline_rows in (-1, 10_000):
        assert await first_codes(store, snapshot, inline_rows) == expected
    assert len(lake.builds) == 2


@pytest.mark.parametrize("suffix", [".sqlite", ".duckdb"])
async def test_another_snapshots_copy_is_not_believed(lake: "Lake", suffix: str) -> None:
    snapshot, other = lake.add("satu"), lake.add("dua")
    store = lake.open()
    await store.ensure(other)
    await store.ensure(snapshot)
    store.close()
    lake.copy(snapshot, suffix).write_bytes(lake.copy(other, suffix).read_bytes())

    again = lake.open()
    assert (await first_codes(again, snapshot, -1))[0] == "satu-0"
    assert (await first_codes(again, snapshot, 1000))[0] == "satu-0"
    assert lake.builds.count(snapshot.sha256) == 2


async def test_a_copy_of_an_older_layout_is_made_anew(lake: "Lake") -> None:
    snapshot = lake.add("satu")
    store = lake.open()
    await store.ensure(snapshot)
    store.close()
    with closing(sqlite3.connect(lake.copy(snapshot, ".sqlite"))) as connection, connection:
        connection.execute("""UPDATE meta SET facts = replace(facts, '"layout": ', '"layout": 9')""")

    await lake.open().ensure(snapshot)
    assert len(lake.builds) == 2


async def test_a_copy_damaged_while_in_use_is_made_anew(lake: "Lake") -> None:
    snapshot = lake.add("satu", rows=5000)
    store = lake.open()
    expected = await first_codes(store, snapshot, -1)
    for suffix in (".sqlite", ".duckdb"):
        lake.copy(snapshot, suffix).unlink()
    store.columnar.forget(snapshot)  # as when others were asked for since

    assert await first_codes(store, snapshot, -1) == expected
    assert len(lake.builds) == 2


async def test_a_lost_lake_file_is_named(lake: "Lake") -> None:
    snapshot = lake.add("satu")
    lake.parquet(snapshot).unlink()
    with pytest.raises(FileMissing) as lost:
        await lake.open().ensure(snapshot)
    assert snapshot.sha256 in lost.value.key


async def test_a_reader_does_not_wait_longer_than_it_may_for_copies(lake: "Lake") -> None:
    snapshot = lake.add("satu")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(key: str, wanted: Snapshot) -> None:
        begun.set()
        await go_on.wait()

    store = ServingStore(lake.folder, lake.files, slow)
    lake.opened.append(store)
    reader = RowReader(store)
    with pytest.raises(DeadlineExceeded) as late:
        await reader.count(snapshot, Condition("tahun", Operator.EQ, 2020), Deadline.after(0.05))
    assert "disiapkan" in late.value.message.id
    assert begun.is_set()
    go_on.set()
    await reader.close()


async def test_few_are_open_and_all_are_served(lake: "Lake") -> None:
    snapshots = [lake.add(name) for name in ("satu", "dua", "tiga")]
    store = lake.open(max_open=1)
    for _ in range(2):
        for snapshot in snapshots:
            for inline_rows in (-1, 1000):
                codes = await first_codes(store, snapshot, inline_rows)
                assert codes[0].startswith(snapshot.dataset.removeprefix("contoh/"))
    assert len(lake.builds) == 3
    assert [store.columnar.is_open(snapshot.sha256) for snapshot in snapshots] == [False, False, True]
    assert [store.is_open(snapshot) for snapshot in snapshots] == [False, False, True]


async def test_trimming_removes_what_was_used_longest_ago(lake: "Lake") -> None:
    snapshots = [lake.add(name) for name in ("satu", "dua", "tiga", "empat")]
    store = lake.open()
    for age, snapshot in enumerate(snapshots):
        await store.ensure(snapshot)
        for suffix in (".sqlite", ".duckdb"):
            os.utime(lake.copy(snapshot, suffix), (1_700_000_000 + age, 1_700_000_000 + age))
    store.close()
    size = sum(lake.copy(snapshots[0], suffix).stat().st_size for suffix in (".sqlite", ".duckdb"))

    assert await lake.open().trim() == []
    small = lake.open(max_bytes=2 * size + size // 2)
    removed = await small.trim(keep=[snapshots[0].sha256])

    assert removed == [snapshots[1].sha256, snapshots[2].sha256]
    assert small.hashes() == {snapshots[0].sha256, snapshots[3].sha256}


async def test_trimming_spares_what_is_open(lake: "Lake") -> None:
    snapshot = lake.add("satu")
    store = lake.open(max_bytes=0)
    await store.ensure(snapshot)
    await first_codes(store, snapshot, -1)
    assert await store.trim() == []
    assert lake.copy(snapshot, ".duckdb").exists()


async def test_duckdb_reaches_nothing_but_the_copies(lake: "Lake", tmp_path: Path) -> None:
    snapshot = lake.add("satu")
    store = lake.open()
    await store.ensure(snapshot)
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with store.columnar.cursor(snapshot) as cursor:
        assert cursor.execute(f"SELECT count(*) FROM {schema_name(snapshot)}.r").fetchall() == [(300,)]
        for statement in (
            f"SELECT * FROM read_csv('{secret}')",
            f"COPY (SELECT 1) TO '{secret}'",
            f"ATTACH '{tmp_path / 'new.duckdb'}' AS new",
            "SET enable_external_access = true",
            "INSTALL httpfs",
            f"DELETE FROM {schema_name(snapshot)}.r",
        ):
            with pytest.raises(duckdb.Error):
                cursor.execute(statement)


async def test_an_instance_that_gave_up_is_replaced(lake: "Lake") -> None:
    snapshot = lake.add("satu")
    store = lake.open()
    expected = await first_codes(store, snapshot, -1)
    store.columnar.restart()
    assert await first_codes(store, snapshot, -1) == expected
    assert len(lake.builds) == 1


async def test_the_same_rows_under_another_contract(lake: "Lake") -> None:
    """Two versions with the same bytes share copies, whatever their number."""
    snapshot = lake.add("satu")
    store = lake.open()
    await store.ensure(snapshot)
    later = replace(snapshot, number=2)
    assert await first_codes(store, later, -1) == await first_codes(store, snapshot, 1000)
    assert len(lake.builds) == 1
