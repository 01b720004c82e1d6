"""Reference code lists as the API shows them.

The parents and successors of the codes on one page are read together: `CodeGroup` is that page's memory.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from satudata.datasets.codes.types import Code, CodeList
from satudata.datasets.errors import NotFound
from satudata.datasets.paging import Page
from satudata.graphql.context import Info
from satudata.graphql.directives import CONNECTION, mark
from satudata.graphql.ids import global_id
from satudata.graphql.nodes import Node
from satudata.graphql.paging import After, Connection, First, ListCursors, connection, size_of
from satudata.graphql.rows.backlinks import CodesTogether
from satudata.graphql.scalars import Date
from satudata.graphql.texts import TextType
from satudata.validation.text import Text

if TYPE_CHECKING:
    from satudata.graphql.catalogue.agencies import AgencyType


class CodeGroup:
    """Codes of one edition that were read together; what they refer to is read together too, on first need."""

    def __init__(self, info: Info, code_list: CodeList, codes: Sequence[Code]) -> None:
        self._info = info
        self._list = code_list
        self._codes = codes
        self.together = CodesTogether(code_list.slug, code_list.edition, tuple(code.code for code in codes))
        self._referred: asyncio.Future[dict[str, CodeInList]] | None = None

    def members(self) -> "tuple[CodeInList, ...]":
        return tuple(CodeInList(code, self, place) for place, code in enumerate(self._codes))

    async def referred(self, codes: Collection[str]) -> "list[CodeInList]":
        """Parents or successors of members, in the order asked; unknown ones are left out."""
        if self._referred is None:
            self._referred = asyncio.ensure_future(self._read())
        found = await asyncio.shield(self._referred)
        return [found[code] for code in codes if code in found]

    async def _read(self) -> "dict[str, CodeInList]":
        wanted = {code.parent for code in self._codes if code.parent} | {
            successor for code in self._codes for successor in code.successors
        }
        entries = await self._info.context.services.codes.entries(self._list.slug, wanted, self._list.edition)
        group = CodeGroup(self._info, self._list, tuple(entries.values()))
        return {member.record.code: member for member in group.members()}


@dataclass(frozen=True, slots=True)
class CodeInList:
    """A code with the page it came on."""

    record: Code
    group: CodeGroup
    place: int
    """Which of the group's codes it is, from 0."""


def _code(root: strawberry.Parent[CodeInList]) -> strawberry.ID:
    return strawberry.ID(root.record.code)


def _label(
    root: strawberry.Parent[CodeInList],
) -> Any:  # Any: a Text, where the field is declared as TextType
    return Text(root.record.label, "")


async def _parent(
    root: strawberry.Parent[CodeInList],
) -> Any:  # Any: a CodeInList for a field declared as CodeType
    parent = root.record.parent
    found = await root.group.referred([parent]) if parent else []
    return found[0] if found else None


def _level(root: strawberry.Parent[CodeInList]) -> str | None:
    return root.record.level


def _valid_from(root: strawberry.Parent[CodeInList]) -> Date | None:
    return root.record.valid_from


def _valid_to(root: strawberry.Parent[CodeInList]) -> Date | None:
    return root.record.valid_to


async def _successors(root: strawberry.Parent[CodeInList]) -> Any:  # Any: as for _parent
    return await root.group.referred(root.record.successors) if root.record.successors else []


@strawberry.type(name="Code", description="A code of a reference list: a place, a classification, a unit.")
class CodeType:
    code: strawberry.ID = strawberry.field(
        resolver=_code, description="The code as it is written. Example: `32.73`."
    )
    label: TextType = strawberry.field(
        resolver=_label, description="What it stands for. Example: `Kota Bandung`."
    )
    level: str | None = strawberry.field(
        resolver=_level,
        description="Its level, where the list has levels. Example: `REGENCY`.",
    )
    parent: "CodeType | None" = strawberry.field(resolver=_parent, description="The code it lies under.")
    valid_from: Date | None = strawberry.field(
        resolver=_valid_from, description="First day it was valid; null where the list does not say."
    )
    valid_to: Date | None = strawberry.field(
        resolver=_valid_to, description="Last day it was valid; null while it still is."
    )
    successors: list["CodeType"] = strawberry.field(
        resolver=_successors, description="The codes that took its place, where it is no longer valid."
    )


def _id(root: strawberry.Parent[CodeList]) -> strawberry.ID:
    return global_id("CodeList", root.slug)


async def _authority(
    root: strawberry.Parent[CodeList], info: Info
) -> Any:  # Any: an Agency, declared as AgencyType
    agencies = info.context.services.agencies
    try:
        return await info.context.once(("agency", root.authority), lambda: agencies.get(root.authority))
    except NotFound:
        return None


async def _codes(
    root: strawberry.Parent[CodeList],
    info: Info,
    search: Annotated[
        str | None,
        strawberry.argument(description="Only codes whose code or label has every one of these words."),
    ] = None,
    first: First = 100,
    after: After = None,
) -> Any:  # Any: a connection of CodeInList for a field declared as one of CodeType
    cursors = ListCursors(info, "codes", root.slug, root.edition, search or "")
    page = await info.context.services.codes.codes(
        root.slug, root.edition, search or None, size_of(first), cursors.position(after)
    )
    group = CodeGroup(info, root, page.items)
    members = Page(group.members(), page.positions, page.total, page.has_next)
    return connection(members, cursors, after)


@strawberry.type(
    name="CodeList",
    description="A reference code list in its current edition, e.g. the regions of Indonesia.",
)
class CodeListType(Node):
    id: strawberry.ID = strawberry.field(resolver=_id, description="Opaque; fetch it again with `node(id:)`.")
    slug: strawberry.ID = strawberry.field(
        description="Its name, `agency/list`. Example: `lembaga/klasifikasi`."
    )
    title: TextType = strawberry.field(description="Its title.")
    authority: Annotated["AgencyType", strawberry.lazy("satudata.graphql.catalogue.agencies")] | None = (
        strawberry.field(
            resolver=_authority, description="Who keeps it; null when that body is not registered here."
        )
    )
    edition: str = strawberry.field(description="The current edition. Example: `300.2.2-2430-2025`.")
    editions: list[str] = strawberry.field(description="All editions the hub knows, newest first.")
    codes: Connection[CodeType] = strawberry.field(
        resolver=_codes,
        description="The codes of the current edition, by code.",
        metadata=mark(size=CONNECTION),
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, CodeList)


async def code_list_page(info: Info, first: int | None, after: str | None) -> Any:  # Any: as for _codes
    """Code lists by slug as a connection."""
    cursors = ListCursors(info, "codeLists")
    page = await info.context.services.codes.lists(size_of(first), cursors.position(after))
    return connection(page, cursors, after)
