"""What was selected of an object: response key, field name and the nodes below, as graphql-core collected them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql.execution.collect_fields import CollectedFields, FieldDetailsList

from graphql import GraphQLField, GraphQLNamedType, GraphQLObjectType, GraphQLOutputType, get_named_type
from satudata.graphql.context import RequestContext

Collect = Callable[[GraphQLObjectType, FieldDetailsList], CollectedFields]
"""graphql-core's own collector, bound to the running operation (`Executor.collect_subfields`)."""

Complete = Callable[[GraphQLOutputType, FieldDetailsList, Any], Any]
"""graphql-core's own way from a resolved value to JSON, for what is not rows; gives an awaitable, maybe."""


@dataclass(frozen=True, slots=True)
class Running:
    """The running operation, as plans of rows see it. `complete` is None where there is no executor to ask."""

    context: RequestContext
    collect: Collect
    arguments: Callable[[GraphQLField, FieldDetailsList], Mapping[str, Any]]
    """Coerced arguments of a selected field."""
    complete: Complete | None = None
    plans: dict[int, Any] = field(default_factory=dict)
    """What was planned for selections, by their identity; a repeated operation keeps it from run to run."""


@dataclass(frozen=True, slots=True)
class Selected:
    """One member of a selection set, merged. `details` is what `Collect` takes for the level below."""

    key: str
    name: str
    details: FieldDetailsList


def selected(type_: GraphQLObjectType, details: FieldDetailsList, collect: Collect) -> Iterator[Selected]:
    """The members of the selection below `details`, in response order."""
    for key, members in collect(type_, details).grouped_field_set.items():
        yield Selected(key, members[0].node.name.value, members)


def object_of(field: GraphQLField) -> GraphQLObjectType:
    """The object type a field answers with, whatever lists and non-nulls are around it."""
    type_: GraphQLNamedType = get_named_type(field.type)
    if not isinstance(type_, GraphQLObjectType):
        raise TypeError(f"{type_.name} is not an object type")
    return type_
