"""Both engines answer every question as plain Python does."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from satudata.datasets.errors import InvalidInput
from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.query import (
    AggregateQuery,
    Condition,
    GroupKey,
    GroupOrder,
    Measure,
    MeasureFunction,
    Operator,
    OrderTerm,
    RowQuery,
)
from satudata.datasets.rows.reader import RowReader
from satudata.validation.contracts.model import ColumnType

if TYPE_CHECKING:
    from .conftest import RowsBuilder, Serve, Served, TableMaker

COLUMNS = (
    "nomor",
    "nama",
    "jumlah",
    "besar",
    "bulat",
    "rasio",
    "aktif",
    "tanggal",
    "waktu",
    "provinsi",
    "tahun",
)

GROUPABLE = ("provinsi", "tahun", "nama", "aktif", "tanggal", "jumlah")


def soon() -> Deadline:
    return Deadline.after(30)


SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(10, 18))]


@pytest.mark.parametrize("seed", SEEDS)
async def test_random_pages(served: "Served", seed: int) -> None:
    questions = served.questions(seed)
    engines = set()
    for _ in range(100):
        query = RowQuery(
            served.snapshot,
            columns=tuple(questions.rng.sample(COLUMNS, questions.rng.randrange(1, 5))),
            where=questions.predicate() if questions.rng.random() < 0.9 else None,
            order=questions.order(),
            first=questions.rng.choice([0, 1, 7, 500]),
            offset=questions.rng.choice([0, 0, 1, 5, 400]),
        )
        found = served.reference.found(query)
        expected = found[query.offset : query.offset + query.first]
        for reader in (served.sqlite, served.duckdb):
            page = await reader.page(query, soon())
            engines.add(page.engine)
            assert [position[-1] for position in page.positions] == expected, (query, page.engine)
            assert page.rows == [served.reference.output(number, query.columns) for number in expected]
            assert page.has_next == (len(found) > query.offset + query.first)
        assert await served.sqlite.count(served.snapshot, query.where, soon()) == len(found)
        assert await served.duckdb.count(served.snapshot, query.where, soon()) == len(found)
    assert engines == {"sqlite", "duckdb"}


async def test_paging_visits_every_row_once(served: "Served") -> None:
    questions = served.questions(seed=2)
    for _ in range(12):
        query = RowQuery(
            served.snapshot,
            columns=("nomor",),
            where=questions.predicate() if questions.rng.random() < 0.5 else None,
            order=questions.order(),
            first=questions.rng.choice([23, 60]),
        )
        expected = served.reference.found(query)
        for reader in (served.sqlite, served.duckdb):
            seen: list[int] = []
            after: Any = None
            while True:
                page = await reader.page(replace(query, after=after), soon())
                seen += [position[-1] for position in page.positions]
                if not page.has_next:
                    break
                after = tuple(orjson.loads(orjson.dumps(page.positions[-1])))
            assert seen == expected, query


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_cursor_keeps_its_place_under_another_filter(served: "Served", seed: int) -> None:
    """Its row may not match: what comes after it in the asked order, and matches, is answered."""
    questions = served.questions(seed)
    elsewhere = 0
    for _ in range(60):
        query = RowQuery(served.snapshot, columns=("nomor",), order=questions.order(), first=3)
        everything = served.reference.found(query)
        place = questions.rng.randrange(len(everything))
        start = replace(query, offset=place, first=1)
        column = questions.rng.choice(["provinsi", "tahun", "nama", "aktif"])
        value = served.reference.output(questions.rng.choice(everything), (column,))[0]
        if value is None:
            continue
        where = Condition(column, Operator.EQ, value)
        matching = set(served.reference.found(replace(query, where=where)))
        expected = [number for number in everything[place + 1 :] if number in matching]
        elsewhere += everything[place] not in matching
        for reader in (served.sqlite, served.duckdb):
            position = (await reader.page(start, soon())).positions[0]
            page = await reader.page(replace(query, where=where, after=position), soon())
            assert [position[-1] for position in page.positions] == expected[:3], (query, where, position)
            assert page.has_next == (len(expected) > 3)
    assert elsewhere > 10


async def test_offset_counts_from_the_cursor(served: "Served") -> None:
    for order in ((), (OrderTerm("jumlah", descending=True),)):
        query = RowQuery(served.snapshot, columns=("nomor",), order=order, first=10)
        expected = served.reference.found(query)
        for reader in (served.sqlite, served.duckdb):
            first = await reader.page(query, soon())
            page = await reader.page(replace(query, after=first.positions[-1], offset=25), soon())
            assert [position[-1] for position in page.positions] == expected[35:45]


@pytest.mark.parametrize("seed", SEEDS)
async def test_random_aggregates(served: "Served", seed: int) -> None:
    questions = served.questions(seed)
    measures = [Measure(MeasureFunction.COUNT)]
    for column in served.reference.contract.columns:
        functions = [
            MeasureFunction.COUNT,
            MeasureFunction.DISTINCT_COUNT,
            MeasureFunction.MIN,
            MeasureFunction.MAX,
        ]
        if column.type in (ColumnType.INTEGER, ColumnType.DECIMAL):
            functions += [MeasureFunction.SUM, MeasureFunction.AVG, MeasureFunction.MEDIAN]
        if column.type is ColumnType.BOOLEAN:
            functions.append(MeasureFunction.TRUE_COUNT)
        measures += [Measure(function, column.name) for function in functions]
    for _ in range(40):
        query = AggregateQuery(
            served.snapshot,
            tuple(questions.rng.sample(measures, questions.rng.randrange(1, 8))),
            where=questions.predicate() if questions.rng.random() < 0.7 else None,
            by=tuple(map(GroupKey, questions.rng.sample(GROUPABLE, questions.rng.randrange(3)))),
        )
        expected = served.reference.aggregate(query)
        for reader in (served.sqlite, served.duckdb):
            assert await reader.aggregate(query, soon()) == expected, query
        if query.by:
            cut = replace(query, first=3, offset=2)
            for reader in (served.sqlite, served.duckdb):
                assert await reader.aggregate(cut, soon()) == expected[2:5]


def rank(group: tuple[Any, ...]) -> Any:
    """What a group's last value sorts by: numbers as numbers, text by bytes."""
    try:
        return Decimal(group[-1])
    except InvalidOperation:
        return group[-1].encode()


