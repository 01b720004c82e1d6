"""What changed between two versions, beside a plain comparison of dictionaries."""

import asyncio
import math
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.counts import count

from satudata.datasets.files.store import FileStore
from satudata.datasets.rows.changes import ChangeKind, ChangeReader, Comparison, RowChange
from satudata.datasets.rows.deadline import Deadline, DeadlineExceeded
from satudata.datasets.rows.query import Snapshot
from satudata.datasets.serving.copies import build_copies
from satudata.datasets.serving.files import duckdb_path, sqlite_path
from satudata.datasets.serving.store import ServingStore
from satudata.validation.contracts.model import Column, ColumnType, DataContract
from satudata.validation.text import Text

if TYPE_CHECKING:
    from .conftest import Reference, ReferenceMaker, Row

HIDDEN = "rahasia"
NUMBERS = {ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT}

KINDS: dict[str, list[tuple[ColumnType, int]]] = {
    "kode": [(ColumnType.STRING, 0)],
    "tahun": [(ColumnType.INTEGER, 0), (ColumnType.DECIMAL, 0), (ColumnType.DECIMAL, 2)],
    "nama": [(ColumnType.STRING, 0)],
    "jumlah": [(ColumnType.DECIMAL, 2), (ColumnType.DECIMAL, 4), (ColumnType.FLOAT, 0)],
    "bulat": [(ColumnType.INTEGER, 0), (ColumnType.FLOAT, 0), (ColumnType.STRING, 0)],
    "rasio": [(ColumnType.FLOAT, 0)],
    "aktif": [(ColumnType.BOOLEAN, 0)],
    "tanggal": [(ColumnType.DATE, 0), (ColumnType.DATETIME, 0)],
    "waktu": [(ColumnType.DATETIME, 0)],
    HIDDEN: [(ColumnType.STRING, 0)],
}
"""What a column may be in one version; the first is the usual."""


def random_contract(rng: random.Random, key: tuple[str, ...]) -> DataContract:
    names = [name for name in KINDS if name in ("kode", "tahun", "nama") or rng.random() < 0.85]
    columns = []
    for name in names:
        kind, scale = rng.choice(KINDS[name]) if rng.random() < 0.4 else KINDS[name][0]
        columns.append(
            Column(
                name=name,
                header=name,
                type=kind,
                title=Text(name, name),
                key_position=key.index(name) + 1 if name in key else None,
                precision=18 if kind is ColumnType.DECIMAL else None,
                scale=scale,
            )
        )
    return DataContract(
        id="contoh/versi",
        version="1.0.0",
        status="active",
        agency="contoh",
        steward="contoh",
        title=Text("Versi", "Versions"),
        description=Text("Versi", "Versions"),
        columns=tuple(columns),
        sort=() if rng.random() < 0.5 else ("nama",),
    )


def random_cell(rng: random.Random, name: str) -> Any:
    if name not in ("kode", "tahun") and rng.random() < 0.2:
        return None
    match name:
        case "kode":
            return f"{rng.randrange(9)}Ä"
        case "tahun":
            return rng.randrange(2020, 2023)
        case "jumlah":
            return Decimal(rng.choice([500, 501, 10**15 + 1])) / 100
        case "bulat":
            return rng.choice([5, 6, 2**53 + 1])
        case "rasio":
            return rng.choice([0.1, 0.5, math.inf, -math.inf])
        case "aktif":
            return rng.random() < 0.5
        case "tanggal":
            return date(2024, 1, rng.randrange(1, 3))
        case "waktu":
            return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(microseconds=rng.randrange(2))
    return rng.choice(["a", "A", "", "日本"])


def as_stored(column: Column, value: Any) -> Any:
    """The same fact in a column of this type."""
    if value is None:
        return None
    match column.type:
        case ColumnType.FLOAT:
            return float(value)
        case ColumnType.STRING:
            return str(value)
        case ColumnType.DATETIME if not isinstance(value, datetime):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


