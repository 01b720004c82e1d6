"""The directives printed in the schema: what a field costs, how long its lists may be, which contract it comes from.

Clients may price a query with them offline; `cost.py` prices it with the same marks. They are kept beside the schema
elements (`extensions` of graphql-core types, `metadata` of Strawberry fields) and read by `marks_of`.
Source: the cost directives draft of IBM (`@cost`, `@listSize`), also read by other gateways.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLDirective,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLID,
    GraphQLInt,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLString,
    specified_directives,
)

Literal = str | int | bool | tuple[str, ...]

MARKS = "satudata-marks"
"""Key of a mapping from directive name to arguments, in `extensions` or in a Strawberry field's `metadata`."""

Marks = Mapping[str, Mapping[str, Literal]]
_NO_MARKS: Marks = {}


@dataclass(frozen=True, slots=True)
class ListSize:
    """`@listSize` as `cost.py` uses it."""

    slicing_arguments: tuple[str, ...] = ()
    sized_fields: tuple[str, ...] = ()
    assumed_size: int | None = None

    def as_arguments(self) -> Mapping[str, Literal]:
        arguments: dict[str, Literal] = {}
        if self.assumed_size is not None:
            arguments["assumedSize"] = self.assumed_size
        if self.slicing_arguments:
            arguments["slicingArguments"] = self.slicing_arguments
        if self.sized_fields:
            arguments["sizedFields"] = self.sized_fields
        return arguments


CONNECTION = ListSize(slicing_arguments=("first",), sized_fields=("nodes", "edges"))
"""A connection: `first` says how many nodes or edges come back."""


def mark(*, weight: int | None = None, size: ListSize | None = None) -> dict[str, Marks]:
    """`metadata=mark(weight=20)` on a Strawberry field, `extensions=mark(...)` on a graphql-core one."""
    marks: dict[str, Mapping[str, Literal]] = {}
    if weight is not None:
        marks["cost"] = {"weight": str(weight)}
    if size is not None:
        marks["listSize"] = size.as_arguments()
    return {MARKS: marks}


def marks_of(element: GraphQLField | GraphQLNamedType | GraphQLArgument | GraphQLEnumValue) -> Marks:
    """The directives applied to a schema element."""
    extensions: Mapping[str, Any] = element.extensions  # Any: graphql-core's untyped room for libraries
    if MARKS in extensions:
        own: Marks = extensions[MARKS]
        return own
    definition = extensions.get("strawberry-definition")
    metadata: Mapping[Any, Any] = getattr(definition, "metadata", None) or {}  # Any: dataclass metadata
    marks: Marks = metadata.get(MARKS, _NO_MARKS)
    return marks


COST = GraphQLDirective(
    "cost",
    [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.ARGUMENT_DEFINITION],
    {
        "weight": GraphQLArgument(
            GraphQLNonNull(GraphQLString), description="Price of the field itself, a number."
        )
    },
    description=(
        "What a field costs by itself, where that is not 1 for an object and 0 for a scalar. "
        "`hub { limits { maxCost } }` says how much one operation may cost."
    ),
)

LIST_SIZE = GraphQLDirective(
    "listSize",
    [DirectiveLocation.FIELD_DEFINITION],
    {
        "assumedSize": GraphQLArgument(GraphQLInt, description="Length counted when no argument says it."),
        "slicingArguments": GraphQLArgument(
            GraphQLList(GraphQLNonNull(GraphQLString)),
            description="Arguments that say how many items come back.",
        ),
        "sizedFields": GraphQLArgument(
            GraphQLList(GraphQLNonNull(GraphQLString)),
            description="Fields of the answer that are lists of that length.",
        ),
        "requireOneSlicingArgument": GraphQLArgument(
            GraphQLBoolean,
            default_value=False,
            description="Whether one of the slicing arguments must be given.",
        ),
    },
    description="How many items a field answers, for pricing: the price of what is inside is multiplied by it.",
)

CONTRACT = GraphQLDirective(
    "contract",
    [DirectiveLocation.OBJECT, DirectiveLocation.FIELD_DEFINITION],
    {
        "dataset": GraphQLArgument(GraphQLID, description="Slug of the dataset, `agency/dataset`."),
        "column": GraphQLArgument(GraphQLString, description="Name of the column in the contract."),
        "version": GraphQLArgument(GraphQLString, description="Version of the contract."),
    },
    description="Which data contract, or which of its columns, this element was made from.",
)

ALL_DIRECTIVES = (*specified_directives, COST, LIST_SIZE, CONTRACT)
