"""Answers to `query.py`'s questions: the one public door to rows. Plans, runs, and puts values in output form.

Output form (JSON-ready): STRING str; INTEGER int; DECIMAL str with exactly `scale` decimals; FLOAT float
(not finite: None); BOOLEAN bool; DATE `YYYY-MM-DD`; DATETIME `YYYY-MM-DDTHH:MM:SS[.ffffff]Z`; null None.

DuckDB only finds (row numbers, counts, aggregates); rows are always read from SQLite by their numbers, so there is
one way in which a value comes out.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from satudata.datasets.rows import sqlite_engine
from satudata.datasets.rows.aggregates import (
    Part,
    aggregate_statement,
    finisher,
    group_sorts,
    groupings,
    parts_of,
    sqlite_is_exact,
)
from satudata.datasets.rows.conditions import Formula, conjuncts, prepare, shape, values_of
from satudata.datasets.rows.copies_at_hand import with_copies
from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.duckdb_engine import Scanner
from satudata.datasets.rows.having import prepare_having
from satudata.datasets.rows.learning import Learning
from satudata.datasets.rows.pages import After, Find, page_of
from satudata.datasets.rows.parts import RowParts, by_part, of_parts
from satudata.datasets.rows.planner import Region, fixed_values, locate, sort_keys
from satudata.datasets.rows.query import (
    AggregateQuery,
    Predicate,
    RowPage,
    RowQuery,
    Snapshot,
    SnapshotColumn,
)
from satudata.datasets.rows.sql import (
    Engine,
    SortKey,
    Source,
    Statement,
    count_statement,
    edge_statement,
    rows_statement,
)
from satudata.datasets.rows.values import decode_column
from satudata.datasets.serving.columnar import schema_name
from satudata.datasets.serving.facts import Facts
from satudata.datasets.serving.store import ServingStore

Answer = TypeVar("Answer")

SQLITE = Source(Engine.SQLITE)
INLINE_ROWS = 5_000
SMALL_PARTS = 4
"""All parts of the rows together may leave so many times the inline rows to be looked at one by one."""
UNLIMITED = 2**62


class RowReader:
    """Reads through one serving store. Use it from one event loop."""

    def __init__(
        self, serving: ServingStore, *, scan_threads: int = 2, inline_rows: int = INLINE_ROWS
    ) -> None:
        """Questions that look at more than `inline_rows` stored rows go to DuckDB in `scan_threads` threads."""
        self._serving = serving
        self._scanner = Scanner(serving.columnar, threads=scan_threads)
        self._inline_rows = inline_rows
        self._learning = Learning(serving.indexes, inline_rows)

    async def page(self, query: RowQuery, deadline: Deadline) -> RowPage:
        """One page. Raises DeadlineExceeded; InvalidInput for a position of another query or an unusable value."""
        return await self._answer(query.snapshot, deadline, lambda: self._page(query, deadline))

    async def count(self, snapshot: Snapshot, where: Predicate | None, deadline: Deadline) -> int:
        """How many rows match. Raises DeadlineExceeded, InvalidInput."""
        if where is None:
            return snapshot.row_count
        return await self._answer(snapshot, deadline, lambda: self._count(snapshot, where, deadline))

    async def aggregate(self, query: AggregateQuery, deadline: Deadline) -> list[tuple[Any, ...]]:
        """One tuple a group: its `by` values, then the measures; exactly one tuple when `by` is empty.

        COUNT, DISTINCT_COUNT, TRUE_COUNT int; SUM of INTEGER int, of DECIMAL str at scale; AVG and MEDIAN str at
        scale + 6, of FLOAT float; MIN and MAX as the column. Without a value: 0 for counts, else None.
        Raises DeadlineExceeded, InvalidInput; ValueError for a measure or a date part its column cannot have.
        """
        return await self._answer(query.snapshot, deadline, lambda: self._aggregate(query, deadline))

    async def pages(self, query: RowQuery, parts: RowParts, deadline: Deadline) -> list[RowPage]:
        """A page of each part, as `page` answers; in one pass unless an index leaves few rows. Raises as `page`."""
        return await self._answer(query.snapshot, deadline, lambda: self._pages(query, parts, deadline))

    async def aggregates(
        self, query: AggregateQuery, parts: RowParts, deadline: Deadline
    ) -> list[list[tuple[Any, ...]]]:
        """`aggregate` for each part; figures (not groups) of single values in one statement. Raises as `aggregate`."""
        if parts.are_values and not query.by:
            found = await self.aggregate(by_part(query, parts), deadline) if parts.triples() else []
            return of_parts(query, parts, found)
        return [
            []
            if query.by and not part
            else await self.aggregate(replace(query, where=parts.within(part, query.where)), deadline)
            for part in parts.parts
        ]

    async def close(self) -> None:
        """Stop the threads. The serving store stays open; whoever made it closes it."""
        await asyncio.to_thread(self._scanner.close)

    # ---- copies

    async def _answer(
        self, snapshot: Snapshot, deadline: Deadline, ask: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        return await with_copies(self._serving, (snapshot,), deadline, ask)

    def _run_inline(
        self, snapshot: Snapshot, statement: Statement, values: Sequence[Any], deadline: Deadline
    ) -> list[tuple[Any, ...]]:
        with self._serving.row_store(snapshot) as (connection, _):
            return sqlite_engine.run(connection, statement, values, deadline)

    def _facts(self, snapshot: Snapshot) -> Facts:
        with self._serving.row_store(snapshot) as (_, facts):
            return facts

    # ---- planning

    def _region(
        self, snapshot: Snapshot, formula: Formula | None, facts: Facts, deadline: Deadline
    ) -> Region:
        def edges(inside: Formula, ordered: tuple[str, ...]) -> tuple[int, int] | None:
            values = list(values_of(inside))
            found = [
                self._run_inline(snapshot, edge_statement(shape(inside), ordered, last), values, deadline)
                for last in (False, True)
            ]
            return (found[0][0][0], found[1][0][0]) if found[0] and found[1] else None

        return locate(snapshot, facts, formula, edges)

    def _sort_keys(
        self, query: RowQuery, formula: Formula | None, position: After | None, deadline: Deadline
    ) -> tuple[SortKey, ...]:
        """What to sort by. Columns that the filter fixes stay when the cursor's row has other values in them."""
        if position is not None and (fixed := fixed_values(conjuncts(formula))):
            [(_, *values)] = self._rows(query.snapshot, tuple(fixed), [position.row], deadline)
            if values != list(fixed.values()):
                formula = None
        return sort_keys(query.snapshot, formula, query.order)

    def _is_inline(self, region: Region) -> bool:
        return region.at_most <= self._inline_rows

    # ---- pages

    async def _page(self, query: RowQuery, deadline: Deadline) -> RowPage:
        snapshot = query.snapshot
        columns = by_name(snapshot)
        formula = None if query.where is None else prepare(query.where, columns)
        position = After.read(query, columns)
        keys = self._sort_keys(query, formula, position, deadline)
        region = self._region(snapshot, formula, self._facts(snapshot), deadline)
        skip = query.offset
        if not keys:
            if position is not None:
                region = region.after(position.row)
            if region.rest is None:
                region, skip = region.after(region.low + skip - 1), 0
        if region.empty:
            return RowPage([], [], False, Engine.SQLITE)
        find = Find(region, snapshot.row_count, keys, position if keys else None, query.first + 1, skip)
        wanted = tuple(dict.fromkeys((*query.columns, *(term.column for term in query.order))))
        if self._is_inline(region) or (region.rest is None and not keys):
            rows = self._run_inline(snapshot, find.statement(SQLITE, wanted), find.values, deadline)
            return page_of(query, columns, wanted, rows, Engine.SQLITE)
        engine = Engine.SQLITE
        tested = region.rest
        if keys:  # places in that order are not those of stored order
            tested = formula
            find = Find(whole(snapshot, formula), snapshot.row_count, keys, position, query.first + 1, skip)
        numbers = self._learning.numbers(snapshot, tested, find, deadline)
        if numbers is None:
            engine, begun = Engine.DUCKDB, time.perf_counter()
            found = await self._scanner.run(
                snapshot, find.statement(columnar(snapshot), ()), find.values, deadline
            )
            numbers = [number for (number,) in found]
            self._learning.spent(snapshot, tested, keys, time.perf_counter() - begun)
        rows = self._rows(snapshot, wanted, numbers, deadline)
        return page_of(query, columns, wanted, rows, engine)

    async def _pages(self, query: RowQuery, parts: RowParts, deadline: Deadline) -> list[RowPage]:
        snapshot, columns = query.snapshot, by_name(query.snapshot)
        if query.after is None and self._are_small(snapshot, query.where, parts, deadline):
            nothing = RowPage([], [], False, Engine.SQLITE)
            return [
                await self._page(replace(query, where=parts.within(part, query.where)), deadline)
                if part
                else nothing
                for part in parts.parts
            ]
        formula = None if query.where is None else prepare(query.where, columns)
        position = After.read(query, columns)
        keys = self._sort_keys(query, formula, position, deadline)
        region = self._region(snapshot, formula, self._facts(snapshot), deadline)
        inline = self._is_inline(region)
        source = SQLITE if inline else columnar(snapshot)
        found: list[tuple[Any, ...]] = []
        if parts.triples() and not region.empty:
            places = query.offset + query.first + 1, query.offset + 1
            find = Find(region, snapshot.row_count, keys, position, *places)
            statement, values = find.statement_of_parts(source, parts)
            if inline:
                found = self._run_inline(snapshot, statement, values, deadline)
            else:
                indexed = self._indexed_parts(query, parts, keys, position, deadline)
                if indexed is not None:
                    found = indexed
                else:
                    begun = time.perf_counter()
                    found = await self._scanner.run(snapshot, statement, values, deadline)
                    self._scanned_parts(query, parts, keys, time.perf_counter() - begun)
        wanted = tuple(dict.fromkeys((*query.columns, *(term.column for term in query.order))))
        rows = self._rows(snapshot, wanted, [number for _, number in found], deadline)
        by_part: list[list[tuple[Any, ...]]] = [[] for _ in parts.parts]
        for (part, _), row in zip(found, rows, strict=True):
            by_part[part].append(row)
        return [page_of(query, columns, wanted, part, source.engine) for part in by_part]

    def _indexed_parts(
        self,
        query: RowQuery,
        parts: RowParts,
        keys: tuple[SortKey, ...],
        position: After | None,
        deadline: Deadline,
    ) -> list[tuple[Any, ...]] | None:
        """(part, row number) of the pages of single values, when a learnt index finds each of them."""
        if not parts.are_values or not self._learning.knows(query.snapshot):
            return None
        snapshot, columns = query.snapshot, by_name(query.snapshot)
        found: list[tuple[Any, ...]] = []
        for index, part in enumerate(parts.parts):
            if not part:
                continue
            tested = prepare(parts.within(part, query.where), columns)
            region = whole(snapshot, tested)
            find = Find(region, snapshot.row_count, keys, position, query.first + 1, query.offset)
            numbers = self._learning.numbers(snapshot, tested, find, deadline)
            if numbers is None:
                return None
            found += [(index, number) for number in numbers]
        return found

    def _scanned_parts(
        self, query: RowQuery, parts: RowParts, keys: tuple[SortKey, ...], seconds: float
    ) -> None:
        if parts.are_values:
            columns = by_name(query.snapshot)
            part = next(filter(None, parts.parts))
            tested = prepare(parts.within(part, query.where), columns)
            self._learning.spent(query.snapshot, tested, keys, seconds)

    def _are_small(
        self, snapshot: Snapshot, where: Predicate | None, parts: RowParts, deadline: Deadline
    ) -> bool:
        """Whether an index leaves so few rows of every part that each is read by itself."""
        if snapshot.row_count <= self._inline_rows:  # one statement looks at less
            return False
        columns, facts, rows = by_name(snapshot), self._facts(snapshot), 0
        for part in filter(None, parts.parts):
            formula = prepare(parts.within(part, where), columns)
            region = self._region(snapshot, formula, facts, deadline)
            rows += max(region.at_most, 0)
            if not self._is_inline(region) or rows > SMALL_PARTS * self._inline_rows:
                return False
        return True

    def _rows(
        self, snapshot: Snapshot, wanted: tuple[str, ...], numbers: list[int], deadline: Deadline
    ) -> list[tuple[Any, ...]]:
        """Rows by their numbers, in that order."""
        rows = self._run_inline(snapshot, rows_statement(wanted), [json.dumps(numbers)], deadline)
        by_number = {row[0]: row for row in rows}
        return [by_number[number] for number in numbers]

    # ---- counts and measures

    async def _count(self, snapshot: Snapshot, where: Predicate, deadline: Deadline) -> int:
        formula = prepare(where, by_name(snapshot))
        region = self._region(snapshot, formula, self._facts(snapshot), deadline)
        if region.empty or region.rest is None:
            return max(region.rows, 0)
        filter, values = region.filter(snapshot.row_count)
        if self._is_inline(region):
            found = self._run_inline(snapshot, count_statement(SQLITE, filter), values, deadline)
        elif (few := self._learning.count(snapshot, formula, deadline)) is not None:
            return few
        else:
            begun = time.perf_counter()
            statement = count_statement(columnar(snapshot), filter)
            found = await self._scanner.run(snapshot, statement, values, deadline)
            self._learning.spent(snapshot, formula, (), time.perf_counter() - begun)
        count: int = found[0][0]
        return count

    async def _aggregate(self, query: AggregateQuery, deadline: Deadline) -> list[tuple[Any, ...]]:
        snapshot = query.snapshot
        columns = by_name(snapshot)
        measures = [parts_of(measure, columns) for measure in query.measures]
        parts = tuple(dict.fromkeys(part for measure in measures for part in measure)) or (Part("rows"),)
        by = groupings(query.by, columns)
        tests, compared = prepare_having(query.having, columns)
        sorts = group_sorts(query, columns)
        formula = None if query.where is None else prepare(query.where, columns)
        facts = self._facts(snapshot)
        region = self._region(snapshot, formula, facts, deadline)
        filter, values = region.filter(snapshot.row_count)
        if any(key.needs_zone for key in by):
            values = [query.time_zone, *values]
        values += compared
        limited = bool(query.by) and (query.first is not None or query.offset > 0)
        if limited:
            values += [UNLIMITED if query.first is None else query.first, query.offset]

        needed = [*parts, *(part for sort in sorts for part in sort.parts)]
        plain = not tests and all(key.part is None for key in by)  # the rest only DuckDB can answer
        most = max(min(region.rows, region.at_most), 0)
        inline = plain and self._is_inline(region) and sqlite_is_exact(needed, facts, most)
        source = SQLITE if inline else columnar(snapshot)
        statement = aggregate_statement(source, parts, filter, by, tests, sorts, limited)
        if inline:
            found = self._run_inline(snapshot, statement, values, deadline)
        else:
            found = await self._scanner.run(snapshot, statement, values, deadline)
        return _measured(query, columns, parts, measures, found)


def by_name(snapshot: Snapshot) -> dict[str, SnapshotColumn]:
    return {column.name: column for column in snapshot.columns}


def whole(snapshot: Snapshot, formula: Formula | None) -> Region:
    """Every row may be one of the formula's."""
    return Region(1, snapshot.row_count, formula, snapshot.row_count)


def columnar(snapshot: Snapshot) -> Source:
    return Source(Engine.DUCKDB, schema_name(snapshot))


def _measured(
    query: AggregateQuery,
    columns: dict[str, SnapshotColumn],
    parts: tuple[Part, ...],
    measures: list[tuple[Part, ...]],
    found: list[tuple[Any, ...]],
) -> list[tuple[Any, ...]]:
    """Rows of (keys, parts) as rows of (keys, measures) in output form."""
    if not found:
        return []
    stored = list(zip(*found, strict=True))
    width = len(query.by)
    answers = [decode_column(columns[key.column], stored[index]) for index, key in enumerate(query.by)]
    for measure, needed in zip(query.measures, measures, strict=True):
        values = [stored[width + parts.index(part)] for part in needed]
        answers.append(list(map(finisher(measure, columns), *values)))
    return list(zip(*answers, strict=True)) if answers else [()] * len(found)