def random_facts(rng: random.Random, key: tuple[str, ...]) -> "list[Row]":
    rows = [{name: random_cell(rng, name) for name in KINDS} for _ in range(rng.randrange(0, 25))]
    return list({tuple(row[name] for name in key or ("id",)): row for row in _numbered(rows)}.values())


def _numbered(rows: "list[Row]") -> "Iterator[Row]":
    for number, row in enumerate(rows):
        yield {**row, "id": number}


def edited_facts(rng: random.Random, rows: "list[Row]", key: tuple[str, ...]) -> "list[Row]":
    """Some rows away, some of their cells others, some rows twice where no key forbids it, some rows new."""
    kept = [dict(row) for row in rows if rng.random() < 0.8]
    for row in kept:
        for name in KINDS:
            if name not in key and rng.random() < 0.05:
                row[name] = random_cell(rng, name)
    kept += [] if key else [dict(row) for row in kept if rng.random() < 0.3]
    known = {tuple(row[name] for name in key) for row in kept}
    new = [row for row in random_facts(rng, key) if not key or tuple(row[name] for name in key) not in known]
    kept += new[:5]
    rng.shuffle(kept)
    return kept


@dataclass
class Pair:
    older: "Reference"
    newer: "Reference"
    comparison: Comparison

    def meaning(self, name: str, value: Any) -> Any:
        kinds = {side.contract.by_name[name].type for side in (self.older, self.newer)}
        if value is not None and ColumnType.FLOAT in kinds:
            value = float(value)
            return value if math.isfinite(value) else None
        return value

    @property
    def compared(self) -> list[str]:
        names = []
        for column in self.newer.contract.columns:
            before = self.older.contract.by_name.get(column.name)
            if before is None or column.name in self.comparison.hidden:
                continue
            if before.type is column.type or {before.type, column.type} <= NUMBERS:
                names.append(column.name)
        return names

    def told(self, side: "Reference", row: "Row") -> dict[str, Any]:
        names = [name for name in side.contract.by_name if name not in self.comparison.hidden]
        return {name: side.written(name, row[name]) for name in names}

    def expected(self, key: tuple[str, ...]) -> list[RowChange]:
        return self._by_key(key) if key else self._whole()

    def _by_key(self, key: tuple[str, ...]) -> list[RowChange]:
        before = {tuple(row[name] for name in key): row for row in self.older.rows}
        after = {tuple(row[name] for name in key): row for row in self.newer.rows}
        added = [
            RowChange(ChangeKind.ADDED, self._key(key, self.newer, row), (), None, self.told(self.newer, row))
            for at, row in after.items()
            if at not in before
        ]
        removed = [
            RowChange(
                ChangeKind.REMOVED, self._key(key, self.older, row), (), self.told(self.older, row), None
            )
            for at, row in before.items()
            if at not in after
        ]
        changed = []
        for at, row in after.items():
            differing = at in before and tuple(
                name
                for name in self.compared
                if self.meaning(name, row[name]) != self.meaning(name, before[at][name])
            )
            if differing:
                both = self.told(self.older, before[at]), self.told(self.newer, row)
                changed.append(
                    RowChange(ChangeKind.CHANGED, self._key(key, self.newer, row), differing, *both)
                )
        return [*added, *removed, *changed]

    def _key(self, key: tuple[str, ...], side: "Reference", row: "Row") -> dict[str, Any]:
        return {name: side.written(name, row[name]) for name in key}

    def _whole(self) -> list[RowChange]:
        def facts(row: "Row") -> tuple[Any, ...]:
            return tuple(self.meaning(name, row[name]) for name in self.compared)

        def only_in(side: "Reference", other: "Reference") -> "list[Row]":
            more = Counter(map(facts, side.rows)) - Counter(map(facts, other.rows))
            found = []
            for row in reversed(side.rows):
                if more[facts(row)] > 0:
                    more[facts(row)] -= 1
                    found.append(row)
            return found[::-1]

        added, removed = only_in(self.newer, self.older), only_in(self.older, self.newer)
        return [
            *(RowChange(ChangeKind.ADDED, {}, (), None, self.told(self.newer, row)) for row in added),
            *(RowChange(ChangeKind.REMOVED, {}, (), self.told(self.older, row), None) for row in removed),
        ]


