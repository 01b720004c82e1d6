"""How much comparing a document asks of validation, known before validation starts.

Fields under one response key must be mergeable, so graphql-core compares them pair by pair, and fragments pair by pair
too: a few kilobytes that repeat one field take seconds. Here the pairs are counted without comparing, and counting
stops once there are too many. People and tools stay far below: they write a field once or twice in a place.
"""

from collections.abc import Iterable

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

LEAF_PAIR, OBJECT_PAIR, FRAGMENT_PAIR = 1, 20, 30
"""Work of comparing two fields without and with a selection, and two fragments; measured on graphql-core 3.3."""


class TooMuchWork(Exception):
    """The count went beyond what is allowed."""


class Overlaps:
    """Counts the work of one document. Its fragments must not spread themselves."""

    def __init__(self, document: DocumentNode, most: int) -> None:
        self._fragments = {
            definition.name.value: definition.selection_set
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._document = document
        self._left = most

    def check(self) -> None:
        """Raises TooMuchWork."""
        self._spend(_pairs(len(self._fragments)) * FRAGMENT_PAIR)
        for definition in self._document.definitions:
            if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
                self._merged([definition.selection_set])

    def _merged(self, sets: Iterable[SelectionSetNode]) -> None:
        """Selection sets whose fields end up in one object."""
        by_key: dict[str, list[FieldNode]] = {}
        self._gather(sets, by_key, set())
        for fields in by_key.values():
            below = [field.selection_set for field in fields if field.selection_set is not None]
            self._spend(_pairs(len(fields)) * (OBJECT_PAIR if below else LEAF_PAIR))
            if below:
                self._merged(below)

    def _gather(
        self, sets: Iterable[SelectionSetNode], by_key: dict[str, list[FieldNode]], seen: set[str]
    ) -> None:
        for selection_set in sets:
            self._spend(len(selection_set.selections))
            for selection in selection_set.selections:
                if isinstance(selection, FieldNode):
                    by_key.setdefault((selection.alias or selection.name).value, []).append(selection)
                elif isinstance(selection, InlineFragmentNode):
                    self._gather([selection.selection_set], by_key, seen)
                elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
                    seen.add(selection.name.value)
                    spread = self._fragments.get(selection.name.value)
                    if spread is not None:
                        self._gather([spread], by_key, seen)

    def _spend(self, work: int) -> None:
        self._left -= work
        if self._left < 0:
            raise TooMuchWork


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