async def test_groups_in_order_of_a_measure(served: "Served") -> None:
    sortable: dict[MeasureFunction, str | None] = {
        MeasureFunction.COUNT: None,
        MeasureFunction.SUM: "jumlah",
        MeasureFunction.AVG: "besar",
        MeasureFunction.MEDIAN: "jumlah",
        MeasureFunction.MAX: "provinsi",
        MeasureFunction.MIN: "tanggal",
    }
    for function, column in sortable.items():
        measure = Measure(function, column)
        plain = AggregateQuery(served.snapshot, (measure,), by=(GroupKey("nama"), GroupKey("aktif")))
        groups = served.reference.aggregate(plain)
        for descending in (False, True):
            for nulls_first in (False, True):
                query = replace(plain, order=(GroupOrder(measure, descending, nulls_first),))

                filled = sorted(
                    (group for group in groups if group[-1] is not None), key=rank, reverse=descending
                )
                empty = [group for group in groups if group[-1] is None]
                expected = empty + filled if nulls_first else filled + empty
                for reader in (served.sqlite, served.duckdb):
                    assert await reader.aggregate(query, soon()) == expected, (function, descending)


async def test_measures_of_floats(serve: "Serve", build_rows: "RowsBuilder") -> None:
    built = build_rows("rasio", [None, *[0.1] * 10, 0.3])
    snapshot, store = built.snapshot, serve(built)
    reader = RowReader(store)
    functions = (MeasureFunction.SUM, MeasureFunction.AVG, MeasureFunction.MEDIAN, MeasureFunction.MIN)
    query = AggregateQuery(snapshot, tuple(Measure(function, "rasio") for function in functions))
    ((total, average, median, least),) = await reader.aggregate(query, soon())
    assert total == 1.3  # adding one by one gives 1.2999999999999998
    assert average == total / 11
    assert (median, least) == (0.1, 0.1)
    nothing = replace(query, where=Condition("rasio", Operator.GT, 1e300))
    assert await reader.aggregate(nothing, soon()) == [(None, None, None, None)]
    await reader.close()


