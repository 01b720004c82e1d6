"""One `data.<agency>.<dataset>(...)` field: what its arguments and its selection ask, and the answers to each part.

The field's resolver returns a `RowsRequest`. The executor (`executor.py`) opens it with the collected selection,
which gives a `RowsSource`: one answer planned for each response key. All `nodes`, `edges` and `pageInfo` of the field
share one page read; counts, aggregates and groups are asked only when selected.
"""

import asyncio
import copy
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import orjson
from graphql.execution.collect_fields import FieldDetailsList

from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.query import (
    AggregateQuery,
    And,
    Condition,
    Not,
    Or,
    OrderTerm,
    Predicate,
    RowPage,
    RowQuery,
    Snapshot,
)
from satudata.datasets.rows.reader import RowReader
from satudata.datasets.versions.types import DatasetVersion
from satudata.graphql.catalogue.citations import ResultCitation
from satudata.graphql.config import Limits
from satudata.graphql.cursors import CursorCoder
from satudata.graphql.errors import ApiError, bad_input, limit_error
from satudata.graphql.paging import PageInfo
from satudata.graphql.rows.citing import Answered, citation_of, cited_columns, columns_in
from satudata.graphql.rows.entries import fill_joins, has_joins
from satudata.graphql.rows.filters import predicate_of
from satudata.graphql.rows.measures import plan_aggregate, plan_groups
from satudata.graphql.rows.ordering import order_of
from satudata.graphql.rows.row_shapes import ColumnSet, row_shape
from satudata.graphql.rows.selection import Running, selected
from satudata.graphql.rows.shapes import Constant, Leaf, Lookup, Shape, write_rows
from satudata.graphql.rows.types import RowTypes

Answer = Callable[["RowsSource", Mapping[str, Any]], Any]
"""Takes the coerced arguments of a field below the connection; gives its value, or an awaitable of it."""


class Reader(Protocol):
    """What rows are read through: all of a dataset's, or those of one code (`linked.PartReader`)."""

    async def page(self, query: RowQuery, deadline: Deadline) -> RowPage: ...

    async def count(self, snapshot: Snapshot, where: Predicate | None, deadline: Deadline) -> int: ...

    async def aggregate(self, query: AggregateQuery, deadline: Deadline) -> list[tuple[Any, ...]]: ...


class PartOfMany(Reader, Protocol):
    """One of several parts that are read together."""

    @property
    def rows(self) -> Predicate:
        """Which rows those of this part are."""

    async def pages_beside(self, query: RowQuery, deadline: Deadline) -> list[RowPage]: ...


@dataclass(frozen=True, slots=True)
class RowContext:
    """What answering rows needs of the running operation."""

    reader: RowReader
    deadline: Deadline
    limits: Limits
    cursor_key: bytes


class RowsRequest:
    """The arguments of one dataset field, understood. Raises ApiError BAD_INPUT on making.

    `entries` is what filters of code entries mean (`links.entry_conditions`).
    """

    def __init__(
        self,
        types: RowTypes,
        version: DatasetVersion,
        arguments: Mapping[str, Any],
        context: RowContext,
        entries: Mapping[str, Predicate] | None = None,
    ) -> None:
        self.types = types
        self.snapshot = version.snapshot
        self.version = version
        self.arguments = arguments
        self.context = context
        self.where: Predicate | None = predicate_of(
            arguments.get("where"),
            types.filter_columns,
            list_values=context.limits.list_values,
            entries=entries,
        )
        self.order: tuple[OrderTerm, ...] = order_of(arguments.get("orderBy"), types.filter_columns)
        self.first, self.after, self.offset = _page_arguments(arguments)
        self._check_offset()
        check_columns(types, self.snapshot, (*columns_of(self.where), *(term.column for term in self.order)))

    def _check_offset(self) -> None:
        limit = self.context.limits.offset
        if self.offset > limit and (self.where is not None or self.order):
            raise bad_input(
                "offset",
                f"paling besar {limit} bila ada where atau orderBy. Pakai after, atau unduh datanya.",
                f"at most {limit} with where or orderBy. Use after, or download the data.",
                reason="OFFSET_TOO_FAR",
            )

    def open(self, running: Running, details: FieldDetailsList) -> "RowsSource":
        """Plan an answer for everything selected. Raises ApiError BAD_INPUT."""
        return RowsSource(self, running, details)


