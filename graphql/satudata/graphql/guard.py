"""The first look at a document, before it is validated against any schema: is it small enough to look at closer?

Each fragment is measured once, so fragments that spread each other twice cost no more than their text (the depth and
alias limiters that come with Strawberry expand them, which is exponential). Introspection is free of the depth limit,
for the queries of common tools go deep; graphql-core limits it by its own rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
)
from satudata.graphql.config import Limits
from satudata.graphql.errors import ApiError, limit_error

INTROSPECTION = frozenset({"__schema", "__type"})
_HUGE = 10**12


@dataclass(frozen=True, slots=True)
class Measured:
    """A selection with its fragments spread out: fields in all, fields at its first level, levels of nesting."""

    fields: int = 0
    first_level: int = 0
    depth: int = 0


class DocumentMeter:
    """Measures the selections of one document."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._measured: dict[str, Measured] = {}
        self._open: set[str] = set()

    def measure(self, selections: Iterable[SelectionNode]) -> Measured:
        """Cyclic spreads count once; validation refuses them afterwards."""
        fields = first_level = depth = 0
        for selection in selections:
            inner = self._of(selection)
            fields = min(fields + inner.fields, _HUGE)
            first_level = min(first_level + inner.first_level, _HUGE)
            depth = max(depth, inner.depth)
        return Measured(fields, first_level, depth)

    def _of(self, selection: SelectionNode) -> Measured:
        if isinstance(selection, FragmentSpreadNode):
            return self._fragment(selection.name.value)
        if isinstance(selection, InlineFragmentNode):
            return self.measure(selection.selection_set.selections)
        if isinstance(selection, FieldNode):
            inner = (
                self.measure(selection.selection_set.selections) if selection.selection_set else Measured()
            )
            depth = 0 if selection.name.value in INTROSPECTION else inner.depth
            return Measured(inner.fields + 1, 1, depth + 1)
        return Measured()

    def _fragment(self, name: str) -> Measured:
        if name in self._measured:
            return self._measured[name]
        definition = self._fragments.get(name)
        if definition is None or name in self._open:
            return Measured()
        self._open.add(name)
        self._measured[name] = self.measure(definition.selection_set.selections)
        self._open.discard(name)
        return self._measured[name]


def check_document(document: DocumentNode, limits: Limits) -> ApiError | None:
    """The limit the document goes beyond, or None."""
    operations = [item for item in document.definitions if isinstance(item, OperationDefinitionNode)]
    if len(operations) > limits.operations:
        return _beyond(
            "operations", "operasi dalam satu dokumen", "operations", limits.operations, len(operations)
        )
    meter = DocumentMeter(document)
    for operation in operations:
        try:
            measured = meter.measure(operation.selection_set.selections)
        except RecursionError:
            return _beyond("depth", "tingkat bersarang", "levels of nesting", limits.depth, None)
        if measured.depth > limits.depth:
            return _beyond("depth", "tingkat bersarang", "levels of nesting", limits.depth, measured.depth)
        if measured.fields > limits.fields:
            return _beyond("fields", "field", "fields", limits.fields, measured.fields)
        if measured.first_level > limits.root_fields:
            return _beyond(
                "rootFields",
                "field tingkat pertama",
                "fields at the first level",
                limits.root_fields,
                measured.first_level,
            )
    return None


def _beyond(name: str, indonesian: str, english: str, limit: int, actual: int | None) -> ApiError:
    return limit_error(
        name,
        f"Paling banyak {limit} {indonesian}. Pecah menjadi beberapa permintaan.",
        f"At most {limit} {english}. Split it into several requests.",
        limit=limit,
        actual=actual,
    )
