"""Typed cells (of a spreadsheet, JSON or Parquet) written as the text the contract asks for.

After this a number in a spreadsheet and the same number in a CSV look alike, so that there is one cast.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from satudata.validation.casting.numbers import with_sign
from satudata.validation.contracts.date_formats import DateFormat, date_format
from satudata.validation.contracts.model import Column, ColumnType, NumberStyle
from satudata.validation.date_forms import write_date

Render = Callable[[Any], str | None]


def renderer(column: Column) -> Render:
    """A function that writes one typed value of `column` as text; None stays None."""

    def render(value: Any) -> str | None:
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float | Decimal):
            return styled(plain_number(value), column.number_style)
        if isinstance(value, datetime):
            return _moment(value, column)
        if isinstance(value, date):
            return _day(value, column)
        return value.isoformat() if isinstance(value, time) else str(value)

    return render


def plain_number(value: float | Decimal) -> str:
    """Digits without exponent. Floats have the 15 digits a spreadsheet shows; whole ones have no fraction."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if value.is_integer() and abs(value) < 2**63:
        return str(int(value))
    return format(Decimal(format(value, ".15g")), "f")


def styled(number: str, style: NumberStyle) -> str:
    """A plain number in the style of the contract; thousands are not separated."""
    return with_sign(number, style)


def _day(value: date, column: Column) -> str:
    """A day; in a timestamp column its midnight."""
    if column.type is ColumnType.DATETIME:
        return _moment(datetime(value.year, value.month, value.day), column)
    if column.type is not ColumnType.DATE or column.date_format is None:
        return value.isoformat()
    return write_date(value, date_format(column.date_format))


def _moment(value: datetime, column: Column) -> str:
    if column.type is not ColumnType.DATETIME:
        midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return _day(value.date(), column) if midnight else value.isoformat(sep=" ")
    form = date_format(column.date_format) if column.date_format else None
    if form is None or _loses(value, form):
        return value.isoformat()
    if value.tzinfo is not None and not form.zoned:
        # The cast will take the clock as one of the column's zone.
        value = value.astimezone(ZoneInfo(column.time_zone)).replace(tzinfo=None)
    return write_date(value, form)


def _loses(value: datetime, form: DateFormat) -> bool:
    """Whether the form has no place for the seconds of this moment; written in ISO, the cell is then told."""
    exact = "fraction" in form.parts or value.microsecond == 0
    return not exact or ("second" not in form.parts and value.second != 0)


def excel_duration(value: timedelta) -> str:
    """A spreadsheet's time span as hours:minutes:seconds."""
    seconds = int(value.total_seconds())
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
