"""The rows in an answer: the one list of objects a document selects, and its columns in the order of the document."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
)
from satudata.hub.cli.query.document import Question

Json = Any  # Any: a JSON value

Selection = Mapping[str, tuple[FieldNode, ...]]
"""Fields by their key in the answer; several where a document names one more than once."""


@dataclass(frozen=True, slots=True)
class RowList:
    """Where rows stand in an answer, and the selection of one of them."""

    path: tuple[str, ...]
    selection: Selection

    @property
    def name(self) -> str:
        return ".".join(self.path)


class Fields:
    """Reads the selections of one operation, fragments spread out."""

    def __init__(self, question: Question) -> None:
        self._operation = question.operation
        self._fragments = {
            node.name.value: node
            for node in question.document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def root(self) -> Selection:
        """What the operation itself selects."""
        return self._merged([self._operation.selection_set])

    def under(self, fields: Iterable[FieldNode]) -> Selection:
        """What is selected under a field; empty for a scalar."""
        return self._merged([field.selection_set for field in fields if field.selection_set])

    def lists(self, data: Json) -> list[RowList]:
        """The outermost lists of objects in an answer, in the order of the document."""
        return list(self._lists(self.root(), data, ()))

    def columns(self, selection: Selection) -> list[tuple[str, ...]]:
        """A path for each scalar under a selection: `("region", "name")`."""
        columns: list[tuple[str, ...]] = []
        for key, fields in selection.items():
            below = self.under(fields)
            columns += [(key, *path) for path in self.columns(below)] if below else [(key,)]
        return columns

    def _lists(self, selection: Selection, data: Json, path: tuple[str, ...]) -> Iterator[RowList]:
        for key, fields in selection.items():
            below = self.under(fields)
            value = data.get(key) if isinstance(data, dict) else None
            if below and isinstance(value, list):
                yield RowList((*path, key), below)
            elif below:
                yield from self._lists(below, value, (*path, key))

    def _merged(self, sets: Iterable[SelectionSetNode]) -> Selection:
        merged: dict[str, tuple[FieldNode, ...]] = {}
        for field in self._fields(sets, set()):
            key = field.alias.value if field.alias else field.name.value
            merged[key] = (*merged.get(key, ()), field)
        return merged

    def _fields(self, sets: Iterable[SelectionSetNode], seen: set[str]) -> Iterator[FieldNode]:
        for selections in sets:
            for selection in selections.selections:
                if isinstance(selection, FieldNode):
                    yield selection
                elif isinstance(selection, FragmentSpreadNode):
                    fragment = self._fragments.get(selection.name.value)
                    if fragment is not None and selection.name.value not in seen:
                        seen.add(selection.name.value)
                        yield from self._fields([fragment.selection_set], seen)
                elif isinstance(selection, InlineFragmentNode):
                    yield from self._fields([selection.selection_set], seen)


def value_at(value: Json, path: tuple[str, ...]) -> Json:
    """What stands at a path of a row; a list of what stands there where the path goes through a list."""
    for place, key in enumerate(path):
        if isinstance(value, list):
            return [value_at(item, path[place:]) for item in value]
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def as_text(value: Json) -> str:
    """A cell: nothing for null, JSON for lists and objects, the value itself else."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool() | list() | dict():
            return json.dumps(value, ensure_ascii=False)
    return str(value)
