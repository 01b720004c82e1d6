"""Which datasets a document mentions: by the fields under `data`, of codes too, and by the names of their types.

Found by shape alone, without a schema: `data { dinasContoh { jumlahSiswa` and `DinasContoh_JumlahSiswa_Filter` both
mention `dinasContoh.jumlahSiswa`. Mentioning too much is harmless, for what does not exist is not found.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    InlineFragmentNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    TypeNode,
    VariableNode,
)

_ROW_TYPE = re.compile(r"([A-Z][A-Za-z0-9]*)_([A-Z][A-Za-z0-9]*)(?:_[A-Za-z0-9_]+)?")
_AGENCY_TYPE = re.compile(r"Data_([A-Z][A-Za-z0-9]*)")
_LINKED_TYPE = re.compile(r"CodeData_([A-Z][A-Za-z0-9]*)")
_WHOLE_TYPES = frozenset({"Query", "Data", "Code", "CodeData"})
"""Types that look different in every scope: introspecting them needs the whole schema."""

Pair = tuple[str, str]
"""Agency field and dataset field."""


@dataclass
class Mentions:
    """What a document names. `type_variables` are variables that give the name in `__type(name:)`."""

    pairs: set[Pair] = field(default_factory=set)
    agencies: set[str] = field(default_factory=set)
    whole: bool = False
    """Introspection that must see every dataset."""
    type_variables: set[str] = field(default_factory=set)
    linked: set[Pair] = field(default_factory=set)
    """Those that are named below `data` of codes."""

    def with_variables(self, variables: Mapping[str, Any]) -> "Mentions":
        """The same with the types that variables name. Any: JSON values."""
        names = [variables.get(name) for name in self.type_variables]
        if not names:
            return self
        merged = Mentions(set(self.pairs), set(self.agencies), self.whole, linked=set(self.linked))
        for name in names:
            if isinstance(name, str):
                merged.introspect(name)
        return merged

    def introspect(self, name: str) -> None:
        """Note a type asked for by `__type`."""
        if name in _WHOLE_TYPES or _AGENCY_TYPE.fullmatch(name) or _LINKED_TYPE.fullmatch(name):
            self.whole = True
        self.type_name(name)

    def type_name(self, name: str) -> None:
        """Note a type that is named."""
        agency = _AGENCY_TYPE.fullmatch(name)
        if agency:
            self.agencies.add(_field_of(agency[1]))
            return
        row = _ROW_TYPE.fullmatch(name)
        if row:
            self.pairs.add((_field_of(row[1]), _field_of(row[2])))


def mentions_of(document: DocumentNode) -> Mentions:
    """Everything a document mentions. Linear: a fragment is looked at where it is defined, not where it is spread."""
    found = Mentions()
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            for variable in definition.variable_definitions or ():
                found.type_name(_named(variable.type))
            place = _QUERY if definition.operation is OperationType.QUERY else _ELSEWHERE
            _look(definition.selection_set, place, found)
        elif isinstance(definition, FragmentDefinitionNode):
            name = definition.type_condition.name.value
            found.type_name(name)
            _look(definition.selection_set, _place_of(name), found)
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a selection set stands, as far as mentions care."""

    kind: str
    agency: str = ""


_QUERY = _Place("query")
_DATA = _Place("data")
_CODE_DATA = _Place("code data")
_ELSEWHERE = _Place("elsewhere")


def _place_of(type_name: str) -> _Place:
    if type_name == "Query":
        return _QUERY
    if type_name == "Data":
        return _DATA
    if type_name == "CodeData":
        return _CODE_DATA
    for kind, pattern in (("agency", _AGENCY_TYPE), ("linked agency", _LINKED_TYPE)):
        if agency := pattern.fullmatch(type_name):
            return _Place(kind, _field_of(agency[1]))
    return _ELSEWHERE


def _look(selection_set: SelectionSetNode, place: _Place, found: Mentions) -> None:
    for selection in selection_set.selections:
        if isinstance(selection, InlineFragmentNode):
            inner = place
            if selection.type_condition is not None:
                name = selection.type_condition.name.value
                found.type_name(name)
                inner = _place_of(name)
            _look(selection.selection_set, inner, found)
        elif isinstance(selection, FieldNode):
            below = _note(selection, place, found)
            if selection.selection_set is not None:
                _look(selection.selection_set, below, found)


def _note(node: FieldNode, place: _Place, found: Mentions) -> _Place:
    name = node.name.value
    match place.kind:
        case "query" if name == "data":
            return _DATA
        case "query" if name == "__schema":
            found.whole = True
        case "query" if name == "__type":
            _note_type(node, found)
        case "data" if not name.startswith("__"):
            found.agencies.add(name)
            return _Place("agency", name)
        case "agency" if not name.startswith("__"):
            found.pairs.add((place.agency, name))
        case "code data" if not name.startswith("__"):
            return _Place("linked agency", name)
        case "linked agency" if not name.startswith("__"):
            found.linked.add((place.agency, name))
        case _ if name == "data":
            return _CODE_DATA
    return _ELSEWHERE


def _note_type(node: FieldNode, found: Mentions) -> None:
    for argument in node.arguments or ():
        if isinstance(argument.value, StringValueNode):
            found.introspect(argument.value.value)
        elif isinstance(argument.value, VariableNode):
            found.type_variables.add(argument.value.name.value)


def _named(node: TypeNode) -> str:
    while isinstance(node, ListTypeNode | NonNullTypeNode):
        node = node.type
    return node.name.value if isinstance(node, NamedTypeNode) else ""


def _field_of(pascal: str) -> str:
    return pascal[0].lower() + pascal[1:]
