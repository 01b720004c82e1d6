"""Names of places in files against the labels of codes: capitals, blanks, abbreviations and other spellings aside.

The spellings are data: `references/name_words.yaml`. Which code a name stands for is found in `names.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

FOOTNOTE = r"\s*(?:[*†‡§¹²³⁰-⁹]+\)?|\([0-9*]{1,2}\)|\[[0-9a-z*]{1,2}\]|\b[0-9]{1,2}\))[\s.,]*$"
"""A mark that points to a footnote, at the end of a name: `Nduga *`, `Papua 1)`, `Aceh¹`."""
_FOOTNOTE = re.compile(FOOTNOTE)


@dataclass(frozen=True, slots=True)
class PlaceName:
    """`kind` is kabupaten or kota where the name says so; `rest` is the name without it, `whole` with it."""

    kind: str
    rest: str
    whole: str


@dataclass(frozen=True, slots=True)
class _Words:
    replace: Mapping[str, str]
    ignore: frozenset[str]
    same: Mapping[str, str]
    kinds: frozenset[str]


@cache
def _words() -> _Words:
    text = (resources.files("satudata.validation") / "references" / "name_words.yaml").read_text("utf-8")
    data = yaml.load(text, Loader=yaml.CSafeLoader)
    return _Words(data["replace"], frozenset(data["ignore"]), data["same"], frozenset(data["kinds"]))


@cache
def place_name(name: str) -> PlaceName:
    """Take a name apart."""
    words = _words()
    parts = [words.replace.get(part, part) for part in re.findall(r"[^\W_]+", name.casefold())]
    parts = [part for part in parts if part not in words.ignore]
    kind, rest = (parts[0], parts[1:]) if parts and parts[0] in words.kinds else ("", parts)
    joined = "".join(rest)
    return PlaceName(kind, words.same.get(joined, joined), "".join(parts))


def same_place(name: str, label: str) -> bool:
    """Whether a name in a file means the place of that label.

    A regency and a city of one name differ; a name that says neither goes with both.
    """
    left, right = place_name(name), place_name(label)
    if left.whole == right.whole or left.whole == right.rest:
        return True
    return left.rest == right.rest and (not left.kind or not right.kind or left.kind == right.kind)


def without_mark(name: str) -> str:
    """The name without a footnote mark at its end."""
    return _FOOTNOTE.sub("", name)
