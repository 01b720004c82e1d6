"""Measures over rows: what SQL is asked for, and how the exact answer is finished from it.

Sums are sums of whole numbers; an average or a median is divided here, in whole numbers, never in floating point.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Double, Select, case, cast, func, literal_column, select, type_coerce
from sqlalchemy.types import NULLTYPE, UserDefinedType

from satudata.datasets.rows.date_parts import first_instant, part_of_date, part_of_instant
from satudata.datasets.rows.query import (
    AggregateQuery,
    DatePart,
    GroupKey,
    GroupOrder,
    Measure,
    MeasureFunction,
    SnapshotColumn,
)
from satudata.datasets.rows.sql import (
    KEPT_STATEMENTS,
    Engine,
    Filter,
    SortKey,
    Source,
    Statement,
    Writer,
    quotient,
    remainder,
)
from satudata.datasets.rows.values import decimal_text, decoder
from satudata.datasets.serving.facts import Facts
from satudata.validation.contracts.model import ColumnType

EXTRA_DIGITS = 6
"""Digits of an average or median beyond the column's scale."""
INT64_END = 2**63

_NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT)


class HugeInt(UserDefinedType[int]):
    """DuckDB's 128-bit whole number."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "HUGEINT"


@dataclass(frozen=True, slots=True)
class Part:
    """One aggregate SQL answers; measures share parts.

    `function` is `rows`, `count`, `distinct`, `true`, `min`, `max`, `sum`, or of the two middle values `lower` and
    `upper`; of floats `float_sum` (compensated) and `float_upper`.
    """

    function: str
    column: str | None = None


def parts_of(measure: Measure, columns: dict[str, SnapshotColumn]) -> tuple[Part, ...]:
    """Raises ValueError for a measure its column cannot have."""
    name = measure.column
    if name is None:
        if measure.function is not MeasureFunction.COUNT:
            raise ValueError(f"{measure.function} needs a column")
        return (Part("rows"),)
    kind = columns[name].type
    of_float = "float_" if kind is ColumnType.FLOAT else ""
    total = Part(f"{of_float}sum", name)
    match measure.function:
        case MeasureFunction.COUNT:
            return (Part("count", name),)
        case MeasureFunction.DISTINCT_COUNT:
            return (Part("distinct", name),)
        case MeasureFunction.MIN:
            return (Part("min", name),)
        case MeasureFunction.MAX:
            return (Part("max", name),)
        case MeasureFunction.TRUE_COUNT if kind is ColumnType.BOOLEAN:
            return (Part("true", name),)
        case MeasureFunction.SUM if kind in _NUMBERS:
            return (total,)
        case MeasureFunction.AVG if kind in _NUMBERS:
            return (total, Part("count", name))
        case MeasureFunction.MEDIAN if kind in _NUMBERS:
            return (Part("lower", name), Part(f"{of_float}upper", name))
        case _:
            raise ValueError(f"{measure.function} of {name} ({kind})")


def sqlite_is_exact(parts: Iterable[Part], facts: Facts, rows: int) -> bool:
    """Whether the row store gives the very answer of the column store: it has no 128-bit sums and no median."""
    for part in parts:
        if part.function in ("float_sum", "lower"):
            return False
        if part.function == "sum" and facts.bounds[part.column or ""] * rows >= INT64_END:
            return False
    return True


# ---- finishing


def finisher(measure: Measure, columns: dict[str, SnapshotColumn]) -> Callable[..., Any]:
    """From the values of the measure's parts to output form."""
    if measure.column is None:
        return _same
    column = columns[measure.column]
    match measure.function:
        case MeasureFunction.MIN | MeasureFunction.MAX | MeasureFunction.SUM:
            decode = decoder(column)
            return _same if decode is None else lambda value: None if value is None else decode(value)
        case MeasureFunction.AVG if column.type is ColumnType.FLOAT:
            return _float_average
        case MeasureFunction.AVG:
            return _exact_average(column.scale)
        case MeasureFunction.MEDIAN if column.type is ColumnType.FLOAT:
            return _float_median
        case MeasureFunction.MEDIAN:
            write = decimal_text(column.scale + EXTRA_DIGITS)
            half = 10**EXTRA_DIGITS // 2
            return lambda lower, upper: None if lower is None else write((lower + upper) * half)
        case _:
            return _same


def _same(value: Any) -> Any:
    return value


