"""The root of every subscription. A field's resolver says what is followed; its source tells `Event`s, each of which is
answered as an operation of its own (`following.py`), with the follower's rights of that moment."""

from collections.abc import AsyncGenerator, AsyncIterator
from functools import partial
from typing import Annotated, Any

import strawberry

from satudata.datasets.submissions.states import TERMINAL
from satudata.datasets.submissions.types import Submission
from satudata.datasets.watching.service import READ_AT_ONCE
from satudata.graphql.catalogue.versions import DatasetVersionType
from satudata.graphql.context import Info, RequestContext
from satudata.graphql.ids import global_id, key_of, parse_id
from satudata.graphql.publishing.submissions import SubmissionType
from satudata.graphql.subscriptions.follower import Event

_DIGITS = 9
"""More than the number of any version has."""

# Any below: sources of events where the declared types describe their values.


async def _submission(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its `id`.")]
) -> Any:
    key, context = key_of(id, "Submission", "id"), info.context
    await context.services.submissions.get(context.principal, key)
    return _standings(context, key)


async def _standings(context: RequestContext, key: str) -> AsyncIterator[Event]:
    with context.services.watching.watch(key) as watch:
        while True:
            submission = await context.services.submissions.get(await context.follower.now(), key)

            async def read(found: Submission = submission) -> Submission:
                return found

            yield Event(read, only_news=True)
            if submission.state in TERMINAL:
                return
            await watch.changed()


async def _version_published(
    info: Info,
    dataset: Annotated[
        strawberry.ID | None,
        strawberry.argument(description="Slug of the dataset to follow; absent: every dataset one may see."),
    ] = None,
) -> Any:
    context = info.context
    if dataset is not None:
        await context.services.catalogue.get(dataset, context.principal)
    position = await _position_of(context) or await context.services.watching.newest_position()
    return _publications(context, dataset, position)


async def _position_of(context: RequestContext) -> int | None:
    """Where a follower who comes back left off; None for a new one, and for an id that names no version."""
    named = parse_id(context.follower.last_event_id or "")
    if named is None or named.kind != "DatasetVersion":
        return None
    slug, _, number = named.key.partition("@")
    if not number.isdecimal() or len(number) > _DIGITS:
        return None
    return await context.services.watching.position_of(slug, int(number))


async def _publications(context: RequestContext, dataset: str | None, position: int) -> AsyncIterator[Event]:
    watching, get = context.services.watching, context.services.versions.get
    with watching.watch() as watch:
        while True:
            found = await watching.publications(position, dataset)
            for publication in found:
                position = publication.position
                slug, number = publication.dataset_slug, publication.number
                principal = await context.follower.now()
                yield Event(
                    partial(get, slug, number, principal), global_id("DatasetVersion", f"{slug}@{number}")
                )
            if len(found) < READ_AT_ONCE:
                await watch.changed()


@strawberry.type(
    description=(
        "Answers that go on, as server-sent events: ask with `Accept: text/event-stream`. Each event is answered, and "
        "costs, as the same question asked at that moment."
    )
)
class Subscription:
    submission: AsyncGenerator[SubmissionType, None] = strawberry.subscription(
        resolver=_submission,
        description=(
            "A submission: as it stands now, then each time the answer has changed, until its last state. Changes that "
            "come faster than about one a second are told together."
        ),
    )
    version_published: AsyncGenerator[DatasetVersionType, None] = strawberry.subscription(
        resolver=_version_published,
        description=(
            "Every version that is published from now on, in order; with the header `Last-Event-ID` from after the "
            "version with that `id`."
        ),
    )
