"""From a selection to JSON: which values stand under which response keys, and the bytes of many rows at once.

graphql-core has already merged fields, spread fragments and applied `@skip` and `@include` (`collect_subfields`);
what is left is a `Shape` over a flat tuple of values. Nothing here runs once per field of a row in graphql-core.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import orjson

Values = Sequence[Any]
"""Output values of one row or group, JSON-ready except for whole numbers beyond 32 bits."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """The value at `index`; `as_text` writes a whole number as a string."""

    index: int
    as_text: bool = False

    def build(self, values: Values) -> Any:
        value = values[self.index]
        return str(value) if self.as_text and value is not None else value


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value everywhere: a `__typename`, or null for a key column that was not grouped by."""

    value: str | None

    def build(self, values: Values) -> str | None:
        return self.value


@dataclass(frozen=True, slots=True)
class Lookup:
    """What stands for the value at `index`, e.g. the entry behind a code; null where nothing does.

    `join` is how to find out (`entries.EntryJoin`); `found` has the answers once that was done.
    """

    index: int
    join: Any
    found: Mapping[Any, Any]

    def build(self, values: Values) -> Any:
        return self.found.get(values[self.index])


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: response keys in order, each with what stands there."""

    members: "tuple[tuple[str, Leaf | Constant | Lookup | Shape], ...]"

    def build(self, values: Values) -> dict[str, Any]:
        return {key: member.build(values) for key, member in self.members}


def build_rows(shape: Shape, rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """An object for each row. Fast for rows: flat shapes are zipped, not walked."""
    if not rows or not shape.members:
        return [{} for _ in rows]
    width = len(rows[0])
    keys: list[str] = []
    indexes: list[int] = []
    extras: list[Constant | Lookup] = []
    texts: list[int] = []
    for key, member in shape.members:
        keys.append(key)
        match member:
            case Leaf(index, as_text):
                indexes.append(index)
                if as_text:
                    texts.append(index)
            case Constant() | Lookup():
                indexes.append(width + len(extras))
                extras.append(member)
            case Shape():
                return [shape.build(row) for row in rows]
    source: Iterable[Sequence[Any]] = _with_texts(rows, texts) if texts else rows
    if extras:
        source = _with_extras(source, extras)
    if indexes == list(range(width + len(extras))):
        return [dict(zip(keys, row, strict=True)) for row in source]
    if len(indexes) == 1:
        key, index = keys[0], indexes[0]
        return [{key: row[index]} for row in source]
    pick = itemgetter(*indexes)
    return [dict(zip(keys, pick(row), strict=True)) for row in source]


def _with_extras(
    rows: Iterable[Sequence[Any]], extras: Sequence[Constant | Lookup]
) -> Iterable[Sequence[Any]]:
    if all(isinstance(extra, Constant) for extra in extras):
        tail = tuple(extra.build(()) for extra in extras)
        return ((*row, *tail) for row in rows)
    return ((*row, *[extra.build(row) for extra in extras]) for row in rows)


def _with_texts(rows: Sequence[tuple[Any, ...]], indexes: Sequence[int]) -> Iterable[list[Any]]:
    for row in rows:
        changed = list(row)
        for index in indexes:
            value = changed[index]
            if isinstance(value, int):
                changed[index] = str(value)
        yield changed


def write_rows(shape: Shape, rows: Sequence[tuple[Any, ...]]) -> orjson.Fragment:
    """The JSON list of all rows, ready to be put into a response as it is."""
    return orjson.Fragment(orjson.dumps(build_rows(shape, rows)))