def _float_average(total: float | None, count: int) -> float | None:
    return None if total is None or not math.isfinite(total) else total / count


def _float_median(lower: float | None, upper: float) -> float | None:
    middle = lower if lower is None or lower == upper else (lower + upper) / 2
    return None if middle is None or not math.isfinite(middle) else middle


def _exact_average(scale: int) -> Callable[[int | None, int], str | None]:
    write = decimal_text(scale + EXTRA_DIGITS)

    def finish(total: int | None, count: int) -> str | None:
        return None if total is None else write(divide_half_even(total * 10**EXTRA_DIGITS, count))

    return finish


def divide_half_even(numerator: int, denominator: int) -> int:
    """The whole number nearest to the quotient, the even one of two; the denominator is positive."""
    quotient, remainder = divmod(numerator, denominator)
    doubled = 2 * remainder
    if doubled > denominator or (doubled == denominator and quotient % 2):
        return quotient + 1
    return quotient


# ---- SQL


@dataclass(frozen=True, slots=True)
class Grouping:
    """Group by the column's value (`part` None) or by a part of its days or instants."""

    column: str
    part: DatePart | None = None
    of_instant: bool = False

    @property
    def needs_zone(self) -> bool:
        return self.part is not None and self.of_instant


def groupings(by: tuple[GroupKey, ...], columns: dict[str, SnapshotColumn]) -> tuple[Grouping, ...]:
    """Raises ValueError for a part its column does not have."""
    return tuple(_grouping(key, columns[key.column]) for key in by)


def _grouping(key: GroupKey, column: SnapshotColumn) -> Grouping:
    is_date = column.type is ColumnType.DATE
    if key.part is DatePart.VALUE or (is_date and key.part is DatePart.DAY):
        return Grouping(key.column)
    if column.type is ColumnType.DATETIME or (is_date and key.part is not DatePart.HOUR):
        return Grouping(key.column, key.part, not is_date)
    raise ValueError(f"{key.part} of {key.column} ({column.type})")


@dataclass(frozen=True, slots=True)
class GroupTest:
    """Keep groups whose measure, made of these parts, passes. `kind` as in `conditions.Atom`; so many values."""

    parts: tuple[Part, ...]
    function: MeasureFunction
    kind: str
    values: int


@dataclass(frozen=True, slots=True)
class GroupSort:
    """Order by all keys (`parts` empty) or by a measure made of these parts."""

    parts: tuple[Part, ...]
    function: MeasureFunction | None
    descending: bool
    nulls_first: bool


def group_sorts(query: AggregateQuery, columns: dict[str, SnapshotColumn]) -> tuple[GroupSort, ...]:
    return tuple(_group_sort(term, columns) for term in query.order)


def _group_sort(term: GroupOrder, columns: dict[str, SnapshotColumn]) -> GroupSort:
    parts = () if term.measure is None else parts_of(term.measure, columns)
    function = None if term.measure is None else term.measure.function
    return GroupSort(parts, function, term.descending, term.nulls_first)


@lru_cache(maxsize=KEPT_STATEMENTS)
def aggregate_statement(
    source: Source,
    parts: tuple[Part, ...],
    filter: Filter,
    by: tuple[Grouping, ...],
    tests: tuple[GroupTest, ...],
    sorts: tuple[GroupSort, ...],
    limited: bool,
) -> Statement:
    """Group keys, then parts. Values: the zone when a key needs it, filter, tests, limit and offset when `limited`."""
    writer = _AggregateWriter(source)
    zone = writer.parameter() if any(key.needs_zone for key in by) else None
    keys = [writer.key(key, zone) for key in by]
    statement = select(*keys, *map(writer.part, parts)).select_from(writer.table)
    statement = statement.where(*writer.filtered(filter))
    if by:
        statement = statement.group_by(*keys).having(*map(writer.passes, tests))
        ordering = writer.group_ordering(keys, sorts)
        if zone is None:
            statement = statement.order_by(*ordering)
        else:
            statement = _with_first_instants(statement, by, zone, ordering)
        if limited:
            statement = statement.limit(writer.parameter()).offset(writer.parameter())
    return writer.compile(statement)


