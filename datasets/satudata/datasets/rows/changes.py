"""Which rows two snapshots of a dataset do not have in common: found once by DuckDB, kept, and read page by page.

Rows are followed by the key where both snapshots declare the same one and all of it may be seen. Otherwise rows are
compared whole, and counted: each is in both, or only in one. Snapshots never change, so neither does what was found,
which is two row numbers a change. What makes values the same is in `comparable.py`, the statement in `changes_sql.py`.
"""

import asyncio
import json
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import duckdb

from satudata.datasets.paging import Page
from satudata.datasets.rows import sqlite_engine
from satudata.datasets.rows.changes_sql import changes_statement
from satudata.datasets.rows.comparable import SharedColumn, shared_columns
from satudata.datasets.rows.copies_at_hand import with_copies
from satudata.datasets.rows.deadline import Deadline, DeadlineExceeded, in_time
from satudata.datasets.rows.duckdb_engine import Scanner
from satudata.datasets.rows.query import Snapshot, SnapshotColumn
from satudata.datasets.rows.sql import rows_statement
from satudata.datasets.rows.values import Stored, decode_column
from satudata.datasets.serving.columnar import schema_name
from satudata.datasets.serving.store import ServingStore
from satudata.validation.text import Text

COMPARE_SECONDS = 60.0
"""A comparison goes on for so long when who asked for it has given up: the next to ask will be glad."""
KEPT_CHANGES = 8_000_000
"""Changes kept of all comparisons together, of 8 bytes each. The last comparison stays, however large."""
KEPT_COMPARISONS = 200
FETCHED_ROWS = 10_000

BEING_COMPARED = Text(
    id="Kedua versi ini masih dibandingkan. Coba lagi sebentar lagi, atau unduh keduanya.",
    en="These two versions are still being compared. Try again in a moment, or download both.",
)
TOO_LARGE = Text(
    id="Membandingkan kedua versi ini terlalu lama dan dihentikan. Unduh keduanya dan bandingkan sendiri.",
    en="Comparing these two versions took too long and was stopped. Download both and compare them yourself.",
)


class ChangeKind(StrEnum):
    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True)
