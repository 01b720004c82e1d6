"""What was selected of an object: response key, field name and the nodes below, as graphql-core collected them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from graphql.execution.collect_fields import CollectedFields, FieldDetailsList

from graphql import GraphQLObjectType
from satudata.graphql.rows.shapes import Constant, Leaf, Shape
from satudata.graphql.rows.types import RowTypes

Collect = Callable[[GraphQLObjectType, FieldDetailsList], CollectedFields]
"""graphql-core's own collector, bound to the running operation (`Executor.collect_subfields`)."""


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


class ColumnSet:
    """The columns one page must read, gathered from every `nodes` and `edges` that shares it."""

    def __init__(self) -> None:
        self._indexes: dict[str, int] = {}

    def index_of(self, column: str) -> int:
        return self._indexes.setdefault(column, len(self._indexes))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._indexes)


def row_shape(types: RowTypes, details: FieldDetailsList, collect: Collect, columns: ColumnSet) -> Shape:
    """The shape of one row; the columns it needs are added to `columns`."""
    members: list[tuple[str, Leaf | Constant | Shape]] = []
    for item in selected(types.row, details, collect):
        if item.name == "__typename":
            members.append((item.key, Constant(types.row.name)))
        else:
            column = types.by_field[item.name]
            members.append((item.key, Leaf(columns.index_of(column.name), column.kind.as_text)))
    return Shape(tuple(members))
