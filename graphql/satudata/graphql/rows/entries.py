"""Entries of code lists inside rows: all codes of a page are looked up together and each entry is written once.

A page has many rows and few codes. The entry of a code becomes one piece of JSON, and every row that has the code gets
that piece; what the entry refers to (parent, successors, rows that carry the code) is read together too, a level at a
time. Entries that are reached without rows are resolved in `catalogue/codes.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from graphql.execution.collect_fields import FieldDetailsList

from graphql import GraphQLObjectType
from satudata.datasets.codes.types import Code, CodesAsWritten
from satudata.datasets.versions.types import DatasetVersion
from satudata.graphql.rows.backlinks import BacklinksPlan, CodesTogether
from satudata.graphql.rows.links import CodeLink
from satudata.graphql.rows.selection import Running, object_of, selected
from satudata.graphql.rows.shapes import Lookup, Shape

ByCode = Mapping[str, Any]
"""JSON-ready values by code."""


@dataclass(frozen=True, slots=True)
class EntryJoin:
    """How a row's look-up is filled: by which column, and what of the entries is asked."""

    link: CodeLink
    plan: "EntryPlan"


class EntryPlan:
    """What was selected of entries. Plans everything below it when it is made; raises ApiError BAD_INPUT."""

    def __init__(self, code: GraphQLObjectType, details: FieldDetailsList, running: Running) -> None:
        self._running = running
        self._plain: list[tuple[str, Callable[[Code], Any]]] = []
        self._related: list[tuple[str, EntryPlan, bool]] = []
        self._backlinks: list[tuple[str, BacklinksPlan]] = []
        self._order: list[str] = []
        for item in selected(code, details, running.collect):
            self._order.append(item.key)
            match item.name:
                case "__typename":
                    self._plain.append((item.key, lambda _: "Code"))
                case "label":
                    label = _label(object_of(code.fields["label"]), item.details, running)
                    self._plain.append((item.key, label))
                case "parent" | "successors":
                    plan = EntryPlan(code, item.details, running)
                    self._related.append((item.key, plan, item.name == "successors"))
                case "data":
                    data = object_of(code.fields["data"])
                    self._backlinks.append((item.key, BacklinksPlan(data, item.details, running)))
                case name:
                    self._plain.append((item.key, _PLAIN[name]))

    async def write(self, codes: CodesAsWritten, entries: Iterable[Code]) -> dict[str, dict[str, Any]]:
        """An object for each entry, by code."""
        together = {entry.code: entry for entry in entries}
        columns: dict[str, ByCode] = {}
        for key, value in self._plain:
            columns[key] = {code: value(entry) for code, entry in together.items()}
        for key, plan, many in self._related:
            columns[key] = await self._write_related(plan, codes, together, many)
        for key, backlinks in self._backlinks:
            group = CodesTogether(codes.code_list, codes.edition, tuple(together))
            columns[key] = dict(zip(together, await backlinks.write(group), strict=True))
        ordered = [(key, columns[key]) for key in self._order]
        return {code: {key: values[code] for key, values in ordered} for code in together}

    async def _write_related(
        self, plan: "EntryPlan", codes: CodesAsWritten, together: Mapping[str, Code], many: bool
    ) -> ByCode:
        asked = {
            code: entry.successors if many else ((entry.parent,) if entry.parent else ())
            for code, entry in together.items()
        }
        listed = CodesAsWritten(codes.code_list, codes.edition)
        wanted = {code for related in asked.values() for code in related}
        service = self._running.context.services.codes
        found = await service.entries_as_written(listed, wanted) if wanted else {}
        written = await plan.write(listed, found.values()) if found else {}
        if many:
            return {
                code: [written[item] for item in items if item in written] for code, items in asked.items()
            }
        return {code: next((written.get(item) for item in items), None) for code, items in asked.items()}


def _label(text: GraphQLObjectType, details: FieldDetailsList, running: Running) -> Callable[[Code], Any]:
    """Labels of a list are in one language, whichever is asked for."""
    names = [(item.key, item.name) for item in selected(text, details, running.collect)]

    def write(entry: Code) -> dict[str, str | None]:
        given = {"value": entry.label, "indonesian": entry.label, "english": None, "__typename": text.name}
        return {key: given[name] for key, name in names}

    return write


_PLAIN: Mapping[str, Callable[[Code], Any]] = {
    "code": lambda entry: entry.code,
    "level": lambda entry: entry.level,
    "validFrom": lambda entry: entry.valid_from and entry.valid_from.isoformat(),
    "validTo": lambda entry: entry.valid_to and entry.valid_to.isoformat(),
}


def has_joins(shape: Shape) -> bool:
    """Whether anything in a shape waits to be looked up."""
    return any(
        isinstance(member, Lookup) or (isinstance(member, Shape) and has_joins(member))
        for _, member in shape.members
    )


async def fill_joins(
    shape: Shape, rows: Sequence[Sequence[Any]], version: DatasetVersion, running: Running
) -> Shape:
    """The shape with what its look-ups find for these rows: for each, at most one read of the list."""
    services = running.context.services
    editions = await services.versions.code_editions(version)
    members: list[tuple[str, Any]] = []
    for key, member in shape.members:
        if isinstance(member, Shape):
            members.append((key, await fill_joins(member, rows, version, running)))
        elif isinstance(member, Lookup):
            codes = member.join.link.written(editions)
            values = {row[member.index] for row in rows} - {None}
            entries = await services.codes.entries_as_written(codes, values)
            written = await member.join.plan.write(codes, entries.values())
            pieces = {code: orjson.Fragment(orjson.dumps(value)) for code, value in written.items()}
            found = {value: pieces[entry.code] for value, entry in entries.items()}
            members.append((key, replace(member, found=found)))
        else:
            members.append((key, member))
    return Shape(tuple(members))
