"""Hours, days, weeks, months, quarters and years as group keys, in any time zone.

Only DuckDB is asked for them: it comes with the calendar and the time zones of ICU, of which SQLite has none, and one
table of time zones means one answer, on every machine. Nothing is read from the system's zone files.
"""

from functools import lru_cache
from typing import Any

import duckdb
from sqlalchemy import ColumnElement, String, case, cast, func, literal_column

from satudata.datasets.rows.query import DatePart
from satudata.datasets.rows.sql import quotient, remainder

_DAY: ColumnElement[Any] = literal_column("86400000000")
_HOUR: ColumnElement[Any] = literal_column("3600000000")
_FIRST_INSTANT: ColumnElement[Any] = literal_column("-62135596800000000")
"""0001-01-01T00:00:00Z, before which nothing can be written out. In microseconds, as all numbers here."""

_SHORT_NAMES = frozenset(
    ["CET", "EET", "EST", "GMT", "HST", "MET", "MST", "PRC", "ROC", "ROK", "UCT", "UTC", "WET"]
)


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """The IANA names known. ICU's own short ones are left out: its `IST` is India, its `BST` Bangladesh."""
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM pg_timezone_names()").fetchall()]
    return frozenset(
        name for name in names if name in _SHORT_NAMES or not (len(name) == 3 or name.startswith("SystemV/"))
    )


def part_of_date(part: DatePart, day: ColumnElement[Any]) -> ColumnElement[Any]:
    """The first day of the part, of a day since 1970."""
    return quotient(_start(part, day * _DAY), _DAY)


def part_of_instant(
    part: DatePart, instant: ColumnElement[Any], zone: ColumnElement[Any]
) -> ColumnElement[Any]:
    """What to group an instant by: where its part begins, in local time; of an hour the instant at which it does.

    Local time would make one hour of the two when clocks are set back.
    """
    local = _local(instant, zone)
    if part is DatePart.HOUR:
        return instant - remainder(local, _HOUR)
    return _start(part, local)


def first_instant(
    part: DatePart, grouped: ColumnElement[Any], zone: ColumnElement[Any]
) -> ColumnElement[Any]:
    """The first instant of the part, from what `part_of_instant` grouped by. Worked out once a group.

    Midnight may come twice, or never. ICU takes the later one of two, and for one left out the moment at which clocks
    were set forward; so what is left to do is to see whether there was an earlier one, by the day before's offset.
    """
    if part is DatePart.HOUR:
        return case((grouped < _FIRST_INSTANT, _FIRST_INSTANT), else_=grouped)
    later = func.epoch_us(func.timezone(_text(zone), func.make_timestamp(grouped)))
    day_before = later - _DAY
    earlier = grouped - (_local(day_before, zone) - day_before)
    return case(
        (grouped < _FIRST_INSTANT + _DAY, func.greatest(later, _FIRST_INSTANT)),
        (_local(earlier, zone) == grouped, earlier),
        else_=later,
    )


def _local(instant: ColumnElement[Any], zone: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.epoch_us(func.timezone(_text(zone), func.make_timestamptz(instant)))


def _text(zone: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(zone, String())  # a bare parameter has no type to choose the function by


def _start(part: DatePart, local: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.epoch_us(func.date_trunc(literal_column(f"'{part.lower()}'"), func.make_timestamp(local)))
