"""Mutations: each one use case of the services, its refusals told as problems in the payload."""

from typing import Annotated, Any

import strawberry

from satudata.datasets.submissions.types import ReviewFinding
from satudata.graphql.catalogue.datasets import DatasetType
from satudata.graphql.catalogue.versions import DatasetVersionType
from satudata.graphql.context import Info
from satudata.graphql.directives import mark
from satudata.graphql.ids import key_of
from satudata.graphql.publishing.inputs import (
    CreateUploadInput,
    PublishSubmissionInput,
    RegisterDatasetInput,
    ReviewSubmissionInput,
    SubmitDataInput,
    WithdrawSubmissionInput,
    WithdrawVersionInput,
)
from satudata.graphql.publishing.problems import Problem, told
from satudata.graphql.publishing.submissions import SubmissionType
from satudata.graphql.publishing.uploads import UploadType
from satudata.graphql.texts import given_text
from satudata.validation.text import Text

PROBLEMS = "Why it was refused; empty when it went well."
ACT = mark(weight=10)


@strawberry.type(description="What became of `createUpload`.")
class CreateUploadPayload:
    upload: UploadType | None = strawberry.field(
        default=None, description="Where to send the file; null when refused."
    )
    problems: list[Problem] = strawberry.field(default_factory=list, description=PROBLEMS)


@strawberry.type(description="What became of a submission.")
class SubmissionPayload:
    submission: SubmissionType | None = strawberry.field(
        default=None, description="The submission as it is now; null when refused."
    )
    problems: list[Problem] = strawberry.field(default_factory=list, description=PROBLEMS)


@strawberry.type(description="What became of a version.")
class VersionPayload:
    version: DatasetVersionType | None = strawberry.field(
        default=None, description="The version as it is now; null when refused."
    )
    problems: list[Problem] = strawberry.field(default_factory=list, description=PROBLEMS)


@strawberry.type(description="What became of a dataset.")
class DatasetPayload:
    dataset: DatasetType | None = strawberry.field(
        default=None,
        description="The dataset as it is now, or, in a dry run, as it would be; null when refused.",
    )
    problems: list[Problem] = strawberry.field(default_factory=list, description=PROBLEMS)


# Any below: payloads hold domain records where their types declare Strawberry ones.


def _submission(record: Any) -> SubmissionPayload:
    return SubmissionPayload(submission=record)


def _no_submission(problems: list[Problem]) -> SubmissionPayload:
    return SubmissionPayload(problems=problems)


async def _create_upload(
    info: Info, input: Annotated[CreateUploadInput, strawberry.argument(description="The file.")]
) -> CreateUploadPayload:
    context = info.context

    async def act() -> Any:
        return await context.services.submissions.create_upload(
            context.principal, input.file_name, input.bytes, input.sha256
        )

    return await told(
        act,
        lambda upload: CreateUploadPayload(upload=upload),
        lambda problems: CreateUploadPayload(problems=problems),
    )


async def _submit_data(
    info: Info,
    input: Annotated[SubmitDataInput, strawberry.argument(description="The file and where it belongs.")],
) -> SubmissionPayload:
    context = info.context

    async def act() -> Any:
        replaces = None if input.replaces is None else key_of(input.replaces, "Submission", "replaces")
        return await context.services.submissions.submit(
            context.principal,
            input.dataset,
            input.upload_id,
            note=input.note,
            notes=given_text(input.notes),
            erratum=given_text(input.erratum),
            replaces=replaces,
            release_at=input.release_at,
            idempotency_key=input.idempotency_key,
        )

    return await told(act, _submission, _no_submission)


async def _review_submission(
    info: Info, input: Annotated[ReviewSubmissionInput, strawberry.argument(description="The decision.")]
) -> SubmissionPayload:
    context = info.context

    async def act() -> Any:
        return await context.services.submissions.review(
            context.principal,
            key_of(input.submission, "Submission", "submission"),
            input.decision,
            reason=input.reason,
            findings=[ReviewFinding(item.text, item.row, item.column) for item in input.findings or ()],
            confirmed_rules=tuple(input.confirmed_rules or ()),
            expected_state=input.expected_state,
        )

    return await told(act, _submission, _no_submission)


async def _publish_submission(
    info: Info, input: Annotated[PublishSubmissionInput, strawberry.argument(description="What to publish.")]
) -> SubmissionPayload:
    context = info.context

    async def act() -> Any:
        return await context.services.submissions.publish(
            context.principal,
            key_of(input.submission, "Submission", "submission"),
            release_at=input.release_at,
            expected_state=input.expected_state,
        )

    return await told(act, _submission, _no_submission)


async def _withdraw_submission(
    info: Info,
    input: Annotated[WithdrawSubmissionInput, strawberry.argument(description="What to take back.")],
) -> SubmissionPayload:
    context = info.context

    async def act() -> Any:
        return await context.services.submissions.withdraw(
            context.principal,
            key_of(input.submission, "Submission", "submission"),
            input.reason,
            expected_state=input.expected_state,
        )

    return await told(act, _submission, _no_submission)


async def _withdraw_version(
    info: Info, input: Annotated[WithdrawVersionInput, strawberry.argument(description="What to take back.")]
) -> VersionPayload:
    context = info.context

    async def act() -> Any:
        return await context.services.versions.withdraw(
            context.principal, input.dataset, input.number, Text(input.reason, "")
        )

    return await told(
        act,
        lambda version: VersionPayload(version=version),
        lambda problems: VersionPayload(problems=problems),
    )


async def _register_dataset(
    info: Info, input: Annotated[RegisterDatasetInput, strawberry.argument(description="The contract.")]
) -> DatasetPayload:
    context = info.context

    async def act() -> Any:
        return await context.services.catalogue.register(
            context.principal, input.contract_yaml, input.expected_version, bool(input.dry_run)
        )

    return await told(
        act,
        lambda dataset: DatasetPayload(dataset=dataset),
        lambda problems: DatasetPayload(problems=problems),
    )


@strawberry.type(
    description="Acts. Each needs a signed-in person with the right role, is audited, and tells refusals as `problems`."
)
class Mutation:
    create_upload: CreateUploadPayload = strawberry.field(
        resolver=_create_upload, description="Ask for room for a file. Producers.", metadata=ACT
    )
    submit_data: SubmissionPayload = strawberry.field(
        resolver=_submit_data,
        description="Submit a file that has been sent as the next version of a dataset; its check starts. Producers.",
        metadata=ACT,
    )
    review_submission: SubmissionPayload = strawberry.field(
        resolver=_review_submission,
        description=(
            "Accept or return a submission. Stewards; standards authorities for priority data that a steward accepted."
        ),
        metadata=ACT,
    )
    withdraw_submission: SubmissionPayload = strawberry.field(
        resolver=_withdraw_submission,
        description="Take back a submission of one's own that is not final yet. Producers.",
        metadata=ACT,
    )
    publish_submission: SubmissionPayload = strawberry.field(
        resolver=_publish_submission,
        description="Publish an approved submission: now, or at a given time. Stewards.",
        metadata=ACT,
    )
    withdraw_version: VersionPayload = strawberry.field(
        resolver=_withdraw_version,
        description="Take back a published version; its entry stays, with the reason. Stewards.",
        metadata=ACT,
    )
    register_dataset: DatasetPayload = strawberry.field(
        resolver=_register_dataset,
        description="Register a dataset by its contract, or a new version of its contract. Stewards.",
        metadata=ACT,
    )
