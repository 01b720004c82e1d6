"""The fields that serve a dataset's rows: under `data`, and under `data` of the codes its rows carry."""

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
)
from satudata.graphql.directives import CONNECTION, MARKS
from satudata.graphql.rows.links import carrier_of
from satudata.graphql.rows.types import RowTypes
from satudata.graphql.rows.wording import both, paragraphs

DEFAULT_PAGE = 100

Resolver = Callable[..., Any]  # Any: graphql-core calls resolvers with (source, info, **arguments)


def dataset_field(types: RowTypes, resolve: Resolver) -> GraphQLField:
    """The field of `Data_<Agency>`: all rows of the dataset."""
    return _field(types, resolve, {}, "")


def linked_field(types: RowTypes, resolve: Resolver) -> GraphQLField:
    """The field of `CodeData_<Agency>`: the rows that carry a code, and with `below` those of codes below it."""
    links = tuple(types.links.values())
    carriers = [
        carrier_of(links, code_list) for code_list in sorted({link.binding.code_list for link in links})
    ]
    shown = ", ".join(
        f"`{link.code_field}` ({link.binding.code_list})" for link in carriers if link is not None
    )
    below = GraphQLArgument(
        GraphQLBoolean,
        default_value=False,
        description="Whether rows of codes below this one come too, however deep.",
    )
    carry = both("Baris yang memuat kode ini, menurut kolom", "Rows that carry this code, by column")
    return _field(types, resolve, {"below": below}, f"{carry}: {shown}.")


def _field(types: RowTypes, resolve: Resolver, more: dict[str, GraphQLArgument], which: str) -> GraphQLField:
    contract = types.contract
    return GraphQLField(
        types.connection,
        more | _arguments(types),
        resolve=resolve,
        description=paragraphs(
            both(contract.title.id, contract.title.en),
            contract.description.id,
            contract.description.en,
            which,
            "null, with an error beside it, when the rows cannot be answered.",
        ),
        extensions={
            MARKS: {
                "contract": {"dataset": contract.id, "version": contract.version},
                "listSize": CONNECTION.as_arguments(),
            }
        },
    )


def _arguments(types: RowTypes) -> dict[str, GraphQLArgument]:
    choosing = {
        "where": GraphQLArgument(types.filter, description="Which rows; absent means every row."),
        "orderBy": GraphQLArgument(
            GraphQLList(GraphQLNonNull(types.order)),
            description=(
                "Order of the rows; then, and without it, the order in which the version is stored"
                f"{_stored_order(types)}."
            ),
        ),
    }
    return {
        "version": GraphQLArgument(
            GraphQLInt,
            description="Number of the version to read. Absent: the newest one. Versions never change.",
        ),
        **(choosing if types.filterable else {}),
        "first": GraphQLArgument(
            GraphQLInt,
            default_value=DEFAULT_PAGE,
            description="How many rows, at most 1,000. Example: 20.",
        ),
        "after": GraphQLArgument(
            GraphQLString,
            description=(
                "Rows after this cursor (`pageInfo.endCursor` or `edges.cursor`), under the same order "
                "and version."
            ),
        ),
        "offset": GraphQLArgument(
            GraphQLInt,
            description=(
                "How many rows to skip; never together with `after`. At most 10,000, except without `where` and "
                "`orderBy`. To read everything, download the version instead."
            ),
        ),
    }


def _stored_order(types: RowTypes) -> str:
    public = {column.name for column in types.columns}
    fields = [types.names.field(name) for name in types.contract.stored_order if name in public]
    return f" ({', '.join(fields)})" if fields else ""
