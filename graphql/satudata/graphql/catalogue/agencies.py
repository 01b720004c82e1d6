"""Agencies as the API shows them: declares the fields of a `satudata.datasets.agencies.types.Agency`."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from satudata.datasets.agencies.types import Agency
from satudata.datasets.catalogue.types import DatasetFilter, DatasetOrder
from satudata.graphql.catalogue.search import search_datasets
from satudata.graphql.context import Info
from satudata.graphql.directives import CONNECTION, mark
from satudata.graphql.enums import AgencyKind
from satudata.graphql.ids import global_id
from satudata.graphql.nodes import Node
from satudata.graphql.paging import After, First, ListCursors, connection, size_of
from satudata.graphql.texts import TextType

if TYPE_CHECKING:
    from satudata.graphql.catalogue.datasets import DatasetConnection


def _id(root: strawberry.Parent[Agency]) -> strawberry.ID:
    return global_id("Agency", root.slug)


# Any: resolvers hand domain records to fields whose declared types describe them.


async def _datasets(
    root: strawberry.Parent[Agency], info: Info, first: First = 20, after: After = None
) -> Any:
    filters = DatasetFilter(agencies=(root.slug,))
    return await search_datasets(info, None, filters, DatasetOrder.TITLE, size_of(first), after)


@strawberry.type(
    name="Agency", description="A body that publishes data: ministry, institution, province, regency or city."
)
class AgencyType(Node):
    id: strawberry.ID = strawberry.field(resolver=_id, description="Opaque; fetch it again with `node(id:)`.")
    slug: strawberry.ID = strawberry.field(
        description="Its name in addresses, dataset slugs and GraphQL fields. Example: `dinas-contoh`."
    )
    name: TextType = strawberry.field(description="Its official name.")
    kind: AgencyKind = strawberry.field(description="What kind of body it is.")
    url: str | None = strawberry.field(description="Its website.")
    contact: str | None = strawberry.field(
        description="Where its data people answer: an e-mail address or a page."
    )
    datasets: Annotated["DatasetConnection", strawberry.lazy("satudata.graphql.catalogue.datasets")] = (
        strawberry.field(
            resolver=_datasets, description="Its datasets, by title.", metadata=mark(size=CONNECTION)
        )
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, Agency)


async def agency_page(info: Info, search: str | None, first: int | None, after: str | None) -> Any:
    """Agencies by name as a connection."""
    cursors = ListCursors(info, "agencies")
    page = await info.context.services.agencies.list(search, size_of(first), cursors.position(after))
    return connection(page, cursors, after)
