"""Aggregates and groups: from a selection to an `AggregateQuery`, and back from its values to JSON.

Only what is selected is asked of the engine; the same figure under two aliases is asked once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql.execution.collect_fields import FieldDetailsList

from graphql import GraphQLObjectType
from satudata.datasets.rows.date_parts import time_zones
from satudata.datasets.rows.query import (
    AggregateQuery,
    DatePart,
    GroupKey,
    GroupOrder,
    Measure,
    MeasureFunction,
    Predicate,
    Snapshot,
)
from satudata.graphql.config import Limits
from satudata.graphql.errors import bad_input
from satudata.graphql.rows.having import ROW_COUNT, having_of, measure_of
from satudata.graphql.rows.ordering import only_entry
from satudata.graphql.rows.selection import Collect, Selected, selected
from satudata.graphql.rows.shapes import Constant, Leaf, Shape
from satudata.graphql.rows.types import PublicColumn, RowTypes
from satudata.graphql.scalars import GraphQLBigInt
from satudata.validation.contracts.model import ColumnType


@dataclass
class _Values:
    """The values a query will answer, in order: the grouping columns, then the measures asked for so far."""

    by: tuple[GroupKey, ...] = ()
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
    values = _Values(tuple(GroupKey(column.name, part) for column, part in by))
    members: list[tuple[str, Leaf | Constant | Shape]] = []
    for item in selected(types.group, details, collect):
        if item.name == "key":
            members.append(
                (item.key, _key_shape(types.key, [column for column, _ in by], item.details, collect))
            )
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
        having=having_of(arguments.get("having"), types, list_values=limits.list_values),
        order=order,
        first=limits.groups + 1 if first is None else first,
        offset=offset,
        time_zone=_time_zone(arguments),
    )
    return GroupsPlan(query, Shape(tuple(members)), limits.groups if first is None else None)


def _by(given: Sequence[Mapping[str, Any]], types: RowTypes) -> list[tuple[PublicColumn, DatePart]]:
    parts: dict[str, tuple[PublicColumn, DatePart]] = {}
    for index, item in enumerate(given):
        field_name, unit = only_entry(item, f"groups.by[{index}]")
        place = f"groups.by[{index}].{field_name}"
        column = types.by_field[field_name]
        part = unit if isinstance(unit, DatePart) else DatePart.VALUE
        if field_name in parts:
            raise bad_input(
                place,
                "kolom ini sudah ada di `by`; satu kolom hanya dapat dikelompokkan dengan satu cara. Hapus salah satu, "
                "atau tanyakan yang lain dalam `groups` tersendiri dengan alias.",
                "this column is already in `by`; a column is grouped in one way at a time. Remove one of the two, or "
                "ask the other in a `groups` of its own under an alias.",
                reason="GROUP_COLUMN_TWICE",
            )
        if part is DatePart.HOUR and column.column.type is ColumnType.DATE:
            raise bad_input(
                place,
                "kolom ini berisi tanggal tanpa jam, jadi tidak dapat dikelompokkan per HOUR. Pakai DAY atau yang "
                "lebih kasar.",
                "this column holds days without a time, so it has no HOUR. Use DAY or a longer part.",
                reason="HOUR_OF_DATE",
            )
        parts[field_name] = column, part
    if not parts:
        raise bad_input(
            "groups.by",
            "sebutkan paling sedikit satu kolom; angka tanpa kelompok ada di `aggregate`.",
            "name at least one column; figures without groups are in `aggregate`.",
            reason="EMPTY_GROUP_BY",
        )
    return list(parts.values())


def _time_zone(arguments: Mapping[str, Any]) -> str:
    zone: str | None = arguments["timeZone"]
    if zone is None:
        raise bad_input(
            "groups.timeZone",
            "nilainya null. Hapus, maka dipakai Asia/Jakarta, atau isi dengan nama zona waktu.",
            "is null. Leave it out to use Asia/Jakarta, or give the name of a time zone.",
            reason="NULL_TIME_ZONE",
        )
    if zone not in time_zones():
        raise bad_input(
            "groups.timeZone",
            "zona waktu ini tidak dikenal. Pakai nama IANA, misalnya Asia/Jakarta, Asia/Makassar atau Asia/Jayapura.",
            "no such time zone is known. Use an IANA name, e.g. Asia/Jakarta, Asia/Makassar or Asia/Jayapura.",
            reason="UNKNOWN_TIME_ZONE",
        )
    return zone


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
            measure = measure_of(types.by_field[name], figure, f"{place}.{name}.{figure}")
        if any(term.measure == measure for term in terms):
            raise bad_input(place, "bagian ini sudah ada di urutan.", "this term is already in the order.")
        if measure is not None:
            values.index_of(measure)
        terms.append(GroupOrder(measure, descending=sort.descending, nulls_first=sort.nulls_first))
    if all(term.measure is not None for term in terms):
        terms.append(GroupOrder())
    return tuple(terms)


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
