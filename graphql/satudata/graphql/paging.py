"""Pages of everything but rows: connections that move forward by cursor, built from the services' pages."""

from typing import Annotated, Any, Generic, TypeVar

import strawberry

from satudata.datasets.paging import Page, Position
from satudata.graphql.context import Info
from satudata.graphql.cursors import CursorCoder
from satudata.graphql.errors import bad_input
from satudata.graphql.scalars import Count

Node = TypeVar("Node")

First = Annotated[int | None, strawberry.argument(description="How many items, at most 1,000.")]
After = Annotated[
    str | None,
    strawberry.argument(description="Items after this cursor (`pageInfo.endCursor` of the page before)."),
]


@strawberry.type(
    description="Whether a list goes on, and from where. Lists move forward only: `first` and `after`."
)
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether there are more items after this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether this page does not start at the beginning."
    )
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first item; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last item: give it as `after` for the next page; null on an empty page."
    )


@strawberry.type(description="An item with its place in the list.")
class Edge(Generic[Node]):
    cursor: str = strawberry.field(description="Place of the item, for `after`. Opaque.")
    node: Node = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[Node]):
    nodes: list[Node] = strawberry.field(description="The items of this page.")
    edges: list[Edge[Node]] = strawberry.field(description="The items of this page, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Whether there is more, and from where.")
    total_count: Count = strawberry.field(description="How many items there are on all pages together.")


class ListCursors:
    """Cursors of one list of the catalogue, named by `binding` (its field and whatever sets its order)."""

    def __init__(self, info: Info, *binding: object) -> None:
        self._coder = CursorCoder(info.context.config.cursor_key, *binding)

    def position(self, after: str | None) -> Position | None:
        """Where to go on from. Raises ApiError BAD_INPUT for a cursor of another list."""
        return None if after is None else self._coder.decode(after)

    def encode(self, positions: tuple[Position, ...]) -> list[str]:
        return [self._coder.encode(position) for position in positions]


def size_of(first: int | None) -> int:
    """The page size asked for. Raises ApiError BAD_INPUT for null (negative and too large ones never get here)."""
    if first is None:
        raise bad_input(
            "first", "nilainya null; hapus atau isi dengan angka.", "is null; leave it out or give a number."
        )
    return first


def page_info(page: Page[Any], cursors: list[str], after: str | None) -> PageInfo:
    """The `pageInfo` of a service's page. Any: of whatever it is a page."""
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )


def connection(page: Page[Node], list_cursors: ListCursors, after: str | None) -> Connection[Node]:
    """A service's page as a connection; its items stand in it as they are."""
    cursors = list_cursors.encode(page.positions)
    return Connection(
        nodes=list(page.items),
        edges=[Edge(cursor=cursor, node=node) for cursor, node in zip(cursors, page.items, strict=True)],
        page_info=page_info(page, cursors, after),
        total_count=Count(page.total),
    )
