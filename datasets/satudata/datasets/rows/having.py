"""Conditions on the figures of groups, made ready for SQL: each value placed among those its figure can have.

Sums have 128 bits in the column store, so a value too large for 64 is still compared exactly; an average is a whole
number of 10^-(scale + 6) after rounding, as it is answered.
"""

from collections.abc import Callable
from typing import Any

from satudata.datasets.rows.aggregates import EXTRA_DIGITS, GroupTest, parts_of
from satudata.datasets.rows.conditions import among, compare
from satudata.datasets.rows.query import GroupCondition, Measure, MeasureFunction, Operator, SnapshotColumn
from satudata.datasets.rows.values import Place, Stored, place_float, place_number
from satudata.validation.contracts.model import ColumnType

LARGEST_SUM = 2**126
LARGEST_AVERAGE = 2**63 * 10**EXTRA_DIGITS


def prepare_having(
    conditions: tuple[GroupCondition, ...], columns: dict[str, SnapshotColumn]
) -> tuple[tuple[GroupTest, ...], list[Stored]]:
    """The tests and all their values. Raises ValueError for a figure by which groups are not chosen."""
    prepared = [_prepare(condition, columns) for condition in conditions]
    return tuple(test for test, _ in prepared), [value for _, values in prepared for value in values]


def _prepare(
    condition: GroupCondition, columns: dict[str, SnapshotColumn]
) -> tuple[GroupTest, tuple[Stored, ...]]:
    measure, operator, value = condition.measure, condition.operator, condition.value
    parts = parts_of(measure, columns)
    place = _placing(measure, columns)
    if operator is Operator.IS_NULL:
        return GroupTest(parts, measure.function, "null" if value else "not null", 0), ()
    if operator in (Operator.IN, Operator.NOT_IN):
        exact = [at for item in value if (at := place(item).exact) is not None]
        atom = among(str(measure.function), exact, operator is Operator.NOT_IN)
    else:
        atom = compare(str(measure.function), operator, place(value))
    return GroupTest(parts, measure.function, atom.kind, len(atom.values)), atom.values


def _placing(measure: Measure, columns: dict[str, SnapshotColumn]) -> Callable[[Any], Place]:
    """Finds a value among those the measure can have."""
    column = None if measure.column is None else columns[measure.column]
    if measure.function is MeasureFunction.COUNT or column is None:
        return lambda value: place_number(value, 0)
    numbers = (ColumnType.INTEGER, ColumnType.DECIMAL)
    match measure.function:
        case MeasureFunction.SUM if column.type in numbers:
            return lambda value: place_number(value, column.scale, LARGEST_SUM)
        case MeasureFunction.AVG if column.type in numbers:
            return lambda value: place_number(value, column.scale + EXTRA_DIGITS, LARGEST_AVERAGE)
        case MeasureFunction.MIN | MeasureFunction.MAX if column.type in numbers:
            return lambda value: place_number(value, column.scale)
        case MeasureFunction.AVG | MeasureFunction.MIN | MeasureFunction.MAX if (
            column.type is ColumnType.FLOAT
        ):
            return place_float
        case _:
            raise ValueError(
                f"groups cannot be chosen by {measure.function} of {column.name} ({column.type})"
            )
