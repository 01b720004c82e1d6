"""One cell: its exact value, or why it has none and what to type instead. The slow road and the truth.

`columns.py` casts whole columns and sends only the cells it could not take plainly through here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from zoneinfo import ZoneInfo

from satudata.validation.casting.numbers import is_scientific, other_style, parse_number, written
from satudata.validation.contracts.date_formats import DateFormat, date_format
from satudata.validation.contracts.model import Column, ColumnType
from satudata.validation.control_characters import has_control
from satudata.validation.findings.catalogue import word
from satudata.validation.text import Text

TRUE = frozenset({"true", "ya", "y", "yes", "1", "benar"})
FALSE = frozenset({"false", "tidak", "t", "n", "no", "0", "salah"})
INT64 = 2**63

_EXACT = Context(prec=100)
_WITHIN = 60

ISO_DATETIME = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
)

Value = str | int | Decimal | float | bool | date | datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a cell has no value, or a doubt about it (`row.damaged`).

    `explain` gives what fills the message; it is called only for findings that are kept.
    """

    code: str
    explain: Callable[[], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` is None for a missing or impossible one; both value and problem are None when it is missing."""

    value: Value | None = None
    problem: Problem | None = None


def read_cell(text: str, column: Column) -> Cell:
    """The value of a cell by its contract. The type of the value is that of the column."""
    cell = text.strip()
    if not cell or cell in column.missing_values:
        return Cell()
    if column.type is ColumnType.STRING:
        return Cell(problem=Problem("row.control_character", dict)) if has_control(text) else Cell(cell)
    if column.type in (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT):
        return _number(cell, column)
    if column.type is ColumnType.BOOLEAN:
        lowered = cell.casefold()
        return Cell(lowered in TRUE) if lowered in TRUE | FALSE else Cell(problem=_not_the_type(column))
    return _date(cell, column) if column.type is ColumnType.DATE else _moment(cell, column)


def example_of(column: Column) -> str:
    """A right value of the column's type, in the writing of the contract."""
    if column.type in (ColumnType.DECIMAL, ColumnType.FLOAT):
        fraction = column.scale > 0 or column.precision is None
        return written(Decimal("1234.56" if fraction else "1234"), column.number_style)
    if column.type is ColumnType.INTEGER:
        return written(Decimal(1234), column.number_style)
    if column.type is ColumnType.BOOLEAN:
        return "ya"
    moment = datetime(2024, 12, 31, 13, 30, tzinfo=UTC)
    if column.type is ColumnType.DATE:
        return _shown(moment, column.date_format or "yyyy-MM-dd")
    return _shown(moment, column.date_format or "yyyy-MM-dd'T'HH:mm:ssX")


# -- numbers


def _number(cell: str, column: Column) -> Cell:
    number = parse_number(cell, column.number_style)
    if number is None:
        return Cell(problem=_not_a_number(cell, column))
    if column.type is ColumnType.FLOAT:
        value: Value = float(number)
        if value in (float("inf"), float("-inf")):
            return Cell(problem=_too_large(308))
    elif column.type is ColumnType.INTEGER:
        if number != number.to_integral_value():
            return Cell(problem=_not_the_type(column, "why.fraction"))
        if not -INT64 <= number < INT64:
            return Cell(problem=_too_large(18))
        value = int(number)
    else:
        exact = _at_scale(number, column.scale)
        if exact != number:
            return Cell(problem=_not_the_type(column, "why.scale", scale=column.scale))
        if exact.adjusted() >= (column.precision or 18) - column.scale:
            return Cell(problem=_too_large((column.precision or 18) - column.scale))
        value = exact
    if is_scientific(cell):
        return Cell(value, Problem("row.damaged", lambda: {"plain": written(number, column.number_style)}))
    return Cell(value)


def _at_scale(number: Decimal, scale: int) -> Decimal:
    """Rounded to the scale; numbers far too large for any column come back as they are."""
    return (
        number.quantize(Decimal(1).scaleb(-scale), context=_EXACT) if number.adjusted() < _WITHIN else number
    )


def _not_a_number(cell: str, column: Column) -> Problem:
    def explain() -> Mapping[str, object]:
        meant = other_style(cell, column.number_style)
        if meant is None:
            return _explained(column)
        why = word("why.style", style=column.number_style.value)
        return _explained(column, why, written(meant, column.number_style))

    return Problem("row.type", explain)


def _too_large(digits: int) -> Problem:
    return Problem("row.range", lambda: {"bounds": word("bounds.digits", count=digits)})


def _not_the_type(column: Column, why: str = "why.none", **values: object) -> Problem:
    return Problem("row.type", lambda: _explained(column, word(why, **values)))


def _explained(column: Column, why: Text | None = None, example: str | None = None) -> Mapping[str, object]:
    return {
        "type": word(f"type.{column.type.value}"),
        "why": why or word("why.none"),
        "example": example or example_of(column),
    }


# -- dates


def _date(cell: str, column: Column) -> Cell:
    pattern = column.date_format or "yyyy-MM-dd"
    form = date_format(pattern)
    if re.match(form.regex, cell):
        moment = _parsed(cell, form)
        return (
            Cell(problem=_not_the_type(column, "why.no_such_day")) if moment is None else Cell(moment.date())
        )
    return Cell(problem=_other_date(cell, column, pattern))


def _other_date(cell: str, column: Column, pattern: str) -> Problem:
    """A date in ISO form where the contract has another one is shown rewritten."""

    def explain() -> Mapping[str, object]:
        iso = date_format("yyyy-MM-dd")
        moment = _parsed(cell[:10], iso) if re.match(iso.regex, cell[:10]) else None
        example = _shown(moment, pattern) if moment and column.type is ColumnType.DATE else None
        return _explained(column, word("why.format", format=pattern), example)

    return Problem("row.type", explain)


def _moment(cell: str, column: Column) -> Cell:
    if column.date_format is None:
        if not re.match(ISO_DATETIME, cell):
            return Cell(problem=_other_date(cell, column, "yyyy-MM-dd'T'HH:mm:ssX"))
        try:
            moment: datetime | None = datetime.fromisoformat(cell)
        except ValueError:
            moment = None
    else:
        form = date_format(column.date_format)
        if not re.match(form.regex, cell):
            return Cell(problem=_other_date(cell, column, column.date_format))
        moment = _parsed(cell, form)
    if moment is None:
        return Cell(problem=_not_the_type(column, "why.no_such_day"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(column.time_zone))
    return Cell(moment.astimezone(UTC))


def _parsed(cell: str, form: DateFormat) -> datetime | None:
    directives = form.strptime.replace("%#z", "%z").replace("%3f", "%f").replace("%6f", "%f")
    text = re.sub(r"([+-][0-9]{2})$", r"\g<1>00", cell) if form.zoned else cell
    try:
        return datetime.strptime(text, directives)
    except ValueError:
        return None


def _shown(moment: datetime, pattern: str) -> str:
    directives = (
        date_format(pattern).strptime.replace("%#z", "Z").replace("%3f", "000").replace("%6f", "000000")
    )
    return moment.strftime(directives)
