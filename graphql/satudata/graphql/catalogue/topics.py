"""Topics as the API shows them."""

from dataclasses import dataclass

import strawberry

from satudata.graphql.context import Info
from satudata.graphql.scalars import Count
from satudata.graphql.texts import TextType
from satudata.validation.text import Text


@dataclass(frozen=True, slots=True)
class TopicEntry:
    """A topic; `dataset_count` None means it has not been counted yet."""

    id: str
    name: Text
    dataset_count: int | None = None


async def _dataset_count(root: strawberry.Parent[TopicEntry], info: Info) -> Count:
    if root.dataset_count is not None:
        return Count(root.dataset_count)
    return Count(
        next((topic.dataset_count or 0 for topic in await all_topics(info) if topic.id == root.id), 0)
    )


@strawberry.type(name="Topic", description="What datasets are about.")
class TopicType:
    id: strawberry.ID = strawberry.field(description="Its name in filters. Example: `ketenagakerjaan`.")
    name: TextType = strawberry.field(description="Its name for people.")
    dataset_count: Count = strawberry.field(
        resolver=_dataset_count, description="How many datasets of this topic the viewer may see."
    )


async def all_topics(info: Info) -> tuple[TopicEntry, ...]:
    """Topics in use, counted once an operation."""
    context = info.context
    topics = await context.once(("topics",), lambda: context.services.catalogue.topics(context.principal))
    return tuple(TopicEntry(topic.id, topic.name, topic.dataset_count) for topic in topics)
