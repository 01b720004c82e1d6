"""Numbers with something around them: `12,5 %`, `(123)` for -123, `123 ton`, `Rp1.000,-`, where the contract allows it.

PERCENT keeps the number as it is written (12.5, not 0.125): the column's unit says what it is. A unit is taken in
all its writings (`number_words.yaml`), and only one thing may stand beside a number.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

import yaml

from satudata.validation.casting.numbers import bare_regex, plain, separators
from satudata.validation.contracts.date_formats import BLANKS
from satudata.validation.contracts.model import NumberForm, NumberStyle

Forms = tuple[NumberForm, ...]

_BLANK = f"[{BLANKS}]*"


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The words of `number_words.yaml`: units in their writings, money, powers of ten, percent, no value."""

    units: tuple[tuple[str, ...], ...]
    money: frozenset[str]
    scales: Mapping[str, int]
    percent: tuple[str, ...]
    missing: frozenset[str]


@cache
def number_words() -> NumberWords:
    """Read the words once."""
    text = (resources.files("satudata.validation") / "casting" / "number_words.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return NumberWords(
        units=tuple(tuple(names) for names in data["units"]),
        money=frozenset(data["money"]),
        scales=data["scales"],
        percent=tuple(data["percent"]),
        missing=frozenset(data["missing"]),
    )


@cache
def unit_writings(unit: str) -> tuple[str, ...]:
    """The unit as the contract has it, and its other writings."""
    for names in number_words().units:
        if unit.casefold() in (name.casefold() for name in names):
            return tuple(dict.fromkeys((unit, *names)))
    return (unit,)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What may stand around a number, as regular expressions for Python and polars; empty where nothing may."""

    before: str
    after: str
    dash: str
    """The `,-` after an amount of money."""
    parentheses: bool


@cache
def surroundings(style: NumberStyle, forms: Forms, unit: str | None) -> Surroundings:
    """What the forms of a column allow."""
    before: list[str] = []
    after: list[str] = []
    dash = ""
    if NumberForm.PERCENT in forms:
        after += number_words().percent
    if NumberForm.UNIT in forms and unit is not None:
        after += unit_writings(unit)
        if not number_words().money.isdisjoint(unit_writings(unit)):
            before += unit_writings(unit)
            dash = re.escape(separators(style)[1]) + "-{1,2}"
    return Surroundings(
        before=f"(?:{_any_of(before)}{_BLANK})" if before else "",
        after=f"(?:{_BLANK}{_any_of(after)})" if after else "",
        dash=f"(?:{dash})" if dash else "",
        parentheses=NumberForm.PARENTHESES in forms,
    )


def _any_of(words: Iterable[str]) -> str:
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    return "(?i:" + "|".join(re.escape(word) for word in longest_first) + ")"


def parse_form(text: str, style: NumberStyle, forms: Forms, unit: str | None) -> Decimal | None:
    """The exact value of a tidy cell written in one of the forms; None when it is not."""
    if not forms:
        return None
    for pattern, negative in _patterns(style, forms, unit):
        if match := pattern.fullmatch(text):
            digits = plain(match["number"], style)
            return Decimal(f"-{digits}" if negative or match["sign"] == "-" else digits)
    return None


@cache
def _patterns(style: NumberStyle, forms: Forms, unit: str | None) -> tuple[tuple[re.Pattern[str], bool], ...]:
    """Patterns of whole cells, each with whether it makes the number negative."""
    around = surroundings(style, forms, unit)
    sign, number = "(?P<sign>[+-]?)", f"(?P<number>{bare_regex(style)})"
    dash = f"{around.dash}?" if around.dash else ""
    after = f"{around.after}?" if around.after else ""
    shapes = [(f"{sign}{number}{dash}{after}", False)]
    if around.before:
        shapes += [
            (f"{sign}{around.before}{number}{dash}", False),
            (f"{around.before}{sign}{number}{dash}", False),
        ]
    if around.parentheses:
        left, right, none = rf"\({_BLANK}", rf"{_BLANK}\)", "(?P<sign>)"
        shapes.append((f"{none}{left}{number}{dash}{after}{right}", True))
        if around.after:
            shapes.append((f"{none}{left}{number}{dash}{right}{around.after}", True))
        if around.before:
            shapes += [
                (f"{none}{left}{around.before}{number}{dash}{right}", True),
                (f"{none}{around.before}{left}{number}{dash}{right}", True),
            ]
    return tuple((re.compile(shape), negative) for shape, negative in shapes)
