"""Rows of one large table, below GraphQL: how long the copies take to make, how large they are, how fast they answer.

Run it alone on a quiet machine: `python tests/bench/rows_bench.py [ROWS]` (a million by default).
"""

import asyncio
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from satudata.datasets.files.keys import lake_key
from satudata.datasets.files.store import FileStore
from satudata.datasets.lake.snapshots import snapshot_of, write_snapshot
from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.query import (
    AggregateQuery,
    And,
    Condition,
    GroupKey,
    Measure,
    MeasureFunction,
    Operator,
    OrderTerm,
    Predicate,
    RowQuery,
    Snapshot,
)
from satudata.datasets.rows.reader import RowReader
from satudata.datasets.rows.sql import Engine
from satudata.datasets.serving.copies import build_copies
from satudata.datasets.serving.indexes import index_paths
from satudata.datasets.serving.store import ServingStore
from satudata.validation.contracts.model import Column, ColumnType, DataContract
from satudata.validation.text import Text

COLUMNS = {
    "kode_wilayah": ColumnType.STRING,
    "tahun": ColumnType.INTEGER,
    "nomor": ColumnType.INTEGER,
    "nama": ColumnType.STRING,
    "golongan": ColumnType.STRING,
    "catatan": ColumnType.STRING,
    "jumlah": ColumnType.DECIMAL,
    "nilai": ColumnType.FLOAT,
    "tanggal": ColumnType.DATE,
    "aktif": ColumnType.BOOLEAN,
}


def contract() -> DataContract:
    return DataContract(
        id="bangku/uji",
        version="1.0.0",
        status="active",
        agency="bangku",
        steward="bangku",
        title=Text("Uji", "Bench"),
        description=Text("Uji", "Bench"),
        columns=tuple(
            Column(
                name=name,
                header=name,
                type=kind,
                title=Text(name, name),
                required=name != "catatan",
                key_position=1 if name == "nomor" else None,
                precision=15 if kind is ColumnType.DECIMAL else None,
                scale=2 if kind is ColumnType.DECIMAL else 0,
            )
            for name, kind in COLUMNS.items()
        ),
        sort=("kode_wilayah", "tahun"),
    )


def write_typed(path: Path, rows: int) -> None:
    """As a check leaves it: in the order of the file, which is no order."""
    duckdb.sql(
        f"""COPY (SELECT lpad((11 + hash(i) % 34)::VARCHAR, 2, '0') || '.' || lpad((hash(i * 3) % 20)::VARCHAR, 2, '0')
            AS kode_wilayah, 2000 + (hash(i * 5) % 25)::BIGINT AS tahun, i AS nomor, 'Nama ' || md5(i::VARCHAR) AS nama,
            ['rendah', 'sedang', 'tinggi'][1 + i % 3] AS golongan,
            CASE WHEN i % 10 > 0 THEN 'Catatan ' || md5((i * 7)::VARCHAR) || md5((i * 11)::VARCHAR) END AS catatan,
            ((hash(i * 13) % 100000000)::DECIMAL(15, 2) / 100)::DECIMAL(15, 2) AS jumlah,
            (hash(i * 17) % 1000003) / 1000003.0 AS nilai,
            DATE '2000-01-01' + (hash(i * 19) % 9000)::INTEGER AS tanggal,
            i % 2 = 0 AS aktif FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)"""
    )


def megabytes(path: Path) -> float:
    return path.stat().st_size / 1e6


async def milliseconds(ask: Callable[[], Awaitable[Any]], runs: int = 60) -> tuple[float, float, Any]:
    """Median, 95th percentile, last answer; the first five warm up."""
    taken, answer = [], None
    end = time.perf_counter() + 6
    while len(taken) < runs and (len(taken) < 8 or time.perf_counter() < end):
        start = time.perf_counter()
        answer = await ask()
        taken.append((time.perf_counter() - start) * 1e3)
    kept = sorted(taken[5:])
    return statistics.median(kept), kept[int(len(kept) * 0.95)], answer


