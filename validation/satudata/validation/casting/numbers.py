"""Numbers as people write them: the three styles of the contract, exactly, in Python and as regular expressions.

`parse_number` is the truth; the expressions in `columns.py` take the same road for the plain cases, a million
at a time, and a property test holds the two together.
"""

import re
from decimal import Decimal
from functools import cache

from satudata.validation.contracts.model import NumberStyle

_SEPARATORS = {
    NumberStyle.PLAIN: ("", "."),
    NumberStyle.INDONESIAN: (".", ","),
    NumberStyle.ENGLISH: (",", "."),
}
_SCIENTIFIC = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)[eE][+-]?[0-9]{1,3}")


def separators(style: NumberStyle) -> tuple[str, str]:
    """The thousands separator (empty when there is none) and the decimal sign."""
    return _SEPARATORS[style]


def number_regex(style: NumberStyle, scale: int | None) -> str:
    """Every number of the style as a whole cell; with `scale`, only those that need no more decimals than that.

    Zeros beyond the scale do no harm: 1.500 is exact with two decimals.
    """
    thousands, sign = (re.escape(part) for part in _SEPARATORS[style])
    whole = rf"(?:[0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+|[0-9]+)" if thousands else "[0-9]+"
    if scale is None:
        return rf"^[+-]?(?:{whole}(?:{sign}[0-9]*)?|{sign}[0-9]+)$"
    bare = rf"{sign}[0-9]{{1,{scale}}}0*" if scale else rf"{sign}0+"
    return rf"^[+-]?(?:{whole}(?:{sign}[0-9]{{0,{scale}}}0*)?|{bare})$"


def parse_number(text: str, style: NumberStyle) -> Decimal | None:
    """The exact value of a cell without outer blanks; None when it is not a number of that style."""
    if _whole_cell(style).match(text):
        return Decimal(plain(text, style))
    if _SCIENTIFIC.fullmatch(text) and not (style is NumberStyle.PLAIN and "," in text):
        return Decimal(text.replace(",", "."))
    return None


@cache
def _whole_cell(style: NumberStyle) -> re.Pattern[str]:
    return re.compile(number_regex(style, None))


def is_scientific(text: str) -> bool:
    """Written with an exponent, as spreadsheets do when a column is too narrow."""
    return _SCIENTIFIC.fullmatch(text) is not None


def plain(text: str, style: NumberStyle) -> str:
    """The digits with a decimal point and nothing else."""
    thousands, sign = _SEPARATORS[style]
    bare = text.replace(thousands, "") if thousands else text
    return bare.replace(sign, ".")


def written(value: Decimal, style: NumberStyle) -> str:
    """A number in the style of the contract, thousands separated as the style does."""
    thousands, sign = _SEPARATORS[style]
    whole, _, fraction = format(value, "f").partition(".")
    if thousands:
        whole = re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", thousands, whole)
    return f"{whole}{sign}{fraction}" if fraction else whole


def other_style(text: str, style: NumberStyle) -> Decimal | None:
    """The value if the cell is a number of exactly one of the other styles: what was probably meant."""
    values = {
        value
        for other in NumberStyle
        if other is not style and (value := parse_number(text, other)) is not None
    }
    return values.pop() if len(values) == 1 else None
