"""Spliced rows are what graphql-core would have answered over plain dicts, and cost it nothing per row."""

import random
from dataclasses import asdict
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median
from typing import Any

import orjson
import pytest

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLSchema,
    execute_sync,
    parse,
    validate,
)
from satudata.graphql.executor import SplicingExecutor
from satudata.graphql.paging import PageInfo
from satudata.graphql.rows.types import RowTypes
from satudata.graphql.static import static_types

ROW_FIELDS = [
    "kode",
    "nama",
    "jumlah",
    "besar",
    "harga",
    "rasio",
    "aktif",
    "tanggal",
    "waktu",
    "provinsi",
    "catatan",
    "__typename",
]
FIGURES = {
    "nama": ("min", "max", "count", "distinctCount"),
    "jumlah": ("min", "max", "sum", "avg", "count", "distinctCount"),
    "besar": ("min", "max", "sum", "avg", "median", "count", "distinctCount"),
    "harga": ("min", "max", "sum", "avg", "median", "count", "distinctCount"),
    "rasio": ("min", "max", "count", "distinctCount"),
    "aktif": ("trueCount", "count"),
    "tanggal": ("min", "max", "count", "distinctCount"),
    "waktu": ("min", "max", "count"),
    "provinsi": ("min", "max", "count", "distinctCount"),
}
SCALES = {"harga": 2}


class Writer:
    """Writes random documents that are valid: an alias always stands for the same field."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.fragments: list[str] = []

    def document(self) -> str:
        connection = self.selection("DinasUji_KebunData_Connection", self.connection_field, 4)
        rows = f"dinasUji @skip(if: $no) {{ kebunData {{ {connection} }} }}"
        query = f"query($yes: Boolean!, $no: Boolean!) {{ data @include(if: $yes) {{ {rows} }} }}"
        return "\n".join([query, *self.fragments])

    def selection(self, type_name: str, field: Any, most: int) -> str:
        """A few members, some of them inside fragments."""
        members = [self.member(type_name, field) for _ in range(self.random.randint(1, most))]
        return " ".join(members)

    def member(self, type_name: str, field: Any) -> str:
        kind = self.random.random()
        if kind < 0.75:
            return field()
        inner = " ".join(field() for _ in range(self.random.randint(1, 3)))
        if kind < 0.88:
            condition = self.random.choice(["", f" on {type_name}"])
            return f"...{condition}{self.directive()} {{ {inner} }}"
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {type_name} {{ {inner} }}")
        return f"...{name}{self.directive()}"

    def directive(self) -> str:
        if self.random.random() < 0.7:
            return ""
        name, variable = self.random.choice(
            [("skip", "no"), ("include", "yes"), ("skip", "yes"), ("include", "no")]
        )
        return f" @{name}(if: ${variable})"

    def leaf(self, name: str) -> str:
        alias = self.random.choice(["", "", f"a_{name.strip('_')}: ", f"b_{name.strip('_')}: "])
        return f"{alias}{name}{self.directive()}"

    def parent(self, name: str, inner: str) -> str:
        alias = self.random.choice(["", "", f"a_{name}: ", f"b_{name}: "])
        return f"{alias}{name}{self.directive()} {{ {inner} }}"

    def connection_field(self) -> str:
        name = self.random.choice(
            ["nodes", "nodes", "edges", "totalCount", "pageInfo", "aggregate", "__typename"]
        )
        match name:
            case "nodes":
                return self.parent(name, self.row())
            case "edges":
                return self.parent(name, self.selection("DinasUji_KebunData_Edge", self.edge_field, 3))
            case "pageInfo":
                return self.parent(name, self.leaf("hasNextPage") + " " + self.leaf("hasPreviousPage"))
            case "aggregate":
                return self.parent(
                    name, self.selection("DinasUji_KebunData_Aggregate", self.aggregate_field, 4)
                )
        return self.leaf(name)

    def edge_field(self) -> str:
        if self.random.random() < 0.7:
            return self.parent("node", self.row())
        return self.leaf("__typename")

    def row(self) -> str:
        return self.selection("DinasUji_KebunData", lambda: self.leaf(self.random.choice(ROW_FIELDS)), 8)

    def aggregate_field(self) -> str:
        name = self.random.choice([*FIGURES, "rowCount", "__typename"])
        if name not in FIGURES:
            return self.leaf(name)
        figures = [self.random.choice([*FIGURES[name], "__typename"]) for _ in range(3)]
        return self.parent(name, " ".join(self.leaf(figure) for figure in figures))


def plain_schema(types: RowTypes) -> GraphQLSchema:
    """The same types, resolved by graphql-core from dicts."""
    connection = types.connection
    for field in connection.fields.values():
        field.resolve = None
    rows = GraphQLField(connection, {"first": GraphQLArgument(GraphQLInt)})
    agency = GraphQLObjectType("Data_DinasUji", {"kebunData": rows})
    data = GraphQLObjectType("Data", {"dinasUji": GraphQLField(agency)})
    return GraphQLSchema(GraphQLObjectType("Query", {"data": GraphQLField(data)}), assume_valid=True)


def plain_root(rows: list[Any]) -> dict[str, Any]:
    """What graphql-core resolves from: Python values, no JSON of ours."""
    nodes = []
    for row in rows:
        node = asdict(row)
        if node["harga"] is not None:
            node["harga"] = node["harga"].quantize(Decimal("0.01"))
        nodes.append(node)
    connection = {
        "nodes": nodes,
        "edges": [{"node": node} for node in nodes],
        "totalCount": len(nodes),
        "pageInfo": PageInfo(
            has_next_page=False, has_previous_page=False, start_cursor=None, end_cursor=None
        ),
        "aggregate": {"rowCount": len(nodes), **{name: figures_of(name, nodes) for name in FIGURES}},
    }
    return {"data": {"dinasUji": {"kebunData": connection}}}


def figures_of(name: str, nodes: list[dict[str, Any]]) -> dict[str, Any]:
    values = [node[name] for node in nodes if node[name] is not None]
    ordered = sorted(values, key=lambda value: value.encode() if isinstance(value, str) else value)
    figures = {
        "min": ordered[0],
        "max": ordered[-1],
        "count": len(values),
        "distinctCount": len(set(values)),
        "trueCount": sum(value is True for value in values),
    }
    if name in ("jumlah", "besar", "harga"):
        step = Decimal(1).scaleb(-SCALES.get(name, 0) - 6)
        mean = Decimal(sum(values)) / len(values)
        figures |= {
            "sum": sum(values),
            "avg": mean.quantize(step, ROUND_HALF_EVEN),
            "median": median(map(Decimal, values)).quantize(step, ROUND_HALF_EVEN),
        }
    return figures


@pytest.fixture(scope="module")
def plain(make_contract, zoo, zoo_contract):
    schema = plain_schema(RowTypes(zoo_contract, static_types()))
    root = plain_root(zoo)

    def answer(document: str, variables: dict[str, Any]) -> bytes:
        parsed = parse(document)
        assert validate(schema, parsed) == [], document
        result = execute_sync(schema, parsed, root, variable_values=variables)
        assert result.errors is None, (result.errors, document)
        return orjson.dumps({"data": result.data})

    return answer


async def test_spliced_rows_equal_plain_execution(asking, plain, full):
    variables = {"yes": True, "no": False}
    for seed in range(3_000 if full else 200):
        document = Writer(seed).document()

        outcome = await asking.outcome(document, variables)

        assert outcome.body == plain(document, variables), document


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
