"""Arguments of a field that is run again and again: coerced once, but for what its variables stand for."""

from dataclasses import dataclass
from typing import Any

from graphql.execution.values import VariableValues, get_argument_values

from graphql import FieldNode, GraphQLField, VariableNode, Visitor, visit


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the value of a variable belongs. It was coerced to a type that validation found to fit."""

    variable: str


class Arguments:
    """What `get_argument_values` gives for one field of a valid operation."""

    def __init__(self, field: GraphQLField, node: FieldNode, variables: VariableValues) -> None:
        """`variables` are those of any request."""
        self._field = field
        self._node = node
        looked = _Look()
        for argument in node.arguments or ():
            visit(argument, looked)
        self._names = tuple(looked.names)
        places = {name: _Place(name) for name in looked.names}
        self._known = get_argument_values(
            field, node, VariableValues(variables.sources, places), hide_suggestions=True
        )

    def values(self, variables: VariableValues) -> dict[str, Any]:
        """By argument; not to be changed. Raises GraphQLError."""
        if not self._names:
            return self._known
        if any(
            variables.coerced.get(name) is None for name in self._names
        ):  # defaults, nulls: rare and intricate
            return get_argument_values(self._field, self._node, variables, hide_suggestions=True)
        filled: dict[str, Any] = _filled(self._known, variables.coerced)
        return filled


class _Look(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names[node.name.value] = None


def _filled(value: Any, variables: dict[str, Any]) -> Any:
    kind = type(value)
    if kind is _Place:
        return variables[value.variable]
    if kind is dict:
        return {key: _filled(item, variables) for key, item in value.items()}
    if kind is list:
        return [_filled(item, variables) for item in value]
    return value
