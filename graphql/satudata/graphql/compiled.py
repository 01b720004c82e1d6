"""Repeated questions for rows without graphql-core's walk: what is the same each time is worked out once.

An operation that asks for nothing but rows (`data { agency { dataset(...) { ... } } }`) is laid out as a tree of
response keys once it has run well; from then on only its variables and arguments are coerced, its rows read and
written. Everything else stays with the executor, and so does every request that fails: whatever is raised here, the
caller runs the operation the ordinary way, which tells errors and places as the specification says.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql.execution import Executor
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetailsList,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.pyutils import is_awaitable

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    get_named_type,
    visit,
)
from satudata.graphql.arguments import Arguments
from satudata.graphql.context import RequestContext
from satudata.graphql.cost import Pricer
from satudata.graphql.rows.connection import RowsRequest
from satudata.graphql.rows.selection import Running

KEPT_PRICES = 100
_PAGE_INFO = {
    "hasNextPage": "has_next_page",
    "hasPreviousPage": "has_previous_page",
    "startCursor": "start_cursor",
    "endCursor": "end_cursor",
}
_WRITTEN = frozenset({"nodes", "edges", "aggregate", "groups", "totalCount"})
"""Fields of a connection whose answers are ready to be written as they are."""
_OF_EXECUTOR = frozenset({"version", "citation"})
"""Fields of a connection that lead into the catalogue."""


class CannotCompile(Exception):
    """The operation asks for something else than rows, or is not the same each time."""


@dataclass(frozen=True, slots=True)
class _Typename:
    name: str


@dataclass(frozen=True, slots=True)
class _Member:
    """One response key below a connection. `page_info` are the keys and attributes below `pageInfo`."""

    key: str
    name: str
    node: FieldNode
    field: GraphQLField
    page_info: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class _Rows:
    """A dataset's field: its arguments are read from `node`, its selection is `details`."""

    node: FieldNode
    field: GraphQLField
    resolve: Callable[..., Awaitable[Any]]
    details: FieldDetailsList
    members: tuple[tuple[str, _Member | _Typename], ...]


_Tree = dict[str, "_Tree | _Rows | _Typename"]


class _Context:
    """What resolvers of rows look at of graphql-core's info."""

    __slots__ = ("context",)

    def __init__(self, context: RequestContext) -> None:
        self.context = context


