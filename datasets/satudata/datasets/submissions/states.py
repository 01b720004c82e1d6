"""The states of a submission as data: which may follow which, and what a review decision leads to."""

from collections.abc import Mapping
from dataclasses import dataclass

from satudata.datasets.access.policy import Action
from satudata.datasets.submissions.types import ReviewDecision, SubmissionState
from satudata.validation.text import Text

S = SubmissionState

TRANSITIONS: Mapping[SubmissionState, frozenset[SubmissionState]] = {
    S.UPLOADED: frozenset({S.CHECKING, S.FAILED, S.WITHDRAWN}),
    S.CHECKING: frozenset({S.FAILED, S.REJECTED, S.IN_REVIEW, S.WITHDRAWN}),
    S.FAILED: frozenset({S.CHECKING, S.WITHDRAWN}),
    S.REJECTED: frozenset(),
    S.IN_REVIEW: frozenset({S.RETURNED, S.AUTHORITY_REVIEW, S.APPROVED, S.WITHDRAWN}),
    S.RETURNED: frozenset(),
    S.AUTHORITY_REVIEW: frozenset({S.APPROVED, S.RETURNED_TO_STEWARD, S.WITHDRAWN}),
    S.RETURNED_TO_STEWARD: frozenset({S.RETURNED, S.AUTHORITY_REVIEW, S.WITHDRAWN}),
    S.APPROVED: frozenset({S.PUBLISHED, S.WITHDRAWN}),
    S.PUBLISHED: frozenset(),
    S.WITHDRAWN: frozenset(),
}

TERMINAL = frozenset(state for state, following in TRANSITIONS.items() if not following)

WITH_AUTHORITY = frozenset({S.AUTHORITY_REVIEW, S.RETURNED_TO_STEWARD, S.APPROVED, S.PUBLISHED})
"""States in which the authority of priority data sees a submission."""

REPLACEABLE = frozenset({S.REJECTED, S.RETURNED, S.WITHDRAWN})
"""What a new submission may name as the one it replaces."""

STATE_NAMES: Mapping[SubmissionState, Text] = {
    S.UPLOADED: Text("menunggu pemeriksaan", "waiting for its check"),
    S.CHECKING: Text("sedang diperiksa sistem", "being checked"),
    S.FAILED: Text("gagal diperiksa karena gangguan sistem", "not checked because of a fault in the system"),
    S.REJECTED: Text("ditolak pemeriksaan", "rejected by its check"),
    S.IN_REVIEW: Text("menunggu keputusan walidata", "waiting for the steward"),
    S.RETURNED: Text("dikembalikan kepada produsen", "returned to its producer"),
    S.AUTHORITY_REVIEW: Text("menunggu keputusan pembina data", "waiting for the standards authority"),
    S.RETURNED_TO_STEWARD: Text("dikembalikan kepada walidata", "returned to the steward"),
    S.APPROVED: Text("disetujui", "approved"),
    S.PUBLISHED: Text("sudah terbit", "published"),
    S.WITHDRAWN: Text("dibatalkan", "withdrawn"),
}
"""A state as it stands in a sentence after "this submission is"."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a decision needs and where it leads; priority data may take another way."""

    action: Action
    to: SubmissionState
    to_when_priority: SubmissionState | None = None

    def target(self, priority: bool) -> SubmissionState:
        """The next state."""
        return self.to_when_priority if priority and self.to_when_priority else self.to


REVIEWS: Mapping[tuple[SubmissionState, ReviewDecision], Move] = {
    (S.IN_REVIEW, ReviewDecision.ACCEPT): Move(Action.REVIEW, S.APPROVED, S.AUTHORITY_REVIEW),
    (S.IN_REVIEW, ReviewDecision.RETURN): Move(Action.REVIEW, S.RETURNED),
    (S.AUTHORITY_REVIEW, ReviewDecision.ACCEPT): Move(Action.REVIEW_AS_AUTHORITY, S.APPROVED),
    (S.AUTHORITY_REVIEW, ReviewDecision.RETURN): Move(Action.REVIEW_AS_AUTHORITY, S.RETURNED_TO_STEWARD),
    (S.RETURNED_TO_STEWARD, ReviewDecision.ACCEPT): Move(Action.REVIEW, S.AUTHORITY_REVIEW),
    (S.RETURNED_TO_STEWARD, ReviewDecision.RETURN): Move(Action.REVIEW, S.RETURNED),
}
