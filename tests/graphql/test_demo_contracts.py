"""Row types made from the contracts that ship with the product are valid GraphQL, one by one and together."""

from importlib import resources

import pytest

from graphql import build_schema, parse, validate, validate_schema
from satudata.graphql.documents import rows_document
from satudata.graphql.rows.naming import DatasetAddress
from satudata.graphql.rows.served import Scope, ServedDataset, linkable
from satudata.graphql.rows.types import RowTypes
from satudata.graphql.scoped import Resolvers
from satudata.graphql.scoped import build_schema as build_scoped
from satudata.graphql.sdl import print_sdl
from satudata.graphql.static import static_types
from satudata.validation.contracts.loading import load_contract

FILES = sorted(
    (
        item
        for item in (resources.files("satudata.datasets") / "demo" / "contracts").iterdir()
        if item.name.endswith(".yaml")
    ),
    key=lambda item: item.name,
)


class Listed:
    """What building a schema needs of a dataset."""

    def __init__(self, slug):
        self.slug = slug


def served(contract):
    return ServedDataset(Listed(contract.id), None, contract, RowTypes(contract, static_types()))


def scoped(contracts):
    datasets = tuple(served(contract) for contract in contracts)
    agencies = tuple(sorted({DatasetAddress.of(contract.id).agency_field for contract in contracts}))
    return build_scoped(Scope(datasets, agencies, True, linkable(datasets)), Resolvers(None, None))


@pytest.fixture(scope="module")
def contracts():
    return [load_contract(file.read_text("utf-8")) for file in FILES]


def test_all_together_are_valid(contracts):
    schema = scoped(contracts)
    schema._validation_errors = None

    assert validate_schema(schema) == []
    printed = build_schema(print_sdl(schema))
    assert {name for name in printed.type_map if "_" in name and name[0] != "_"} == {
        name for name in schema.type_map if "_" in name and name[0] != "_"
    }


def test_the_query_of_each_dataset_page_is_valid(contracts):
    assert len(contracts) == 10
    schema = scoped(contracts)
    for contract in contracts:
        assert validate(schema, parse(rows_document(contract, version=1))) == [], contract.id
