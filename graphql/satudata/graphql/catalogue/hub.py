"""The hub itself: what it is, what it holds, what it allows."""

from typing import Any

import strawberry

from satudata.datasets.catalogue.types import CatalogueTotals
from satudata.graphql.config import ApiConfig
from satudata.graphql.context import Info
from satudata.graphql.scalars import Count
from satudata.graphql.texts import TextType

Root = strawberry.Parent[ApiConfig]


async def _epoch(root: Root, info: Info) -> str:
    return str(await info.context.services.epoch.current())


async def _totals(info: Info) -> CatalogueTotals:
    return await info.context.once(("totals",), info.context.services.catalogue.totals)


async def _dataset_count(root: Root, info: Info) -> Count:
    return Count((await _totals(info)).datasets)


async def _agency_count(root: Root, info: Info) -> Count:
    return Count((await _totals(info)).agencies)


async def _row_count(root: Root, info: Info) -> Count:
    return Count((await _totals(info)).rows)


@strawberry.type(
    name="Limits", description="How much one operation may ask. What goes beyond is refused, never cut."
)
class LimitsType:
    max_depth: int = strawberry.field(description="Levels of nested fields.")
    max_fields: int = strawberry.field(description="Fields, fragments spread out.")
    max_cost: int = strawberry.field(description="Price, by the marks `@cost` and `@listSize` of the schema.")
    max_page: int = strawberry.field(description="Largest `first`.")
    timeout_seconds: int = strawberry.field(description="Seconds after which an operation is stopped.")


def _limits(root: Root) -> LimitsType:
    limits = root.limits
    return LimitsType(
        max_depth=limits.depth,
        max_fields=limits.fields,
        max_cost=limits.cost,
        max_page=limits.page,
        timeout_seconds=round(root.timeout_seconds),
    )


@strawberry.type(name="Hub", description="This hub.")
class HubType:
    name: TextType = strawberry.field(description="Its name.")
    version: str = strawberry.field(description="Version of the software. Example: `0.1.0`.")
    epoch: str = strawberry.field(
        resolver=_epoch,
        description="Changes whenever something readers can see changes: a dataset, a version, a code list.",
    )
    dataset_count: Count = strawberry.field(
        resolver=_dataset_count, description="How many open datasets it holds."
    )
    agency_count: Count = strawberry.field(
        resolver=_agency_count, description="How many agencies have an open dataset."
    )
    row_count: Count = strawberry.field(
        resolver=_row_count,
        description="How many rows the newest versions of the open datasets have together.",
    )
    limits: LimitsType = strawberry.field(resolver=_limits, description="How much one operation may ask.")


def this_hub(info: Info) -> Any:  # Any: the configuration, for a field declared as HubType
    """What `Query.hub` answers from."""
    return info.context.config
