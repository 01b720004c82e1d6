"""Headers of a file against the headers of a contract: which column is which, whatever the capitals and blanks.

Matching goes from strict to lenient: as written, then without capitals and blanks, then by letters and digits
alone (`episentrum.lintang` = `episentrum_lintang`, `NILAI (US$)` = `nilai us`). A lenient match counts only
when it is the only one.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from satudata.validation.contracts.model import Column

_BLANKS = re.compile(r"\s+")
_NOT_ALNUM = re.compile(r"[\W_]+")


def folded(header: str) -> str:
    """Without outer blanks, capitals and inner blanks."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", header)).casefold()


def letters(header: str) -> str:
    """Only letters and digits, without capitals."""
    return _NOT_ALNUM.sub("", unicodedata.normalize("NFKC", header)).casefold()


_WAYS: tuple[Callable[[str], str], ...] = (str.strip, folded, letters)


def match_headers(cells: Sequence[str], columns: Sequence[Column]) -> dict[int, Column]:
    """Cell position -> contract column. A header standing twice is matched at its first place only."""
    matched: dict[int, Column] = {}
    left = list(columns)
    for way in _WAYS:
        places = _places(((index, cell) for index, cell in enumerate(cells) if index not in matched), way)
        keys = [way(column.header) for column in left]
        for column, key in zip(tuple(left), tuple(keys), strict=True):
            found = places.get(key, [])
            if key and found and keys.count(key) == 1 and (len(found) == 1 or way is not letters):
                matched[found[0]] = column
                left.remove(column)
    return matched


def _places(cells: Iterable[tuple[int, str]], way: Callable[[str], str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for index, cell in cells:
        places.setdefault(way(cell), []).append(index)
    return places
