"""The two copies: what is in them, and that they appear whole, once."""

import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pytest

from satudata.datasets.serving.copies import LEFT_AFTER_SECONDS, build_copies
from satudata.datasets.serving.facts import Facts

if TYPE_CHECKING:
    from .conftest import Lake


def test_both_hold_the_same_rows_in_stored_order(lake: "Lake") -> None:
    snapshot = lake.add("satu")
    build_copies(lake.parquet(snapshot), snapshot, lake.folder)

    with closing(sqlite3.connect(lake.copy(snapshot, ".sqlite"))) as connection:
        rows = connection.execute("SELECT * FROM r ORDER BY _row").fetchall()
        facts = Facts.from_json(connection.execute("SELECT facts FROM meta").fetchone()[0])
    with closing(duckdb.connect(str(lake.copy(snapshot, ".duckdb")), read_only=True)) as connection:
        assert connection.execute("SELECT * FROM r").fetchall() == rows
        assert Facts.from_json(connection.execute("SELECT facts FROM meta").fetchall()[0][0]) == facts

    assert [row[0] for row in rows] == list(range(1, 301))
    years = [row[3] for row in rows]
    assert years == sorted(years, key=lambda year: (year is None, year or 0))
    assert all(isinstance(row[2], int) for row in rows)
    assert facts.rows == 300
    assert facts.ordered == ()  # the first sorting column has nulls
    assert facts.bounds == {"nilai": 999, "tahun": 2022}


def test_good_copies_are_left_alone(lake: "Lake") -> None:
    snapshot = lake.add("satu")
    build_copies(lake.parquet(snapshot), snapshot, lake.folder)
    before = {path.name: path.stat().st_ino for path in lake.folder.iterdir()}
    build_copies(lake.parquet(snapshot), snapshot, lake.folder)
    assert {path.name: path.stat().st_ino for path in lake.folder.iterdir()} == before
    assert set(before) == {f"{snapshot.sha256}.sqlite", f"{snapshot.sha256}.duckdb"}


def test_making_them_twice_at_once_is_safe(lake: "Lake") -> None:
    snapshot = lake.add("satu")
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: build_copies(lake.parquet(snapshot), snapshot, lake.folder), range(3)))
    assert {path.suffix for path in lake.folder.iterdir()} == {".sqlite", ".duckdb"}


def test_a_wrong_file_leaves_nothing(lake: "Lake") -> None:
    snapshot = lake.add("satu")
    lake.parquet(snapshot).write_bytes(b"not a Parquet file")
    with pytest.raises(duckdb.Error):
        build_copies(lake.parquet(snapshot), snapshot, lake.folder)
    assert list(lake.folder.iterdir()) == []


def test_what_a_killed_process_left_is_swept(lake: "Lake") -> None:
    snapshot = lake.add("satu")
    fresh, old = lake.folder / ".making-fresh", lake.folder / ".making-old"
    for left in (fresh, old):
        left.mkdir(parents=True)
        (left / "copy.sqlite").write_bytes(b"half")
    long_ago = time.time() - 2 * LEFT_AFTER_SECONDS
    os.utime(old, (long_ago, long_ago))

    build_copies(lake.parquet(snapshot), snapshot, lake.folder)

    assert fresh.exists()  # somebody may be at work there
    assert not old.exists()
