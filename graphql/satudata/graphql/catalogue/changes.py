"""What changed between two versions, as the API shows it: declares the fields of a `VersionComparison`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from satudata.datasets.paging import Page
from satudata.datasets.rows.changes import ChangeKind, FoundChanges, RowChange
from satudata.datasets.versions.comparing import VersionComparison
from satudata.datasets.versions.types import DatasetVersion
from satudata.graphql.context import Info
from satudata.graphql.directives import CONNECTION, mark
from satudata.graphql.paging import After, Connection, First, ListCursors, connection, size_of
from satudata.graphql.rows.kinds import kind_of
from satudata.graphql.scalars import Count
from satudata.validation.contracts.naming import camel_case

WEIGHT = 100
"""Price of `changes`: the first to ask for two versions has all rows of both compared."""

strawberry.enum(
    ChangeKind,
    description=(
        "How a row differs between two versions. ADDED: only in the newer one. REMOVED: only in the older one. "
        "CHANGED: in both, with other values."
    ),
)

Root = strawberry.Parent[VersionComparison]

Values = Mapping[str, Any]
"""Values of a row in output form, by column or by field."""

Since = Annotated[
    int | None,
    strawberry.argument(
        description=(
            "Number of the earlier version to compare with. Absent: the last one before this that is not "
            "withdrawn. Example: 2."
        )
    ),
]


async def version_changes(root: strawberry.Parent[DatasetVersion], info: Info, since: Since = None) -> Any:
    """A `VersionComparison`, or None for a version without one before it. Raises NotFound, InvalidInput."""
    return await info.context.services.comparisons.compare(root, since, info.context.principal)


@dataclass(frozen=True, slots=True)
class Change:
    """What `RowChange` declares in the API: a `satudata.datasets.rows.changes.RowChange` by fields."""

    kind: ChangeKind
    key: Values
    columns: list[str]
    before: Values | None
    after: Values | None


async def _found(root: VersionComparison, info: Info) -> FoundChanges:
    return await info.context.services.comparisons.reader.found(root.rows, info.context.deadline)


def _since(root: Root) -> int:
    return root.older.number


def _compared_columns(root: Root) -> list[str]:
    return [camel_case(column.name) for column in root.rows.shared]


async def _added(root: Root, info: Info) -> Count:
    return Count((await _found(root, info)).added)


async def _removed(root: Root, info: Info) -> Count:
    return Count((await _found(root, info)).removed)


async def _changed(root: Root, info: Info) -> Count:
    return Count((await _found(root, info)).changed)


async def _rows(
    root: Root,
    info: Info,
    kind: Annotated[
        ChangeKind | None, strawberry.argument(description="Only changes of this kind; absent: all.")
    ] = None,
    first: First = 100,
    after: After = None,
) -> Any:  # Any: a connection of changes, declared as one of RowChangeType
    rows = root.rows
    compared = [[column.name for column in rows.shared], rows.key]
    versions = [root.newer.dataset_slug, root.older.number, root.newer.number]
    cursors = ListCursors(info, "changes", versions, compared, kind)
    position = cursors.position(after)
    reader = info.context.services.comparisons.reader
    page = await reader.page(
        rows, kind, size_of(first), None if position is None else position[0], info.context.deadline
    )
    changes = tuple(map(_by_field(root), page.items))
    return connection(Page(changes, page.positions, page.total, page.has_next), cursors, after)


def _by_field(root: VersionComparison) -> Callable[[RowChange], Change]:
    """Renames columns to fields. A whole number is a string in both versions where one contract has it so."""
    columns = [*root.older_contract.columns, *root.newer_contract.columns]
    fields = {column.name: camel_case(column.name) for column in columns}
    as_text = {column.name for column in columns if kind_of(column).as_text}

    def named(values: Values) -> dict[str, Any]:
        return {
            fields[name]: str(value) if type(value) is int and name in as_text else value
            for name, value in values.items()
        }

    def change(found: RowChange) -> Change:
        return Change(
            found.kind,
            named(found.key),
            [fields[name] for name in found.columns],
            None if found.before is None else named(found.before),
            None if found.after is None else named(found.after),
        )

    return change


@strawberry.type(name="RowChange", description="A row that is not the same in both versions.")
class RowChangeType:
    kind: ChangeKind = strawberry.field(description="Whether it is only in one of them, or in both.")
    key: JSON = strawberry.field(
        description=(
            'What tells the row from others: the columns of the contract\'s key by field, e.g. `{"kode": "32.73"}`. '
            "`{}` where rows are compared whole."
        )
    )
    columns: list[str] = strawberry.field(
        description="Fields whose values differ in a CHANGED row; empty for ADDED and REMOVED ones."
    )
    before: JSON | None = strawberry.field(
        description=(
            "The row in the older version: every public column by field, in the form rows are answered in. null "
            "where it is not there (ADDED)."
        )
    )
    after: JSON | None = strawberry.field(
        description="The row in the newer version, likewise. null where it is not there (REMOVED)."
    )


@strawberry.type(
    name="VersionChanges",
    description=(
        "What changed in the rows between an earlier version and this one. Rows are followed by the key of the "
        "contract: where both versions have the same one and all of it is public. Otherwise rows are compared whole: "
        "one with another value is then one REMOVED and one ADDED, and of equal rows so many are told as one version "
        "has more. Only public columns count, and only those that both versions have in comparable types "
        "(`comparedColumns`): a column that only one of them has changes no row. Values are compared by what they "
        "mean: 5 is 5.00."
    ),
)
class VersionChangesType:
    since: int = strawberry.field(
        resolver=_since, description="Number of the earlier version it is compared with."
    )
    compared_columns: list[str] = strawberry.field(
        resolver=_compared_columns, description="Fields of the columns that were compared."
    )
    added: Count = strawberry.field(resolver=_added, description="How many rows are only in this version.")
    removed: Count = strawberry.field(
        resolver=_removed, description="How many rows are only in the earlier version."
    )
    changed: Count = strawberry.field(
        resolver=_changed, description="How many rows are in both, with other values."
    )
    rows: Connection[RowChangeType] = strawberry.field(
        resolver=_rows,
        description=(
            "The rows: added, then removed, then changed ones, each in the order in which the version is stored. A "
            "cursor goes on under the same versions and `kind` only."
        ),
        metadata=mark(size=CONNECTION),
    )
