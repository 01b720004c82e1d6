"""What to say about a cell that is not a number by its contract: why, what is probably meant, which setting allows it.

Nothing here gives a cell a value. A meaning is only named when all other ways to read the cell agree on it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from satudata.validation.casting.number_forms import (
    Forms,
    number_words,
    parse_form,
    surroundings,
    unit_writings,
)
from satudata.validation.casting.numbers import bare_regex, parse_number, plain, written
from satudata.validation.contracts.date_formats import BLANKS
from satudata.validation.contracts.model import Column, ColumnType, NumberForm, NumberStyle
from satudata.validation.findings.catalogue import word
from satudata.validation.text import Text

_COMBINATIONS: tuple[Forms, ...] = (
    (),
    *((form,) for form in NumberForm),
    *combinations(NumberForm, 2),
)
_MARK = re.compile(rf"(?P<number>.*[0-9])[{BLANKS}]*(?:[*†‡¹²³⁴⁵]+\)?|\^[0-9*]+|[a-z0-9]\)|r|e)")
_WORD_AFTER = re.compile(rf"(?P<number>[+-]?[0-9][0-9.,{BLANKS}]*?)[{BLANKS}]*(?P<word>[^\W\d_][^0-9,;:()]*)")
_ONE_GROUP = re.compile(r"[^0-9]*[0-9]{1,3}\.[0-9]{3}(?![0-9]).*")
_ACCOUNTING_ZERO = re.compile(
    rf"(?i:rp\.?|us\$|\$|idr|usd)[{BLANKS}]*-+|-+[{BLANKS}]*(?i:rp\.?|us\$|\$|idr|usd)"
)
"""How the accounting format of spreadsheets shows zero."""
QUOTES = "'\"‘’“”`"
_DIGIT = re.compile("[0-9]")
_ANY_BLANK = re.compile(f"[{BLANKS}]")


@dataclass(frozen=True, slots=True)
class Hint:
    """`why` follows "is not a number"; `meant` is the right writing, `settings` what the contract would need."""

    why: Text
    meant: str | None = None
    settings: tuple[str, ...] = ()
    either: bool = False
    """One of the settings is needed, not all of them."""
    no_data: bool = False
    reveals: bool = False
    """`why` holds parts of the cell: not to be told of personal data."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    value: Decimal
    style: NumberStyle
    forms: Forms = ()


def number_hint(cell: str, column: Column) -> Hint:
    """The most telling hint for a tidy cell."""
    if cell.casefold() in number_words().missing:
        return Hint(word("why.no_data"), no_data=True)
    if _ACCOUNTING_ZERO.fullmatch(cell):
        return Hint(word("why.zero"), "0")
    if _DIGIT.search(cell) is None:
        return Hint(word("why.none"))
    meanings = _likely_meanings(cell, column, column.unit)
    if meanings:
        hint = _by_meaning(meanings[0], column)
        return hint if _agree(meanings) else Hint(hint.why)
    return (
        _scaled(cell, column) or _other_unit(cell, column) or _marked(cell, column) or Hint(word("why.none"))
    )


def style_hint(cell: str, column: Column) -> Hint | None:
    """For a number with too many decimals: in another style it may be a whole one, its thousands separated."""
    meant = [
        meaning
        for meaning in _meanings(cell, column, None)
        if not meaning.forms and meaning.value == meaning.value.to_integral_value()
    ]
    return _by_meaning(meant[0], column) if _agree(meant) else None


def _agree(meanings: list[_Meaning]) -> bool:
    return len({meaning.value for meaning in meanings}) == 1


def _likely_meanings(cell: str, column: Column, unit: str | None) -> list[_Meaning]:
    """By the column's own style if it has one there, else by all others.

    `Rp 1.000` says too little where the style has no thousands and the column no three decimals: all count.
    """
    meanings = list(_meanings(cell, column, unit))
    own = [meaning for meaning in meanings if meaning.style is column.number_style]
    if not own and (close := _without_blanks(cell, column)) is not None:
        return [close]
    few_decimals = column.type is not ColumnType.FLOAT and column.scale < 3
    if column.number_style is NumberStyle.PLAIN and few_decimals and _ONE_GROUP.fullmatch(cell):
        return meanings
    return own or meanings


