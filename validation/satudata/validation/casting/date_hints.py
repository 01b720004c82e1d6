"""What to say about a cell that is no date by its contract: in which other form it is, and what that would need.

Nothing here gives a cell a value. Where two forms read the cell as different days, both are told and neither is
proposed.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import cache

from satudata.validation.casting.dates import DateRead, column_forms, read_cell_date
from satudata.validation.casting.number_forms import number_words
from satudata.validation.casting.number_hints import QUOTES, Hint
from satudata.validation.contracts.date_formats import BLANKS, EXCEL, calendar_names, date_format
from satudata.validation.contracts.model import Column, ColumnType
from satudata.validation.date_forms import (
    NotInCalendar,
    WrongWeekday,
    contradicting,
    read_moment,
    serial_moment,
    write_date,
)
from satudata.validation.findings.catalogue import word
from satudata.validation.findings.suggesting import near
from satudata.validation.text import Text

_CLOCK = re.compile(rf"[T{BLANKS}]+[0-9]{{1,2}}[:.][0-9]{{2}}(?::[0-9]{{2}})?.*$")
_CLOCKS = (
    " HH:mm:ss",
    "'T'HH:mm:ss",
    " HH:mm",
    " H:mm:ss",
    " H:mm",
    " h:mm:ss a",
    " h:mm a",
    " HH.mm",
    " HH:mm z",
)
_WITHOUT_DAY = ("MMMM yyyy", "MMM-yyyy", "MMMM-yy", "MM/yyyy", "MM-yyyy", "yyyy-MM", "yyyy/MM", "yyyy")
_NAMED = re.compile(rf"(?P<before>.*?)(?P<name>[^\W\d_]{{3,}})(?P<after>\.?[{BLANKS}/.,-].*)")
_SERIALS = (10_000, 99_999)


@cache
def _known_forms() -> tuple[str, ...]:
    """Forms of days that people use, the exact ones before those with one or two digits."""
    numeric = [
        order.replace("_", sign)
        for order in ("yyyy_MM_dd", "dd_MM_yyyy", "MM_dd_yyyy", "yyyy_M_d", "d_M_yyyy", "M_d_yyyy")
        for sign in "-/."
    ]
    short = [
        order.replace("_", sign) for order in ("dd_MM_yy", "MM_dd_yy", "d_M_yy", "M_d_yy") for sign in "-/."
    ]
    named = [f"d{sign}MMMM{sign}{year}" for sign in " -/." for year in ("yyyy", "yy")]
    return (
        *numeric,
        "yyyyMMdd",
        "dd MM yyyy",
        *named,
        "MMMM d, yyyy",
        "EEEE, d MMMM yyyy",
        "EEEE d MMMM yyyy",
        *short,
    )


def date_hint(cell: str, column: Column, reading: DateRead) -> Hint:
    """The most telling hint for a cell that its column's forms gave no single value; `reading` is what they gave."""
    if len(reading.values) > 1:
        one, other = sorted(reading.values)[:2]
        return Hint(word("why.ambiguous", one=_iso(one), other=_iso(other)), reveals=True)
    for fault in reading.faults:
        if isinstance(fault, WrongWeekday):
            return Hint(word("why.weekday"))
        if isinstance(fault, NotInCalendar):
            meant = _readings(cell, column)
            return Hint(
                word("why.no_such_day"), _shown(next(iter(meant)), column) if len(meant) == 1 else None
            )
        return Hint(word("why.has_time"), _shown(datetime.combine(fault.day, time.min), column))
    if cell.casefold() in number_words().missing:
        return Hint(word("why.no_data"), no_data=True)
    return (
        _by_readings(cell, column)
        or _quoted(cell, column)
        or _mistyped(cell, column)
        or Hint(_wanted(column))
    )


def _wanted(column: Column, other: str | None = None) -> Text:
    own = column_forms(column)[0]
    if other is None:
        return word("why.format", format=own)
    return word("why.other_format", format=own, other=other)


