"""The first look at a document, before it is validated against any schema: is it small enough to look at closer?

Each fragment is measured once, so fragments that spread each other twice cost no more than their text (the depth and
alias limiters that come with Strawberry expand them, which is exponential). Introspection is free of the depth limit,
for the queries of common tools go deep; graphql-core limits that by its own rule, and here is weighed how much of it is
asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    TokenKind,
)
from satudata.graphql.config import Limits
from satudata.graphql.errors import ApiError, bad_input, limit_error
from satudata.graphql.mentions import Mentions
from satudata.graphql.overlaps import Overlaps, TooMuchWork

INTROSPECTION = frozenset({"__schema", "__type"})
_HUGE = 10**12
_INTROSPECTED_LISTS = {
    "types": 10,
    "fields": 20,
    "inputFields": 20,
    "enumValues": 10,
    "possibleTypes": 10,
    "directives": 10,
    "args": 2,
    "interfaces": 2,
}
"""Lists of introspection, by how long they are taken to be."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A selection with its fragments spread out: fields in all, fields at its first level, levels of nesting.

    `answered` is how many fields an answer would have, were this selection one of introspection; `introspected` the
    same of the introspection within it.
    """

    fields: int = 0
    first_level: int = 0
    depth: int = 0
    answered: int = 0
    introspected: int = 0


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
        self.cycle: str | None = None
        """A fragment that was found within itself."""

    def measure(self, selections: Iterable[SelectionNode]) -> Measured:
        """Cyclic spreads count once, and are noted in `cycle`."""
        fields = first_level = depth = answered = introspected = 0
        for selection in selections:
            inner = self._of(selection)
            fields = min(fields + inner.fields, _HUGE)
            first_level = min(first_level + inner.first_level, _HUGE)
            depth = max(depth, inner.depth)
            answered = min(answered + inner.answered, _HUGE)
            introspected = min(introspected + inner.introspected, _HUGE)
        return Measured(fields, first_level, depth, answered, introspected)

    def _of(self, selection: SelectionNode) -> Measured:
        if isinstance(selection, FragmentSpreadNode):
            return self._fragment(selection.name.value)
        if isinstance(selection, InlineFragmentNode):
            return self.measure(selection.selection_set.selections)
        if isinstance(selection, FieldNode):
            inner = (
                self.measure(selection.selection_set.selections) if selection.selection_set else Measured()
            )
            name = selection.name.value
            answered = _INTROSPECTED_LISTS.get(name, 1) * (1 + inner.answered)
            if name in INTROSPECTION:
                return Measured(inner.fields + 1, 1, 1, answered, answered)
            return Measured(inner.fields + 1, 1, inner.depth + 1, answered, inner.introspected)
        return Measured()

    def _fragment(self, name: str) -> Measured:
        if name in self._measured:
            return self._measured[name]
        definition = self._fragments.get(name)
        if name in self._open:
            self.cycle = name
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
    try:
        return (
            _check_size(document, limits) or _check_work(document, limits) or _check_numbers(document, limits)
        )
    except RecursionError:
        return _beyond("depth", "tingkat bersarang", "levels of nesting", limits.depth, None)


def _check_size(document: DocumentNode, limits: Limits) -> ApiError | None:
    meter = DocumentMeter(document)
    for definition in document.definitions:
        if not isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            continue
        measured = meter.measure(definition.selection_set.selections)
        if meter.cycle is not None:
            return bad_input(
                f"fragment {meter.cycle}",
                "fragmen ini memuat dirinya sendiri. Hapus salah satu ...nama.",
                "this fragment spreads itself. Remove one of the spreads.",
            )
        for name, indonesian, english, limit, actual in (
            ("depth", "tingkat bersarang", "levels of nesting", limits.depth, measured.depth),
            ("fields", "field", "fields", limits.fields, measured.fields),
            (
                "introspection",
                "field dalam jawaban introspeksi (taksiran)",
                "fields in an answer of introspection (estimated)",
                limits.introspection,
                measured.introspected,
            ),
        ):
            if actual > limit:
                return _beyond(name, indonesian, english, limit, actual)
        if isinstance(definition, OperationDefinitionNode) and measured.first_level > limits.root_fields:
            return _beyond(
                "rootFields",
                "field tingkat pertama",
                "fields at the first level",
                limits.root_fields,
                measured.first_level,
            )
    return None


def _check_work(document: DocumentNode, limits: Limits) -> ApiError | None:
    try:
        Overlaps(document, limits.comparisons).check()
    except TooMuchWork:
        return limit_error(
            "comparisons",
            "Field atau fragmen yang sama terlalu sering diulang. Tulis setiap field satu kali di satu tempat.",
            "The same fields or too many fragments are repeated. Write each field once in a place.",
            limit=limits.comparisons,
        )
    return None


def _check_numbers(document: DocumentNode, limits: Limits) -> ApiError | None:
    """Python refuses to read whole numbers of thousands of digits, which would look like a fault of ours."""
    token = document.loc.start_token if document.loc is not None else None
    while token is not None:
        if token.kind is TokenKind.INT and len(token.value or "") > limits.digits:
            return bad_input(
                f"{token.line}:{token.column}",
                f"bilangan ini lebih dari {limits.digits} angka.",
                f"this number has more than {limits.digits} digits.",
            )
        token = token.next
    return None


def check_variables(variables: Mapping[str, Any], limits: Limits) -> ApiError | None:  # Any: JSON values
    """The limit the values of the variables go beyond, or None."""
    count, level, depth = 0, [variables], 0
    while level:
        depth += 1
        if depth > limits.variable_depth:
            return limit_error(
                "variableDepth",
                f"Variabel bersarang lebih dari {limits.variable_depth} tingkat.",
                f"Variables nest more than {limits.variable_depth} levels deep.",
                limit=limits.variable_depth,
            )
        below: list[Any] = []
        for value in level:
            parts = value.values() if isinstance(value, Mapping) else value
            count += len(value)
            below += [part for part in parts if isinstance(part, Mapping | list | tuple)]
        if count > limits.variable_values:
            return limit_error(
                "variableValues",
                f"Variabel berisi lebih dari {limits.variable_values} nilai. Pecah menjadi beberapa permintaan.",
                f"Variables hold more than {limits.variable_values} values. Split it into several requests.",
                limit=limits.variable_values,
            )
        level = below
    return None


def check_mentions(mentions: Mentions, limits: Limits) -> ApiError | None:
    """Each dataset named must be looked up, whether there is one or not."""
    named = max(len(mentions.pairs | mentions.linked), len(mentions.agencies))
    if named > limits.datasets:
        return _beyond("datasets", "dataset", "datasets", limits.datasets, named)
    return None


def beyond_tokens(error: GraphQLError, limits: Limits) -> ApiError | None:
    """The parser's refusal of a document that is too long, told as a limit; None for any other syntax error."""
    if f"more than {limits.tokens} tokens" not in error.message:
        return None
    return limit_error(
        "tokens",
        f"Dokumen lebih dari {limits.tokens} token. Kirim daftar yang panjang sebagai variabel.",
        f"The document has more than {limits.tokens} tokens. Send long lists as variables.",
        limit=limits.tokens,
    )


def _beyond(name: str, indonesian: str, english: str, limit: int, actual: int | None) -> ApiError:
    return limit_error(
        name,
        f"Paling banyak {limit} {indonesian}. Pecah menjadi beberapa permintaan.",
        f"At most {limit} {english}. Split it into several requests.",
        limit=limit,
        actual=actual,
    )
