"""A type of the static schema with more fields, without touching the static schema, which all scopes share.

Types refer to each other as objects, so a type that another one replaces must be replaced in everything that refers to
it, near or far. Only those types are copied; resolvers and descriptions stay the same objects.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from graphql.type.schema import TypeSet

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)

Fields = Mapping[str, GraphQLField]


def with_query(schema: GraphQLSchema, query: GraphQLObjectType) -> GraphQLSchema:
    """A schema with another query type and the types it leads to, none of which implements an interface.

    The constructor of a schema walks every type there is; here only those are walked that `schema` does not have.
    """
    types = TypeSet.with_initial_types(schema.type_map.values())
    types.collect_referenced_types(query)
    other = object.__new__(GraphQLSchema)
    changed = {"query_type": query, "type_map": {type_.name: type_ for type_ in types}, "_sub_type_map": {}}
    vars(other).update(vars(schema), **changed)
    return other


def with_more_fields(
    schema: GraphQLSchema, name: str, more: Callable[[], Fields]
) -> Mapping[str, GraphQLNamedType]:
    """The types of a schema by name, where object type `name` has `more` fields (asked for when they are needed)."""
    types = dict(schema.type_map)
    for reaching in _reaching(schema, name):
        original = schema.type_map[reaching]
        if isinstance(original, GraphQLObjectType):
            types[reaching] = _copy(original, types, more if reaching == name else dict)
    return types


def _copy(
    original: GraphQLObjectType, types: Mapping[str, GraphQLNamedType], more: Callable[[], Fields]
) -> GraphQLObjectType:
    def fields() -> dict[str, GraphQLField]:
        same = {name: _retyped(field, types) for name, field in original.fields.items()}
        return same | dict(more())

    return GraphQLObjectType(
        original.name,
        fields,
        interfaces=original.interfaces,
        is_type_of=original.is_type_of,
        extensions=original.extensions,
        description=original.description,
    )


def _retyped(field: GraphQLField, types: Mapping[str, GraphQLNamedType]) -> GraphQLField:
    named = get_named_type(field.type)
    if types[named.name] is named:
        return field
    return GraphQLField(
        _replaced(field.type, types),
        field.args,
        resolve=field.resolve,
        subscribe=field.subscribe,
        description=field.description,
        deprecation_reason=field.deprecation_reason,
        extensions=field.extensions,
    )


def _replaced(type_: Any, types: Mapping[str, GraphQLNamedType]) -> Any:  # Any: a type inside any wrappers
    if isinstance(type_, GraphQLNonNull | GraphQLList):
        return type(type_)(_replaced(type_.of_type, types))
    return types[type_.name]


@lru_cache(maxsize=4)
def _reaching(schema: GraphQLSchema, name: str) -> frozenset[str]:
    """The object types from which a type can be reached, itself included."""
    found = {name}
    while True:
        more = {
            type_.name
            for type_ in schema.type_map.values()
            if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
            and type_.name not in found
            and any(get_named_type(field.type).name in found for field in type_.fields.values())
        }
        if not more:
            return frozenset(found)
        found |= more
