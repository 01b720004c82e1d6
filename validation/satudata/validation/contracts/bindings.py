"""What a column's values belong to: codes or names of a reference list, a published dataset, geometry on the map.

Read from a property's custom properties and its ODCS `relationships`. Problems are noted, never raised.
"""

import re
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from satudata.validation.contracts.document import Node, written
from satudata.validation.contracts.errors import Problems
from satudata.validation.contracts.model import (
    BareNames,
    CodeBinding,
    CodeFormat,
    ColumnType,
    ForeignKey,
    GeometryRule,
    GeometryType,
)

INDONESIA = (Decimal(94), Decimal(-12), Decimal(142), Decimal(7))
"""West, south, east, north of the country with its sea, in degrees."""

_SETTINGS = ("codeSystem", "codeEdition", "codeLevel", "codeFormat", "codeMatch", "bareNames")
_TARGET = re.compile(
    r"(?P<agency>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.(?P<dataset>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)"
    r"\.(?P<column>[a-z][a-z0-9]*(?:_[a-z0-9]+)*)"
)
_EARTH = (Decimal(-180), Decimal(-90), Decimal(180), Decimal(90))

Choice = TypeVar("Choice", bound=StrEnum)


def code_binding(
    custom: dict[str, Node], kind: ColumnType, node: Node, problems: Problems
) -> tuple[CodeBinding | None, CodeBinding | None]:
    """The list whose codes stand in the column, and the list whose names do; at most one of them."""
    code_list = _word(custom, "codeList")
    if code_list is None:
        for name in _SETTINGS:
            if name in custom:
                problems.add("contract.needs", custom[name].path, key=name, other="codeList")
        return None, None
    if kind is not ColumnType.STRING:
        problems.add("contract.code_type", node.at("logicalType").path, kind=kind.value)
    by_name = _word(custom, "codeMatch") == "NAME"
    if "bareNames" in custom and not by_name:
        problems.add("contract.needs", custom["bareNames"].path, key="bareNames", other="codeMatch: NAME")
    binding = CodeBinding(
        code_list=code_list,
        system=_word(custom, "codeSystem"),
        edition=_word(custom, "codeEdition"),
        level=_word(custom, "codeLevel"),
        format=_choice(CodeFormat, custom.get("codeFormat")) or CodeFormat.DOTTED,
        bare=_choice(BareNames, custom.get("bareNames")),
    )
    return (None, binding) if by_name else (binding, None)


def foreign_key(node: Node, problems: Problems) -> ForeignKey | None:
    """The published column that the values must stand in: `relationships: [{to: agency.dataset.column}]`."""
    items = node.items("relationships")
    if len(items) > 1:
        problems.add("contract.one_reference", node.at("relationships").path, found=len(items))
    if not items or items[0].text("to") is None:
        return None
    found = items[0].text("to") or ""
    target = _TARGET.fullmatch(found)
    if target is None:
        problems.add("contract.reference", items[0].at("to").path, found=found)
        return None
    return ForeignKey(f"{target['agency']}/{target['dataset']}", target["column"])


def geometry(
    custom: dict[str, Node], kind: ColumnType, node: Node, problems: Problems
) -> GeometryRule | None:
    """`geometry: {type, bounds}` of a text column that holds GeoJSON geometries."""
    place = custom.get("geometry")
    if place is None:
        return None
    if kind is not ColumnType.STRING:
        problems.add("contract.geometry_type", node.at("logicalType").path, kind=kind.value)
    return GeometryRule(
        _choice(GeometryType, place.at("type")) or GeometryType.ANY, _bounds(place.at("bounds"), problems)
    )


def _bounds(place: Node, problems: Problems) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    values = place.value if isinstance(place.value, list) else []
    if len(values) != 4:
        return INDONESIA  # absent, or already noted by the schema
    try:
        west, south, east, north = (Decimal(written(value) or "") for value in values)
    except InvalidOperation:
        return INDONESIA
    inside = _EARTH[0] <= west < east <= _EARTH[2] and _EARTH[1] <= south < north <= _EARTH[3]
    if not inside:
        problems.add("contract.bounds", place.path, found=", ".join(written(value) or "" for value in values))
    return west, south, east, north


def _word(custom: dict[str, Node], name: str) -> str | None:
    node = custom.get(name)
    return written(node.value) if node is not None else None


def _choice(kind: type[Choice], node: Node | None) -> Choice | None:
    """The member written at `node`; a wrong one was already noted by the schema."""
    found = written(node.value) if node is not None else None
    return next((member for member in kind if member.value == found), None)
