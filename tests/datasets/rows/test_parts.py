"""A page of each part in one pass is the page of that part asked alone, whatever the engine and the order."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.parts import RowParts
from satudata.datasets.rows.query import AggregateQuery, Measure, MeasureFunction, RowQuery
from satudata.datasets.rows.reader import RowReader

if TYPE_CHECKING:
    from .conftest import Served

PARTS = [
    RowParts(
        "provinsi",
        (
            (("11.01", "11.01"),),
            (("12.02", "12.02"),),
            (),
            (("tidak ada", "tidak ada"),),
            (("14.03", "14.03"),),
        ),
    ),
    RowParts(
        "provinsi",
        ((("11.01", "12.01"), ("14.02", "14.02")), (("00", "99"),), (("13", "12"),), (("11.01", "11.01"),)),
    ),
    RowParts("nama", ((("A", "Z"),), (("a", "z"), ("日本", "日本")))),
    RowParts("provinsi", ((), ())),
]


def soon() -> Deadline:
    return Deadline.after(30)


@pytest.mark.parametrize("parts", PARTS, ids=["values", "ranges", "text", "nothing"])
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.full) for seed in (2, 3, 4))])
async def test_pages_of_parts(served: "Served", parts: RowParts, seed: int) -> None:
    questions = served.questions(seed)
    for _ in range(8):
        query = RowQuery(
            served.snapshot,
            columns=("nomor", "besar"),
            where=questions.predicate() if questions.rng.random() < 0.5 else None,
            order=questions.order(),
            first=questions.rng.choice([0, 1, 3, 500]),
            offset=questions.rng.choice([0, 0, 2]),
        )
        for reader in (served.sqlite, served.duckdb):
            pages = await reader.pages(query, parts, soon())
            alone = [
                await served.sqlite.page(replace(query, where=parts.within(part, query.where)), soon())
                for part in parts.parts
            ]
            assert [(page.rows, page.positions, page.has_next) for page in pages] == [
                (page.rows, page.positions, page.has_next) for page in alone
            ], query


async def test_pages_go_on_from_a_cursor(served: "Served") -> None:
    parts, questions = PARTS[0], served.questions(7)
    for _ in range(10):
        query = RowQuery(served.snapshot, columns=("nomor",), order=questions.order(), first=4)
        page = await served.sqlite.page(query, soon())
        later = replace(query, after=tuple(orjson.loads(orjson.dumps(page.positions[-1]))))
        rest = served.reference.found(replace(query, where=None))[4:]
        for reader in (served.sqlite, served.duckdb):
            for part, page in zip(parts.parts, await reader.pages(later, parts, soon()), strict=True):
                members = served.reference.found(replace(query, where=parts.within(part, None)))
                expected = [number for number in rest if number in members]
                assert [position[-1] for position in page.positions] == expected[:4]
                assert page.has_next == (len(expected) > 4)


@pytest.mark.parametrize("parts", PARTS[:2], ids=["values", "ranges"])
async def test_figures_of_parts(served: "Served", parts: RowParts) -> None:
    measures = tuple(
        Measure(function, column)
        for function, column in [
            (MeasureFunction.COUNT, None),
            (MeasureFunction.SUM, "besar"),
            (MeasureFunction.MEDIAN, "jumlah"),
            (MeasureFunction.DISTINCT_COUNT, "nama"),
            (MeasureFunction.MIN, "tanggal"),
        ]
    )
    query = AggregateQuery(served.snapshot, measures, served.questions(3).predicate())
    alone: list[list[tuple[Any, ...]]] = [
        await served.sqlite.aggregate(replace(query, where=parts.within(part, query.where)), soon())
        for part in parts.parts
    ]
    for reader in (served.sqlite, served.duckdb):
        assert await reader.aggregates(query, parts, soon()) == alone


async def test_small_parts_are_read_one_by_one_where_an_index_finds_them(
    served: "Served", monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = RowReader(served.sqlite._serving, inline_rows=150)
    try:
        query = RowQuery(served.snapshot, columns=("nomor",), order=served.questions(5).order(), first=3)
        pages = await reader.pages(query, PARTS[0], soon())
        assert [page.rows for page in pages] == [
            page.rows for page in await served.sqlite.pages(query, PARTS[0], soon())
        ]
        found_by_index = served.reference.contract.sort[:1] == ("provinsi",)
        assert {page.engine for page in pages} == {"sqlite" if found_by_index else "duckdb"}
    finally:
        await reader.close()


async def test_figures_of_values_are_one_question(served: "Served", monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[AggregateQuery] = []
    aggregate = RowReader.aggregate

    async def noted(self: RowReader, query: AggregateQuery, deadline: Deadline) -> list[tuple[Any, ...]]:
        asked.append(query)
        return await aggregate(self, query, deadline)

    monkeypatch.setattr(RowReader, "aggregate", noted)
    query = AggregateQuery(served.snapshot, (Measure(MeasureFunction.COUNT),))

    await served.sqlite.aggregates(query, PARTS[0], soon())

    assert len(asked) == 1
