"""Numbers, dates and sizes as people of each language read them. Times of the hub are shown in WIB (UTC+7).

Values come in the output form of `satudata.datasets.rows.reader`: decimals as strings, never floats.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from satudata.hub.portal.translations import N_, translations
from satudata.validation.text import Language

JAKARTA = ZoneInfo("Asia/Jakarta")
LONGEST_CELL = 160
_NUMBERS = frozenset({"INTEGER", "DECIMAL", "FLOAT"})


@dataclass(frozen=True, slots=True)
class Cell:
    """A value ready to be shown: `kind` is text, number, or empty; `full` is set when `text` was cut."""

    text: str
    kind: str
    full: str | None = None


def number(value: Any, language: Language) -> str:  # Any: int, Decimal, or a number written as a string
    """Grouped, with exactly the decimals the value has: `1.234,50`."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    exponent = exact.as_tuple().exponent
    scale = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    pattern = "#,##0" + ("." + "0" * scale if scale else "")
    return format_decimal(exact, format=pattern, locale=language)


def day(value: str | date | datetime, language: Language) -> str:
    """`24 November 2026`; an instant is shown as its day in Jakarta."""
    moment = _parse(value)
    if isinstance(moment, datetime):
        moment = moment.astimezone(JAKARTA).date()
    return format_date(moment, "d MMMM y", locale=language)


def instant(value: str | datetime, language: Language) -> str:
    """`24 November 2026, 17.00 WIB`."""
    moment = _parse(value)
    if not isinstance(moment, datetime):
        return day(moment, language)
    clock = "HH.mm" if language == "id" else "HH:mm"
    local = moment.astimezone(JAKARTA)
    return f"{format_datetime(local, f'd MMMM y, {clock}', locale=language, tzinfo=JAKARTA)} WIB"


def size(value: int, language: Language) -> str:
    """Bytes in the unit people use: `1,2 MB`."""
    amount = Decimal(value)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            digits = 0 if unit == "B" or amount >= 100 else 1
            return f"{number(round(amount, digits) if digits else Decimal(round(amount)), language)} {unit}"
        amount /= 1000
    raise AssertionError("unreachable")


def cell(
    value: Any, column_type: str, language: Language, *, grouped: bool = True
) -> Cell:  # Any: a JSON value
    """A value of a data table. `grouped` False for numbers that name something, such as years and codes."""
    gettext = translations(language).gettext
    if value is None:
        return Cell("–", "empty")
    if column_type in _NUMBERS:
        return Cell(number(value, language) if grouped else _plain(value, language), "number")
    if column_type == "BOOLEAN":
        return Cell(gettext(N_("Ya")) if value else gettext(N_("Tidak")), "text")
    if column_type == "DATE":
        return Cell(format_date(date.fromisoformat(value), "d MMM y", locale=language), "text")
    if column_type == "DATETIME":
        return Cell(_utc(value, language), "text")
    text = str(value)
    if len(text) > LONGEST_CELL:
        return Cell(text[: LONGEST_CELL - 1].rstrip() + "…", "text", full=text)
    return Cell(text, "text")


def _plain(value: Any, language: Language) -> str:  # Any: as in `number`
    text = str(value)
    return text.replace(".", ",") if language == "id" else text


def _utc(value: str, language: Language) -> str:
    moment = datetime.fromisoformat(value).astimezone(UTC)
    clock = "HH.mm.ss" if language == "id" else "HH:mm:ss"
    return f"{format_datetime(moment, f'd MMM y, {clock}', locale=language, tzinfo=UTC)} UTC"


def _parse(value: str | date | datetime) -> date | datetime:
    if not isinstance(value, str):
        return value
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
