"""The static schema: everything but row types, built once with Strawberry.

`scoped.py` takes its root types and grafts rows on. Row types refer to a few of its types (`static_types`).
"""

from collections.abc import Mapping
from functools import cache

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
)
from satudata.graphql.catalogue.agencies import AgencyType
from satudata.graphql.catalogue.citations import ResultCitationType
from satudata.graphql.catalogue.codes import CodeListType
from satudata.graphql.catalogue.datasets import DatasetType
from satudata.graphql.catalogue.versions import DatasetVersionType
from satudata.graphql.executor import SplicingExecutor
from satudata.graphql.publishing.mutations import Mutation
from satudata.graphql.publishing.problems import PROBLEM_TYPES
from satudata.graphql.publishing.submissions import SubmissionType
from satudata.graphql.query import Query
from satudata.graphql.rows.types import StaticTypes
from satudata.graphql.scalars import SCALAR_MAP
from satudata.graphql.subscriptions.fields import Subscription


@cache
def static_schema() -> strawberry.Schema:
    """Strawberry's schema of catalogue, mutations and subscriptions."""
    schema = strawberry.Schema(
        Query,
        Mutation,
        Subscription,
        types=[
            *PROBLEM_TYPES,
            AgencyType,
            DatasetType,
            DatasetVersionType,
            CodeListType,
            SubmissionType,
            ResultCitationType,
        ],
        config=StrawberryConfig(scalar_map=SCALAR_MAP),
        execution_context_class=SplicingExecutor,
    )
    core = core_schema(schema)
    _use_native_one_of(core)
    _drop_null_defaults(core)
    return schema


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The graphql-core schema inside. Strawberry keeps it private; its version is pinned and a test grafts."""
    core: GraphQLSchema = schema._schema
    return core


def static_types(types: Mapping[str, GraphQLNamedType] | None = None) -> StaticTypes:
    """Types of the static schema, or of these that stand in for them, that row types refer to."""
    given = core_schema(static_schema()).type_map if types is None else types
    page_info, version, code = given["PageInfo"], given["DatasetVersion"], given["Code"]
    citation = given["ResultCitation"]
    assert isinstance(page_info, GraphQLObjectType)
    assert isinstance(version, GraphQLObjectType)
    assert isinstance(code, GraphQLObjectType)
    assert isinstance(citation, GraphQLObjectType)
    return StaticTypes(page_info, version, code, citation)


def _use_native_one_of(core: GraphQLSchema) -> None:
    """Strawberry has its own `@oneOf`, and answers `isOneOf` from its own definitions only, for the whole process.

    Row types use graphql-core's. Mark Strawberry's inputs as graphql-core does and let its own answer stand.
    """
    for type_ in core.type_map.values():
        definition = type_.extensions.get("strawberry-definition")
        if isinstance(type_, GraphQLInputObjectType) and isinstance(definition, StrawberryObjectDefinition):
            type_.is_one_of = bool(definition.is_one_of)
    introspected = core.type_map["__Type"]
    if isinstance(introspected, GraphQLObjectType):
        introspected.fields["isOneOf"] = GraphQLField(
            GraphQLBoolean,
            resolve=lambda type_, _info: (
                type_.is_one_of if isinstance(type_, GraphQLInputObjectType) else None
            ),
        )


def _drop_null_defaults(core: GraphQLSchema) -> None:
    """An optional argument without a default has none in the schema either; Strawberry would print `= null`."""
    for type_ in core.type_map.values():
        given: list[GraphQLArgument | GraphQLInputField] = []
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            given.extend(argument for field in type_.fields.values() for argument in field.args.values())
        elif isinstance(type_, GraphQLInputObjectType):
            given.extend(type_.fields.values())
        for item in given:
            if item.default_value is None:
                item.default_value = Undefined
