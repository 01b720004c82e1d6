"""How a column's values are stored in the serving copies, given to readers, and taken from filters.

Both copies store the same: text as it is, decimals as whole numbers of 10^-scale, dates as days and instants as
microseconds since 1970 (UTC), booleans as 0 and 1, floats as doubles. So one encoding serves both engines, every
comparison is exact, and nothing is ever computed in floating point unless its contract says `double`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import MAX_EMAX, MIN_EMIN, ROUND_FLOOR, Context, Decimal
from functools import lru_cache
from typing import Any

from satudata.datasets.errors import InvalidInput
from satudata.datasets.rows.query import SnapshotColumn
from satudata.validation.contracts.model import ColumnType
from satudata.validation.text import Text

Stored = str | int | float
"""A value as the copies hold it; null is None."""

Decoder = Callable[[Any], Any]
"""From stored (never None) to output form."""

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
DAY_ZERO = date(1970, 1, 1).toordinal()
INSTANT_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands among those a column can store.

    Exactly on one (`exact`), or between the neighbours `below` and `above`, where None means that there is none.
    """

    exact: Stored | None = None
    below: Stored | None = None
    above: Stored | None = None


def place(column: SnapshotColumn, value: Any) -> Place:
    """Find a filter's value in a column. Raises InvalidInput when it is of another kind."""
    match column.type:
        case ColumnType.STRING if isinstance(value, str) and _is_unicode(value):
            return Place(value)
        case ColumnType.BOOLEAN if isinstance(value, bool):
            return Place(int(value))
        case ColumnType.DATE if isinstance(value, date) and not isinstance(value, datetime):
            return Place(value.toordinal() - DAY_ZERO)
        case ColumnType.DATETIME if isinstance(value, datetime) and value.tzinfo is not None:
            return Place((value - INSTANT_ZERO) // MICROSECOND)
        case ColumnType.INTEGER | ColumnType.DECIMAL if _is_number(value):
            return place_number(value, column.scale)
        case ColumnType.FLOAT if _is_number(value):
            return place_float(value)
        case _:
            raise unusable_value(column)


def unusable_value(column: SnapshotColumn) -> InvalidInput:
    return InvalidInput(
        Text(
            id=f"Nilai ini tidak dapat dibandingkan dengan kolom `{column.name}` yang bertipe {column.type}.",
            en=f"This value cannot be compared with column `{column.name}`, which is of type {column.type}.",
        ),
        path=(column.name,),
    )


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float | Decimal) and not isinstance(value, bool) and value == value
    )  # not NaN


def _is_unicode(text: str) -> bool:
    """False for half a surrogate pair, which no stored text can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def place_number(value: int | float | Decimal, scale: int, largest: int = INT_MAX) -> Place:
    """Find a number among whole numbers of 10^-scale, `-largest - 1` to `largest` of them."""
    smallest = -largest - 1
    if value > largest:  # infinity too; and it spares us the digits of 1E+999999
        return Place(below=largest)
    if value < smallest:
        return Place(above=smallest)
    if isinstance(value, int):
        floor, whole = value * 10**scale, True
    else:
        exact = Decimal(repr(value)) if isinstance(value, float) else value  # 0.1 means a tenth
        context = Context(prec=len(exact.as_tuple().digits) + 40, Emin=MIN_EMIN, Emax=MAX_EMAX)
        scaled = exact.scaleb(scale, context)
        floor = int(scaled.to_integral_value(ROUND_FLOOR, context))
        whole = scaled == floor
    if floor > largest:
        return Place(below=largest)
    if floor < smallest:
        return Place(above=smallest)
    return Place(floor) if whole else Place(below=floor, above=floor + 1 if floor < largest else None)


def place_float(value: int | float | Decimal) -> Place:
    try:
        nearest = float(value)
    except OverflowError:
        nearest = math.inf if value > 0 else -math.inf
    if nearest == value:
        return Place(nearest + 0.0)
    if nearest < value:
        return Place(below=nearest, above=math.nextafter(nearest, math.inf))
    return Place(below=math.nextafter(nearest, -math.inf), above=nearest)


def quoted(name: str) -> str:
    """A column's name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def stored_sql(column: SnapshotColumn) -> str:
    """DuckDB's SQL for the stored form of a column of a lake file."""
    name = quoted(column.name)
    match column.type:
        case ColumnType.DECIMAL:
            wide = f"CAST({name} AS DECIMAL(38, {column.scale}))"  # a product of two narrow ones may overflow
            return f"CAST({wide} * CAST({10**column.scale} AS DECIMAL({column.scale + 1}, 0)) AS BIGINT)"
        case ColumnType.DATE:
            return f"CAST({name} - DATE '1970-01-01' AS INTEGER)"
        case ColumnType.DATETIME:
            return f"epoch_us({name})"
        case ColumnType.BOOLEAN:
            return f"CAST({name} AS TINYINT)"
        case ColumnType.INTEGER:
            return f"CAST({name} AS BIGINT)"
        case _:
            return name


def decoder(column: SnapshotColumn) -> Decoder | None:
    """From stored to output form; None where the two are the same."""
    match column.type:
        case ColumnType.DECIMAL:
            return decimal_text(column.scale) if column.scale else str
        case ColumnType.FLOAT:
            return _finite
        case ColumnType.BOOLEAN:
            return bool
        case ColumnType.DATE:
            return _date_text
        case ColumnType.DATETIME:
            return _instant_text
        case _:
            return None


@lru_cache(maxsize=64)
def decimal_text(scale: int) -> Decoder:
    """Writes a whole number of 10^-scale with exactly `scale` (> 0) decimals."""

    unit = 10**scale

    def write(value: int) -> str:
        if value >= unit:  # the usual case, and twice as fast
            digits = str(value)
            return f"{digits[:-scale]}.{digits[-scale:]}"
        digits = f"{abs(value):0{scale + 1}d}"
        return f"{'-' if value < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"

    return write


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


@lru_cache(maxsize=8192)
def _date_text(value: int) -> str:
    return date.fromordinal(value + DAY_ZERO).isoformat()


def _instant_text(value: int) -> str:
    return (INSTANT_ZERO + value * MICROSECOND).isoformat().removesuffix("+00:00") + "Z"


def decode_column(column: SnapshotColumn, values: Sequence[Any]) -> Sequence[Any]:
    """Stored values of a column, in output form."""
    decode = decoder(column)
    if decode is None:
        return values
    if not column.nullable:
        return [decode(value) for value in values]
    return [None if value is None else decode(value) for value in values]


def position_value(stored: Stored | None) -> Stored | None:
    """A stored value as it stands in a position: JSON has no infinities, so these become text."""
    return str(stored) if isinstance(stored, float) and math.isinf(stored) else stored


def stored_of_position(column: SnapshotColumn, value: Any) -> Stored | None:
    """The way back. Raises InvalidInput for what `position_value` never makes of this column."""
    if value is None:
        return None
    if column.type is ColumnType.STRING:
        if isinstance(value, str) and _is_unicode(value):
            return value
    elif column.type is ColumnType.FLOAT:
        if value in ("inf", "-inf") or (isinstance(value, int | float) and not isinstance(value, bool)):
            return float(value)
    elif isinstance(value, int) and not isinstance(value, bool) and INT_MIN <= value <= INT_MAX:
        return value
    raise foreign_position()


def foreign_position() -> InvalidInput:
    return InvalidInput(
        Text(
            id="Posisi halaman ini bukan dari pertanyaan yang sama. Mulai lagi dari halaman pertama.",
            en="This page position is not from the same question. Start again from the first page.",
        ),
        path=("after",),
    )
