"""Date and time patterns as ODCS writes them (Java style, `dd-MM-yyyy`): checked, and as shapes of a cell.

A `DateFormat` knows its regular expression and, where polars can read it, its strptime form; the values are read
and written in `casting/dates.py`. The names of months, days and time zones are data: `calendar_names.yaml`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

EXCEL = "excel"
"""In `dateFormats`: the serial day number of a spreadsheet (1900 system)."""

BLANKS = " \u00a0\u2007\u2009\u202f"
"""Blanks that stand inside numbers and dates: plain, no-break, figure, thin, narrow no-break."""

_TOKEN = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>([A-Za-z])\3*)|(?P<other>[^A-Za-z'])")
_OFFSET = r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)"


@dataclass(frozen=True, slots=True)
class _Letters:
    """One run of pattern letters: the part of a moment it stands for, its shape, and chrono's directive if any."""

    part: str
    shape: str
    directive: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarNames:
    """Names by what they mean (all in lower case), and the one we write for each month and day, long and short."""

    months: Mapping[str, int]
    days: Mapping[str, int]
    zones: Mapping[str, int]
    written: Mapping[str, Sequence[str]]


@cache
def calendar_names() -> CalendarNames:
    """The names of `calendar_names.yaml`."""
    text = (resources.files("satudata.validation") / "contracts" / "calendar_names.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return CalendarNames(
        months=_numbered(data["months"]),
        days=_numbered(data["days"]),
        zones={name.lower(): hours for name, hours in data["zones"].items()},
        written={
            "MMMM": [entry["full"][0] for entry in data["months"]],
            "MMM": [entry["short"][0] for entry in data["months"]],
            "EEEE": [entry["full"][0] for entry in data["days"]],
            "EEE": [entry["short"][0] for entry in data["days"]],
        },
    )


def _numbered(entries: list[dict[str, list[str]]]) -> dict[str, int]:
    return {
        name.lower(): number
        for number, entry in enumerate(entries, 1)
        for name in [*entry["full"], *entry["short"]]
    }


def one_of(names: Mapping[str, int]) -> str:
    """A regular expression for any of the names, capitals aside; longer ones first, so that none is cut short."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return "(?i:" + "|".join(re.escape(name) for name in longest_first) + ")"


@cache
def _letters() -> Mapping[str, _Letters]:
    names = calendar_names()
    month = _Letters("month_name", one_of(names.months) + r"\.?")
    day = _Letters("weekday", one_of(names.days) + r"\.?")
    two, one_or_two = "[0-9]{2}", "[0-9]{1,2}"
    return {
        "yyyy": _Letters("year", "[0-9]{4}", "%Y"),
        "uuuu": _Letters("year", "[0-9]{4}", "%Y"),
        "yy": _Letters("short_year", two),
        "MMMM": month,
        "MMM": month,
        "MM": _Letters("month", two, "%m"),
        "M": _Letters("month", one_or_two, "%m"),
        "dd": _Letters("day", two, "%d"),
        "d": _Letters("day", one_or_two, "%d"),
        "EEEE": day,
        "EEE": day,
        "HH": _Letters("hour", two, "%H"),
        "H": _Letters("hour", one_or_two, "%H"),
        "hh": _Letters("half_hour", two),
        "h": _Letters("half_hour", one_or_two),
        "a": _Letters("half", r"(?i:[ap]\.?m\.?)"),
        "mm": _Letters("minute", two, "%M"),
        "ss": _Letters("second", "[0-5][0-9]", "%S"),
        "SSS": _Letters("fraction", "[0-9]{3}", "%3f"),
        "SSSSSS": _Letters("fraction", "[0-9]{6}", "%6f"),
        # X to XXX are offsets as Unicode's date patterns write them (UTS 35), no marks of something unfinished.
        "X": _Letters("offset", _OFFSET, "%#z"),
        "XX": _Letters("offset", _OFFSET, "%#z"),
        "XXX": _Letters("offset", _OFFSET, "%#z"),
        "Z": _Letters("offset", _OFFSET, "%#z"),
        "z": _Letters("zone", one_of(names.zones)),
    }


class DateFormatError(ValueError):
    """The pattern uses letters the hub does not read; `part` is the first of them."""

    def __init__(self, pattern: str, part: str) -> None:
        super().__init__(f"{part!r} in {pattern!r}")
        self.part = part


@dataclass(frozen=True, slots=True)
class DateFormat:
    """`regex` is what a whole cell has to match, for polars and Python alike; `named` the same with a group for
    each part, and any run of blanks where the pattern has one."""

    pattern: str
    regex: str
    named: re.Pattern[str]
    strptime: str | None
    """In chrono's dialect; None where polars cannot read it (names, two-digit years, half days)."""
    pieces: tuple[tuple[str, str], ...]
    """Letters with their part, or ("", literal), in order."""

    @property
    def parts(self) -> frozenset[str]:
        """What a value tells: year, month, day, hour, …"""
        return frozenset(_letters()[letters].part for letters, part in self.pieces if letters)

    @property
    def zoned(self) -> bool:
        """Whether values carry their own offset from UTC."""
        return bool(self.parts & {"offset", "zone"})

    @property
    def has_day(self) -> bool:
        """Whether a value names one day of the calendar."""
        return (
            bool(self.parts & {"year", "short_year"})
            and bool(self.parts & {"month", "month_name"})
            and ("day" in self.parts)
        )

    @property
    def has_time(self) -> bool:
        """Whether a value names an hour."""
        return bool(self.parts & {"hour", "half_hour"})


@cache
def date_format(pattern: str) -> DateFormat:
    """Read a pattern. Raises DateFormatError for letters the hub does not know, for parts told twice, and for
    `hh` without `a`, which leaves half of the day open."""
    directives: list[str | None] = []
    shapes: list[str] = []
    named: list[str] = []
    pieces: list[tuple[str, str]] = []
    seen: set[str] = set()
    position = 0
    while position < len(pattern):
        match = _TOKEN.match(pattern, position)
        if match is None:
            raise DateFormatError(pattern, pattern[position])
        position = match.end()
        if match["letters"]:
            found = _letters().get(match["letters"])
            if found is None or found.part in seen:
                raise DateFormatError(pattern, match["letters"])
            seen.add(found.part)
            directives.append(found.directive)
            shapes.append(found.shape)
            named.append(f"(?P<{found.part}>{found.shape})")
            pieces.append((match["letters"], found.part))
        else:
            quoted = match["quoted"]
            literal = match["other"] if quoted is None else (quoted.replace("''", "'") or "'")
            directives.append(literal.replace("%", "%%"))
            shapes.append(re.escape(literal))
            named.append(f"[{BLANKS}]+" if literal == " " else re.escape(literal))
            pieces.append(("", literal))
    if ("half" in seen) != ("half_hour" in seen):
        raise DateFormatError(pattern, "a" if "half" in seen else "h")
    known = [directive for directive in directives if directive is not None]
    return DateFormat(
        pattern,
        "^" + "".join(shapes) + "$",
        re.compile("".join(named)),
        "".join(known) if len(known) == len(directives) else None,
        tuple(pieces),
    )
