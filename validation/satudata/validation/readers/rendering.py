"""Typed cells (of a spreadsheet, JSON or Parquet) written as the text the contract asks for.

After this a number in a spreadsheet and the same number in a CSV look alike, so that there is one cast.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from satudata.validation.contracts.date_formats import date_format
from satudata.validation.contracts.model import Column, ColumnType, NumberStyle

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
            return _formatted(value, column, "%Y-%m-%d")
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
    return number.replace(".", ",") if style is NumberStyle.INDONESIAN else number


def _moment(value: datetime, column: Column) -> str:
    if column.type is ColumnType.DATETIME:
        if column.date_format is None:
            return value.isoformat()
        if value.tzinfo is not None:
            value = value.astimezone(UTC)
        return _formatted(value, column, "")
    if (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return _formatted(value.date(), column, "%Y-%m-%d")
    return value.isoformat(sep=" ")


def _formatted(value: date, column: Column, default: str) -> str:
    if column.type is not ColumnType.DATE and column.type is not ColumnType.DATETIME:
        return value.isoformat()
    pattern = date_format(column.date_format).strptime if column.date_format else default
    pattern = pattern.replace("%#z", "Z")
    if isinstance(value, datetime):
        micro = f"{value.microsecond:06d}"
        pattern = pattern.replace("%3f", micro[:3]).replace("%6f", micro)
    return value.strftime(pattern or "%Y-%m-%d")


def excel_duration(value: timedelta) -> str:
    """A spreadsheet's time span as hours:minutes:seconds."""
    seconds = int(value.total_seconds())
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
