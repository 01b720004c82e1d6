"""Published versions as the API shows them: declares the fields of a `DatasetVersion`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from satudata.datasets.catalogue.types import Dataset
from satudata.datasets.errors import NotFound
from satudata.datasets.versions.types import DatasetVersion
from satudata.graphql.catalogue.changes import WEIGHT, VersionChangesType, version_changes
from satudata.graphql.catalogue.citations import CitationType, cite
from satudata.graphql.context import Info
from satudata.graphql.directives import mark
from satudata.graphql.enums import VersionState
from satudata.graphql.ids import global_id
from satudata.graphql.nodes import Node
from satudata.graphql.publishing.reports import ReportType
from satudata.graphql.scalars import Count, DateTime
from satudata.graphql.texts import TextType

if TYPE_CHECKING:
    from satudata.graphql.catalogue.datasets import DatasetType
    from satudata.graphql.publishing.submissions import SubmissionType


@dataclass(frozen=True, slots=True)
class Download:
    """What `Download` declares in the API."""

    format: str
    url: str
    bytes: int
    sha256: str
    row_count: int


@strawberry.type(
    name="Download",
    description=(
        "A file of a version whose size and hash are known before it is fetched. CSV and Excel are made on demand, so "
        "they are not listed: put `.csv` or `.xlsx` in place of `.parquet` in the address."
    ),
)
class DownloadType:
    format: str = strawberry.field(description="PARQUET.")
    url: str = strawberry.field(description="Where it is fetched with GET.")
    bytes: Count = strawberry.field(description="Its size in bytes.")
    sha256: str = strawberry.field(description="Its SHA-256, hexadecimal.")
    row_count: Count = strawberry.field(description="How many rows it has.")


def version_key(version: DatasetVersion) -> str:
    """Key of a version in global ids: `agency/dataset@number`."""
    return f"{version.dataset_slug}@{version.number}"


def _id(root: strawberry.Parent[DatasetVersion]) -> strawberry.ID:
    return global_id("DatasetVersion", version_key(root))


async def dataset_of(version: DatasetVersion, info: Info) -> Dataset:
    """The dataset of a version, read once an operation."""
    context = info.context
    slug = version.dataset_slug
    return await context.once(
        ("dataset", slug), lambda: context.services.catalogue.get(slug, context.principal)
    )


# Any below: domain records for fields whose declared types describe them.


async def _dataset(root: strawberry.Parent[DatasetVersion], info: Info) -> Any:
    return await dataset_of(root, info)


async def _report(root: strawberry.Parent[DatasetVersion], info: Info) -> Any:
    return await info.context.services.versions.report(root)


async def _submission(root: strawberry.Parent[DatasetVersion], info: Info) -> Any:
    context = info.context
    try:
        return await context.services.submissions.get(context.principal, root.submission_id)
    except NotFound:
        return None


async def _downloads(root: strawberry.Parent[DatasetVersion], info: Info) -> Any:
    """The snapshot itself is the Parquet download, unless some of its columns are not for readers."""
    if root.state is VersionState.WITHDRAWN:
        return []
    contract = await info.context.services.catalogue.contract(root.dataset_slug, root.contract_version)
    if len(contract.public_columns) != len(contract.columns):
        return []
    url = info.context.addresses.download(root.dataset_slug, root.number, "parquet")
    return [Download("PARQUET", url, root.bytes, root.sha256, root.row_count)]


async def _citation(root: strawberry.Parent[DatasetVersion], info: Info) -> Any:
    dataset = await dataset_of(root, info)
    return cite(dataset, root, info.context.config.name, info.context.addresses)


@strawberry.type(
    name="DatasetVersion",
    description="One published version of a dataset. Its rows never change; a correction is a new version.",
)
class DatasetVersionType(Node):
    id: strawberry.ID = strawberry.field(resolver=_id, description="Opaque; fetch it again with `node(id:)`.")
    number: int = strawberry.field(description="Its number: 1, 2, 3, ... Numbers are never used again.")
    contract_version: str = strawberry.field(description="Version of the contract it was checked against.")
    state: VersionState = strawberry.field(description="Whether it is the newest, superseded or withdrawn.")
    published_at: DateTime = strawberry.field(description="When it was published.")
    row_count: Count = strawberry.field(description="How many rows it has.")
    sha256: str = strawberry.field(
        description="SHA-256 of its Parquet file, hexadecimal: two versions with the same hash have the same rows."
    )
    notes: TextType | None = strawberry.field(description="What the agency says about this version.")
    erratum: TextType | None = strawberry.field(
        description="What this version corrects in the one before it."
    )
    withdrawn_at: DateTime | None = strawberry.field(description="When it was withdrawn.")
    withdrawn_reason: TextType | None = strawberry.field(description="Why it was withdrawn.")
    report: ReportType = strawberry.field(
        resolver=_report, description="The report of the check it passed.", metadata=mark(weight=5)
    )
    downloads: list[DownloadType] = strawberry.field(
        resolver=_downloads,
        description="Its files whose size and hash are known; none when it was withdrawn.",
    )
    changes: VersionChangesType | None = strawberry.field(
        resolver=version_changes,
        description=(
            "What changed in its rows since an earlier version; null when there is none before it. null with an error "
            "beside it when one of the two is withdrawn or unknown."
        ),
        metadata=mark(weight=WEIGHT),
    )
    submission: (
        Annotated["SubmissionType", strawberry.lazy("satudata.graphql.publishing.submissions")] | None
    ) = strawberry.field(
        resolver=_submission, description="Where it came from; null for those who may not see that."
    )
    dataset: Annotated["DatasetType", strawberry.lazy("satudata.graphql.catalogue.datasets")] = (
        strawberry.field(resolver=_dataset, description="The dataset it is a version of.")
    )
    citation: CitationType = strawberry.field(resolver=_citation, description="How to cite it.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, DatasetVersion)
