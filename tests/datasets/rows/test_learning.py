"""What is scanned often gets an index of its own, which finds the same rows, and is made again when it is lost."""

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.counts import count

from satudata.datasets.rows import learning
from satudata.datasets.rows.conditions import prepare
from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.learning import designs
from satudata.datasets.rows.parts import RowParts
from satudata.datasets.rows.planner import sort_keys
from satudata.datasets.rows.query import And, Condition, Not, Operator, OrderTerm, RowPage, RowQuery
from satudata.datasets.rows.reader import RowReader, by_name
from satudata.datasets.serving import index_store
from satudata.datasets.serving.index_store import IndexStore
from satudata.datasets.serving.indexes import IndexDesign, index_path, index_paths
from satudata.datasets.serving.store import ServingStore

from .conftest import LAYOUTS, Reference

if TYPE_CHECKING:
    from .conftest import Built, Questions, RowsBuilder, Serve, TableMaker

INLINE = 60
EQ, GTE = Operator.EQ, Operator.GTE


def soon() -> Deadline:
    return Deadline.after(30)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """One scan is enough to earn an index, and there is room for many."""
    monkeypatch.setattr(learning, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(learning, "EARNED", 0.0)
    monkeypatch.setattr(index_store, "MAX_INDEXES", 10_000)


Own = Callable[[str], "Built"]


@pytest.fixture
def own(make_table: "TableMaker", tmp_path: Path) -> Own:
    """Random rows in a folder nobody else learns in."""

    def make(layout: str) -> "Built":
        built = make_table(layout, 400)
        shutil.copytree(built.home, tmp_path / "home")
        return replace(built, home=tmp_path / "home")

    return make


@pytest.fixture
def reader_of(serve: "Serve") -> Iterator[Callable[["Built"], tuple[RowReader, ServingStore]]]:
    stores: list[ServingStore] = []

    def make(built: "Built") -> tuple[RowReader, ServingStore]:
        store = serve(built)
        stores.append(store)
        return RowReader(store, inline_rows=INLINE), store

    yield make
    for store in stores:
        store.indexes.close()


ReaderOf = Callable[["Built"], tuple[RowReader, ServingStore]]


def question(questions: "Questions", reference: Reference) -> RowQuery:
    rng = questions.rng
    where = questions.predicate(2)
    if rng.random() < 0.7:
        name = rng.choice(("provinsi", "tahun", "aktif", "bulat", "tanggal"))
        value = questions.value(reference.contract.by_name[name])
        where = Condition(name, Operator.EQ, value)
        if rng.random() < 0.4:
            where = And((where, questions.condition()))
    return RowQuery(
        reference.snapshot,
        columns=("nomor", "nama", "jumlah"),
        where=where if rng.random() < 0.9 else None,
        order=questions.order(),
        first=rng.choice([1, 7, 50]),
        offset=rng.choice([0, 0, 0, 3]),
    )


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("layout", list(LAYOUTS))
async def test_learnt_indexes_find_what_scans_find(own: Own, reader_of: ReaderOf, layout: str) -> None:
    built = own(layout)
    reader, store = reader_of(built)
    reference = Reference(built.contract, built.snapshot, built.rows)
    from .conftest import Questions

    questions = Questions(reference, seed=31)
    learnt = paged = 0
    for _ in range(count(full=150, ordinary=20)):
        query = question(questions, reference)
        found = reference.found(query)
        expected = found[query.offset : query.offset + query.first]
        engines = []
        for _ in range(2):
            page = await reader.page(query, soon())
            store.indexes.wait()
            assert [position[-1] for position in page.positions] == expected, query
            assert page.rows == [reference.output(number, query.columns) for number in expected]
            assert page.has_next == (len(found) > query.offset + query.first)
            engines.append(page.engine)
            assert await reader.count(built.snapshot, query.where, soon()) == len(found)
            store.indexes.wait()
        learnt += engines == ["duckdb", "sqlite"]
        if page.has_next and page.positions:
            paged += 1
            after = replace(query, offset=0, after=page.positions[-1])
            rest = await reader.page(after, soon())
            start = query.offset + query.first
            assert [position[-1] for position in rest.positions] == found[start : start + query.first], after
    assert learnt > 1
    assert paged > 1
    await reader.close()


@pytest.mark.usefixtures("eager")
async def test_pages_of_parts_are_found_in_an_index(own: Own, reader_of: ReaderOf) -> None:
    built = own("not sorted")
    reader, store = reader_of(built)
    reference = Reference(built.contract, built.snapshot, built.rows)
    codes = sorted({row["provinsi"] for row in built.rows})
    parts = RowParts("provinsi", (*(((code, code),) for code in codes), (), (("zz", "zz"),)))
    query = RowQuery(built.snapshot, ("nomor",), order=(OrderTerm("jumlah", descending=True),), first=4)
    expected = [reference.found(replace(query, where=Condition("provinsi", EQ, code)))[:4] for code in codes]
    engines = []
    for _ in range(2):
        pages = await reader.pages(query, parts, soon())
        store.indexes.wait()
        assert [[position[-1] for position in page.positions] for page in pages] == [*expected, [], []]
        engines.append(len(index_paths(store.folder, built.snapshot.sha256)))
    assert engines == [1, 1]
    design = IndexDesign(("provinsi",), (("jumlah", True),))
    assert index_path(store.folder, built.snapshot, design).exists()
    await reader.close()


WORDS = [
    "Puskesmas Çilacap",
    "PUSKESMAS cilacap",
    "Pus kesmas",
    "aaaa",
    "aaa",
    "\u212aartika",
    "kartika",
    'a"b"c',
    "100%_x",
]


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("fold", [False, True])
async def test_parts_of_text_are_found_by_trigrams(
    build_rows: "RowsBuilder", reader_of: ReaderOf, fold: bool
) -> None:
    rng = random.Random(fold)
    names = [rng.choice([None, *WORDS, *(w + str(rng.randrange(9)) for w in WORDS)]) for _ in range(400)]
    built = build_rows("nama", names)
    reader, store = reader_of(built)
    reference = Reference(built.contract, built.snapshot, built.rows)
    engines = set()
    for part in (
        "pus",
        "PUSKESMAS",
        "aaaa",
        "aaaaa",
        "\u212aart",
        "kart",
        '"b"',
        "%_x",
        "map2",
        "ilacap1",
        "zzz",
    ):
        for operator in (Operator.CONTAINS, Operator.STARTS_WITH):
            for order in ((), (OrderTerm("nama"),)):
                where = Condition("nama", operator, part, fold)
                query = RowQuery(built.snapshot, ("nama",), where=where, order=order, first=5)
                for _ in range(2):
                    page = await reader.page(query, soon())
                    store.indexes.wait()
                    found = reference.found(query)
                    assert [position[-1] for position in page.positions] == found[:5], query
                    assert await reader.count(built.snapshot, where, soon()) == len(found)
                engines.add(page.engine)
    assert "sqlite" in engines
    assert (await reader.page(query, soon())).engine == "sqlite"  # nothing holds zzz, which the index knows
    await reader.close()


@pytest.mark.usefixtures("eager")
async def test_texts_with_zeros_have_no_trigrams(
    build_rows: "RowsBuilder", reader_of: ReaderOf, caplog: pytest.LogCaptureFixture
) -> None:
    built = build_rows("nama", ["abc\0def", *["abc"] * 200])
    reader, store = reader_of(built)
    query = RowQuery(built.snapshot, ("nama",), where=Condition("nama", Operator.CONTAINS, "def"), first=5)
    for _ in range(3):
        assert [row for (row,) in (await reader.page(query, soon())).rows] == ["abc\0def"]
        store.indexes.wait()
    assert index_paths(store.folder, built.snapshot.sha256) == []
    assert len(caplog.records) == 1  # tried once
    await reader.close()


def by_number(built: "Built", number: int = 7) -> RowQuery:
    """A question that an index over `tahun` answers."""
    value = built.rows[number]["tahun"]
    return RowQuery(
        built.snapshot,
        ("nomor",),
        where=Condition("tahun", EQ, value),
        order=(OrderTerm("nomor", descending=True),),
        first=3,
    )


async def learnt(reader: RowReader, store: ServingStore, query: RowQuery) -> RowPage:
    """The answer, once an index is there."""
    await reader.page(query, soon())
    store.indexes.wait()
    page = await reader.page(query, soon())
    assert page.engine == "sqlite"
    return page


@pytest.mark.usefixtures("eager")
async def test_an_index_survives_a_restart(own: Own, reader_of: ReaderOf, serve: "Serve") -> None:
    built = own("not sorted")
    reader, store = reader_of(built)
    page = await learnt(reader, store, by_number(built))
    await reader.close()
    again, _ = reader_of(built)
    assert (await again.page(by_number(built), soon())) == page
    await again.close()


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("damage", ["cut short", "overwritten", "broken inside", "another's", "gone"])
async def test_a_broken_index_costs_a_scan(own: Own, reader_of: ReaderOf, damage: str) -> None:
    built = own("not sorted")
    reader, store = reader_of(built)
    page = await learnt(reader, store, by_number(built))
    await reader.close()
    store.indexes.close()
    [path] = index_paths(store.folder, built.snapshot.sha256)
    whole = path.read_bytes()
    match damage:
        case "cut short":
            path.write_bytes(whole[: len(whole) // 2])
        case "overwritten":
            path.write_bytes(b"this is no database" * 1_000)
        case "broken inside":
            path.write_bytes(whole[:8192] + b"\x5a" * (len(whole) - 8192))
        case "another's":
            path.write_bytes(whole.replace(built.snapshot.sha256.encode(), b"0" * 64))
        case "gone":
            path.unlink()
    again, other = reader_of(built)
    scanned = await again.page(by_number(built), soon())
    assert (scanned.rows, scanned.engine) == (page.rows, "duckdb")
    other.indexes.wait()
    assert await again.page(by_number(built), soon()) == page  # it was made anew
    await again.close()


@pytest.mark.usefixtures("eager")
async def test_an_index_of_another_process_is_taken_up(own: Own, reader_of: ReaderOf) -> None:
    built = own("not sorted")
    (one, first), (other, second) = reader_of(built), reader_of(built)
    query = by_number(built)
    assert (await other.page(query, soon())).engine == "duckdb"
    second.indexes.wait()
    [path] = index_paths(first.folder, built.snapshot.sha256)
    made = path.stat().st_mtime_ns
    await one.page(query, soon())  # looked before it was there, or after: the next one finds it
    assert (await one.page(query, soon())).engine == "sqlite"
    assert [p.stat().st_ino for p in index_paths(first.folder, built.snapshot.sha256)] == [path.stat().st_ino]
    assert path.stat().st_mtime_ns >= made
    for reader in (one, other):
        await reader.close()


async def test_rare_questions_earn_nothing(own: Own, reader_of: ReaderOf) -> None:
    built = own("not sorted")
    reader, store = reader_of(built)
    await reader.page(by_number(built), soon())
    store.indexes.wait()
    assert index_paths(store.folder, built.snapshot.sha256) == []
    await reader.close()


@pytest.mark.usefixtures("eager")
async def test_they_are_bounded(own: Own, reader_of: ReaderOf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_store, "MAX_INDEXES", 2)
    built = own("not sorted")
    reader, store = reader_of(built)

    async def ask(name: str) -> None:
        query = RowQuery(built.snapshot, ("nomor",), order=(OrderTerm(name),), first=3)
        await reader.page(query, soon())
        store.indexes.wait()

    for name in ("bulat", "tahun", "nama", "tanggal"):
        await ask(name)
    names = {path.name for path in index_paths(store.folder, built.snapshot.sha256)}
    assert len(names) == 2
    monkeypatch.setattr(index_store, "UNUSED_SECONDS", -1.0)
    await ask("nama")
    assert len({path.name for path in index_paths(store.folder, built.snapshot.sha256)} - names) == 1
    await reader.close()


@pytest.mark.usefixtures("eager")
async def test_they_go_with_their_row_store(own: Own, reader_of: ReaderOf) -> None:
    built = own("not sorted")
    reader, store = reader_of(built)
    page = await learnt(reader, store, by_number(built))
    await store.replace(built.snapshot)
    assert index_paths(store.folder, built.snapshot.sha256) == []
    assert (await reader.page(by_number(built), soon())).rows == page.rows
    await reader.close()


async def test_making_is_stopped_when_the_store_closes(own: Own) -> None:
    built = own("not sorted")
    indexes = IndexStore(built.home / "serving")
    indexes.learn(built.snapshot, IndexDesign(("tahun",)))
    indexes.close()
    assert not list((built.home / "serving").glob(".making-*"))


def test_what_is_wished_for(own: Own) -> None:
    built = own("sorted, key apart")
    columns = by_name(built.snapshot)

    def wished(where: Condition | And | Not | None, *order: OrderTerm) -> list[IndexDesign]:
        formula = None if where is None else prepare(where, columns)
        return designs(built.snapshot, formula, sort_keys(built.snapshot, formula, order))

    year, name = Condition("tahun", EQ, 2020), Condition("nama", Operator.CONTAINS, "band")
    many = Condition("jumlah", GTE, 3)
    down = OrderTerm("jumlah", descending=True)
    assert wished(year) == [IndexDesign(("tahun",))]
    assert wished(And((year, name)), down) == [
        IndexDesign(("tahun",), (("jumlah", True),), ("nama",)),
        IndexDesign(others=("tahun", "jumlah"), trigrams="nama"),
    ]
    assert wished(many, down) == [IndexDesign((), (("jumlah", True),))]
    assert wished(And((year, many))) == [IndexDesign(("tahun",), (("jumlah", False),))]
    assert wished(None, down) == [IndexDesign((), (("jumlah", True),))]
    assert (
        wished(Not(year), down)
        == wished(Not(year))
        == wished(Condition("nama", Operator.CONTAINS, "ba"))
        == []
    )
