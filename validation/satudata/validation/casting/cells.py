"""One cell: its exact value, or why it has none and what to type instead. The slow road and the truth.

`columns.py` casts whole columns and sends only the cells it could not take plainly through here. What a wrong
cell probably means is found in `number_hints.py` and `date_hints.py`, only when somebody will read it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from functools import cache

from satudata.validation.casting.date_hints import date_hint
from satudata.validation.casting.dates import column_forms, read_cell_date
from satudata.validation.casting.number_forms import number_words, parse_form
from satudata.validation.casting.number_hints import Hint, number_hint, style_hint
from satudata.validation.casting.numbers import is_scientific, parse_number, tidy, written
from satudata.validation.contracts.date_formats import date_format
from satudata.validation.contracts.model import Column, ColumnType, NumberStyle, PersonalData
from satudata.validation.control_characters import has_control
from satudata.validation.date_forms import write_date
from satudata.validation.findings.catalogue import word
from satudata.validation.text import Text

TRUE = frozenset({"true", "ya", "y", "yes", "1", "benar"})
FALSE = frozenset({"false", "tidak", "t", "n", "no", "0", "salah"})
_AS_NUMBERS = {"1.0": True, "1,0": True, "0.0": False, "0,0": False}
"""How tables with empty cells write 1 and 0 when they pass through floating point."""
INT64 = 2**63

_EXACT = Context(prec=100)
_WITHIN = 60

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
    """`value` is None for a missing or impossible one; both value and problem are None when it is missing.

    `form` is the date form that read it, where the column accepts several.
    """

    value: Value | None = None
    problem: Problem | None = None
    form: str | None = None


def read_cell(text: str, column: Column) -> Cell:
    """The value of a cell by its contract. The type of the value is that of the column."""
    cell = text.strip()
    if not cell or cell in column.missing_values:
        return Cell()
    if column.type is ColumnType.STRING:
        return Cell(problem=Problem("row.control_character", dict)) if has_control(text) else Cell(cell)
    cell = tidy(cell)
    if not cell:
        return Cell()
    if column.type in (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT):
        return _number(cell, column)
    if column.type is ColumnType.BOOLEAN:
        return _truth(cell, column)
    return _date(cell, column)


def example_of(column: Column) -> str:
    """A right value of the column's type, in the writing of the contract."""
    if column.type in (ColumnType.DECIMAL, ColumnType.FLOAT):
        fraction = column.scale > 0 or column.precision is None
        return written(Decimal("1234.56" if fraction else "1234"), column.number_style)
    if column.type is ColumnType.INTEGER:
        return written(Decimal(1234), column.number_style)
    if column.type is ColumnType.BOOLEAN:
        return "ya"
    return write_date(datetime(2024, 12, 31, 13, 30, tzinfo=UTC), date_format(column_forms(column)[0]))


# -- numbers


@cache
def missing_numbers(values: tuple[str, ...], style: NumberStyle) -> frozenset[Decimal]:
    """The declared missing values that are numbers: a number column compares them by value (9999 = 9999.0).

    They are read in the column's style, else as plain numbers, because contracts are often written so.
    """
    numbers: set[Decimal] = set()
    for value in values:
        number = parse_number(value, style)
        if number is None:
            number = parse_number(value, NumberStyle.PLAIN)
        if number is not None:
            numbers.add(number)
    return frozenset(numbers)


def _number(cell: str, column: Column) -> Cell:
    number = parse_number(cell, column.number_style)
    if number is None:
        number = parse_form(cell, column.number_style, column.number_forms, column.unit)
    if number is None:
        return Cell(problem=_problem(column, lambda: number_hint(cell, column)))
    if column.missing_values and number in missing_numbers(column.missing_values, column.number_style):
        return Cell()
    if column.type is ColumnType.FLOAT:
        value: Value = float(number)
        if value in (float("inf"), float("-inf")):
            return Cell(problem=_too_large(308))
    elif column.type is ColumnType.INTEGER:
        if number != number.to_integral_value():
            return Cell(problem=_too_fine(cell, column, "why.fraction"))
        if not -INT64 <= number < INT64:
            return Cell(problem=_too_large(18))
        value = int(number)
    else:
        exact = _at_scale(number, column.scale)
        if exact != number:
            return Cell(problem=_too_fine(cell, column, "why.scale", scale=column.scale))
        if exact.adjusted() >= (column.precision or 18) - column.scale:
            return Cell(problem=_too_large((column.precision or 18) - column.scale))
        value = exact
    if is_scientific(cell):
        return Cell(value, Problem("row.damaged", lambda: _digits_lost(number, column)))
    return Cell(value)


def _at_scale(number: Decimal, scale: int) -> Decimal:
    """Rounded to the scale; numbers far too large for any column come back as they are."""
    return (
        number.quantize(Decimal(1).scaleb(-scale), context=_EXACT) if number.adjusted() < _WITHIN else number
    )


def _digits_lost(number: Decimal, column: Column) -> Mapping[str, object]:
    return {
        "damage": word("damage.scientific"),
        "meant": _likely(written(number, column.number_style), column),
        "cells": word("cells.number"),
    }


def _likely(plain: str, column: Column) -> Text:
    """Personal values are not written into messages."""
    personal = column.personal_data is not PersonalData.NONE
    return word("hint.none") if personal else word("damage.meant", meant=plain)


def _too_fine(cell: str, column: Column, why: str, **values: object) -> Problem:
    """A number with more decimals than the column has; 1.234 may be meant as 1234 in another style."""

    def hint() -> Hint:
        other = style_hint(cell, column)
        reason = word(why, **values)
        return Hint(reason) if other is None else Hint(reason, other.meant, other.settings)

    return _problem(column, hint)


def _too_large(digits: int) -> Problem:
    return Problem("row.range", lambda: {"bounds": word("bounds.digits", count=digits)})


# -- truths and dates


def _truth(cell: str, column: Column) -> Cell:
    lowered = cell.casefold()
    if lowered in TRUE or lowered in FALSE:
        return Cell(lowered in TRUE)
    if cell in _AS_NUMBERS:
        return Cell(_AS_NUMBERS[cell])

    def hint() -> Hint:
        no_data = lowered in number_words().missing
        return Hint(word("why.no_data"), no_data=True) if no_data else Hint(word("why.truth"))

    return Cell(problem=_problem(column, hint))


def _date(cell: str, column: Column) -> Cell:
    reading = read_cell_date(cell, column)
    if len(reading.values) == 1:
        ((value, form),) = reading.values.items()
        return Cell(value, form=form)
    return Cell(problem=_problem(column, lambda: date_hint(cell, column, reading)))


# -- words for what is wrong


def _problem(column: Column, hint: Callable[[], Hint]) -> Problem:
    return Problem("row.type", lambda: _explained(column, hint()))


def _explained(column: Column, hint: Hint) -> Mapping[str, object]:
    personal = column.personal_data is not PersonalData.NONE
    generic = word("example.some", example=example_of(column))
    return {
        "type": word(f"type.{column.type.value}"),
        "why": word("why.none") if personal and hint.reveals else hint.why,
        "example": generic if personal or hint.meant is None else word("example.meant", meant=hint.meant),
        "hint": _advice(hint),
    }


def _advice(hint: Hint) -> Text:
    if hint.no_data:
        return word("hint.missing")
    if not hint.settings:
        return word("hint.none")
    joints = word("joint.or") if hint.either else word("joint.and")
    listed = Text(joints.id.join(hint.settings), joints.en.join(hint.settings))
    return word("hint.setting", setting=listed)
