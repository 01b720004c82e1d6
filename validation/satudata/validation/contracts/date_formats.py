"""Date and time patterns as ODCS writes them (Java style, `dd-MM-yyyy`), checked and turned into strptime form."""

import re
from dataclasses import dataclass
from functools import cache

_TOKEN = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>([A-Za-z])\3*)|(?P<other>[^A-Za-z'])")
_OFFSET = r"(?:Z|[+-]\d{2}(?::?\d{2})?)"
_LETTERS = {
    "yyyy": ("%Y", r"\d{4}"),
    "uuuu": ("%Y", r"\d{4}"),
    "MM": ("%m", r"\d{2}"),
    "M": ("%m", r"\d{1,2}"),
    "dd": ("%d", r"\d{2}"),
    "d": ("%d", r"\d{1,2}"),
    "HH": ("%H", r"\d{2}"),
    "H": ("%H", r"\d{1,2}"),
    "mm": ("%M", r"\d{2}"),
    "ss": ("%S", r"\d{2}"),
    "SSS": ("%3f", r"\d{3}"),
    "SSSSSS": ("%6f", r"\d{6}"),
    "X": ("%#z", _OFFSET),
    "XX": ("%#z", _OFFSET),
    "XXX": ("%#z", _OFFSET),
    "Z": ("%#z", _OFFSET),
}


class DateFormatError(ValueError):
    """The pattern uses letters the hub does not read; `part` is the first of them."""

    def __init__(self, pattern: str, part: str) -> None:
        super().__init__(f"{part!r} in {pattern!r}")
        self.part = part


@dataclass(frozen=True, slots=True)
class DateFormat:
    """`strptime` in chrono's dialect, and the regular expression every value has to match as a whole."""

    strptime: str
    regex: str

    @property
    def zoned(self) -> bool:
        """Whether values carry their own offset from UTC."""
        return "%#z" in self.strptime


@cache
def date_format(pattern: str) -> DateFormat:
    """Read a pattern. Raises DateFormatError for month names, two-digit years and all else that is not exact."""
    directives: list[str] = []
    shapes: list[str] = []
    position = 0
    while position < len(pattern):
        match = _TOKEN.match(pattern, position)
        if match is None:
            raise DateFormatError(pattern, pattern[position])
        position = match.end()
        if match["letters"]:
            if match["letters"] not in _LETTERS:
                raise DateFormatError(pattern, match["letters"])
            directive, shape = _LETTERS[match["letters"]]
        else:
            quoted = match["quoted"]
            literal = match["other"] if quoted is None else (quoted.replace("''", "'") or "'")
            directive, shape = literal.replace("%", "%%"), re.escape(literal)
        directives.append(directive)
        shapes.append(shape)
    return DateFormat("".join(directives), "^" + "".join(shapes) + "$")
