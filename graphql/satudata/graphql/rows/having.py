"""`having` into conditions on the figures of groups; the operators are those of `where` (`filters.py`).

As there, a null and an empty object are refused instead of guessed at; a whole absent or empty one keeps every group.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from satudata.datasets.rows.query import GroupCondition, Measure, MeasureFunction, Operator
from satudata.graphql.errors import bad_input
from satudata.graphql.rows.filters import conditions_of
from satudata.graphql.rows.types import PublicColumn, RowTypes
from satudata.validation.contracts.model import ColumnType

PLACE = "groups.having"
ROW_COUNT = Measure(MeasureFunction.COUNT)
_EQUALITY = frozenset({Operator.EQ, Operator.NE, Operator.IN, Operator.NOT_IN})

# Any below: values coerced by graphql-core, typed by the schema.


def having_of(
    given: Mapping[str, Any] | None, types: RowTypes, *, list_values: int
) -> tuple[GroupCondition, ...]:
    """The conditions of a coerced `having`, all of which must hold. Raises ApiError BAD_INPUT."""
    conditions: list[GroupCondition] = []
    for name, value in (given or {}).items():
        place = f"{PLACE}.{name}"
        if name == "rowCount":
            conditions += _conditions(ROW_COUNT, value, place, list_values)
            continue
        for figure, filter in _filled(value, place).items():
            column, inner = types.by_field[name], f"{place}.{figure}"
            conditions += _of_column(column, figure, filter, inner, list_values)
    return tuple(conditions)


def measure_of(column: PublicColumn, figure: str, place: str) -> Measure:
    """A figure of a column, to order or choose groups by. Raises ApiError BAD_INPUT."""
    if figure == "sum" and column.column.type is ColumnType.FLOAT:
        raise bad_input(
            place,
            "jumlah bilangan biner tidak ditawarkan karena tergantung urutan pembulatan; pakai avg.",
            "sums of binary floats are not offered, for they depend on rounding; use avg.",
            reason="SUM_OF_FLOAT",
        )
    return Measure(MeasureFunction(figure), column.name)


def _of_column(
    column: PublicColumn, figure: str, given: Mapping[str, Any] | None, place: str, most: int
) -> Iterator[GroupCondition]:
    for condition in _conditions(measure_of(column, figure, place), given, place, most):
        if column.column.type is ColumnType.FLOAT and figure != "count" and condition.operator in _EQUALITY:
            raise bad_input(
                f"{place}.{condition.operator}",
                "kesamaan bilangan biner tidak ditawarkan karena tergantung pembulatan; pakai gte dan lte.",
                "equality of binary floats is not offered, for it depends on rounding; use gte and lte.",
                reason="EQUALITY_OF_FLOAT",
            )
        yield condition


def _conditions(
    measure: Measure, given: Mapping[str, Any] | None, place: str, most: int
) -> Iterator[GroupCondition]:
    filter = _filled(given, place)
    for operator, value in filter.items():
        if value is None:
            raise _null(f"{place}.{operator}")
    for condition in conditions_of(measure.column or "", filter, place, most):
        yield GroupCondition(measure, condition.operator, condition.value)


def _filled(given: Mapping[str, Any] | None, place: str) -> Mapping[str, Any]:
    if given is None:
        raise _null(place)
    if not given:
        raise bad_input(
            place,
            "objek kosong; isi dengan syarat atas sebuah angka kelompok atau hapus.",
            "the object is empty; give a condition on a figure of the groups or leave it out.",
            reason="EMPTY_HAVING",
        )
    return given


def _null(place: str) -> Exception:
    return bad_input(
        place,
        "nilainya null. Hapus bagian ini, atau pakai isNull untuk mencari kelompok tanpa angka itu.",
        "is null. Leave it out, or use isNull to find groups without that figure.",
        reason="NULL_IN_HAVING",
    )
