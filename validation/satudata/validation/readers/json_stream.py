"""JSON text decoded piece by piece: elements of an array and members of an object, without holding all of them.

Numbers are never floats here: their digits go on as they stand in the file. `NaN` and `Infinity`, which are not
JSON but which some programs write, come out as `NotNumber`; an object with a key that stands twice as `Repeated`.
"""

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TextIO

CHUNK = 1 << 20
MAX_RECORD = 64 * 1024 * 1024
"""Characters of one value that are held at once."""
_AHEAD = len("e+5") + 1


class NumberText(str):
    """A JSON number as its digits stand in the file, without exponent."""

    __slots__ = ()


class NotNumber(str):
    """`NaN`, `Infinity` or `-Infinity`."""

    __slots__ = ()


class Repeated(dict[str, Any]):
    """An object in which a key stands more than once; the last value counts. `twice` names such keys."""

    __slots__ = ("twice",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        seen: set[str] = set()
        twice: dict[str, None] = {}
        for key, _ in pairs:
            if key in seen:
                twice[key] = None
            seen.add(key)
        self.twice = tuple(twice)


class BadJson(ValueError):
    """The text is no JSON, ends too early, or holds a value that is too long (`too_large`) or too deep (`too_deep`)."""

    def __init__(self, *, too_large: bool = False, too_deep: bool = False) -> None:
        super().__init__("JSON")
        self.too_large = too_large
        self.too_deep = too_deep


def _fraction(literal: str) -> NumberText:
    if "e" in literal or "E" in literal:
        exponent = Decimal(literal).adjusted()
        return NumberText(format(Decimal(literal), "f") if abs(exponent) < 400 else literal)
    return NumberText(literal)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    return members if len(members) == len(pairs) else Repeated(pairs)


DECODER = json.JSONDecoder(
    parse_float=_fraction, parse_int=NumberText, parse_constant=NotNumber, object_pairs_hook=_object
)
_FAST = json.JSONDecoder()
"""Only for finding where a value ends."""


def decode(text: str) -> Any:
    """One value that fills the whole text. Raises BadJson."""
    try:
        return DECODER.decode(text)
    except RecursionError as error:
        raise BadJson(too_deep=True) from error
    except ValueError as error:
        raise BadJson from error


def dump(value: Any) -> str:
    """A decoded value as compact JSON text, numbers with their own digits."""
    if isinstance(value, NumberText | NotNumber):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(key)}:{dump(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return _quoted(value)


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class JsonStream:
    """A cursor in a stream of JSON text. Every method raises BadJson where the text is not what it expects."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._buffer = ""
        self._position = 0

    @classmethod
    def of_text(cls, text: str) -> "JsonStream":
        """A cursor in a text that is already there."""
        cursor = cls(_Nothing())
        cursor._buffer = text
        return cursor

    def next_sign(self) -> str:
        """The next character that is no blank, which stays; empty at the end."""
        while True:
            while self._position < len(self._buffer) and self._buffer[self._position] in " \t\r\n":
                self._position += 1
            if self._position < len(self._buffer):
                return self._buffer[self._position]
            if not self._read_more(CHUNK):
                return ""

    def elements(self) -> Iterator[None]:
        """The cursor stands before an array: stop before each element, which the caller has to take."""
        return self._parts("[", "]")

    def members(self) -> Iterator[str]:
        """The cursor stands before an object: each key, while the caller has to take its value."""
        for _ in self._parts("{", "}"):
            if self.next_sign() != '"':
                raise BadJson
            key = self.value()
            self._expect(":")
            yield key

    def value(self) -> Any:
        """Take the next value."""
        return self._take(DECODER)[0]

    def source(self) -> str:
        """Take the next value as the text it is written with."""
        return self._take(_FAST)[1]

    def _parts(self, start: str, end: str) -> Iterator[None]:
        self._expect(start)
        if self.next_sign() == end:
            self._position += 1
            return
        while True:
            yield
            sign = self.next_sign()
            if sign not in (",", end) or not sign:
                raise BadJson
            self._position += 1
            if sign == end:
                return

    def _expect(self, sign: str) -> None:
        if self.next_sign() != sign:
            raise BadJson
        self._position += 1

    def _take(self, decoder: json.JSONDecoder) -> tuple[Any, str]:
        self.next_sign()
        step = CHUNK
        while True:
            try:
                found, end = decoder.raw_decode(self._buffer, self._position)
            except RecursionError as error:
                raise BadJson(too_deep=True) from error
            except ValueError as error:
                if not self._read_more(step):
                    raise BadJson from error
            else:
                # A number may go on in the next piece of the file: `1` as `1e+5`.
                if end + _AHEAD <= len(self._buffer) or not self._read_more(step):
                    source = self._buffer[self._position : end]
                    self._position = end
                    return found, source
            step *= 2

    def _read_more(self, count: int) -> bool:
        more = self._stream.read(count)
        if not more:
            return False
        if len(self._buffer) - self._position > MAX_RECORD:
            raise BadJson(too_large=True)
        self._buffer = self._buffer[self._position :] + more
        self._position = 0
        return True


class _Nothing(io.StringIO):
    """A stream that has ended."""
