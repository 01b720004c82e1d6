"""Prices: what a query costs before it runs."""

import pytest

from graphql import parse
from satudata.graphql.config import Limits
from satudata.graphql.cost import Pricer
from satudata.graphql.errors import ApiError
from satudata.graphql.rows.served import Scope, ServedDataset
from satudata.graphql.rows.types import RowTypes
from satudata.graphql.scoped import Resolvers, build_schema
from satudata.graphql.static import static_types

ROWS = "{ data { dinasUji { kebunData%s { %s } } } }"
GROUPING = 2
"""`data` and the agency are objects too."""


@pytest.fixture(scope="module")
def price(zoo_contract):
    class Listed:
        """What building a schema needs of a dataset."""

        slug = zoo_contract.id

    served = ServedDataset(Listed(), None, zoo_contract, RowTypes(zoo_contract, static_types()))
    schema = build_schema(Scope((served,), ("dinasUji",), True), Resolvers(None, None))

    def of(text, limits=None, **variables):
        document = parse(text)
        operation = next(item for item in document.definitions if item.kind == "operation_definition")
        return Pricer(schema, document, limits or Limits()).price(operation, variables)

    return of


CASES = [
    ("{ hub { version } }", 1),
    ("{ hub { name { value } limits { maxCost } } }", 3),
    ("{ datasets { totalCount } }", 1),
    ("{ datasets { nodes { slug } } }", 1 + 20),
    ("{ datasets(first: 5) { nodes { slug agency { slug } } } }", 1 + 5 * 2),
    ("{ datasets(first: 5) { edges { cursor node { slug } } pageInfo { endCursor } } }", 1 + 5 * 2 + 1),
    ("{ agencies(first: 10) { nodes { datasets(first: 3) { nodes { slug } } } } }", 1 + 10 * (1 + 1 + 3)),
    ("{ topics { id name { value } } }", 10 * 2),
    (
        '{ dataset(key: {slug: "a/b"}) { versions(first: 4) { nodes { report { verdict } } } } }',
        1 + 1 + 4 * (1 + 5),
    ),
    (ROWS % ("(first: 1000)", "nodes { kode nama }"), GROUPING + 1 + 1000),
    (ROWS % ("", "nodes { kode }"), GROUPING + 1 + 100),
    (ROWS % ("(first: 7)", "edges { cursor node { kode } }"), GROUPING + 1 + 7 * 2),
    (ROWS % ("(first: 1)", "totalCount"), GROUPING + 1 + 20),
    (ROWS % ("(first: 1)", "aggregate { harga { sum } jumlah { max } }"), GROUPING + 1 + 20 + 2),
    (ROWS % ("(first: 1)", "groups(by: [{aktif: VALUE}], first: 9) { key { aktif } }"), GROUPING + 1 + 50),
    (
        ROWS % ("(first: 1)", "groups(by: [{aktif: VALUE}], first: 9) { aggregate { harga { sum } } }"),
        GROUPING + 1 + 50 + 9,
    ),
    (
        ROWS % ("(first: 1)", "groups(by: [{aktif: VALUE}]) { aggregate { harga { sum } } }"),
        GROUPING + 1 + 50 + 500,
    ),
    ("{ __schema { types { name fields { name } } } }", 0),
    ("{ a: hub { version } ...F } fragment F on Query { hub { ... { version } } }", 2),
    ("{ datasets(first: 4) { ...F } } fragment F on DatasetConnection { nodes { slug } }", 1 + 4),
    (
        """{ a: datasets(first: 4) { ...F } b: datasets(first: 6) { ...F } }
        fragment F on DatasetConnection { nodes { id } }""",
        2 + 10,
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_a_price(price, text, expected):
    assert price(text) == expected


def test_variables_set_the_price(price):
    query = "query($n: Int = 3) { datasets(first: $n) { nodes { slug } } }"

    assert price(query, n=50) == 51
    with pytest.raises(ApiError) as refusal:
        price(query, n=1001)
    assert refusal.value.details["limit"] == {"name": "page", "most": 1000, "actual": 1001}


def test_beyond_the_limit(price):
    query = "{ agencies(first: 100) { nodes { datasets(first: 200) { nodes { slug } } } } }"

    with pytest.raises(ApiError) as refusal:
        price(query)
    assert refusal.value.details["limit"] == {"name": "cost", "most": 10_000, "actual": 20_201}
    assert "20201" in refusal.value.message.id
    assert price(query, Limits(cost=20_201)) == 20_201
