"""The rule catalogue: every rule code with its title, message, fix and example, read from `messages/*.yaml`.

The texts are data, so that wording changes without code. This module only loads them, refuses a catalogue
that is incomplete, and fills in templates; findings with a row and a value are made in `collecting.py`.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from satudata.validation.contracts.model import Severity
from satudata.validation.text import Text

FAMILIES = ("file", "column", "row", "key", "set", "contract")


class CatalogueError(Exception):
    """The messages shipped with the hub are incomplete: `where` names the rule and the part."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule code. `message` and `fix` are templates in `str.format` syntax; `example` shows a right value."""

    code: str
    severity: Severity
    title: Text
    message: Text
    fix: Text
    example: str | None = None

    def tell(self, **values: object) -> tuple[Text, Text]:
        """Message and fix with the values filled in."""
        return fill(self.message, values), fill(self.fix, values)


def fill(template: Text, values: Mapping[str, object]) -> Text:
    """Put `values` into both languages; a value that is itself a `Text` is taken in the language at hand."""
    return Text(
        id=template.id.format_map({key: _in(value, "id") for key, value in values.items()}),
        en=template.en.format_map({key: _in(value, "en") for key, value in values.items()}),
    )


def _in(value: object, language: str) -> object:
    if isinstance(value, Text):
        return value.get("en" if language == "en" else "id")
    return value


@cache
def catalogue() -> Mapping[str, Rule]:
    """All rules by code. Raises CatalogueError when a text or a language is missing."""
    rules: dict[str, Rule] = {}
    folder = resources.files("satudata.validation") / "messages"
    for name in sorted(f"{family}.yaml" for family in FAMILIES):
        entries = yaml.load((folder / name).read_text("utf-8"), Loader=yaml.CSafeLoader)
        for code, entry in entries.items():
            if code in rules:
                raise CatalogueError(code, "appears twice")
            rules[code] = _rule(code, entry, family=name.removesuffix(".yaml"))
    return rules


def rule(code: str) -> Rule:
    """The rule of that code. Raises KeyError for a code the catalogue does not know."""
    return catalogue()[code]


@cache
def _words() -> Mapping[str, Text]:
    text = (resources.files("satudata.validation") / "messages" / "words.yaml").read_text("utf-8")
    entries = yaml.load(text, Loader=yaml.CSafeLoader)
    return {key: _text(f"words.{key}", value, may_be_empty=True) for key, value in entries.items()}


def word(key: str, **values: object) -> Text:
    """A word or phrase of `messages/words.yaml` with the values filled in. Raises KeyError."""
    return fill(_words()[key], values)


def title_of(code: str) -> Text:
    """The title of a rule code, for lists of rules; the code itself when it is unknown (an older report)."""
    known = catalogue().get(code)
    return known.title if known else Text(code, code)


def _rule(code: str, entry: Any, family: str) -> Rule:
    if not code.startswith(f"{family}."):
        raise CatalogueError(code, f"stands in {family}.yaml")
    parts = {part: _text(f"{code}.{part}", entry.get(part)) for part in ("title", "message", "fix")}
    unknown = set(entry) - {*parts, "example", "severity"}
    if unknown:
        raise CatalogueError(code, f"unknown parts {sorted(unknown)}")
    severity = entry.get("severity", Severity.ERROR.value)
    if severity not in list(Severity):
        raise CatalogueError(code, f"unknown severity {severity!r}")
    example = entry.get("example")
    return Rule(code, Severity(severity), **parts, example=None if example is None else str(example))


def _text(where: str, value: Any, *, may_be_empty: bool = False) -> Text:
    complete = isinstance(value, dict) and set(value) == {"id", "en"}
    if not complete or not (may_be_empty or all(value.values())):
        raise CatalogueError(where, "needs a text in id and in en")
    if _fields(value["id"]) != _fields(value["en"]):
        raise CatalogueError(where, "the languages use different values")
    return Text(value["id"], value["en"])


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}
