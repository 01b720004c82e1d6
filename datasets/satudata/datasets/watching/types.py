"""What the watch service returns."""

from dataclasses import dataclass
from datetime import datetime

from satudata.datasets.submissions.types import CheckProgress, SubmissionState


@dataclass(frozen=True, slots=True)
class Publication:
    """A version that was published. `position` grows with every publication, in the order they were committed."""

    position: int
    dataset_slug: str
    number: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a submission stands; another value means that it is worth reading again."""

    state: SubmissionState
    steps: int
    publish_requested_at: datetime | None
    progress: CheckProgress | None = None
