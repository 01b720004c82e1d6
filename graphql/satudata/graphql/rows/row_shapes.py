"""The shape of one row of a dataset: its columns, and in place of a code's entry a look-up to be filled later."""

from graphql.execution.collect_fields import FieldDetailsList

from satudata.graphql.rows.entries import EntryJoin, EntryPlan
from satudata.graphql.rows.selection import Running, selected
from satudata.graphql.rows.shapes import Constant, Leaf, Lookup, Shape
from satudata.graphql.rows.types import RowTypes


class ColumnSet:
    """The columns one page must read, gathered from every `nodes` and `edges` that shares it."""

    def __init__(self) -> None:
        self._indexes: dict[str, int] = {}

    def index_of(self, column: str) -> int:
        return self._indexes.setdefault(column, len(self._indexes))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._indexes)


def row_shape(types: RowTypes, details: FieldDetailsList, running: Running, columns: ColumnSet) -> Shape:
    """The shape of one row; the columns it needs are added to `columns`."""
    members: list[tuple[str, Leaf | Constant | Lookup | Shape]] = []
    for item in selected(types.row, details, running.collect):
        if item.name == "__typename":
            members.append((item.key, Constant(types.row.name)))
        elif item.name in types.links:
            link = types.links[item.name]
            join = EntryJoin(link, EntryPlan(types.static.code, item.details, running))
            members.append((item.key, Lookup(columns.index_of(link.column.name), join, {})))
        else:
            column = types.by_field[item.name]
            members.append((item.key, Leaf(columns.index_of(column.name), column.kind.as_text)))
    return Shape(tuple(members))