def _with_first_instants(
    grouped: Select[Any],
    by: tuple[Grouping, ...],
    zone: ColumnElement[Any],
    ordering: list[ColumnElement[Any]],
) -> Select[Any]:
    """Ordered groups, the local times among their keys turned into instants: outside, for there it is done by name."""
    columns = [column.label(f"c{index}") for index, column in enumerate(grouped.selected_columns)]
    place = func.row_number().over(order_by=ordering).label("place")
    inner = grouped.with_only_columns(*columns, place).subquery("grouped")
    answers: list[ColumnElement[Any]] = [*inner.c][: len(columns)]
    for index, key in enumerate(by):
        if key.part is not None and key.of_instant:
            answers[index] = first_instant(key.part, answers[index], zone)
    return select(*answers).order_by(inner.c.place)


class _AggregateWriter(Writer):
    def key(self, key: Grouping, zone: ColumnElement[Any] | None) -> ColumnElement[Any]:
        column = self.column(key.column)
        if key.part is None:
            return column
        if zone is None or not key.of_instant:
            return part_of_date(key.part, column)
        return part_of_instant(key.part, column, zone)

    def part(self, part: Part) -> ColumnElement[Any]:
        if part.column is None:
            return func.count()
        column = self.column(part.column)
        match part.function:
            case "count":
                return func.count(column)
            case "distinct":
                return func.count(column.distinct())
            case "true":
                return func.count().filter(column == literal_column("1"))
            case "float_sum":
                return func.fsum(column)
            case "lower":
                return self._middle(column.asc())
            case "upper":  # descending order negates, which the smallest 64-bit number does not survive
                return self._middle(cast(column, HugeInt()).desc())
            case "float_upper":
                return self._middle(column.desc())
            case function:
                measured: ColumnElement[Any] = getattr(func, function)(column)
                return measured

    def _middle(self, order: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.percentile_disc(literal_column("0.5")).within_group(order)

    def passes(self, test: GroupTest) -> ColumnElement[bool]:
        """DuckDB only: the row store has neither its 128-bit sums nor their quotients."""
        figure: ColumnElement[Any] = type_coerce(
            self._figure(test), NULLTYPE
        )  # else values are cast to 32 bits
        return self._test(test.kind, figure, self.parameters(test.values), fold=False)

    def _figure(self, test: GroupTest) -> ColumnElement[Any]:
        """The measure in stored form, an average rounded as it is answered."""
        first, *others = map(self.part, test.parts)
        if test.function is not MeasureFunction.AVG:
            return first
        (count,) = others
        if test.parts[0].function == "float_sum":
            return case((func.isfinite(first), first / count))
        return _rounded(first * literal_column(str(10**EXTRA_DIGITS)), count)

    def group_ordering(
        self, keys: list[ColumnElement[Any]], sorts: tuple[GroupSort, ...]
    ) -> list[ColumnElement[Any]]:
        """As asked, then by the keys, so that the order of groups is total."""
        ordering: list[ColumnElement[Any]] = []
        for sort in (*sorts, GroupSort((), None, False, False)):
            key = SortKey("", sort.descending, sort.nulls_first, True)
            expressions = self._measured(sort) if sort.parts else keys
            ordering += [self.sorted(expression, key) for expression in expressions]
        return ordering

    def _measured(self, sort: GroupSort) -> list[ColumnElement[Any]]:
        """Numbers that sort as the measure does, exactly: a quotient as its whole part, then its remainder's share."""
        values = [self.part(part) for part in sort.parts]
        if len(values) == 1:
            return values
        if sort.function is MeasureFunction.MEDIAN:
            return [values[0] + values[1]]
        total, count = values
        if sort.parts[0].function == "float_sum":
            return [total / count]
        divide = "/" if self.engine is Engine.SQLITE else "//"
        share = cast(total.op("%")(count), Double) / cast(count, Double)
        return [total.op(divide)(count), share]


def _rounded(numerator: ColumnElement[Any], denominator: ColumnElement[Any]) -> ColumnElement[Any]:
    """`divide_half_even` in DuckDB's SQL: half up in whole numbers, then one less where a tie went to the odd one."""
    doubled: ColumnElement[Any] = literal_column("2") * numerator + denominator
    divisor: ColumnElement[Any] = literal_column("2") * denominator
    over = remainder(doubled, divisor)
    half_up = quotient(doubled - over, divisor)
    odd = remainder(half_up, literal_column("2"))
    return half_up - case((over == literal_column("0"), odd), else_=literal_column("0"))