def _by_readings(cell: str, column: Column) -> Hint | None:
    meanings = _readings(cell, column)
    if not meanings:
        if _faulty(cell):
            return Hint(word("why.no_such_day"))
        return Hint(word("why.no_day")) if _has_no_day(cell) else None
    # A form that contradicts the contract's own cannot be added to it: then the others are likelier.
    possible = {m: form for m, form in meanings.items() if not contradicting((*column_forms(column), form))}
    settings = tuple(f"dateFormats: [{_listed(form, column)}]" for form in possible.values())
    meanings = possible or meanings
    if len(meanings) > 1:
        one, other = sorted(meanings)[:2]
        why = word("why.ambiguous", one=_iso(one), other=_iso(other))
        return Hint(why, settings=settings, either=True, reveals=True)
    ((moment, form),) = meanings.items()
    if form != EXCEL and "short_year" in date_format(form).parts:
        centuries = [f"{hundred}{moment.year % 100:02d}" for hundred in (19, 20)]
        why = word("why.short_year", one=centuries[0], other=centuries[1])
        return Hint(why, settings=settings, reveals=True)
    if column.type is ColumnType.DATETIME and form != EXCEL and not date_format(form).has_time:
        return Hint(word("why.no_time"))
    if column.type is ColumnType.DATE and moment.time() != time.min:
        return Hint(word("why.has_time"), _shown(moment, column))
    if form == EXCEL:
        return Hint(word("why.serial"), _shown(moment, column), settings)
    return Hint(_wanted(column, form), _shown(moment, column), settings)


def _listed(form: str, column: Column) -> str:
    """The whole setting with the further form, as the contract would have it."""
    return ", ".join(f if f == EXCEL else f'"{f}"' for f in (*column.date_formats, form))


def _readings(cell: str, column: Column) -> dict[datetime, str]:
    """The moments that the cell is in forms of other files, each with the first form that says so."""
    meanings: dict[datetime, str] = {}
    for form, moment in _in_known_forms(cell):
        meanings.setdefault(moment.replace(tzinfo=None), form)
    if not meanings and (day := _serial(cell)) is not None:
        meanings[day] = EXCEL
    return meanings


def _in_known_forms(cell: str) -> Iterator[tuple[str, datetime]]:
    day = _CLOCK.sub("", cell)
    for form in _known_forms():
        if _read(day, form) is None:
            continue
        for clock in _CLOCKS if day != cell else ("",):
            if (moment := _read(cell, form + clock)) is not None:
                yield form + clock, moment
                break


def _read(cell: str, form: str) -> datetime | None:
    try:
        return read_moment(cell, date_format(form))
    except (NotInCalendar, WrongWeekday):
        return None


def _serial(cell: str) -> datetime | None:
    try:
        moment = serial_moment(cell)
    except NotInCalendar:
        return None
    return (
        moment if moment is not None and _SERIALS[0] <= float(cell.replace(",", ".")) <= _SERIALS[1] else None
    )


def _faulty(cell: str) -> bool:
    """Written like a day, but not one: 31/02/2024."""
    day = _CLOCK.sub("", cell)
    for form in _known_forms():
        try:
            read_moment(day, date_format(form))
        except NotInCalendar:
            return True
        except WrongWeekday:
            continue
    return False


def _has_no_day(cell: str) -> bool:
    return any(date_format(form).named.fullmatch(cell) for form in _WITHOUT_DAY)


def _quoted(cell: str, column: Column) -> Hint | None:
    """`'01-08-2024`: the mark that makes a spreadsheet keep text as text."""
    inside = cell.strip(QUOTES).strip()
    if inside == cell:
        return None
    meanings = read_cell_date(inside, column).values or _readings(inside, column)
    if len(meanings) != 1:
        return None
    (moment,) = meanings
    whole = moment if isinstance(moment, datetime) else datetime.combine(moment, time.min)
    return Hint(word("why.quote"), _shown(whole, column))


def _mistyped(cell: str, column: Column) -> Hint | None:
    """`1 Agutsus 2024`: the nearest name of a month makes it a date."""
    if (match := _NAMED.fullmatch(cell)) is None:
        return None
    name = near(match["name"], calendar_names().months)
    if name is None or name == match["name"].casefold():
        return None
    meanings = _readings(f"{match['before']}{name}{match['after']}", column)
    return Hint(_wanted(column), _shown(next(iter(meanings)), column)) if len(meanings) == 1 else None


def _shown(moment: datetime, column: Column) -> str | None:
    """The cell rewritten; a timestamp only where nothing would have to be added."""
    own = column_forms(column)[0]
    if column.type is ColumnType.DATETIME and (column.date_format is None or date_format(own).zoned):
        return None
    return write_date(moment, date_format(own))


def _iso(moment: date) -> str:
    if isinstance(moment, datetime) and moment.time() == time.min:
        return moment.date().isoformat()
    return moment.isoformat()
