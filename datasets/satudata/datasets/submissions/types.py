"""What the submission service returns and takes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from satudata.datasets.access.principal import Role
from satudata.validation.text import Text


class SubmissionState(StrEnum):
    UPLOADED = "UPLOADED"
    CHECKING = "CHECKING"
    FAILED = "FAILED"
    REJECTED = "REJECTED"
    IN_REVIEW = "IN_REVIEW"
    RETURNED = "RETURNED"
    AUTHORITY_REVIEW = "AUTHORITY_REVIEW"
    RETURNED_TO_STEWARD = "RETURNED_TO_STEWARD"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"
    WITHDRAWN = "WITHDRAWN"


class ReviewDecision(StrEnum):
    ACCEPT = "ACCEPT"
    RETURN = "RETURN"


class CheckStage(StrEnum):
    """Where a job is: the check's stages, then SERVING (publishing), then DONE."""

    QUEUED = "QUEUED"
    READING = "READING"
    CASTING = "CASTING"
    ROW_CHECKS = "ROW_CHECKS"
    SET_CHECKS = "SET_CHECKS"
    STORING = "STORING"
    SERVING = "SERVING"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class CheckProgress:
    """How far the running job is, in rows; `total` None while unknown. `at` is when that was last heard."""

    stage: CheckStage
    done: int
    total: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewFinding:
    """What a reviewer points at; `row` as a spreadsheet shows it."""

    text: str
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class SubmissionStep:
    """One transition. `actor` is the person's name, or `satudata` for the machine; a note keeps the state."""

    at: datetime
    actor: str
    role: Role | None
    from_state: SubmissionState | None
    to_state: SubmissionState
    reason: str | None = None
    findings: tuple[ReviewFinding, ...] = ()
    confirmed_rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Upload:
    """Room for one file. `received_bytes` equals `bytes` once the file is here and its hash was right."""

    id: str
    file_name: str
    bytes: int
    sha256: str
    received_bytes: int
    max_bytes: int
    expires_at: datetime
    owner_id: str

    @property
    def complete(self) -> bool:
        return self.received_at is not None

    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A file on its way to becoming a version of `dataset_slug`."""

    id: str
    dataset_slug: str
    contract_version: str
    state: SubmissionState
    file_name: str
    bytes: int
    sha256: str
    submitted_by: str
    """Name of the person."""
    submitted_by_id: str
    submitted_at: datetime
    note: str | None
    notes: Text | None
    erratum: Text | None
    replaces_id: str | None
    release_at: datetime | None
    publish_requested_at: datetime | None
    """Set once a steward has said publish; with `release_at` in the future the version waits for it."""
    report_key: str | None
    version_number: int | None
    steps: tuple[SubmissionStep, ...] = ()
    progress: CheckProgress | None = None
    """Only while UPLOADED, CHECKING or being published."""

    @property
    def review_findings(self) -> tuple[ReviewFinding, ...]:
        """Findings of the newest step that has any."""
        return next((step.findings for step in reversed(self.steps) if step.findings), ())