@asynccontextmanager
async def serving(home: Path, **more: Any) -> AsyncIterator[tuple[ServingStore, ChangeReader]]:
    files = FileStore.from_url((home / "files").as_uri())

    async def build(key: str, wanted: Snapshot) -> None:
        async with files.local_path(key) as path:
            build_copies(path, wanted, home / "serving")

    store = ServingStore(home / "serving", files, build)
    reader = ChangeReader(store, **more)
    yield store, reader
    await reader.close()
    store.close()


async def every_page(
    reader: ChangeReader, comparison: Comparison, kind: ChangeKind | None, first: int
) -> list[RowChange]:
    found: list[RowChange] = []
    after = None
    while True:
        page = await reader.page(comparison, kind, first, after, Deadline.after(20))
        found += page.items
        if not page.has_next:
            assert page.total == len(found)
            return found
        (after,) = page.positions[-1]


@pytest.mark.parametrize("seed", range(count(full=150, ordinary=6)))
async def test_a_plain_comparison_finds_the_same(
    tmp_path: Path, write_version: "ReferenceMaker", seed: int
) -> None:
    rng = random.Random(seed)
    key = rng.choice([(), ("kode",), ("kode", "tahun"), ("tahun", "kode")])
    facts = random_facts(rng, key)
    sides = []
    for rows in (facts, edited_facts(rng, facts, key)):
        contract = random_contract(rng, key)
        typed = [
            {column.name: as_stored(column, row[column.name]) for column in contract.columns} for row in rows
        ]
        sides.append(write_version(contract, typed, tmp_path))
    older, newer = sides
    hidden = frozenset({HIDDEN} if rng.random() < 0.7 else {HIDDEN, "kode"})
    pair = Pair(older, newer, Comparison(older.snapshot, newer.snapshot, hidden))
    usable = key if not set(key) & hidden else ()

    async with serving(tmp_path) as (_, reader):
        found = await reader.found(pair.comparison, Deadline.after(20))
        expected = pair.expected(usable)
        assert pair.comparison.key == usable
        assert [column.name for column in pair.comparison.shared] == pair.compared
        assert await every_page(reader, pair.comparison, None, rng.randrange(1, 9)) == expected
        for kind, told in zip(ChangeKind, (found.added, found.removed, found.changed), strict=True):
            mine = [change for change in expected if change.kind is kind]
            assert told == len(mine)
            assert await every_page(reader, pair.comparison, kind, 4) == mine


TwoVersions = Callable[..., "tuple[Snapshot, Snapshot]"]


@pytest.fixture
def two_versions(tmp_path: Path, write_version: "ReferenceMaker") -> TwoVersions:
    """`kode` (key), `nama`, `jumlah` of 40 rows, and then with one row changed, one removed and one added."""

    def make(**columns: Column) -> "tuple[Snapshot, Snapshot]":
        contract = random_contract(random.Random(0), ("kode",))
        by_name = contract.by_name | columns
        contract = replace(contract, columns=tuple(by_name[name] for name in ("kode", "nama", "jumlah")))
        rows = [{"kode": f"{n:02}", "nama": "a", "jumlah": Decimal(n)} for n in range(40)]
        other = [*rows[1:39], {**rows[39], "jumlah": Decimal("0.5")}, {**rows[0], "kode": "99"}]
        older, newer = (write_version(contract, given, tmp_path).snapshot for given in (rows, other))
        return older, newer

    return make


async def test_a_change_in_a_hidden_column_is_none(tmp_path: Path, two_versions: TwoVersions) -> None:
    older, newer = two_versions()
    async with serving(tmp_path) as (_, reader):
        comparison = Comparison(older, newer, frozenset({"jumlah"}))
        page = await reader.page(comparison, None, 10, None, Deadline.after(20))

    assert [(change.kind, change.key) for change in page.items] == [
        (ChangeKind.ADDED, {"kode": "99"}),
        (ChangeKind.REMOVED, {"kode": "00"}),
    ]
    assert page.items[0].after == {"kode": "99", "nama": "a"}