async def test_an_average_is_rounded_half_to_even(serve: "Serve", build_rows: "RowsBuilder") -> None:
    for values, expected in (
        ([Decimal("0.01"), *[Decimal(0)] * 127], "0.00007812"),  # 0.000078125
        ([Decimal("0.03"), *[Decimal(0)] * 127], "0.00023438"),  # 0.000234375
        ([Decimal("-0.01"), *[Decimal(0)] * 127], "-0.00007812"),
        ([Decimal("0.01"), Decimal(0), Decimal(0)], "0.00333333"),
    ):
        built = build_rows("jumlah", values)
        reader = RowReader(serve(built))
        query = AggregateQuery(built.snapshot, (Measure(MeasureFunction.AVG, "jumlah"),))
        assert await reader.aggregate(query, soon()) == [(expected,)]
        await reader.close()


@pytest.mark.parametrize(
    "measure",
    [
        Measure(MeasureFunction.SUM),
        Measure(MeasureFunction.SUM, "nama"),
        Measure(MeasureFunction.MEDIAN, "tanggal"),
        Measure(MeasureFunction.TRUE_COUNT, "bulat"),
    ],
)
async def test_a_measure_without_meaning_is_our_mistake(measure: Measure, served: "Served") -> None:
    with pytest.raises(ValueError, match=measure.function):
        await served.sqlite.aggregate(AggregateQuery(served.snapshot, (measure,)), soon())


async def test_a_position_of_another_question_is_refused(served: "Served") -> None:
    query = RowQuery(served.snapshot, ("nomor",), order=(OrderTerm("jumlah"),))
    for position in ((), (5,), ("text", 5), (5, "row"), (5, True), (1, 2, 3), (5, 0), (5, 401), (5, 2**70)):
        with pytest.raises(InvalidInput) as refused:
            await served.sqlite.page(replace(query, after=position), soon())
        assert refused.value.path == ("after",)


async def test_an_unusable_filter_is_refused(served: "Served") -> None:
    long = Condition("nomor", Operator.IN, tuple(range(10_001)))
    for where in (Condition("jumlah", Operator.EQ, "ten"), Condition("tahun", Operator.CONTAINS, "2"), long):
        with pytest.raises(InvalidInput):
            await served.sqlite.count(served.snapshot, where, soon())


async def test_groups_without_measures(served: "Served") -> None:
    query = AggregateQuery(served.snapshot, (), by=(GroupKey("provinsi"),))
    for reader in (served.sqlite, served.duckdb):
        assert await reader.aggregate(query, soon()) == served.reference.aggregate(query)
        assert await reader.aggregate(replace(query, by=()), soon()) == [()]


async def test_a_table_without_rows(serve: "Serve", make_table: "TableMaker") -> None:
    built = make_table("sorted, key apart", 0)
    snapshot, store = built.snapshot, serve(built)
    for inline_rows in (-1, 100):
        reader = RowReader(store, inline_rows=inline_rows)
        page = await reader.page(RowQuery(snapshot, ("nama",), order=(OrderTerm("nama"),)), soon())
        assert (page.rows, page.positions, page.has_next) == ([], [], False)
        assert await reader.count(snapshot, Condition("tahun", Operator.EQ, 2020), soon()) == 0
        query = AggregateQuery(
            snapshot, (Measure(MeasureFunction.COUNT), Measure(MeasureFunction.SUM, "jumlah"))
        )
        assert await reader.aggregate(query, soon()) == [(0, None)]
        assert await reader.aggregate(replace(query, by=(GroupKey("tahun"),)), soon()) == []
        await reader.close()
