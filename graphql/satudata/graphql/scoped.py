"""Schemas with rows: the static schema plus the datasets of one scope, grafted on as graphql-core types.

A document is run against a schema that has only the datasets it mentions, so its price does not grow with the hub.
Introspection and SDL see a schema with all of them, built off the request path (`introspection.py`).
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema
from satudata.graphql.directives import ALL_DIRECTIVES
from satudata.graphql.rows.naming import DatasetAddress
from satudata.graphql.rows.served import Scope, ServedDataset
from satudata.graphql.rows.shared import SHARED_TYPES
from satudata.graphql.rows.types import RowTypes
from satudata.graphql.static import core_schema, static_schema
from satudata.validation.contracts.naming import pascal_case

RowResolver = Callable[[ServedDataset, RowTypes, GraphQLResolveInfo[Any], dict[str, Any]], Awaitable[Any]]
"""Answers a dataset's field with a `RowsRequest`."""

_PRESENT = object()
"""Stands for objects that only group fields (`data`, an agency)."""


def build_schema(scope: Scope, resolve_rows: RowResolver) -> GraphQLSchema:
    """The schema of one scope. Its types were made from contracts that were checked, so it is taken as valid."""
    return _graft(scope, ((item, item.types) for item in scope.datasets), resolve_rows)


def build_apart(scope: Scope, resolve_rows: RowResolver) -> GraphQLSchema:
    """The same from types of its own, so that another thread may build it while requests use the kept ones."""
    return _graft(scope, ((item, item.types.apart()) for item in scope.datasets), resolve_rows)


def static_part() -> GraphQLSchema:
    """The schema of a hub without a single dataset; what `graphql/schema.graphql` prints."""
    return _graft(Scope(), (), _no_rows)


def _graft(
    scope: Scope, datasets: Iterable[tuple[ServedDataset, RowTypes]], resolve_rows: RowResolver
) -> GraphQLSchema:
    strawberry_schema = static_schema()
    static = core_schema(strawberry_schema)
    query = static.query_type
    if query is None:
        raise TypeError("the static schema has a query type")
    fields = dict(query.fields)
    if scope.any_rows:
        fields["data"] = GraphQLField(
            GraphQLNonNull(_data_type(scope, datasets, resolve_rows)),
            resolve=lambda *_: _PRESENT,
            description="Rows of published datasets, by agency and dataset.",
        )
    schema = GraphQLSchema(
        query=GraphQLObjectType("Query", fields, description=query.description),
        mutation=static.mutation_type,
        types=[*_named_types(static), *SHARED_TYPES],
        directives=ALL_DIRECTIVES,
        assume_valid=True,
    )
    schema._strawberry_schema = strawberry_schema  # type: ignore[attr-defined]  # where Strawberry's Info looks
    return schema


def _named_types(static: GraphQLSchema) -> list[Any]:  # Any: graphql-core's named types
    """Types that no field returns by name: those behind interfaces."""
    return [
        type_
        for type_ in static.type_map.values()
        if isinstance(type_, GraphQLObjectType) and type_.interfaces
    ]


def _data_type(
    scope: Scope, datasets: Iterable[tuple[ServedDataset, RowTypes]], resolve_rows: RowResolver
) -> GraphQLObjectType:
    agencies: dict[str, dict[str, GraphQLField]] = {agency: {} for agency in scope.agencies}
    types: dict[str, str] = {agency: f"Data_{pascal_case(agency)}" for agency in scope.agencies}
    for served, row_types in datasets:
        address = DatasetAddress.of(served.dataset.slug)
        agencies[address.agency_field][address.dataset_field] = row_types.dataset_field(
            _resolver(served, row_types, resolve_rows)
        )
    return GraphQLObjectType(
        "Data",
        {
            agency: GraphQLField(
                GraphQLNonNull(
                    GraphQLObjectType(
                        types[agency], fields, description="Datasets of one agency, each a field."
                    )
                ),
                resolve=lambda *_: _PRESENT,
                description=f"Datasets of the agency behind `{agency}`.",
            )
            for agency, fields in agencies.items()
        },
        description=(
            "Rows of published datasets: a field for each agency, under it a field for each dataset. "
            "`Dataset.rowField` says where a dataset is."
        ),
    )


def _resolver(
    served: ServedDataset, types: RowTypes, resolve_rows: RowResolver
) -> Callable[..., Awaitable[Any]]:
    def resolve(_source: object, info: GraphQLResolveInfo[Any], **arguments: Any) -> Awaitable[Any]:
        return resolve_rows(served, types, info, arguments)

    return resolve


async def _no_rows(*_: object) -> None:
    return None
