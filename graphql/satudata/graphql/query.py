"""The root of every question, without rows: `data` is grafted on by `scoped.py` when there are datasets to read."""

from typing import Annotated, Any

import strawberry

from satudata.datasets.catalogue.types import DatasetFilter
from satudata.datasets.errors import NotFound
from satudata.graphql.catalogue.agencies import AgencyType, agency_page
from satudata.graphql.catalogue.codes import CodeListType, code_list_page
from satudata.graphql.catalogue.datasets import DatasetConnection, DatasetType
from satudata.graphql.catalogue.hub import HubType, this_hub
from satudata.graphql.catalogue.search import search_datasets
from satudata.graphql.catalogue.topics import TopicType, all_topics
from satudata.graphql.catalogue.versions import DatasetVersionType
from satudata.graphql.context import Info
from satudata.graphql.directives import CONNECTION, mark
from satudata.graphql.enums import AccessLevel, DatasetOrder, SubmissionState, VersionState
from satudata.graphql.errors import bad_input
from satudata.graphql.ids import key_of, parse_id
from satudata.graphql.nodes import Node
from satudata.graphql.paging import After, Connection, First, ListCursors, connection, size_of
from satudata.graphql.publishing.submissions import SubmissionType
from satudata.graphql.publishing.uploads import UploadType
from satudata.graphql.publishing.viewer import ViewerType, this_viewer
from satudata.graphql.scalars import DateTime


@strawberry.input(name="DatasetKey", one_of=True, description="Which dataset. Exactly one field.")
class DatasetKey:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="Its `id`.")
    slug: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Its slug, `agency/dataset`. Example: `dinas-contoh/jumlah-siswa`.",
    )


@strawberry.input(
    name="DatasetFilter",
    description=(
        "Which datasets: every field that is given must hold; of several values in one, any. null "
        "asks nothing."
    ),
)
class DatasetFilterInput:
    agency: list[strawberry.ID] | None = strawberry.field(default=None, description="Slugs of agencies.")
    topic: list[strawberry.ID] | None = strawberry.field(default=None, description="Topics, by `Topic.id`.")
    access_level: list[AccessLevel] | None = strawberry.field(default=None, description="Access levels.")
    priority: bool | None = strawberry.field(default=None, description="Whether it is priority data.")
    format: list[str] | None = strawberry.field(
        default=None, description="Download formats: CSV, XLSX, PARQUET."
    )
    updated_since: DateTime | None = strawberry.field(
        default=None, description="Its newest version or contract is not older than this."
    )

    def as_filter(self) -> DatasetFilter:
        return DatasetFilter(
            agencies=tuple(self.agency or ()),
            topics=tuple(self.topic or ()),
            access_levels=tuple(self.access_level or ()),
            formats=tuple(item.upper() for item in self.format or ()),
            priority=self.priority,
            updated_since=self.updated_since,
        )


# Any below: domain records for fields whose declared types describe them.


async def found(read: Any) -> Any:
    """What a service answers, or None where it knows of no such thing."""
    try:
        return await read
    except NotFound:
        return None


async def _node(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="The `id` of anything that has one.")],
) -> Any:
    services, principal = info.context.services, info.context.principal
    named = parse_id(id)
    if named is None:
        return None
    match named.kind:
        case "Agency":
            return await found(services.agencies.get(named.key))
        case "Dataset":
            return await found(services.catalogue.get(named.key, principal))
        case "DatasetVersion":
            slug, _, number = named.key.partition("@")
            return (
                await found(services.versions.get(slug, int(number), principal))
                if number.isdecimal()
                else None
            )
        case "CodeList":
            return await found(services.codes.get(named.key))
        case "Submission":
            return await found(services.submissions.get(principal, named.key))
    return None


async def _dataset(
    info: Info, key: Annotated[DatasetKey, strawberry.argument(description="Which one.")]
) -> Any:
    slug = key.slug if key.slug else key_of(str(key.id), "Dataset", "key.id")
    return await found(info.context.services.catalogue.get(slug, info.context.principal))


async def _datasets(
    info: Info,
    search: Annotated[
        str | None,
        strawberry.argument(
            description="Words; a dataset must have every one of them, in any text about it."
        ),
    ] = None,
    where: Annotated[DatasetFilterInput | None, strawberry.argument(description="Which datasets.")] = None,
    order_by: Annotated[
        list[DatasetOrder] | None, strawberry.argument(description="One order; RELEVANCE when absent.")
    ] = None,
    first: First = 20,
    after: After = None,
) -> Any:
    if order_by is not None and len(order_by) > 1:
        raise bad_input("orderBy", "sebutkan satu urutan saja.", "name one order only.")
    filters = where.as_filter() if where else DatasetFilter()
    order = order_by[0] if order_by else DatasetOrder.RELEVANCE
    return await search_datasets(info, search or None, filters, order, size_of(first), after)


async def _topics(info: Info) -> Any:
    return await all_topics(info)


async def _agency(
    info: Info,
    slug: Annotated[strawberry.ID, strawberry.argument(description="Its slug. Example: `dinas-contoh`.")],
) -> Any:
    return await found(info.context.services.agencies.get(slug))


