"""The forms a date or timestamp column accepts, and the values a cell has by them.

`read_cell_date` tries all forms, because a cell that two of them read differently is never guessed. One form is
read in `date_forms.py`; what to say about a cell that none of them reads is in `date_hints.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from satudata.validation.contracts.date_formats import EXCEL, date_format
from satudata.validation.contracts.model import Column, ColumnType
from satudata.validation.date_forms import NotInCalendar, WrongWeekday, read_moment, serial_moment

ISO_DATE = "yyyy-MM-dd"
ISO_MOMENT = "yyyy-MM-dd'T'HH:mm:ssX"
ISO_DATETIME = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
)


class HasTime(Exception):
    """The column holds days, and the cell tells an hour beside one; `day` is that day."""

    def __init__(self, day: date) -> None:
        super().__init__(day.isoformat())
        self.day = day


@dataclass(frozen=True, slots=True)
class DateRead:
    """The values a cell may have by the forms of its column, and the reasons of forms that fit but give none."""

    values: Mapping[date, str]
    """Value to the form that read it, the column's own form first. More than one value: not to be guessed."""
    faults: tuple[NotInCalendar | WrongWeekday | HasTime, ...]


def column_forms(column: Column) -> tuple[str, ...]:
    """The patterns a date or timestamp column accepts, the column's own first."""
    own = column.date_format or (ISO_DATE if column.type is ColumnType.DATE else ISO_MOMENT)
    return tuple(dict.fromkeys((own, *column.date_formats)))


def read_cell_date(cell: str, column: Column) -> DateRead:
    """Read a cell without outer blanks by every form of its column: days for a date column, else UTC moments."""
    values: dict[date, str] = {}
    faults: list[NotInCalendar | WrongWeekday | HasTime] = []
    for form in column_forms(column):
        try:
            moment = _by_form(cell, form, column)
            if moment is not None:
                value = _day(moment) if column.type is ColumnType.DATE else _in_utc(moment, column)
                values.setdefault(value, form)
        except (NotInCalendar, WrongWeekday, HasTime) as fault:
            faults.append(fault)
    return DateRead(values, tuple(faults))


def _by_form(cell: str, form: str, column: Column) -> datetime | None:
    if form == EXCEL:
        return serial_moment(cell)
    if column.type is ColumnType.DATETIME and column.date_format is None and form == ISO_MOMENT:
        return _iso_moment(cell)
    return read_moment(cell, date_format(form))


def _iso_moment(cell: str) -> datetime | None:
    if not re.match(ISO_DATETIME, cell):
        return None
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        raise NotInCalendar from None


def _day(moment: datetime) -> date:
    if moment.timetz().replace(tzinfo=None) != time.min:
        raise HasTime(moment.date())
    return moment.date()


def _in_utc(moment: datetime, column: Column) -> datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(column.time_zone))
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise NotInCalendar from None
