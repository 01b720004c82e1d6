"""Rows of one dataset for each of several codes: the connections below `data` of entries, read in batches.

Each code has its own `RowsSource`, but what it reads goes through `PartReader`: the first one to ask has the question
answered for all codes at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import is_awaitable

from graphql import GraphQLField, get_named_type, is_leaf_type
from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.parts import RowParts
from satudata.datasets.rows.query import (
    AggregateQuery,
    Measure,
    MeasureFunction,
    Predicate,
    RowPage,
    RowQuery,
    Snapshot,
)
from satudata.datasets.rows.reader import RowReader
from satudata.graphql.paging import PageInfo
from satudata.graphql.rows.connection import RowsRequest, RowsSource
from satudata.graphql.rows.selection import Running, object_of, selected
from satudata.validation.contracts.naming import snake_case

Answer = TypeVar("Answer")


class LinkedRows:
    """The arguments of one dataset field below entries, understood, and which rows each code has."""

    def __init__(self, request: RowsRequest, parts: RowParts) -> None:
        self._request = request
        self._parts = parts
        self._opened: dict[int, tuple[FieldDetailsList, list[RowsSource]]] = {}

    def open(self, running: Running, details: FieldDetailsList) -> list[RowsSource]:
        """A source for each code. Those of one selection share their reads. Raises ApiError BAD_INPUT."""
        known = self._opened.get(id(details[0].node))
        if known is None:
            source = self._request.open(running, details)
            together = _Together(self._request.context.reader, self._parts)
            sources = [source.of_part(PartReader(together, index)) for index in range(len(self._parts.parts))]
            known = self._opened[id(details[0].node)] = (details, sources)
        return known[1]

    async def write(self, running: Running, details: FieldDetailsList) -> list[dict[str, Any]]:
        """The connection of each code, JSON-ready."""
        sources = self.open(running, details)
        connection = self._request.types.connection
        written: list[dict[str, Any]] = [{} for _ in sources]
        for item in selected(connection, details, running.collect):
            if item.name == "__typename":
                values: list[Any] = [connection.name] * len(sources)
            else:
                field = connection.fields[item.name]
                arguments = running.arguments(field, item.details)
                answers = [source.answer(item.key, arguments) for source in sources]
                values = [await answer if is_awaitable(answer) else answer for answer in answers]
                values = await _json_ready(running, field, item.details, values)
            for one, value in zip(written, values, strict=True):
                one[item.key] = value
        return written


@dataclass(frozen=True, slots=True)
class LinkedRequest:
    """The rows of one of the codes, for the executor to open."""

    rows: LinkedRows
    index: int

    def open(self, running: Running, details: FieldDetailsList) -> RowsSource:
        """The source of this code. Raises ApiError BAD_INPUT."""
        return self.rows.open(running, details)[self.index]


class _Together:
    """Questions asked for every part at once, each asked once."""

    def __init__(self, reader: RowReader, parts: RowParts) -> None:
        self._reader = reader
        self._parts = parts
        self._asked: dict[object, asyncio.Future[Any]] = {}  # Any: one answer a part

    def rows_of(self, index: int) -> Predicate:
        """Which rows those of a part are."""
        return self._parts.condition(self._parts.parts[index])

    async def pages(self, query: RowQuery, deadline: Deadline) -> list[RowPage]:
        """Sources of one selection ask for the same page."""
        return await self._once("page", lambda: self._reader.pages(query, self._parts, deadline))

    async def aggregates(self, query: AggregateQuery, deadline: Deadline) -> list[list[tuple[Any, ...]]]:
        return await self._once(query, lambda: self._reader.aggregates(query, self._parts, deadline))

    async def _once(self, key: object, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        future: asyncio.Future[Answer] | None = self._asked.get(key)
        if future is None:
            future = self._asked[key] = asyncio.ensure_future(ask())
        return await asyncio.shield(future)


class PartReader:
    """Reads one part, as `RowReader` reads all rows."""

    def __init__(self, together: _Together, index: int) -> None:
        self._together = together
        self._index = index

    @property
    def rows(self) -> Predicate:
        """Which rows those of this part are."""
        return self._together.rows_of(self._index)

    async def page(self, query: RowQuery, deadline: Deadline) -> RowPage:
        """As `RowReader.page`."""
        return (await self._together.pages(query, deadline))[self._index]

    async def pages_beside(self, query: RowQuery, deadline: Deadline) -> list[RowPage]:
        """The pages of all parts, of which this is one."""
        return await self._together.pages(query, deadline)

    async def count(self, snapshot: Snapshot, where: Predicate | None, deadline: Deadline) -> int:
        """As `RowReader.count`."""
        rows = AggregateQuery(snapshot, (Measure(MeasureFunction.COUNT),), where)
        count: int = (await self.aggregate(rows, deadline))[0][0]
        return count

    async def aggregate(self, query: AggregateQuery, deadline: Deadline) -> list[tuple[Any, ...]]:
        """As `RowReader.aggregate`."""
        return (await self._together.aggregates(query, deadline))[self._index]


async def _json_ready(
    running: Running, field: GraphQLField, details: FieldDetailsList, values: list[Any]
) -> list[Any]:
    """Answers of one field as they are written; what is neither rows nor a scalar goes through the executor once."""
    if is_leaf_type(get_named_type(field.type)):
        return values
    members = list(selected(object_of(field), details, running.collect))
    completed: dict[int, Any] = {}
    for value in values:
        if type(value) is orjson.Fragment:
            completed[id(value)] = value
        elif isinstance(value, PageInfo):
            completed[id(value)] = {
                member.key: "PageInfo"
                if member.name == "__typename"
                else getattr(value, snake_case(member.name))
                for member in members
            }
        elif id(value) not in completed:
            if running.complete is None:
                raise TypeError(f"{field.type} needs an executor")
            done = running.complete(field.type, details, value)
            completed[id(value)] = await done if is_awaitable(done) else done
    return [completed[id(value)] for value in values]
