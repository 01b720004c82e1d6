"""Datasets as the API shows them: declares the fields of a `satudata.datasets.catalogue.types.Dataset`."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from satudata.datasets.catalogue.topics import topic_name
from satudata.datasets.catalogue.types import Dataset, Match
from satudata.datasets.errors import NotFound
from satudata.datasets.versions.types import DatasetVersion
from satudata.graphql.catalogue.citations import CitationType, cite
from satudata.graphql.catalogue.contracts import ColumnType, ContractType
from satudata.graphql.catalogue.licenses import License, license_of
from satudata.graphql.catalogue.topics import TopicEntry, TopicType
from satudata.graphql.catalogue.versions import DatasetVersionType
from satudata.graphql.context import Info
from satudata.graphql.directives import CONNECTION, mark
from satudata.graphql.enums import AccessLevel
from satudata.graphql.ids import global_id
from satudata.graphql.nodes import Node
from satudata.graphql.paging import After, Connection, First, ListCursors, PageInfo, connection, size_of
from satudata.graphql.rows.naming import DatasetAddress
from satudata.graphql.scalars import Count, Date
from satudata.graphql.texts import TextType

if TYPE_CHECKING:
    from satudata.graphql.catalogue.agencies import AgencyType

Root = strawberry.Parent[Dataset]


def _id(root: Root) -> strawberry.ID:
    return global_id("Dataset", root.slug)


# Any below: domain records for fields whose declared types describe them.


def _title(root: Root) -> Any:
    return root.contract.title


def _description(root: Root) -> Any:
    return root.contract.description


def _topic(root: Root) -> Any:
    topic = root.contract.topic
    return None if topic is None else TopicEntry(topic, topic_name(topic))


def _keywords(root: Root) -> list[str]:
    return list(root.contract.keywords)


def _access_level(root: Root) -> AccessLevel:
    return root.contract.access_level


def _legal_basis(root: Root) -> str | None:
    return root.contract.legal_basis


def _license(root: Root) -> License:
    return license_of(root.contract.license)


def _update_frequency(root: Root) -> str | None:
    return root.contract.update_frequency


def _priority(root: Root) -> bool:
    return root.contract.priority


def _temporal(root: Root) -> Any:
    return root.contract.temporal


def _contract(root: Root) -> Any:
    return root.contract


def _columns(root: Root) -> Any:
    return root.contract.columns


async def _version(
    root: Root, info: Info, number: Annotated[int, strawberry.argument(description="Its number.")]
) -> Any:
    return await _found_version(root, info, number)


async def _found_version(dataset: Dataset, info: Info, number: int) -> DatasetVersion | None:
    try:
        return await info.context.services.versions.get(dataset.slug, number, info.context.principal)
    except NotFound:
        return None


async def _versions(root: Root, info: Info, first: First = 20, after: After = None) -> Any:
    cursors = ListCursors(info, "versions of", root.slug)
    page = await info.context.services.versions.list(
        root.slug, info.context.principal, size_of(first), cursors.position(after)
    )
    return connection(page, cursors, after)


async def _citation(
    root: Root,
    info: Info,
    version: Annotated[
        int | None, strawberry.argument(description="Its number; absent: the newest one.")
    ] = None,
) -> Any:
    found = root.latest if version is None else await _found_version(root, info, version)
    return None if found is None else cite(root, found, info.context.config.name, info.context.addresses)


def _url(root: Root, info: Info) -> str:
    return info.context.addresses.dataset(root.slug)


def _row_field(root: Root) -> str | None:
    return None if root.latest is None else DatasetAddress.of(root.slug).row_field


@strawberry.type(name="TemporalCoverage", description="The period a dataset is about, as its contract says.")
class TemporalCoverageType:
    start: Date | None = strawberry.field(description="First day; null where it is open or not stated.")
    end: Date | None = strawberry.field(description="Last day; null where it is open or not stated.")


@strawberry.type(
    name="Dataset",
    description=(
        "A dataset in the catalogue. What it says of itself comes from its newest contract, rows from "
        "its versions."
    ),
)
class DatasetType(Node):
    id: strawberry.ID = strawberry.field(resolver=_id, description="Opaque; fetch it again with `node(id:)`.")
    slug: strawberry.ID = strawberry.field(
        description="Its name, `agency/dataset`. Never changes. Example: `dinas-contoh/jumlah-siswa`."
    )
    title: TextType = strawberry.field(resolver=_title, description="Its title.")
    description: TextType = strawberry.field(
        resolver=_description, description="What it is about and how it is made."
    )
    agency: Annotated["AgencyType", strawberry.lazy("satudata.graphql.catalogue.agencies")] = (
        strawberry.field(description="Whose data it is (Produsen Data).")
    )
    steward: Annotated["AgencyType", strawberry.lazy("satudata.graphql.catalogue.agencies")] = (
        strawberry.field(description="Who reviews and publishes it (Walidata).")
    )
    topic: TopicType | None = strawberry.field(resolver=_topic, description="Its topic.")
    keywords: list[str] = strawberry.field(resolver=_keywords, description="Words by which it is found.")
    access_level: AccessLevel = strawberry.field(resolver=_access_level, description="Who may read it.")
    legal_basis: str | None = strawberry.field(
        resolver=_legal_basis, description="The regulation behind it or behind its access level."
    )
    license: License = strawberry.field(
        resolver=_license, description="Under which conditions it may be used."
    )
    update_frequency: str | None = strawberry.field(
        resolver=_update_frequency,
        description="How often it is updated, an ISO 8601 duration. Example: `P1Y`.",
    )
    priority: bool = strawberry.field(
        resolver=_priority,
        description="Whether it is priority data, reviewed by a standards authority as well.",
    )
    temporal: TemporalCoverageType | None = strawberry.field(
        resolver=_temporal, description="The period it is about; null where its contract does not say."
    )
    contract: ContractType = strawberry.field(resolver=_contract, description="Its newest data contract.")
    columns: list[ColumnType] = strawberry.field(
        resolver=_columns, description="Its columns, in the order of the contract."
    )
    latest: DatasetVersionType | None = strawberry.field(
        description="The newest version that is not withdrawn; null before the first one."
    )
    version: DatasetVersionType | None = strawberry.field(
        resolver=_version, description="One version by its number, withdrawn ones too."
    )
    versions: Connection[DatasetVersionType] = strawberry.field(
        resolver=_versions,
        description="Its versions, newest first, withdrawn ones too.",
        metadata=mark(size=CONNECTION),
    )
    citation: CitationType | None = strawberry.field(
        resolver=_citation, description="How to cite a version; null when there is no such version."
    )
    url: str = strawberry.field(resolver=_url, description="Address of its page.")
    row_field: str | None = strawberry.field(
        resolver=_row_field,
        description=(
            "The GraphQL field that serves its rows, e.g. `data.dinasContoh.jumlahSiswa`; "
            "null before the first version."
        ),
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, Dataset)


def _matched_text(root: strawberry.Parent[Match], info: Info) -> str:
    return root.text.get(info.context.language)


@strawberry.type(name="Match", description="Why a dataset was found.")
class MatchType:
    field: str = strawberry.field(
        description="Where: `title`, `description`, `keywords`, `agency`, `columns`, ..."
    )
    text: str = strawberry.field(
        resolver=_matched_text, description="What stands there, in the language of the request."
    )


@strawberry.type(name="DatasetEdge", description="A dataset with its place in the list.")
class DatasetEdge:
    cursor: str = strawberry.field(description="Place of the dataset, for `after`. Opaque.")
    node: DatasetType = strawberry.field(description="The dataset.")
    matched: list[MatchType] = strawberry.field(
        description="Why it matched `search`: every field that did; empty without a search."
    )


@strawberry.type(name="Facet", description="One value to narrow a search by.")
class FacetType:
    value: strawberry.ID = strawberry.field(description="What to put into the filter.")
    label: TextType = strawberry.field(description="What to show.")
    count: Count = strawberry.field(description="How many datasets one would find by choosing it.")


@strawberry.type(
    name="DatasetFacets",
    description=(
        "Values to narrow a search by, with their counts under the search text and every filter but the facet's own; "
        "the most frequent first."
    ),
)
class DatasetFacetsType:
    agencies: list[FacetType] = strawberry.field(description="By agency slug.")
    topics: list[FacetType] = strawberry.field(description="By topic.")
    access_levels: list[FacetType] = strawberry.field(description="By access level.")
    formats: list[FacetType] = strawberry.field(description="By download format.")


@strawberry.type(name="DatasetConnection", description="A page of datasets.")
class DatasetConnection:
    nodes: list[DatasetType] = strawberry.field(description="The datasets of this page.")
    edges: list[DatasetEdge] = strawberry.field(
        description="The datasets of this page, each with its cursor."
    )
    page_info: PageInfo = strawberry.field(description="Whether there is more, and from where.")
    total_count: Count = strawberry.field(description="How many datasets there are on all pages together.")
    facets: DatasetFacetsType = strawberry.field(
        description="Values to narrow the search by.", metadata=mark(weight=20)
    )
