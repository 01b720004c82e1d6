"""What the API says of itself, for the guide: filter operators, scalars, error codes. Words come from `guide.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from graphql import GraphQLInputObjectType, GraphQLScalarType, is_specified_scalar_type
from satudata.graphql.outcome import ErrorCode
from satudata.graphql.scoped import static_part
from satudata.hub.portal.api_guide.contents import guide
from satudata.validation.text import Text

_FILTER = "Filter"
_OF_EVERY_COLUMN = "isNull"


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition on a column, and the kinds of columns that have it (`Text`, `Int`, ...)."""

    name: str
    meaning: Text
    kinds: tuple[str, ...]


@cache
def operators() -> tuple[Operator, ...]:
    """Every operator of every filter on a column, in the order of the guide."""
    kinds: dict[str, list[str]] = {}
    for filter_ in _column_filters():
        for operator in filter_.fields:
            kinds.setdefault(operator, []).append(filter_.name.removesuffix(_FILTER))
    words = guide().operators
    known = [name for name in words if name in kinds]
    return tuple(
        Operator(name, words[name].text if name in words else Text("", ""), tuple(kinds[name]))
        for name in [*known, *(name for name in kinds if name not in words)]
    )


@cache
def scalars() -> tuple[str, ...]:
    """Names of the scalars that are the hub's own."""
    types = static_part().type_map.values()
    return tuple(
        sorted(
            type_.name
            for type_ in types
            if isinstance(type_, GraphQLScalarType) and not is_specified_scalar_type(type_)
        )
    )


@cache
def errors() -> Mapping[str, Text]:
    """Every code of `extensions.code` with what it means."""
    words = guide().errors
    return {code.value: words[code.value].text for code in ErrorCode if code.value in words}


def _column_filters() -> list[GraphQLInputObjectType]:
    return [
        type_
        for type_ in static_part().type_map.values()
        if isinstance(type_, GraphQLInputObjectType)
        and type_.name.endswith(_FILTER)
        and _OF_EVERY_COLUMN in type_.fields
    ]
