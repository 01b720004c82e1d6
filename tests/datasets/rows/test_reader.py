"""Both engines answer every question as plain Python does."""

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.query import (
    AggregateQuery,
    GroupOrder,
    Measure,
    MeasureFunction,
    OrderTerm,
    RowQuery,
)
from satudata.validation.contracts.model import ColumnType

if TYPE_CHECKING:
    from .conftest import Served

COLUMNS = ("nomor", "nama", "jumlah", "besar", "bulat", "rasio", "aktif", "tanggal", "waktu", "provinsi", "tahun")


def soon() -> Deadline:
    return Deadline.after(30)


async def test_random_pages(served: "Served") -> None:
    questions = served.questions(seed=1)
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


async def test_offset_counts_from_the_cursor(served: "Served") -> None:
    for order in ((), (OrderTerm("jumlah", descending=True),)):
        query = RowQuery(served.snapshot, columns=("nomor",), order=order, first=10)
        expected = served.reference.found(query)
        for reader in (served.sqlite, served.duckdb):
            first = await reader.page(query, soon())
            page = await reader.page(replace(query, after=first.positions[-1], offset=25), soon())
            assert [position[-1] for position in page.positions] == expected[35:45]


async def test_random_aggregates(served: "Served") -> None:
    questions = served.questions(seed=3)
    measures = [Measure(MeasureFunction.COUNT)]
    for column in served.reference.contract.columns:
        functions = [MeasureFunction.COUNT, MeasureFunction.DISTINCT_COUNT, MeasureFunction.MIN, MeasureFunction.MAX]
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
            by=tuple(questions.rng.sample(("provinsi", "tahun", "nama", "aktif", "tanggal", "jumlah"), questions.rng.randrange(3))),
        )
        expected = served.reference.aggregate(query)
        for reader in (served.sqlite, served.duckdb):
            assert await reader.aggregate(query, soon()) == expected, query
        if query.by:
            cut = replace(query, first=3, offset=2)
            for reader in (served.sqlite, served.duckdb):
                assert await reader.aggregate(cut, soon()) == expected[2:5]


async def test_groups_in_order_of_a_measure(served: "Served") -> None:
    sortable: dict[MeasureFunction, str | None] = {
        MeasureFunction.COUNT: None,
        MeasureFunction.SUM: "jumlah",
        MeasureFunction.AVG: "besar",
        MeasureFunction.MEDIAN: "jumlah",
        MeasureFunction.MAX: "nama",
        MeasureFunction.MIN: "tanggal",
    }
    for function, column in sortable.items():
        measure = Measure(function, column)
        plain = AggregateQuery(served.snapshot, (measure,), by=("nama", "aktif"))
        groups = served.reference.aggregate(plain)
        for descending in (False, True):
            for nulls_first in (False, True):
                query = replace(plain, order=(GroupOrder(measure, descending, nulls_first),))

                def rank(group: tuple[Any, ...]) -> Any:
                    value = group[-1]
                    text = function in (MeasureFunction.MAX, MeasureFunction.MIN)
                    return value.encode() if text else Decimal(value)

                filled = sorted((group for group in groups if group[-1] is not None), key=rank, reverse=descending)
                empty = [group for group in groups if group[-1] is None]
                expected = empty + filled if nulls_first else filled + empty
                for reader in (served.sqlite, served.duckdb):
                    assert await reader.aggregate(query, soon()) == expected, (function, descending)
