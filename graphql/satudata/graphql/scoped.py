"""Schemas with rows: the static schema plus the datasets of one scope, grafted on as graphql-core types.

A document is run against a schema that has only the datasets it mentions, so its price does not grow with the hub.
Introspection and SDL see a schema with all of them, built off the request path (`introspection.py`).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
)
from satudata.graphql.directives import ALL_DIRECTIVES
from satudata.graphql.grafting import with_more_fields, with_query
from satudata.graphql.rows.fields import dataset_field, linked_field
from satudata.graphql.rows.served import Scope, ServedDataset
from satudata.graphql.rows.shared import SHARED_TYPES
from satudata.graphql.rows.types import RowTypes, StaticTypes
from satudata.graphql.static import core_schema, static_schema, static_types
from satudata.validation.contracts.naming import pascal_case

RowResolver = Callable[[ServedDataset, RowTypes, GraphQLResolveInfo[Any], dict[str, Any]], Awaitable[Any]]
"""Answers a dataset's field with a `RowsRequest`."""

LinkedResolver = Callable[[ServedDataset, RowTypes, Any, Any, dict[str, Any]], Awaitable[Any]]
"""Answers a dataset's field below codes: takes what the codes came with, too."""

_PRESENT = object()
"""Stands for objects that only group fields (`data`, an agency)."""


@dataclass(frozen=True, slots=True)
class Resolvers:
    """How the fields of datasets are answered: under `data`, and under `data` of codes."""

    rows: RowResolver
    linked: LinkedResolver


def build_schema(scope: Scope, resolvers: Resolvers) -> GraphQLSchema:
    """The schema of one scope. Its types were made from contracts that were checked, so it is taken as valid.

    Types of datasets are kept between schemas, except where codes lead back to rows: then everything that leads to a
    code is made for this schema alone.
    """
    return _graft(scope, resolvers, apart=bool(scope.linked))


def build_apart(scope: Scope, resolvers: Resolvers) -> GraphQLSchema:
    """The same from types of its own, so that another thread may build it while requests use the kept ones."""
    return _graft(scope, resolvers, apart=True)


@cache
def static_part() -> GraphQLSchema:
    """The schema of a hub without a single dataset; what `graphql/schema.graphql` prints."""
    return _graft(Scope(), Resolvers(_no_rows, _no_rows), apart=False)


def _graft(scope: Scope, resolvers: Resolvers, *, apart: bool) -> GraphQLSchema:
    strawberry_schema = static_schema()
    static = core_schema(strawberry_schema)
    types: Mapping[str, GraphQLNamedType] = static.type_map
    if scope.linked:
        types = with_more_fields(static, "Code", lambda: {"data": code_data})
    for_rows = static_types(types)
    made = _types_of(scope, for_rows, apart=apart)
    if scope.linked:
        code_data = GraphQLField(
            GraphQLNonNull(_code_data_type(scope, made, resolvers.linked)),
            resolve=lambda source, _info: source,
            description="Rows of any dataset that carries this code, by agency and dataset.",
        )
    query, mutation, subscription = (types[name] for name in ("Query", "Mutation", "Subscription"))
    assert isinstance(query, GraphQLObjectType)
    assert isinstance(mutation, GraphQLObjectType)
    assert isinstance(subscription, GraphQLObjectType)
    fields = dict(query.fields)
    if scope.any_rows:
        fields["data"] = GraphQLField(
            GraphQLNonNull(_data_type(scope, made, resolvers.rows)),
            resolve=lambda *_: _PRESENT,
            description="Rows of published datasets, by agency and dataset.",
        )
    root = GraphQLObjectType("Query", fields, description=query.description)
    if scope.any_rows and not apart:
        return with_query(static_part(), root)
    schema = GraphQLSchema(
        query=root,
        mutation=mutation,
        subscription=subscription,
        types=[*_named_types(types), for_rows.result_citation, *SHARED_TYPES],
        directives=ALL_DIRECTIVES,
        assume_valid=True,
    )
    schema._strawberry_schema = strawberry_schema  # type: ignore[attr-defined]  # where Strawberry's Info looks
    return schema


def _types_of(scope: Scope, static: StaticTypes, *, apart: bool) -> Mapping[str, RowTypes]:
    """Row types by slug; those of a dataset that stands in two places are the same."""
    return {
        item.dataset.slug: item.types.apart(static) if apart else item.types
        for item in (*scope.datasets, *scope.linked)
    }


def _named_types(types: Mapping[str, GraphQLNamedType]) -> list[GraphQLNamedType]:
    """Types that no field returns by name: those behind interfaces."""
    return [type_ for type_ in types.values() if isinstance(type_, GraphQLObjectType) and type_.interfaces]


def _data_type(scope: Scope, made: Mapping[str, RowTypes], resolve: RowResolver) -> GraphQLObjectType:
    agencies: dict[str, dict[str, GraphQLField]] = {agency: {} for agency in scope.agencies}
    for served in scope.datasets:
        types = made[served.dataset.slug]
        field = dataset_field(types, _resolver(served, types, resolve))
        agencies[served.address.agency_field][served.address.dataset_field] = field
    return _by_agency(
        "Data",
        agencies,
        resolve=lambda *_: _PRESENT,
        description=(
            "Rows of published datasets: a field for each agency, under it a field for each dataset. "
            "`Dataset.rowField` says where a dataset is."
        ),
    )


def _code_data_type(scope: Scope, made: Mapping[str, RowTypes], resolve: LinkedResolver) -> GraphQLObjectType:
    agencies: dict[str, dict[str, GraphQLField]] = {}
    for served in scope.linked:
        types = made[served.dataset.slug]
        field = linked_field(types, _linked_resolver(served, types, resolve))
        agencies.setdefault(served.address.agency_field, {})[served.address.dataset_field] = field
    return _by_agency(
        "CodeData",
        agencies,
        resolve=lambda source, _info: source,
        description=(
            "Rows that carry a code: a field for each agency, under it a field for each dataset with a column bound to "
            "a code list. A dataset that is bound to other lists only has no rows here."
        ),
    )


def _by_agency(
    name: str,
    agencies: Mapping[str, dict[str, GraphQLField]],
    *,
    resolve: Callable[..., Any],
    description: str,
) -> GraphQLObjectType:
    return GraphQLObjectType(
        name,
        {
            agency: GraphQLField(
                GraphQLNonNull(
                    GraphQLObjectType(
                        f"{name}_{pascal_case(agency)}",
                        fields,
                        description="Datasets of one agency, each a field.",
                    )
                ),
                resolve=resolve,
                description=f"Datasets of the agency behind `{agency}`.",
            )
            for agency, fields in agencies.items()
        },
        description=description,
    )


def _resolver(
    served: ServedDataset, types: RowTypes, resolve_rows: RowResolver
) -> Callable[..., Awaitable[Any]]:
    def resolve(_source: object, info: GraphQLResolveInfo[Any], **arguments: Any) -> Awaitable[Any]:
        return resolve_rows(served, types, info, arguments)

    return resolve


def _linked_resolver(
    served: ServedDataset, types: RowTypes, resolve_linked: LinkedResolver
) -> Callable[..., Awaitable[Any]]:
    def resolve(source: object, info: Any, **arguments: Any) -> Awaitable[Any]:
        return resolve_linked(served, types, source, info, arguments)

    return resolve


async def _no_rows(*_: object) -> None:
    return None