def questions(snapshot: Snapshot, reader: RowReader) -> dict[str, Callable[[], Awaitable[Any]]]:
    rng = random.Random(7)
    names = tuple(COLUMNS)

    def region() -> str:
        return f"{rng.randrange(11, 45)}.{rng.randrange(20):02d}"

    def page(
        where: Predicate | None = None, order: tuple[OrderTerm, ...] = (), **more: Any
    ) -> Awaitable[Any]:
        return reader.page(
            RowQuery(snapshot, names, where, order, **{"first": 50, **more}), Deadline.after(60)
        )

    def equal(column: str, value: Any) -> Condition:
        return Condition(column, Operator.EQ, value)

    def here() -> Predicate:
        return And((equal("kode_wilayah", region()), equal("tahun", rng.randrange(2000, 2025))))

    def measure(where: Predicate | None = None, *by: str) -> Awaitable[Any]:
        measures = (
            Measure(MeasureFunction.COUNT),
            Measure(MeasureFunction.SUM, "jumlah"),
            Measure(MeasureFunction.AVG, "jumlah"),
        )
        return reader.aggregate(
            AggregateQuery(snapshot, measures, where, tuple(map(GroupKey, by))), Deadline.after(60)
        )

    contains = Condition("catatan", Operator.CONTAINS, "abcd")
    folded = Condition("catatan", Operator.CONTAINS, "abCD", ignore_case=True)
    dear = Condition("jumlah", Operator.GTE, Decimal("999000.005"))
    day = Condition("tanggal", Operator.EQ, date(2010, 5, 17))
    return {
        "point by key": lambda: page(equal("nomor", rng.randrange(snapshot.row_count))),
        "page 50, stored order": lambda: page(offset=rng.randrange(snapshot.row_count - 50)),
        "page 50 of a region and year": lambda: page(here()),
        "page 50 of a region, by name": lambda: page(equal("kode_wilayah", region()), (OrderTerm("nama"),)),
        "page 1000 of a region": lambda: page(equal("kode_wilayah", region()), first=1000),
        "page 1000, stored order": lambda: page(first=1000, offset=rng.randrange(snapshot.row_count - 1000)),
        "page 50 of a day (no index)": lambda: page(day),
        "page 50, all by amount": lambda: page(order=(OrderTerm("jumlah", descending=True),)),
        "page 50, all by name": lambda: page(order=(OrderTerm("nama"),)),
        "page 50, amount at least": lambda: page(dear),
        "page 50, note contains": lambda: page(contains),
        "page 50, note contains, any case": lambda: page(folded),
        "count of a region and year": lambda: reader.count(snapshot, here(), Deadline.after(60)),
        "count, amount at least": lambda: reader.count(snapshot, dear, Deadline.after(60)),
        "count, note contains": lambda: reader.count(snapshot, contains, Deadline.after(60)),
        "sum, avg of all": lambda: measure(),
        "sum, avg of a region and year": lambda: measure(here()),
        "groups by region": lambda: measure(None, "kode_wilayah"),
        "groups by category, year": lambda: measure(None, "golongan", "tahun"),
        "medians by category": lambda: reader.aggregate(
            AggregateQuery(
                snapshot, (Measure(MeasureFunction.MEDIAN, "jumlah"),), by=(GroupKey("golongan"),)
            ),
            Deadline.after(60),
        ),
    }


async def show(name: str, ask: Callable[[], Awaitable[Any]]) -> str | None:
    """Measure and print one question; the engine, where the answer tells."""
    median, p95, answer = await milliseconds(ask)
    engine: str | None = getattr(answer, "engine", None)
    size = answer if isinstance(answer, int) else len(answer.rows if engine else answer)
    print(f"{name:34}{median:9.2f}{p95:9.2f}  {size} {engine or ''}", flush=True)
    return engine


async def learn(store: ServingStore, ask: Callable[[], Awaitable[Any]]) -> bool:
    """Ask until no scan is needed; False when that takes more than half a minute."""
    end = time.perf_counter() + 30
    while time.perf_counter() < end:
        if (await ask()).engine is Engine.SQLITE:
            return True
        store.indexes.wait()
    return False


async def bench(folder: Path, rows: int) -> None:
    typed = folder / "typed.parquet"
    write_typed(typed, rows)
    start = time.perf_counter()
    written = write_snapshot(typed, contract(), folder / "snapshot.parquet")
    print(f"lake file    {time.perf_counter() - start:6.2f} s  {written.bytes / 1e6:7.1f} MB")
    snapshot = snapshot_of(written, contract(), 1)
    serving = folder / "serving"
    start = time.perf_counter()
    build_copies(written.path, snapshot, serving)
    sqlite, duck = (serving / f"{snapshot.sha256}{suffix}" for suffix in (".sqlite", ".duckdb"))
    took = time.perf_counter() - start
    print(f"both copies  {took:6.2f} s  {megabytes(sqlite):7.1f} MB SQLite, {megabytes(duck):.1f} MB DuckDB")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MB")

    files = FileStore.from_url("memory:///")
    await files.put_bytes(lake_key(snapshot.dataset, snapshot.sha256), b"")

    async def build(key: str, wanted: Snapshot) -> None:
        raise AssertionError("the copies are there")

    store = ServingStore(serving, files, build)
    reader = RowReader(store)
    print(f"{'':34}{'median':>9}{'p95':>9}  ms, rows, engine")
    asked = questions(snapshot, reader)
    scanned = [name for name, ask in asked.items() if await show(name, ask) is Engine.DUCKDB]
    print("asked until an index was learnt:")
    for name in scanned:
        if await learn(store, asked[name]):
            await show(name, asked[name])
    for path in index_paths(serving, snapshot.sha256):
        print(f"index copy of {megabytes(path):.1f} MB")
    await reader.close()
    store.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        asyncio.run(bench(Path(scratch), int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