class Comparison:
    """Two snapshots of one dataset. `hidden` names columns that are neither compared nor shown.

    `shared` must not be empty.
    """

    older: Snapshot
    newer: Snapshot
    hidden: frozenset[str] = frozenset()

    @cached_property
    def shared(self) -> tuple[SharedColumn, ...]:
        """What is compared."""
        shared = shared_columns(self.older, self.newer)
        return tuple(column for column in shared if column.name not in self.hidden)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Columns by which rows are followed; empty where rows are compared whole."""
        exact = {column.name for column in self.shared if column.is_exact}
        same = set(self.older.key) == set(self.newer.key) <= exact
        return self.newer.key if same else ()

    def shown(self, snapshot: Snapshot) -> tuple[SnapshotColumn, ...]:
        """What is shown of the older or the newer one's rows."""
        return tuple(column for column in snapshot.columns if column.name not in self.hidden)


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that is not the same in both. Values are by column name, in output form (see `reader.py`).

    `columns` are those that differ in a CHANGED row. `key` is empty where rows are compared whole.
    """

    kind: ChangeKind
    key: dict[str, Any]
    columns: tuple[str, ...]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class FoundChanges:
    """Row numbers in the older and the newer snapshot, 0 where the row is not: added, then removed, then changed.

    Within each, in stored order (of the older one for REMOVED).
    """

    older: "array[int]"
    newer: "array[int]"
    added: int
    removed: int

    @property
    def changed(self) -> int:
        return len(self.older) - self.added - self.removed

    def span(self, kind: ChangeKind | None) -> tuple[int, int]:
        """Where the changes of a kind begin and end."""
        removed_from, changed_from, end = self.added, self.added + self.removed, len(self.older)
        match kind:
            case ChangeKind.ADDED:
                return 0, removed_from
            case ChangeKind.REMOVED:
                return removed_from, changed_from
            case ChangeKind.CHANGED:
                return changed_from, end
            case None:
                return 0, end


class ChangeReader:
    """Compares through one serving store, one pair of snapshots at a time. Use it from one event loop."""

    def __init__(
        self,
        serving: ServingStore,
        *,
        compare_seconds: float = COMPARE_SECONDS,
        kept_changes: int = KEPT_CHANGES,
    ) -> None:
        self._serving = serving
        self._scanner = Scanner(serving.columnar, threads=1)
        self._seconds = compare_seconds
        self._room = kept_changes
        self._kept: OrderedDict[Comparison, FoundChanges] = OrderedDict()
        self._comparing: dict[Comparison, asyncio.Task[FoundChanges]] = {}

    async def found(self, comparison: Comparison, deadline: Deadline) -> FoundChanges:
        """All changes, by row number. Raises DeadlineExceeded; the comparing goes on for who asks again."""
        if comparison.older.sha256 == comparison.newer.sha256:
            return FoundChanges(array("I"), array("I"), 0, 0)
        known = self._kept.get(comparison)
        if known is not None:
            self._kept.move_to_end(comparison)
            return known
        task = self._comparing.get(comparison)
        if task is None:
            task = self._comparing[comparison] = asyncio.create_task(self._compare(comparison))
            task.add_done_callback(lambda _: self._comparing.pop(comparison, None))
        return await in_time(asyncio.shield(task), deadline, BEING_COMPARED)

    async def page(
        self,
        comparison: Comparison,
        kind: ChangeKind | None,
        first: int,
        after: int | None,
        deadline: Deadline,
    ) -> Page[RowChange]:
        """Changes of a kind, or all: added, then removed, then changed rows. A position is `(place,)`, its first
        part goes in as `after`. Raises DeadlineExceeded."""
        found = await self.found(comparison, deadline)
        low, high = found.span(kind)
        start = low if after is None else min(max(after + 1, low), high)
        stop = min(start + first, high)
        changes = await self._read(comparison, found, slice(start, stop), deadline)
        return Page(changes, tuple((place,) for place in range(start, stop)), high - low, stop < high)

    async def close(self) -> None:
        """Stop comparing. The serving store stays open; whoever made it closes it."""
        running = list(self._comparing.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.to_thread(self._scanner.close)

    # ---- finding

    async def _compare(self, comparison: Comparison) -> FoundChanges:
        deadline = Deadline.after(self._seconds)
        older, newer = comparison.older, comparison.newer
        statement = changes_statement(
            schema_name(older), schema_name(newer), comparison.shared, comparison.key
        )
        try:
            found = await with_copies(
                self._serving,
                (older, newer),
                deadline,
                lambda: self._scanner.read((older, newer), statement, [], deadline, _fetch),
            )
        except DeadlineExceeded:
            raise DeadlineExceeded(TOO_LARGE) from None
        self._keep(comparison, found)
        return found

    def _keep(self, comparison: Comparison, found: FoundChanges) -> None:
        self._kept[comparison] = found
        changes = sum(len(kept.older) for kept in self._kept.values())
        while len(self._kept) > 1 and (changes > self._room or len(self._kept) > KEPT_COMPARISONS):
            _, forgotten = self._kept.popitem(last=False)
            changes -= len(forgotten.older)

    # ---- reading

    async def _read(
        self, comparison: Comparison, found: FoundChanges, place: slice, deadline: Deadline
    ) -> tuple[RowChange, ...]:
        pairs = list(zip(found.older[place], found.newer[place], strict=True))
        before = await self._rows(comparison, comparison.older, (old for old, _ in pairs), deadline)
        after = await self._rows(comparison, comparison.newer, (new for _, new in pairs), deadline)
        return tuple(_change(comparison, before.get(old), after.get(new)) for old, new in pairs)

    async def _rows(
        self, comparison: Comparison, snapshot: Snapshot, numbers: Iterable[int], deadline: Deadline
    ) -> "dict[int, _Row]":
        """Rows by their numbers; 0 is none."""
        wanted = [number for number in numbers if number]
        if not wanted:
            return {}
        columns = comparison.shown(snapshot)
        statement = rows_statement(tuple(column.name for column in columns))

        async def read() -> list[tuple[Any, ...]]:
            with self._serving.row_store(snapshot) as (connection, _):
                return sqlite_engine.run(connection, statement, [json.dumps(wanted)], deadline)

        rows = await with_copies(self._serving, (snapshot,), deadline, read)
        return _by_number(columns, rows)


@dataclass(frozen=True, slots=True)
class _Row:
    stored: dict[str, Stored | None]
    written: dict[str, Any]


def _by_number(columns: Sequence[SnapshotColumn], rows: Sequence[tuple[Any, ...]]) -> dict[int, _Row]:
    numbers, *stored = zip(*rows, strict=True)
    names = [column.name for column in columns]
    written = [decode_column(column, values) for column, values in zip(columns, stored, strict=True)]
    return {
        number: _Row(dict(zip(names, one, strict=True)), dict(zip(names, other, strict=True)))
        for number, one, other in zip(
            numbers, zip(*stored, strict=True), zip(*written, strict=True), strict=True
        )
    }


def _change(comparison: Comparison, before: _Row | None, after: _Row | None) -> RowChange:
    told = after or before
    assert told is not None, "a change has a row on one side at least"
    key = {name: told.written[name] for name in comparison.key}
    if before is None or after is None:
        kind = ChangeKind.ADDED if before is None else ChangeKind.REMOVED
        differing: tuple[str, ...] = ()
    else:
        kind = ChangeKind.CHANGED
        differing = tuple(
            column.name
            for column in comparison.shared
            if column.differs(before.stored[column.name], after.stored[column.name])
        )
    return RowChange(
        kind,
        key,
        differing,
        None if before is None else before.written,
        None if after is None else after.written,
    )


def _fetch(cursor: duckdb.DuckDBPyConnection) -> FoundChanges:
    """In small steps, so that other threads get their turn."""
    older, newer = array("I"), array("I")
    added = removed = 0
    while rows := cursor.fetchmany(FETCHED_ROWS):
        before, after = zip(*rows, strict=True)
        older.extend(before)
        newer.extend(after)
        added += before.count(0)
        removed += after.count(0)
    return FoundChanges(older, newer, added, removed)
