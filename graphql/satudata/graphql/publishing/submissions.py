"""Submissions as the API shows them: declares the fields of a `satudata.datasets.submissions.types.Submission`."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from satudata.datasets.errors import NotFound
from satudata.datasets.submissions.types import CheckProgress, CheckStage, Submission
from satudata.graphql.context import Info
from satudata.graphql.directives import mark
from satudata.graphql.enums import Role, SubmissionState
from satudata.graphql.ids import global_id
from satudata.graphql.nodes import Node
from satudata.graphql.publishing.reports import ReportType
from satudata.graphql.scalars import Count, DateTime

if TYPE_CHECKING:
    from satudata.graphql.catalogue.datasets import DatasetType
    from satudata.graphql.catalogue.versions import DatasetVersionType

Root = strawberry.Parent[Submission]

POLL_SECONDS = 2


@strawberry.type(name="ReviewFinding", description="Something a reviewer points at.")
class ReviewFindingType:
    row: Count | None = strawberry.field(
        description="The row, as a spreadsheet counts it; null for the whole file."
    )
    column: str | None = strawberry.field(description="The column; null where it is not about one.")
    text: str = strawberry.field(description="What is to be looked at.")


@strawberry.type(name="SubmissionStep", description="One step on a submission's way.")
class SubmissionStepType:
    at: DateTime = strawberry.field(description="When.")
    actor: str = strawberry.field(description="Who: a person's name, or `satudata` for the hub itself.")
    role: Role | None = strawberry.field(description="In which role; null for the hub itself.")
    from_state: SubmissionState | None = strawberry.field(
        description="From which state; null for the first step."
    )
    to_state: SubmissionState = strawberry.field(description="To which state.")
    reason: str | None = strawberry.field(description="Why, in the actor's words.")
    findings: list[ReviewFindingType] = strawberry.field(description="What a reviewer pointed at.")


def _poll_after(root: strawberry.Parent[CheckProgress]) -> int | None:
    return None if root.stage is CheckStage.DONE else POLL_SECONDS


@strawberry.type(name="Progress", description="How far the hub's work on a submission is.")
class ProgressType:
    stage: CheckStage = strawberry.field(description="What is being done.")
    done: Count = strawberry.field(description="How many rows are done in this stage.")
    total: Count | None = strawberry.field(
        description="How many rows there are; null while that is not known."
    )
    at: DateTime = strawberry.field(description="When this was last heard.")
    poll_after_seconds: int | None = strawberry.field(
        resolver=_poll_after, description="When to ask again; null when there is nothing to wait for."
    )


def _id(root: Root) -> strawberry.ID:
    return global_id("Submission", root.id)


# Any below: domain records for fields whose declared types describe them.


async def _dataset(root: Root, info: Info) -> Any:
    context, slug = info.context, root.dataset_slug
    return await context.once(
        ("dataset", slug), lambda: context.services.catalogue.get(slug, context.principal)
    )


async def _report(root: Root, info: Info) -> Any:
    if root.report_key is None:
        return None
    return await info.context.services.submissions.report(info.context.principal, root.id)


def _review_findings(root: Root) -> Any:
    return root.review_findings


async def _version(root: Root, info: Info) -> Any:
    if root.version_number is None:
        return None
    return await info.context.services.versions.get(
        root.dataset_slug, root.version_number, info.context.principal
    )


async def _replaces(root: Root, info: Info) -> Any:
    if root.replaces_id is None:
        return None
    try:
        return await info.context.services.submissions.get(info.context.principal, root.replaces_id)
    except NotFound:
        return None


@strawberry.type(name="Submission", description="A file on its way to becoming a version of a dataset.")
class SubmissionType(Node):
    id: strawberry.ID = strawberry.field(resolver=_id, description="Opaque; fetch it again with `node(id:)`.")
    dataset: Annotated["DatasetType", strawberry.lazy("satudata.graphql.catalogue.datasets")] = (
        strawberry.field(resolver=_dataset, description="The dataset it is for.")
    )
    state: SubmissionState = strawberry.field(description="Where it stands.")
    file_name: str = strawberry.field(description="Name of the file as it was uploaded.")
    bytes: Count = strawberry.field(description="Size of the file in bytes.")
    sha256: str = strawberry.field(
        description="SHA-256 of the file, hexadecimal. The file is kept as it came."
    )
    submitted_by: str = strawberry.field(description="Name of the person.")
    submitted_at: DateTime = strawberry.field(description="When.")
    note: str | None = strawberry.field(description="What the producer tells the steward.")
    report: ReportType | None = strawberry.field(
        resolver=_report,
        description="The report of its check; null before there is one.",
        metadata=mark(weight=5),
    )
    review_findings: list[ReviewFindingType] = strawberry.field(
        resolver=_review_findings, description="What the last reviewer who had findings pointed at."
    )
    steps: list[SubmissionStepType] = strawberry.field(description="Its way so far, oldest step first.")
    version: (
        Annotated["DatasetVersionType", strawberry.lazy("satudata.graphql.catalogue.versions")] | None
    ) = strawberry.field(resolver=_version, description="The version it became; null before it is published.")
    progress: ProgressType | None = strawberry.field(
        description="How far the hub's work on it is; null while nothing is being done."
    )
    release_at: DateTime | None = strawberry.field(
        description="When it is to be published; null means at once."
    )
    replaces: "SubmissionType | None" = strawberry.field(
        resolver=_replaces, description="The rejected or returned submission it takes the place of."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, Submission)