async def _agencies(
    info: Info,
    search: Annotated[
        str | None, strawberry.argument(description="Words its name or slug must have.")
    ] = None,
    first: First = 50,
    after: After = None,
) -> Any:
    return await agency_page(info, search or None, first, after)


async def _code_list(
    info: Info,
    id: Annotated[
        strawberry.ID, strawberry.argument(description="Its slug, e.g. `lembaga/klasifikasi`, or its `id`.")
    ],
) -> Any:
    slug = id if "/" in id else key_of(id, "CodeList", "id")
    return await found(info.context.services.codes.get(slug))


async def _code_lists(info: Info, first: First = 50, after: After = None) -> Any:
    return await code_list_page(info, first, after)


async def _versions(
    info: Info,
    since: Annotated[
        DateTime | None, strawberry.argument(description="Published at or after this instant.")
    ] = None,
    agency: Annotated[
        list[strawberry.ID] | None, strawberry.argument(description="Slugs of agencies.")
    ] = None,
    dataset: Annotated[
        list[strawberry.ID] | None, strawberry.argument(description="Slugs of datasets.")
    ] = None,
    state: Annotated[
        list[VersionState] | None, strawberry.argument(description="States; absent: all.")
    ] = None,
    first: First = 50,
    after: After = None,
) -> Any:
    context = info.context
    cursors = ListCursors(info, "versions")
    page = await context.services.versions.recent(
        context.principal,
        since=since,
        agencies=tuple(agency or ()),
        datasets=tuple(dataset or ()),
        states=tuple(state or ()),
        first=size_of(first),
        after=cursors.position(after),
    )
    return connection(page, cursors, after)


async def _submission(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its `id`.")]
) -> Any:
    key = key_of(id, "Submission", "id")
    return await found(info.context.services.submissions.get(info.context.principal, key))


async def _submissions(
    info: Info,
    state: Annotated[
        list[SubmissionState] | None, strawberry.argument(description="States; absent: all.")
    ] = None,
    agency: Annotated[strawberry.ID | None, strawberry.argument(description="Slug of the agency.")] = None,
    dataset: Annotated[strawberry.ID | None, strawberry.argument(description="Slug of the dataset.")] = None,
    first: First = 20,
    after: After = None,
    mine: Annotated[bool | None, strawberry.argument(description="Only those the viewer submitted.")] = False,
    awaiting_me: Annotated[
        bool | None, strawberry.argument(description="Only those the viewer may decide on now.")
    ] = False,
    since: Annotated[
        DateTime | None, strawberry.argument(description="Submitted at or after this instant.")
    ] = None,
) -> Any:
    context = info.context
    cursors = ListCursors(info, "submissions")
    page = await context.services.submissions.list(
        context.principal,
        states=tuple(state or ()),
        agency=agency,
        dataset=dataset,
        mine=bool(mine),
        awaiting_me=bool(awaiting_me),
        since=since,
        first=size_of(first),
        after=cursors.position(after),
    )
    return connection(page, cursors, after)


async def _upload(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Its `id`.")]
) -> Any:
    return await found(info.context.services.submissions.get_upload(info.context.principal, id))


@strawberry.type(description="Questions. What a viewer may not see is answered as if it did not exist.")
class Query:
    node: Node | None = strawberry.field(
        resolver=_node, description="Anything that has an `id`; null when there is none."
    )
    hub: HubType = strawberry.field(resolver=this_hub, description="This hub.")
    dataset: DatasetType | None = strawberry.field(
        resolver=_dataset, description="One dataset; null when there is none."
    )
    datasets: DatasetConnection = strawberry.field(
        resolver=_datasets, description="Datasets, searched and filtered.", metadata=mark(size=CONNECTION)
    )
    agency: AgencyType | None = strawberry.field(
        resolver=_agency, description="One agency; null when there is none."
    )
    agencies: Connection[AgencyType] = strawberry.field(
        resolver=_agencies, description="Agencies, by name.", metadata=mark(size=CONNECTION)
    )
    topics: list[TopicType] = strawberry.field(resolver=_topics, description="Topics in use, by `id`.")
    code_list: CodeListType | None = strawberry.field(
        resolver=_code_list, description="One reference code list; null when there is none."
    )
    code_lists: Connection[CodeListType] = strawberry.field(
        resolver=_code_lists, description="Reference code lists, by slug.", metadata=mark(size=CONNECTION)
    )
    versions: Connection[DatasetVersionType] = strawberry.field(
        resolver=_versions,
        description="Versions of all datasets, newest first.",
        metadata=mark(size=CONNECTION),
    )
    submission: SubmissionType | None = strawberry.field(
        resolver=_submission, description="One submission; null when there is none the viewer may see."
    )
    submissions: Connection[SubmissionType] | None = strawberry.field(
        resolver=_submissions,
        description=(
            "Submissions the viewer may see, newest first: those of one's agency as producer or steward, priority data "
            "as authority. null, with an error beside it, for who is not signed in."
        ),
        metadata=mark(size=CONNECTION),
    )
    upload: UploadType | None = strawberry.field(
        resolver=_upload, description="One of the viewer's own uploads; null when there is none."
    )
    viewer: ViewerType | None = strawberry.field(
        resolver=this_viewer, description="The person behind the request; null for who is not signed in."
    )
