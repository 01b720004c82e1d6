"""Spliced rows are what graphql-core would have answered over plain dicts, and cost it nothing per row."""

import pytest
import pytest_asyncio
from tests.counts import count
from tests.graphql.rows.plain import Answer, plain_execution
from tests.graphql.rows.writer import Writer

from satudata.datasets.access.principal import ANONYMOUS
from satudata.datasets.files.keys import lake_key
from satudata.datasets.rows import sqlite_engine
from satudata.datasets.rows.duckdb_engine import Scanner
from satudata.graphql.executor import SplicingExecutor

ZOO = "dinas-uji/kebun-data"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def plain(asking) -> Answer:
    sdl = (await asking.api.sdl([ZOO])).text.decode()
    version = await asking.services.versions.get(ZOO, None, ANONYMOUS)
    files = asking.services.config.home / "files"
    return plain_execution(sdl, files / lake_key(ZOO, version.sha256))


async def test_spliced_rows_equal_plain_execution(asking, plain, zoo):
    for seed in range(count(full=2_000, ordinary=100)):
        writer = Writer(seed, zoo)
        document = writer.document()
        expected = plain(document, writer.variables)

        outcome = await asking.outcome(document, writer.variables)
        again = await asking.outcome(document, writer.variables)

        assert outcome.body == expected, (document, writer.variables)
        assert again.body == expected, (document, writer.variables)


async def test_the_executor_does_not_work_row_by_row(asking, monkeypatch):
    calls = 0
    complete = SplicingExecutor.complete_value

    def counting(*arguments, **named):
        nonlocal calls
        calls += 1
        return complete(*arguments, **named)

    monkeypatch.setattr(SplicingExecutor, "complete_value", counting)
    query = (
        "{ data { badanLain { banyak(first: %d) { nodes { kode nilai } edges { cursor node { kode } } } } } }"
    )
    counts = []
    for first in (1, 1_000):
        calls = 0
        answer = (await asking.data(query % first))["data"]["badanLain"]["banyak"]
        assert len(answer["nodes"]) == len(answer["edges"]) == first
        counts.append(calls)

    assert counts[0] == counts[1] < 20


STATEMENTS = {
    "nodes { kode harga }": 1,
    "nodes { kode } edges { cursor node { nama } } pageInfo { hasNextPage } again: nodes { rasio }": 1,
    "totalCount": 1,
    "aggregate { rowCount harga { sum avg } jumlah { min max } }": 1,
    "nodes { kode } totalCount aggregate { harga { sum } }": 3,
    "version { number } __typename": 0,
}


@pytest.mark.parametrize("selection", STATEMENTS)
@pytest.mark.parametrize("first", [1, 60])
async def test_an_operation_needs_a_fixed_number_of_statements(asking, monkeypatch, selection, first):
    """However many rows: one for each page, count and aggregate."""
    statements = []
    run, scan = sqlite_engine.run, Scanner.run

    def noting_run(connection, statement, *more):
        statements.append(statement.text)
        return run(connection, statement, *more)

    async def noting_scan(self, snapshot, statement, *more):
        statements.append(statement.text)
        return await scan(self, snapshot, statement, *more)

    arguments = f"where: {{jumlah: {{gt: 0}}}}, orderBy: [{{nama: ASC}}], first: {first}"
    await asking.zoo(arguments, "nodes { kode }")
    monkeypatch.setattr(sqlite_engine, "run", noting_run)
    monkeypatch.setattr(Scanner, "run", noting_scan)

    for _ in range(3):  # the executor, then the operation as it was laid out
        statements.clear()
        await asking.zoo(arguments, selection)
        assert len(statements) == STATEMENTS[selection], statements


async def test_only_what_is_selected_is_read(asking, monkeypatch):
    asked = []
    reader = asking.services.rows
    for name in ("page", "count", "aggregate"):
        monkeypatch.setattr(type(reader), name, _noting(asked, name, getattr(type(reader), name)))

    await asking.zoo(
        "first: 2", "nodes { kode } edges { node { harga k: kode } } pageInfo { endCursor } totalCount"
    )
    assert [(name, query.columns) for name, query in asked] == [("page", ("kode", "harga"))]

    asked.clear()
    await asking.zoo('where: {kode: {eq: "K001"}}', "totalCount")
    assert [name for name, _ in asked] == ["count"]

    asked.clear()
    await asking.zoo("", "aggregate { a: harga { sum } b: harga { sum max } rowCount }")
    assert [(name, len(query.measures)) for name, query in asked] == [("aggregate", 3)]

    asked.clear()
    await asking.zoo("", "version { number } totalCount aggregate { __typename }")
    assert asked == []


def _noting(asked, name, original):
    async def noting(self, query, *more):
        asked.append((name, query))
        return await original(self, query, *more)

    return noting


async def test_pages_of_one_field_are_read_once(asking, monkeypatch):
    asked = []
    reader = asking.services.rows
    monkeypatch.setattr(type(reader), "page", _noting(asked, "page", type(reader).page))

    found = await asking.zoo(
        "first: 1", "a: nodes { kode } b: nodes { nama } edges { cursor } pageInfo { hasNextPage }"
    )

    assert len(asked) == 1
    assert found["a"] == [{"kode": "K000"}]
    assert found["b"] == [{"nama": "Bandung"}]


async def test_numbers_and_instants_are_written_as_the_schema_says(asking):
    (row,) = (await asking.zoo('where: {kode: {eq: "K001"}}', "nodes { besar harga rasio tanggal waktu }"))[
        "nodes"
    ]

    assert row == {
        "besar": "9007199254740993",
        "harga": "-8.75",
        "rasio": 0.125,
        "tanggal": "2024-01-02",
        "waktu": "2024-01-01T01:00:00.250000Z",
    }