class CompiledOperation:
    """One operation of a document, laid out. Raises CannotCompile on making."""

    def __init__(self, executor: Executor[Any], document: DocumentNode, pricer: Pricer) -> None:
        self._schema: GraphQLSchema = executor.schema
        self._operation: OperationDefinitionNode = executor.operation
        if self._operation.operation is not OperationType.QUERY:
            raise CannotCompile
        looked = _Look()
        visit(document, looked)
        if looked.conditional:
            raise CannotCompile
        self._sizes = tuple(looked.sizes)
        self._pricer = pricer
        self._prices: dict[tuple[Any, ...], int] = {}
        # Directives do not depend on variables here, so those of any request tell what is selected.
        self._fragments, self._variables = executor.fragments, executor.variable_values
        self._collected: dict[tuple[GraphQLObjectType, int], tuple[FieldDetailsList, CollectedFields]] = {}
        self._plans: dict[int, Any] = {}
        self._arguments: dict[tuple[int, int], Arguments] = {}
        self._tree = self._root()

    def variables(self, given: Mapping[str, Any]) -> VariableValues | None:
        """The coerced variables; None when some are wrong."""
        coerced = get_variable_values(
            self._schema, self._operation.variable_definitions or (), dict(given), hide_suggestions=True
        )
        return None if isinstance(coerced, list) else coerced

    def price(self, variables: VariableValues) -> int:
        """As `Pricer.price`, which only the sizes of pages change. Raises ApiError."""
        sizes = tuple(variables.coerced.get(name) for name in self._sizes)
        price = self._prices.get(sizes)
        if price is None:
            price = self._pricer.price(self._operation, variables.coerced)
            if len(self._prices) < KEPT_PRICES:
                self._prices[sizes] = price
        return price

    async def run(self, variables: VariableValues, context: RequestContext) -> dict[str, Any]:
        """The data of the answer, rows as JSON fragments. Raises whatever stands in the way."""
        answer: dict[str, Any] = {}
        rows: list[Awaitable[None]] = []
        self._fill(answer, self._tree, variables, _Context(context), rows)
        if len(rows) == 1:
            await rows[0]
        elif rows:
            await asyncio.gather(*rows)
        return answer

    def _fill(
        self,
        into: dict[str, Any],
        tree: _Tree,
        variables: VariableValues,
        info: _Context,
        rows: list[Awaitable[None]],
    ) -> None:
        for key, item in tree.items():
            if isinstance(item, _Rows):
                into[key] = None  # keeps its place in the answer
                rows.append(self._read(into, key, item, variables, info))
            elif isinstance(item, _Typename):
                into[key] = item.name
            else:
                below: dict[str, Any] = {}
                into[key] = below
                self._fill(below, item, variables, info, rows)

    async def _read(
        self, into: dict[str, Any], key: str, rows: _Rows, variables: VariableValues, info: _Context
    ) -> None:
        arguments = self._argument_values(rows.field, rows.node, variables)
        request: RowsRequest = await rows.resolve(None, info, **arguments)
        source = request.open(self._running(variables, info.context), rows.details)
        found: dict[str, Any] = {}
        into[key] = found
        for name, member in rows.members:
            if isinstance(member, _Typename):
                found[name] = member.name
                continue
            arguments = self._argument_values(member.field, member.node, variables)
            value = source.answer(name, arguments)
            value = await value if is_awaitable(value) else value
            if member.name == "pageInfo":
                value = {
                    below: getattr(value, attribute) if attribute else "PageInfo"
                    for below, attribute in member.page_info
                }
            found[name] = value

    def _argument_values(
        self, field: GraphQLField, node: FieldNode, variables: VariableValues
    ) -> dict[str, Any]:
        at = id(field), id(node)  # both live as long as the schema and the document, which are kept
        known = self._arguments.get(at)
        if known is None:
            known = self._arguments[at] = Arguments(field, node, self._variables)
        return known.values(variables)

    def _running(self, variables: VariableValues, context: RequestContext) -> Running:
        def arguments(field: GraphQLField, details: FieldDetailsList) -> dict[str, Any]:
            return self._argument_values(field, details[0].node, variables)

        return Running(context, self._collect, arguments, plans=self._plans)

    # -- laying out

    def _root(self) -> _Tree:
        query = self._schema.query_type
        if query is None:
            raise CannotCompile
        collected = collect_fields(
            self._schema, self._fragments, self._variables, query, self._operation, hide_suggestions=True
        )
        tree: _Tree = {}
        for key, details, name, field in _fields(query, collected):
            if field is None:
                tree[key] = _Typename(query.name)
            elif name == "data":
                tree[key] = self._data(_object(field), details)
            else:
                raise CannotCompile
        return tree

    def _data(self, data: GraphQLObjectType, details: FieldDetailsList) -> _Tree:
        tree: _Tree = {}
        for key, below, _, field in _fields(data, self._collect(data, details)):
            tree[key] = _Typename(data.name) if field is None else self._agency(_object(field), below)
        return tree

    def _agency(self, agency: GraphQLObjectType, details: FieldDetailsList) -> _Tree:
        tree: _Tree = {}
        for key, below, _, field in _fields(agency, self._collect(agency, details)):
            if field is None:
                tree[key] = _Typename(agency.name)
            elif field.resolve is not None:
                members = tuple(self._members(_object(field), below))
                tree[key] = _Rows(below[0].node, field, field.resolve, below, members)
        return tree

    def _members(
        self, connection: GraphQLObjectType, details: FieldDetailsList
    ) -> Iterator[tuple[str, _Member | _Typename]]:
        for key, below, name, field in _fields(connection, self._collect(connection, details)):
            if field is None:
                yield key, _Typename(connection.name)
            elif name in _WRITTEN:
                yield key, _Member(key, name, below[0].node, field)
            elif name == "pageInfo":
                info = _object(field)
                members = tuple(
                    (inner, None if field is None else _PAGE_INFO[name])
                    for inner, _, name, field in _fields(info, self._collect(info, below))
                )
                yield key, _Member(key, "pageInfo", below[0].node, field, members)
            else:
                raise CannotCompile

    def _collect(self, type_: GraphQLObjectType, details: FieldDetailsList) -> CollectedFields:
        """The members of a selection, worked out once. The list is kept, so that its id stays its own."""
        known = self._collected.get((type_, id(details)))
        if known is None:
            found = collect_subfields(
                self._schema,
                self._fragments,
                self._variables,
                self._operation,
                type_,
                details,
                hide_suggestions=True,
            )
            known = self._collected[type_, id(details)] = (details, found)
        return known[1]


class _Look(Visitor):
    """Whether it must be left to the executor, and which variables are sizes of pages."""

    def __init__(self) -> None:
        super().__init__()
        self.conditional = False
        self.sizes: dict[str, None] = {}

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if node.name.value in _OF_EXECUTOR:  # columns have no such names; below codes they are not seen again
            self.conditional = True

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        if any(isinstance(argument.value, VariableNode) for argument in node.arguments or ()):
            self.conditional = True

    def enter_argument(self, node: Any, *_: object) -> None:
        if node.name.value == "first" and isinstance(node.value, VariableNode):
            self.sizes[node.value.name.value] = None


def _fields(
    type_: GraphQLObjectType, collected: CollectedFields
) -> Iterator[tuple[str, FieldDetailsList, str, GraphQLField | None]]:
    """Response key, details, name and field of each member; the field is None for `__typename`."""
    for key, details in collected.grouped_field_set.items():
        name = details[0].node.name.value
        if name == "__typename":
            yield key, details, name, None
        elif (field := type_.fields.get(name)) is not None:
            yield key, details, name, field
        else:
            raise CannotCompile


def _object(field: GraphQLField) -> GraphQLObjectType:
    type_ = get_named_type(field.type)
    if not isinstance(type_, GraphQLObjectType):
        raise CannotCompile
    return type_