async def test_rows_are_not_followed_by_a_key_that_may_not_be_seen(
    tmp_path: Path, two_versions: TwoVersions
) -> None:
    older, newer = two_versions()
    async with serving(tmp_path) as (_, reader):
        comparison = Comparison(older, newer, frozenset({"kode"}))
        page = await reader.page(comparison, None, 10, None, Deadline.after(20))

    assert [(change.kind, change.key, change.before or change.after) for change in page.items] == [
        (ChangeKind.ADDED, {}, {"nama": "a", "jumlah": "0.50"}),
        (ChangeKind.REMOVED, {}, {"nama": "a", "jumlah": "39.00"}),
    ]


async def test_the_same_file_twice_needs_no_look(tmp_path: Path, two_versions: TwoVersions) -> None:
    snapshot, _ = two_versions()
    async with serving(tmp_path) as (store, reader):
        store.columnar.close()
        duckdb_path(store.folder, snapshot).unlink()
        again = Comparison(snapshot, replace(snapshot, number=2))
        page = await reader.page(again, None, 10, None, Deadline.after(20))
        assert not duckdb_path(store.folder, snapshot).exists()

    assert (page.items, page.total, page.has_next) == ((), 0, False)


@pytest.mark.parametrize("suffix", ["sqlite", "duckdb"])
async def test_damaged_copies_are_made_anew(tmp_path: Path, two_versions: TwoVersions, suffix: str) -> None:
    older, newer = two_versions()
    async with serving(tmp_path) as (store, reader):
        path = (sqlite_path if suffix == "sqlite" else duckdb_path)(store.folder, newer)
        path.write_bytes(b"rusak" * 4_000)
        page = await reader.page(Comparison(older, newer), None, 10, None, Deadline.after(20))

    assert page.total == 3


async def test_what_was_compared_is_kept(tmp_path: Path, two_versions: TwoVersions) -> None:
    older, newer = two_versions()
    async with serving(tmp_path, kept_changes=1) as (_, reader):
        first = await reader.found(Comparison(older, newer), Deadline.after(20))
        assert await reader.found(Comparison(older, newer), Deadline.after(0)) is first
        back = await reader.found(Comparison(newer, older), Deadline.after(20))
        assert (back.added, back.removed, back.changed) == (1, 1, 1)
        assert await reader.found(Comparison(older, newer), Deadline.after(20)) is not first


async def test_who_gives_up_leaves_the_comparing_to_the_next(
    tmp_path: Path, two_versions: TwoVersions
) -> None:
    older, newer = two_versions()
    comparison = Comparison(older, newer)
    async with serving(tmp_path) as (_, reader):
        with pytest.raises(DeadlineExceeded) as refused:
            await reader.found(comparison, Deadline.after(0))
        assert "masih dibandingkan" in refused.value.message.id
        found = await reader.found(comparison, Deadline.after(20))
        assert found.changed == 1


async def test_comparing_takes_only_so_long(tmp_path: Path, two_versions: TwoVersions) -> None:
    async with serving(tmp_path, compare_seconds=0) as (_, reader):
        with pytest.raises(DeadlineExceeded) as stopped:
            await reader.found(Comparison(*two_versions()), Deadline.after(20))

    assert "dihentikan" in stopped.value.message.id


async def test_closing_stops_what_is_being_compared(tmp_path: Path, two_versions: TwoVersions) -> None:
    older, newer = two_versions()
    async with serving(tmp_path) as (_, reader):
        asking = asyncio.create_task(reader.found(Comparison(older, newer), Deadline.after(20)))
        await asyncio.sleep(0)
        await reader.close()
        with pytest.raises(asyncio.CancelledError):
            await asking