def _page_arguments(arguments: Mapping[str, Any]) -> tuple[int, str | None, int]:
    first, after, offset = arguments.get("first"), arguments.get("after"), arguments.get("offset")
    if first is None:
        raise bad_input(
            "first", "nilainya null; hapus atau isi dengan angka.", "is null; leave it out or give a number."
        )
    for name, value in (("first", first), ("offset", offset)):
        if value is not None and value < 0:
            raise bad_input(name, "tidak boleh negatif.", "must not be negative.")
    if after is not None and offset is not None:
        raise bad_input("offset", "tidak dapat dipakai bersama after.", "cannot be used together with after.")
    return first, after, offset or 0


class RowsSource:
    """Answers by response key, each made when its resolver asks (`types.answer_of`)."""

    def __init__(self, request: RowsRequest, running: Running, details: FieldDetailsList) -> None:
        self._request = request
        self._running = running
        self._reader: Reader = request.context.reader
        self._part: PartOfMany | None = None
        self._page: asyncio.Future[RowPage] | None = None
        self._filled: dict[int, asyncio.Future[Shape]] = {}
        self._after = None if request.after is None else self._cursors.decode(request.after)
        kept = running.plans.get(id(details))
        if kept is None:
            self._columns, self._answers, self._joins = ColumnSet(), {}, False
            for item in selected(request.types.connection, details, running.collect):
                answer = self._plan(item.name, item.details)
                if answer is not None:
                    self._answers[item.key] = answer
            if not self._joins:  # plans of joins hold on to the operation they were made in
                running.plans[id(details)] = (self._columns, self._answers)
        else:
            self._columns, self._answers = kept
        check_columns(request.types, request.snapshot, self._columns.names)

    @cached_property
    def _cursors(self) -> CursorCoder:
        request = self._request
        return CursorCoder.of_rows(request.context.cursor_key, request.snapshot, request.order)

    def of_part(self, reader: PartOfMany) -> "RowsSource":
        """The same for a part of the rows, read together with its sisters: what entries their rows need, too."""
        part = copy.copy(self)
        part._reader = part._part = reader
        return part

    def answer(self, key: str, arguments: Mapping[str, Any]) -> Any:
        """What stands under a response key: a value, or an awaitable of one."""
        return self._answers[key](self, arguments)

    def _plan(self, name: str, details: FieldDetailsList) -> Answer | None:
        types = self._request.types
        match name:
            case "nodes":
                row = row_shape(types, details, self._running, self._columns)
                self._joins = self._joins or has_joins(row)
                return lambda source, _: source._nodes(row)
            case "edges":
                edge, wants_cursor = self._plan_edges(types, details)
                self._joins = self._joins or has_joins(edge)
                return lambda source, _: source._edges(edge, wants_cursor)
            case "pageInfo":
                return lambda source, _: source._page_info()
            case "totalCount":
                return lambda source, _: source._total_count()
            case "aggregate":
                return lambda source, _: source._aggregate(details)
            case "groups":
                return lambda source, arguments: source._groups(arguments, details)
            case "version":
                return lambda source, _: source._request.version
            case "citation":
                for column in cited_columns(types, self._request.version):
                    self._columns.index_of(column.name)
                return lambda source, _: source._citation()
        return None

    def _plan_edges(self, types: RowTypes, details: FieldDetailsList) -> tuple[Shape, bool]:
        """The shape of an edge over a row and, last, its cursor; and whether the cursor is wanted."""
        members: list[tuple[str, Leaf | Constant | Lookup | Shape]] = []
        wants_cursor = False
        for item in selected(types.edge, details, self._running.collect):
            match item.name:
                case "node":
                    members.append((item.key, row_shape(types, item.details, self._running, self._columns)))
                case "cursor":
                    wants_cursor = True
                    members.append((item.key, Leaf(-1)))
                case _:
                    members.append((item.key, Constant(types.edge.name)))
        return Shape(tuple(members)), wants_cursor

    def _query(self) -> RowQuery:
        request = self._request
        return RowQuery(
            request.snapshot,
            self._columns.names,
            where=request.where,
            order=request.order,
            first=request.first,
            after=self._after,
            offset=request.offset,
        )

    def _read_page(self) -> Awaitable[RowPage]:
        if self._page is None:
            reading = self._reader.page(self._query(), self._request.context.deadline)
            self._page = asyncio.ensure_future(reading)
        return self._page

    async def _shape(self, shape: Shape) -> Shape:
        """The shape with the entries that its page, and the pages read together with it, refer to."""
        if not has_joins(shape):
            return shape
        filled = self._filled.get(id(shape))
        if filled is None:
            filled = self._filled[id(shape)] = asyncio.ensure_future(self._fill(shape))
        return await asyncio.shield(filled)

    async def _fill(self, shape: Shape) -> Shape:
        if self._part is None:
            pages = [await self._read_page()]
        else:
            pages = await self._part.pages_beside(self._query(), self._request.context.deadline)
        rows = [row for page in pages for row in page.rows]
        return await fill_joins(shape, rows, self._request.version, self._running)

    async def _nodes(self, shape: Shape) -> orjson.Fragment:
        page = await self._read_page()
        return write_rows(await self._shape(shape), page.rows)

    async def _edges(self, shape: Shape, wants_cursor: bool) -> orjson.Fragment:
        page = await self._read_page()
        filled = await self._shape(shape)
        if not wants_cursor:
            return write_rows(filled, page.rows)
        encode = self._cursors.encode
        rows = [(*row, encode(position)) for row, position in zip(page.rows, page.positions, strict=True)]
        return write_rows(filled, rows)

    async def _page_info(self) -> PageInfo:
        page = await self._read_page()
        positions = page.positions
        return PageInfo(
            has_next_page=page.has_next,
            has_previous_page=self._after is not None or self._request.offset > 0,
            start_cursor=self._cursors.encode(positions[0]) if positions else None,
            end_cursor=self._cursors.encode(positions[-1]) if positions else None,
        )

    async def _citation(self) -> ResultCitation:
        page = await self._read_page()
        indexes = {name: index for index, name in enumerate(self._columns.names)}
        part = None if self._part is None else self._part.rows
        answered = Answered(page, indexes, self._after, part)
        return await citation_of(self._request, answered, self._running.context)

    def _total_count(self) -> int | Awaitable[int]:
        request = self._request
        if request.where is None and self._part is None:
            return request.snapshot.row_count
        return self._reader.count(request.snapshot, request.where, request.context.deadline)

    async def _aggregate(self, details: FieldDetailsList) -> orjson.Fragment:
        request, context = self._request, self._request.context
        plan = plan_aggregate(request.types, request.snapshot, request.where, details, self._running.collect)
        values: tuple[Any, ...] = ()
        if plan.query is not None:
            check_columns(
                request.types, request.snapshot, (measure.column for measure in plan.query.measures)
            )
            (values,) = await self._reader.aggregate(plan.query, context.deadline)
        return orjson.Fragment(orjson.dumps(plan.shape.build(values)))

    async def _groups(self, arguments: Mapping[str, Any], details: FieldDetailsList) -> orjson.Fragment:
        request, context = self._request, self._request.context
        collect = self._running.collect
        plan = plan_groups(
            request.types, request.snapshot, request.where, arguments, details, collect, context.limits
        )
        check_columns(request.types, request.snapshot, plan.query.columns)
        found = await self._reader.aggregate(plan.query, context.deadline)
        if plan.most is not None and len(found) > plan.most:
            raise limit_error(
                "groups",
                f"Ada lebih dari {plan.most} kelompok. Persempit dengan `where`, kelompokkan lebih kasar, "
                "atau sebut `first`.",
                f"There are more than {plan.most} groups. Narrow it with `where`, group more coarsely, "
                "or name `first`.",
                limit=plan.most,
            )
        return write_rows(plan.shape, found)


def columns_of(predicate: Predicate | None) -> Iterator[str]:
    """Every column a predicate looks at."""
    match predicate:
        case Condition():
            yield predicate.column
        case Not():
            yield from columns_of(predicate.part)
        case And() | Or():
            for part in predicate.parts:
                yield from columns_of(part)


def check_columns(types: RowTypes, snapshot: Snapshot, names: Iterable[str | None]) -> None:
    """Raises ApiError BAD_INPUT naming a column that the version does not have for readers (`citing.columns_in`):
    better than a null nobody can tell from a missing value."""
    there = columns_in(types, snapshot)
    for name in names:
        if name is not None and name not in there:
            raise _other_contract(types.names.field(name), snapshot)


def _other_contract(field: str, snapshot: Snapshot) -> ApiError:
    return bad_input(
        field,
        f"kolom ini tidak ada, tidak terbuka, atau lain bentuknya dalam versi {snapshot.number}. Hapus dari "
        "pertanyaan, atau unduh versi itu.",
        f"version {snapshot.number} does not have this column, does not show it, or has it in another form. Leave it "
        "out, or download that version.",
        reason="COLUMN_NOT_IN_VERSION",
    )
