"""Numbers as people write them: the styles of the contract, exactly, in Python and as regular expressions.

`parse_number` is the truth for bare numbers; the expressions in `columns.py` take the same road for the plain
cases, a million at a time, and a property test holds the two together. Percent signs, parentheses and units are
the business of `number_forms.py`.
"""

import re
from decimal import Decimal
from functools import cache

from satudata.validation.contracts.date_formats import BLANKS
from satudata.validation.contracts.model import NumberStyle

_BLANK = f"[{BLANKS}]"
_SEPARATORS = {
    NumberStyle.PLAIN: ("", "."),
    NumberStyle.INDONESIAN: (".", ","),
    NumberStyle.ENGLISH: (",", "."),
    NumberStyle.SPACED_COMMA: (" ", ","),
    NumberStyle.SPACED_POINT: (" ", "."),
}
_SCIENTIFIC = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)[eE][+-]?[0-9]{1,3}")
_MINUS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"))
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_COMMA_STYLES = (NumberStyle.INDONESIAN, NumberStyle.SPACED_COMMA)


def separators(style: NumberStyle) -> tuple[str, str]:
    """The thousands separator (empty when there is none) and the decimal sign."""
    return _SEPARATORS[style]


def thousands_regex(style: NumberStyle) -> str:
    """A regular expression for the thousands separator; a blank stands for blanks of every width."""
    thousands, _ = _SEPARATORS[style]
    return _BLANK if thousands == " " else re.escape(thousands)


def bare_regex(style: NumberStyle) -> str:
    """A number of the style without a sign, not anchored."""
    thousands, sign = thousands_regex(style), re.escape(_SEPARATORS[style][1])
    return rf"(?:{_whole(thousands)}(?:{sign}[0-9]*)?|{sign}[0-9]+)"


def number_regex(style: NumberStyle, scale: int | None) -> str:
    """Every number of the style as a whole cell; with `scale`, only those that need no more decimals than that.

    Zeros beyond the scale do no harm: 1.500 is exact with two decimals.
    """
    if scale is None:
        return rf"^[+-]?{bare_regex(style)}$"
    thousands, sign = thousands_regex(style), re.escape(_SEPARATORS[style][1])
    bare = rf"{sign}[0-9]{{1,{scale}}}0*" if scale else rf"{sign}0+"
    return rf"^[+-]?(?:{_whole(thousands)}(?:{sign}[0-9]{{0,{scale}}}0*)?|{bare})$"


def _whole(thousands: str) -> str:
    return rf"(?:[0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+|[0-9]+)" if thousands else "[0-9]+"


def tidy(cell: str) -> str:
    """The cell without blanks around it, without characters nobody sees, and with every minus the one of ASCII."""
    if cell.isascii():
        return cell.strip()
    return cell.strip().strip(_UNSEEN).strip().translate(_MINUS)


def parse_number(text: str, style: NumberStyle) -> Decimal | None:
    """The exact value of a cell without outer blanks; None when it is not a number of that style."""
    if _whole_cell(style).fullmatch(text):
        return Decimal(plain(text, style))
    if _SCIENTIFIC.fullmatch(text) and ("," not in text or style in _COMMA_STYLES):
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
    bare = re.sub(thousands_regex(style), "", text) if thousands else text
    return bare.replace(sign, ".")


def written(value: Decimal, style: NumberStyle) -> str:
    """A number in the style of the contract, thousands separated as the style does."""
    thousands, sign = _SEPARATORS[style]
    whole, _, fraction = format(value, "f").partition(".")
    if thousands:
        whole = re.sub(r"(?<=[0-9])(?=(?:[0-9]{3})+$)", thousands, whole)
    return f"{whole}{sign}{fraction}" if fraction else whole


def with_sign(number: str, style: NumberStyle) -> str:
    """Plain digits with the decimal sign of the style; thousands are not separated."""
    sign = _SEPARATORS[style][1]
    return number if sign == "." else number.replace(".", sign)
