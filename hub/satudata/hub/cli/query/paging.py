"""Following the cursors of a connection: the same document again, each time after the last row of the page before.

The document is changed in two places: the connection also answers its `pageInfo`, and its `after` is a variable.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    IntValueNode,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    print_ast,
    visit,
)
from satudata.hub.cli.output import USAGE, fail
from satudata.hub.cli.query.asking import Answer, Ask
from satudata.hub.cli.query.columns import Fields, Selection, value_at
from satudata.hub.cli.query.document import Question, Variables
from satudata.validation.text import Text

LARGEST_PAGE = 1_000
"""Rows asked for at once where the document does not say: the most a hub answers."""

_AFTER = "satudataAfter"
_PAGE = "satudataPage"
_ROWS = ("nodes", "edges")


@dataclass(frozen=True, slots=True)
class Connection:
    """A field that answers pages of rows, and where it stands in the answer."""

    path: tuple[str, ...]
    fields: tuple[FieldNode, ...]

    @property
    def name(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer; `more` says that rows remain after it."""

    answer: Answer
    more: bool


def connections_of(fields: Fields) -> list[Connection]:
    """The outermost connections that an operation asks for rows, in the order of the document."""
    return list(_connections(fields, fields.root(), ()))


async def pages(
    ask: Ask, question: Question, variables: Variables, fields: Fields, *, every: bool
) -> AsyncIterator[Page]:
    """The first page, or every page, of the one connection of a document; the whole answer where it has none.

    Ends the program with exit code 2 where every page of no or of several connections is asked for.
    """
    found = connections_of(fields)
    if len(found) != 1:
        if every:
            _refuse(found)
        yield Page(await ask(question.text, variables, question.name), more=False)
        return
    document, values = _pageable(question, variables, found[0], every)
    name = _cursor_variable(found[0]) or _AFTER
    while True:
        answer = await ask(document, values, question.name)
        info = value_at(answer.data, (*found[0].path, _PAGE)) or {}
        more = bool(info.get("hasNextPage"))
        yield Page(answer, more)
        if not (every and more):
            return
        values = {**values, name: info["endCursor"]}


def _connections(fields: Fields, selection: Selection, path: tuple[str, ...]) -> Iterator[Connection]:
    for key, nodes in selection.items():
        below = fields.under(nodes)
        if any(node.name.value in _ROWS and node.selection_set for same in below.values() for node in same):
            yield Connection((*path, key), nodes)
        else:
            yield from _connections(fields, below, (*path, key))


def _pageable(
    question: Question, variables: Variables, connection: Connection, every: bool
) -> tuple[str, Variables]:
    """The document with `pageInfo` and a variable `after`, and the variables of its first page."""
    values = dict(variables)
    given = _argument(connection, "after")
    if given is not None and isinstance(given.value, StringValueNode):
        values[_AFTER] = given.value.value
    added: dict[str, ArgumentNode] = {}
    if _cursor_variable(connection) is None:
        added["after"] = _named("after", VariableNode(name=NameNode(value=_AFTER)))
    if every and _argument(connection, "first") is None:
        added["first"] = _named("first", IntValueNode(value=str(LARGEST_PAGE)))
    return print_ast(visit(question.document, _Rewriting(question, connection, added))), values


class _Rewriting(Visitor):
    """Gives the connection its arguments and `pageInfo`, and the operation the variable."""

    def __init__(self, question: Question, connection: Connection, added: dict[str, ArgumentNode]) -> None:
        super().__init__()
        self._question = question
        self._connection = connection
        self._added = added

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> Any:
        if node is not self._question.operation or "after" not in self._added:
            return None
        variable = VariableDefinitionNode(
            variable=VariableNode(name=NameNode(value=_AFTER)),
            type=NamedTypeNode(name=NameNode(value="String")),
        )
        return replace(node, variable_definitions=(*(node.variable_definitions or ()), variable))

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        if not any(node is field for field in self._connection.fields) or node.selection_set is None:
            return None
        kept = [item for item in node.arguments or () if item.name.value not in self._added]
        selections = (*node.selection_set.selections, _page_info())
        return replace(
            node,
            arguments=(*kept, *self._added.values()),
            selection_set=SelectionSetNode(selections=selections),
        )


def _page_info() -> FieldNode:
    inside = tuple(FieldNode(name=NameNode(value=name)) for name in ("hasNextPage", "endCursor"))
    return FieldNode(
        alias=NameNode(value=_PAGE),
        name=NameNode(value="pageInfo"),
        selection_set=SelectionSetNode(selections=inside),
    )


def _named(name: str, value: VariableNode | IntValueNode) -> ArgumentNode:
    return ArgumentNode(name=NameNode(value=name), value=value)


def _argument(connection: Connection, name: str) -> ArgumentNode | None:
    given = connection.fields[0].arguments or ()
    return next((argument for argument in given if argument.name.value == name), None)


def _cursor_variable(connection: Connection) -> str | None:
    """The variable a document itself gives to `after`."""
    given = _argument(connection, "after")
    return given.value.name.value if given is not None and isinstance(given.value, VariableNode) else None


def _refuse(found: list[Connection]) -> None:
    if not found:
        fail(
            Text(
                id="--all mengikuti halaman nodes atau edges; dokumen ini tidak memintanya.",
                en="--all follows the pages of nodes or edges; this document asks for neither.",
            ),
            USAGE,
        )
    names = ", ".join(connection.name for connection in found)
    fail(
        Text(
            id=f"--all mengikuti satu daftar, dokumen ini meminta beberapa: {names}. Tanyakan satu per satu.",
            en=f"--all follows one list, this document asks for several: {names}. Ask for them one by one.",
        ),
        USAGE,
    )
