"""Aggregates and groups: from a selection to an `AggregateQuery`, and back from its values to JSON.

Only what is selected is asked of the engine; the same figure under two aliases is asked once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql.execution.collect_fields import FieldDetailsList

from graphql import GraphQLObjectType
from satudata.datasets.rows.query import (
    AggregateQuery,
    GroupOrder,
    Measure,
    MeasureFunction,
    Predicate,
    Snapshot,
)
from satudata.graphql.config import Limits
from satudata.graphql.errors import bad_input
from satudata.graphql.rows.ordering import only_entry
from satudata.graphql.rows.selection import Collect, Selected, selected
from satudata.graphql.rows.shapes import Constant, Leaf, Shape
from satudata.graphql.rows.types import PublicColumn, RowTypes
from satudata.graphql.scalars import GraphQLBigInt
from satudata.validation.contracts.model import ColumnType

ROW_COUNT = Measure(MeasureFunction.COUNT)


@dataclass
class _Values:
    """The values a query will answer, in order: the grouping columns, then the measures asked for so far."""

    by: tuple[str, ...] = ()
    measures: dict[Measure, int] = field(default_factory=dict)

    def index_of(self, measure: Measure) -> int:
        return self.measures.setdefault(measure, len(self.by) + len(self.measures))


@dataclass(frozen=True, slots=True)
class AggregatePlan:
    """`query` is None when the selection needs no value (`__typename` alone)."""

    query: AggregateQuery | None
    shape: Shape


@dataclass(frozen=True, slots=True)
class GroupsPlan:
    """`most` is how many groups may come back when the client named no `first`; the query asks for one more."""

    query: AggregateQuery
    shape: Shape
    most: int | None


def plan_aggregate(
    types: RowTypes, snapshot: Snapshot, where: Predicate | None, details: FieldDetailsList, collect: Collect
) -> AggregatePlan:
    """The query and the shape of one `aggregate` field."""
    values = _Values()
    shape = _aggregate_shape(types, types.aggregate, details, collect, values)
    if not values.measures:
        return AggregatePlan(None, shape)
    return AggregatePlan(AggregateQuery(snapshot, tuple(values.measures), where), shape)


def plan_groups(
    types: RowTypes,
    snapshot: Snapshot,
    where: Predicate | None,
    arguments: Mapping[str, Any],
    details: FieldDetailsList,
    collect: Collect,
    limits: Limits,
) -> GroupsPlan:
    """The query and the shape of one `groups` field. Raises ApiError BAD_INPUT."""
    by = _by(arguments["by"], types)
    values = _Values(tuple(column.name for column in by))
    members: list[tuple[str, Leaf | Constant | Shape]] = []
    for item in selected(types.group, details, collect):
        if item.name == "key":
            members.append((item.key, _key_shape(types.key, by, item.details, collect)))
        elif item.name == "aggregate":
            members.append(
                (item.key, _aggregate_shape(types, types.aggregate, item.details, collect, values))
            )
        else:
            members.append((item.key, Constant(types.group.name)))
    order = _order(arguments.get("orderBy"), types, values)
    first, offset = arguments.get("first"), arguments.get("offset") or 0
    for name, value in (("first", first), ("offset", offset)):
        if value is not None and value < 0:
            raise bad_input(f"groups.{name}", "tidak boleh negatif.", "must not be negative.")
    if offset > limits.offset:
        raise bad_input("groups.offset", f"paling besar {limits.offset}.", f"at most {limits.offset}.")
    query = AggregateQuery(
        snapshot,
        tuple(values.measures) or (ROW_COUNT,),
        where,
        by=values.by,
        order=order,
        first=limits.groups + 1 if first is None else first,
        offset=offset,
    )
    return GroupsPlan(query, Shape(tuple(members)), limits.groups if first is None else None)


def _by(given: Sequence[Mapping[str, Any]], types: RowTypes) -> tuple[PublicColumn, ...]:
    columns: list[PublicColumn] = []
    for index, item in enumerate(given):
        field_name, _ = only_entry(item, f"groups.by[{index}]")
        column = types.by_field[field_name]
        if column in columns:
            raise bad_input(
                f"groups.by[{index}].{field_name}",
                "kolom ini sudah ada di `by`; hapus salah satu.",
                "this column is already in `by`; remove one of the two.",
            )
        columns.append(column)
    if not columns:
        raise bad_input("groups.by", "sebutkan paling sedikit satu kolom.", "name at least one column.")
    return tuple(columns)


def _order(
    given: Sequence[Mapping[str, Any]] | None, types: RowTypes, values: _Values
) -> tuple[GroupOrder, ...]:
    terms: list[GroupOrder] = []
    for index, item in enumerate(given or ()):
        place = f"groups.orderBy[{index}]"
        name, value = only_entry(item, place)
        if name == "key":
            measure, sort = None, value
        elif name == "rowCount":
            measure, sort = ROW_COUNT, value
        else:
            figure, sort = only_entry(value, f"{place}.{name}")
            measure = _measure(types.by_field[name], figure, f"{place}.{name}.{figure}")
        if any(term.measure == measure for term in terms):
            raise bad_input(place, "bagian ini sudah ada di urutan.", "this term is already in the order.")
        if measure is not None:
            values.index_of(measure)
        terms.append(GroupOrder(measure, descending=sort.descending, nulls_first=sort.nulls_first))
    if all(term.measure is not None for term in terms):
        terms.append(GroupOrder())
    return tuple(terms)


def _measure(column: PublicColumn, figure: str, place: str) -> Measure:
    if figure == "sum" and column.column.type is ColumnType.FLOAT:
        raise bad_input(
            place,
            "jumlah bilangan biner tidak ditawarkan karena tergantung urutan pembulatan; pakai avg.",
            "sums of binary floats are not offered, for they depend on rounding; use avg.",
        )
    return Measure(MeasureFunction(figure), column.name)


def _key_shape(
    key: GraphQLObjectType, by: Sequence[PublicColumn], details: FieldDetailsList, collect: Collect
) -> Shape:
    places = {column.field: (index, column) for index, column in enumerate(by)}
    members: list[tuple[str, Leaf | Constant | Shape]] = []
    for item in selected(key, details, collect):
        if item.name == "__typename":
            members.append((item.key, Constant(key.name)))
        elif item.name in places:
            index, column = places[item.name]
            members.append((item.key, Leaf(index, column.kind.as_text)))
        else:
            members.append((item.key, Constant(None)))
    return Shape(tuple(members))


def _aggregate_shape(
    types: RowTypes,
    aggregate: GraphQLObjectType,
    details: FieldDetailsList,
    collect: Collect,
    values: _Values,
) -> Shape:
    members: list[tuple[str, Leaf | Constant | Shape]] = []
    for item in selected(aggregate, details, collect):
        if item.name == "__typename":
            members.append((item.key, Constant(aggregate.name)))
        elif item.name == "rowCount":
            members.append((item.key, Leaf(values.index_of(ROW_COUNT))))
        else:
            members.append((item.key, _column_shape(types.by_field[item.name], item, collect, values)))
    return Shape(tuple(members))


def _column_shape(column: PublicColumn, item: Selected, collect: Collect, values: _Values) -> Shape:
    aggregate = column.kind.aggregate
    members: list[tuple[str, Leaf | Constant | Shape]] = []
    for figure in selected(aggregate, item.details, collect):
        if figure.name == "__typename":
            members.append((figure.key, Constant(aggregate.name)))
            continue
        index = values.index_of(Measure(MeasureFunction(figure.name), column.name))
        as_text = aggregate.fields[figure.name].type is GraphQLBigInt
        members.append((figure.key, Leaf(index, as_text)))
    return Shape(tuple(members))
