"""Inputs of the mutations."""

import strawberry

from satudata.graphql.enums import ReviewDecision, SubmissionState
from satudata.graphql.scalars import Count, DateTime
from satudata.graphql.texts import TextInput


@strawberry.input(description="The file that is about to be sent.")
class CreateUploadInput:
    file_name: str = strawberry.field(description="Its name. Example: `siswa-2025.xlsx`.")
    bytes: Count = strawberry.field(description="Its size in bytes, exact.")
    sha256: str = strawberry.field(
        description="Its SHA-256, 64 hexadecimal digits: what arrives is compared with it."
    )


@strawberry.input(description="A file that has been sent, to become the next version of a dataset.")
class SubmitDataInput:
    dataset: strawberry.ID = strawberry.field(description="Slug of the dataset, `agency/dataset`.")
    upload_id: strawberry.ID = strawberry.field(description="The `id` of the upload.")
    note: str | None = strawberry.field(
        default=None, description="What the steward should know. Not published."
    )
    notes: TextInput | None = strawberry.field(
        default=None, description="What readers should know about this version."
    )
    erratum: TextInput | None = strawberry.field(
        default=None, description="What this version corrects in the one before it. Published."
    )
    replaces: strawberry.ID | None = strawberry.field(
        default=None, description="The `id` of the rejected or returned submission it takes the place of."
    )
    release_at: DateTime | None = strawberry.field(
        default=None,
        description="Not to be published before this instant; absent: as soon as it is approved.",
    )
    idempotency_key: str = strawberry.field(
        description="Any text of your own that is new for each submission: sending the same twice submits once."
    )


@strawberry.input(description="Something a reviewer points at.")
class ReviewFindingInput:
    row: Count | None = strawberry.field(default=None, description="The row, as a spreadsheet counts it.")
    column: str | None = strawberry.field(default=None, description="The column.")
    text: str = strawberry.field(description="What is to be looked at.")


@strawberry.input(description="A reviewer's decision.")
class ReviewSubmissionInput:
    submission: strawberry.ID = strawberry.field(description="The `id` of the submission.")
    decision: ReviewDecision = strawberry.field(description="Accept it or return it.")
    reason: str | None = strawberry.field(
        default=None, description="Why. Needed to return, and to accept a file with warnings."
    )
    findings: list[ReviewFindingInput] | None = strawberry.field(
        default=None, description="Places to point at."
    )
    confirmed_rules: list[str] | None = strawberry.field(
        default=None,
        description=(
            "Warnings accepted as they are: `code:column` (or `code` for every column), each one of "
            "the report."
        ),
    )
    expected_state: SubmissionState = strawberry.field(
        description="The state it was in when you decided: in another one, nothing is done."
    )


@strawberry.input(description="An approved submission to be published.")
class PublishSubmissionInput:
    submission: strawberry.ID = strawberry.field(description="The `id` of the submission.")
    release_at: DateTime | None = strawberry.field(
        default=None,
        description=(
            "Not before this instant; one that has passed means now. Absent: the time set before holds "
            "(its producer's, or a steward's), else at once."
        ),
    )
    expected_state: SubmissionState = strawberry.field(
        description="The state it was in when you decided: in another one, nothing is done."
    )


@strawberry.input(description="A submission of one's own to be taken back.")
class WithdrawSubmissionInput:
    submission: strawberry.ID = strawberry.field(description="The `id` of the submission.")
    reason: str = strawberry.field(description="Why.")
    expected_state: SubmissionState = strawberry.field(
        description="The state it was in when you decided: in another one, nothing is done."
    )


@strawberry.input(description="A published version to be taken back.")
class WithdrawVersionInput:
    dataset: strawberry.ID = strawberry.field(description="Slug of the dataset, `agency/dataset`.")
    number: int = strawberry.field(description="Number of the version.")
    reason: str = strawberry.field(description="Why. It is published in the version's place.")


@strawberry.input(
    description="A data contract to be registered: of a new dataset, or a new version of an old one."
)
class RegisterDatasetInput:
    contract_yaml: str = strawberry.field(
        description="The contract: ODCS v3.1.0 with the SDI profile, as YAML."
    )
    expected_version: str | None = strawberry.field(
        default=None,
        description="The contract version you believe to be the newest; with another one, nothing is done.",
    )
    dry_run: bool | None = strawberry.field(default=False, description="Check everything, store nothing.")