def _meanings(cell: str, column: Column, unit: str | None) -> Iterator[_Meaning]:
    own = column.number_style
    sign = written(Decimal("0.5"), own)[1]
    by_sign = sorted(
        NumberStyle, key=lambda style: (style is not own, written(Decimal("0.5"), style)[1] != sign)
    )
    for style in by_sign:
        for forms in _COMBINATIONS:
            value = parse_form(cell, style, forms, unit) if forms else parse_number(cell, style)
            if value is not None:
                yield _Meaning(value, style, forms)
                break


def _without_blanks(cell: str, column: Column) -> _Meaning | None:
    """`- 5` and `1 .5`: blanks that no style has."""
    value = parse_number(_ANY_BLANK.sub("", cell), column.number_style) if _ANY_BLANK.search(cell) else None
    grouped = any(parse_number(cell, style) is not None for style in NumberStyle)
    return None if value is None or grouped else _Meaning(value, column.number_style)


def _by_meaning(meaning: _Meaning, column: Column) -> Hint:
    why, settings = [], []
    if meaning.style is not column.number_style:
        settings.append(f'numberStyle: "{meaning.style.value}"')
        why.append(word("why.style", style=column.number_style.value))
    if missing := [form for form in meaning.forms if form not in column.number_forms]:
        settings.append(f"numberForms: [{', '.join([*column.number_forms, *missing])}]")
        why += [word(f"why.form.{form.value}") for form in missing]
    if not why:
        why.append(word("why.blanks"))
    reason = Text("".join(text.id for text in why), "".join(text.en for text in why))
    return Hint(reason, written(meaning.value, column.number_style), tuple(settings))


def _scaled(cell: str, column: Column) -> Hint | None:
    """`5,2 juta` in place of zeros."""
    scales = number_words().scales
    names = "|".join(sorted(scales, key=len, reverse=True))
    around = surroundings(column.number_style, (NumberForm.UNIT,), column.unit or "rupiah")
    for style in (column.number_style, *NumberStyle):
        shape = (
            rf"(?:{around.before or '(?!)'})?(?P<sign>-?)(?P<number>{bare_regex(style)})[{BLANKS}]*"
            rf"(?P<scale>(?i:{names}))\.?(?:[{BLANKS}]+.*)?"
        )
        if match := re.fullmatch(shape, cell):
            name = match["scale"].casefold()
            counted_so = column.unit is not None and name in column.unit.casefold().split()
            zeros = 0 if counted_so else scales[name]
            meant = Decimal(f"{match['sign']}{plain(match['number'], style)}e{zeros}")
            return Hint(word("why.scale_word", word=match["scale"]), written(meant, column.number_style))
    return None


def _other_unit(cell: str, column: Column) -> Hint | None:
    """A unit that the contract does not name for this column."""
    for names in number_words().units:
        if column.unit is not None and names[0] in unit_writings(column.unit):
            continue
        if meanings := _likely_meanings(cell, column, names[0]):
            return _with_unit(names[0], meanings, column)
    if match := _WORD_AFTER.fullmatch(cell):
        meanings = _likely_meanings(match["number"], column, None)
        return _with_unit(match["word"].strip(), meanings, column) if meanings else None
    return None


def _with_unit(unit: str, meanings: list[_Meaning], column: Column) -> Hint:
    if column.unit is not None:
        return Hint(word("why.other_unit", found=unit, unit=column.unit), reveals=True)
    meaning = meanings[0]
    hint = _by_meaning(_Meaning(meaning.value, meaning.style, (NumberForm.UNIT,)), column)
    return (
        Hint(hint.why, hint.meant, (f"unit: {unit}", *hint.settings)) if _agree(meanings) else Hint(hint.why)
    )


def _marked(cell: str, column: Column) -> Hint | None:
    """Quotation marks around the number, or a footnote mark behind it: `'12,5`, `12,5*`, `12,5 r)`."""
    quoted = cell.strip(QUOTES).strip()
    match = _MARK.fullmatch(cell)
    if quoted != cell and (meanings := _likely_meanings(quoted, column, column.unit)):
        meant = written(meanings[0].value, column.number_style) if _agree(meanings) else None
        return Hint(word("why.quote"), meant)
    meanings = _likely_meanings(match["number"].rstrip(), column, column.unit) if match else []
    if not meanings:
        return None
    return Hint(
        word("why.mark"), written(meanings[0].value, column.number_style) if _agree(meanings) else None
    )
