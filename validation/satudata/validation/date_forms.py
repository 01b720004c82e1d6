"""Days and moments in one form: read exactly, and written. Which forms a column accepts is said in `casting/dates.py`.

A form is a pattern of `contracts/date_formats.py` that names a whole day, or a spreadsheet's serial day number.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from itertools import combinations

from satudata.validation.contracts.date_formats import EXCEL, DateFormat, calendar_names, date_format

FIRST_CENTURY = 69
"""Two-digit years from here on are of the 1900s, those below of the 2000s (as POSIX has it)."""

_SERIAL = re.compile(r"[0-9]{1,7}(?:[.,][0-9]{1,12})?")
_LAST_SERIAL = 2_958_465
_LEAP_DAY_THAT_NEVER_WAS = 60
_YEARS = (1900, 2199)


class NotInCalendar(Exception):
    """The cell has the form, but there is no such day (31 February) or hour."""


class WrongWeekday(Exception):
    """The cell names a day of the week that this date is not; `right` is the moment without it."""

    def __init__(self, right: datetime) -> None:
        super().__init__(right.isoformat())
        self.right = right


def read_moment(cell: str, form: DateFormat) -> datetime | None:
    """The moment of a cell; None when it has another form. Raises NotInCalendar, WrongWeekday."""
    match = form.named.fullmatch(cell)
    if match is None:
        return None
    parts = match.groupdict()
    try:
        moment = datetime(
            _year(parts),
            _month(parts),
            int(parts.get("day") or 1),
            _hour(parts),
            int(parts.get("minute") or 0),
            int(parts.get("second") or 0),
            int((parts.get("fraction") or "0").ljust(6, "0")),
            tzinfo=_zone(parts),
        )
    except ValueError:
        raise NotInCalendar from None
    if (named := parts.get("weekday")) and calendar_names().days[
        named.lower().rstrip(".")
    ] != moment.isoweekday():
        raise WrongWeekday(moment)
    return moment


def _year(parts: Mapping[str, str]) -> int:
    if "year" in parts:
        return int(parts["year"])
    short = int(parts["short_year"])
    return short + (1900 if short >= FIRST_CENTURY else 2000)


def _month(parts: Mapping[str, str]) -> int:
    if "month_name" in parts:
        return calendar_names().months[parts["month_name"].lower().rstrip(".")]
    return int(parts.get("month") or 1)


def _hour(parts: Mapping[str, str]) -> int:
    if "half_hour" not in parts:
        return int(parts.get("hour") or 0)
    hour = int(parts["half_hour"])
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if parts["half"].lower().startswith("p") else 0)


def _zone(parts: Mapping[str, str]) -> timezone | None:
    if "zone" in parts:
        return timezone(timedelta(hours=calendar_names().zones[parts["zone"].lower()]))
    offset = parts.get("offset")
    if offset is None:
        return None
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    if minutes > 59:
        raise ValueError(offset)
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if offset[0] == "-" else span)


def serial_moment(cell: str) -> datetime | None:
    """A spreadsheet's serial day number (1900 system), its fraction to the millisecond.

    None for what is not one, and for whole numbers that look like a year: 2024 is never read as a day of 1905.
    Raises NotInCalendar for 29 February 1900, which only spreadsheets know.
    """
    if not _SERIAL.fullmatch(cell):
        return None
    number = Decimal(cell.replace(",", "."))
    whole = int(number)
    if not 1 <= whole <= _LAST_SERIAL or (number == whole and _YEARS[0] <= whole <= _YEARS[1]):
        return None
    if whole == _LEAP_DAY_THAT_NEVER_WAS:
        raise NotInCalendar
    first = datetime(1899, 12, 31 if whole < _LEAP_DAY_THAT_NEVER_WAS else 30)
    milliseconds = ((number - whole) * 86_400_000).to_integral_value(ROUND_HALF_EVEN)
    try:
        return first + timedelta(days=whole, milliseconds=int(milliseconds))
    except OverflowError:
        raise NotInCalendar from None


def write_date(moment: date, form: DateFormat) -> str:
    """A day or moment in a form, with Indonesian names; an aware moment is written in UTC."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return "".join(_written(letters, part, moment) if letters else part for letters, part in form.pieces)


def _written(letters: str, part: str, moment: date) -> str:
    clock = moment.time() if isinstance(moment, datetime) else time.min
    if part in ("month_name", "weekday"):
        place = moment.month if part == "month_name" else moment.isoweekday()
        return calendar_names().written[letters][place - 1]
    if part in ("offset", "zone"):
        return "Z" if part == "offset" else "UTC"
    if part == "half":
        return "AM" if clock.hour < 12 else "PM"
    if part == "fraction":
        return f"{clock.microsecond:06d}"[: len(letters)]
    number = {
        "year": moment.year,
        "short_year": moment.year % 100,
        "month": moment.month,
        "day": moment.day,
        "hour": clock.hour,
        "half_hour": (clock.hour - 1) % 12 + 1,
        "minute": clock.minute,
        "second": clock.second,
    }[part]
    return str(number).zfill(len(letters))


@cache
def contradicting(forms: tuple[str, ...]) -> tuple[str, str] | None:
    """Two of the forms that read some cell differently, as dd/MM/yyyy and MM/dd/yyyy do; None when none do.

    Found by trying: days whose parts can change places are written in one form and read by the other.
    """
    for one, other in combinations(forms, 2):
        for writing, reading in ((one, other), (other, one)):
            if any(_read_differently(day, writing, reading) for day in _TURNABLE):
                return one, other
    return None


_TURNABLE = [
    *(
        datetime(2000 + year, month, day)
        for year in (3, 10, 12)
        for month in (1, 4, 11)
        for day in (2, 5, 10, 12, 20)
    ),
    datetime(2012, 10, 11),
    datetime(2010, 12, 20),
]


def _read_differently(moment: datetime, writing: str, reading: str) -> bool:
    if writing == EXCEL:
        return False
    text = write_date(moment, date_format(writing))
    try:
        meant = read_moment(text, date_format(writing))
        found = serial_moment(text) if reading == EXCEL else read_moment(text, date_format(reading))
    except (NotInCalendar, WrongWeekday):
        return False
    return found is not None and meant is not None and found.date() != meant.date()
