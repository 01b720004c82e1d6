"""Which engine answers what, at the size where it begins to matter, and that SQLite finds it by an index."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from satudata.datasets.rows import sqlite_engine
from satudata.datasets.rows.conditions import AllOf, Atom, prepare, shape, values_of
from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.planner import locate, sort_keys
from satudata.datasets.rows.query import (
    AggregateQuery,
    And,
    Condition,
    Measure,
    MeasureFunction,
    Operator,
    OrderTerm,
    Predicate,
    RowQuery,
    Snapshot,
    SnapshotColumn,
)
from satudata.datasets.rows.reader import RowReader, by_name
from satudata.datasets.rows.sql import (
    KEPT_STATEMENTS,
    Engine,
    Filter,
    Source,
    Statement,
    edge_statement,
    page_statement,
)
from satudata.datasets.serving.store import ServingStore
from satudata.validation.contracts.model import ColumnType

if TYPE_CHECKING:
    from .conftest import Serve, TableMaker

INLINE = 100
SQLITE = Source(Engine.SQLITE)


def equal(column: str, value: Any) -> Condition:
    return Condition(column, Operator.EQ, value)


@pytest.fixture
async def table(
    serve: "Serve", make_table: "TableMaker"
) -> AsyncIterator[tuple[Snapshot, ServingStore, RowReader]]:
    """2,000 rows sorted by region and year, key apart; a reader that scans more than a hundred rows in DuckDB."""
    built = make_table("sorted, key apart", 2000)
    store = serve(built)
    await store.ensure(built.snapshot)
    reader = RowReader(store, inline_rows=INLINE)
    yield built.snapshot, store, reader
    await reader.close()


REGION_AND_YEAR = And((equal("provinsi", "11.01"), equal("tahun", 2020)))
SQLITE_QUESTIONS: dict[str, tuple[Predicate | None, tuple[OrderTerm, ...]]] = {
    "everything": (None, ()),
    "everything in stored order": (None, (OrderTerm("provinsi"), OrderTerm("tahun"))),
    "a region": (equal("provinsi", "11.01"), ()),
    "a region in the rest of stored order": (
        equal("provinsi", "11.01"),
        (OrderTerm("tahun"), OrderTerm("nomor")),
    ),
    "regions by their first digits": (Condition("provinsi", Operator.STARTS_WITH, "11."), ()),
    "a region from a year on": (
        And((equal("provinsi", "11.01"), Condition("tahun", Operator.GTE, 2020))),
        (),
    ),
    "a region and year, by name": (REGION_AND_YEAR, (OrderTerm("nama", descending=True),)),
    "a region and year that hold more": (
        And((REGION_AND_YEAR, Condition("nama", Operator.CONTAINS, "a"))),
        (),
    ),
    "a key": (equal("nomor", 5), (OrderTerm("nama"),)),
    "some keys": (Condition("nomor", Operator.IN, (1, 2, 3, 5, 8)), (OrderTerm("nama"),)),
    "a value no whole number has": (equal("provinsi", "no such region"), (OrderTerm("nama"),)),
}
DUCKDB_QUESTIONS: dict[str, tuple[Predicate | None, tuple[OrderTerm, ...]]] = {
    "everything by name": (None, (OrderTerm("nama"),)),
    "everything backwards": (None, (OrderTerm("provinsi", descending=True),)),
    "a year alone": (equal("tahun", 2020), ()),
    "a name's part": (Condition("nama", Operator.CONTAINS, "a"), ()),
    "a region whatever its case": (Condition("provinsi", Operator.EQ, "11.01", ignore_case=True), ()),
    "not a key": (Condition("nomor", Operator.NE, 5), ()),
    "a region, by name": (equal("provinsi", "11.01"), (OrderTerm("nama"),)),
}


@pytest.mark.parametrize("asked", SQLITE_QUESTIONS)
async def test_sqlite_answers(asked: str, table: tuple[Snapshot, ServingStore, RowReader]) -> None:
    snapshot, _, reader = table
    where, order = SQLITE_QUESTIONS[asked]
    page = await reader.page(RowQuery(snapshot, ("nomor",), where, order), Deadline.after(30))
    assert page.engine == "sqlite"


@pytest.mark.parametrize("asked", DUCKDB_QUESTIONS)
async def test_duckdb_answers(asked: str, table: tuple[Snapshot, ServingStore, RowReader]) -> None:
    snapshot, _, reader = table
    where, order = DUCKDB_QUESTIONS[asked]
    page = await reader.page(RowQuery(snapshot, ("nomor",), where, order), Deadline.after(30))
    assert page.engine == "duckdb"


@pytest.mark.parametrize(
    ("where", "index"),
    [
        (equal("nomor", 5), "USING INDEX key (nomor=?)"),
        (Condition("nomor", Operator.IN, (1, 2, 3)), "USING INDEX key (nomor=?)"),
        (equal("provinsi", "11.01"), "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        (And((REGION_AND_YEAR, Condition("nama", Operator.CONTAINS, "a"))), "USING INTEGER PRIMARY KEY"),
    ],
)
async def test_sqlite_has_an_index(
    where: Predicate, index: str, table: tuple[Snapshot, ServingStore, RowReader]
) -> None:
    snapshot, store, _ = table
    formula = prepare(where, by_name(snapshot))
    region = locate(snapshot, facts_of(store, snapshot), formula, lambda _, __: (10, 60))
    filter, values = region.filter(snapshot.row_count)
    statement = page_statement(SQLITE, ("nama",), filter, (), None)
    plan = explained(store, snapshot, statement, [*values, 51, 0])
    assert index in plan
    assert "SCAN" not in plan


async def test_ranges_are_found_by_an_index_alone(table: tuple[Snapshot, ServingStore, RowReader]) -> None:
    snapshot, store, _ = table
    inside = AllOf((Atom("=", "provinsi", ("11.01",)), Atom(">", "tahun", (2020,))))
    for last in (False, True):
        plan = explained(
            store,
            snapshot,
            edge_statement(shape(inside), ("provinsi", "tahun", "nomor"), last),
            [*values_of(inside)],
        )
        assert plan == "SEARCH r USING COVERING INDEX stored (provinsi=? AND tahun>?)"


def facts_of(store: ServingStore, snapshot: Snapshot) -> Any:
    with store.row_store(snapshot) as (_, facts):
        return facts


def explained(store: ServingStore, snapshot: Snapshot, statement: Statement, values: list[Any]) -> str:
    question = replace(statement, text=f"EXPLAIN QUERY PLAN {statement.text}")
    with store.row_store(snapshot) as (connection, _):
        steps = sqlite_engine.run(connection, question, values, Deadline.after(5))
    return "; ".join(step[-1] for step in steps)


async def test_counting_a_range_reads_no_row(table: tuple[Snapshot, ServingStore, RowReader]) -> None:
    snapshot, store, reader = table
    statements: list[str] = []
    with store.row_store(snapshot) as (connection, _):
        connection.set_trace_callback(statements.append)
    count = await reader.count(snapshot, equal("provinsi", "11.01"), Deadline.after(5))
    assert count > INLINE
    assert len(statements) == 2
    assert all("count(" not in statement for statement in statements)


async def test_a_page_is_one_statement(table: tuple[Snapshot, ServingStore, RowReader]) -> None:
    snapshot, store, reader = table
    statements: list[str] = []
    with store.row_store(snapshot) as (connection, _):
        connection.set_trace_callback(statements.append)
    await reader.page(RowQuery(snapshot, ("nama", "jumlah"), first=500, offset=100), Deadline.after(5))
    assert len(statements) == 1


async def test_statements_depend_on_shape_only(table: tuple[Snapshot, ServingStore, RowReader]) -> None:
    snapshot, _, reader = table
    await reader.page(RowQuery(snapshot, ("nama",), equal("nomor", 1)), Deadline.after(5))
    before = page_statement.cache_info()
    for number in range(2, 30):
        await reader.page(RowQuery(snapshot, ("nama",), equal("nomor", number)), Deadline.after(5))
    after = page_statement.cache_info()
    assert after.misses == before.misses
    assert after.maxsize == KEPT_STATEMENTS


async def test_sums_that_could_overflow_go_to_duckdb(table: tuple[Snapshot, ServingStore, RowReader]) -> None:
    """`bulat` holds both ends of 64 bits: SQLite would stop with an error, or worse, round."""
    snapshot, store, _ = table
    inline = RowReader(store, inline_rows=10**9)
    query = AggregateQuery(snapshot, (Measure(MeasureFunction.SUM, "bulat"), Measure(MeasureFunction.COUNT)))
    ((total, count),) = await inline.aggregate(query, Deadline.after(30))
    assert count == 2000
    assert isinstance(total, int)
    assert abs(total) > 2**63
    await inline.close()


def test_no_value_is_written_into_sql() -> None:
    evil = "'; DROP TABLE r; --"
    formula = Atom("contains", "nama", (evil,))
    statement = page_statement(SQLITE, ("nama",), Filter(shape(formula)), (), None)
    assert evil not in statement.text
    assert statement.bind([*values_of(formula), 10, 0]) == [evil, 10, 0]


def test_a_fixed_column_orders_nothing() -> None:
    names = ("provinsi", "tahun", "nomor")
    columns = tuple(SnapshotColumn(name, ColumnType.STRING, nullable=False) for name in names)
    snapshot = Snapshot("a/b", 1, "0" * 64, 10, columns, stored_order=names)
    order = (OrderTerm("provinsi"), OrderTerm("nomor"))
    assert sort_keys(snapshot, Atom("=", "tahun", ("2020",)), order) == ()
    assert [key.column for key in sort_keys(snapshot, None, order)] == ["provinsi", "nomor"]
    assert [key.column for key in sort_keys(snapshot, None, (*order, *order))] == ["provinsi", "nomor"]
