"""Searching datasets: from arguments to the catalogue service, and its page to a connection with facets."""

from collections.abc import Sequence
from dataclasses import dataclass

from satudata.datasets.catalogue.types import Dataset, DatasetFacets, DatasetFilter, DatasetOrder, Match
from satudata.graphql.context import Info
from satudata.graphql.paging import ListCursors, PageInfo, page_info
from satudata.graphql.scalars import Count


@dataclass(frozen=True, slots=True)
class FoundDataset:
    """An edge of a search result."""

    cursor: str
    node: Dataset
    matched: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class FoundDatasets:
    """What `DatasetConnection` declares."""

    nodes: Sequence[Dataset]
    edges: Sequence[FoundDataset]
    page_info: PageInfo
    total_count: Count
    facets: DatasetFacets


async def search_datasets(
    info: Info, search: str | None, filters: DatasetFilter, order: DatasetOrder, first: int, after: str | None
) -> FoundDatasets:
    """One page of the datasets the viewer may see."""
    cursors = ListCursors(info, "datasets", order.value, search or "")
    context = info.context
    page = await context.services.catalogue.search(
        context.principal, search, filters, order, first, cursors.position(after)
    )
    encoded = cursors.encode(page.positions)
    matches = page.matches or ((),) * len(page.items)
    return FoundDatasets(
        nodes=page.items,
        edges=[
            FoundDataset(cursor, dataset, matched)
            for cursor, dataset, matched in zip(encoded, page.items, matches, strict=True)
        ],
        page_info=page_info(page, encoded, after),
        total_count=Count(page.total),
        facets=page.facets,
    )
