"""The state machine as data: it must be the design's, and hold together. How the service follows it is next door."""

import itertools

import pytest

from satudata.datasets.access.policy import Action
from satudata.datasets.submissions.states import (
    REPLACEABLE,
    REVIEWS,
    STATE_NAMES,
    TERMINAL,
    TRANSITIONS,
    WITH_AUTHORITY,
)
from satudata.datasets.submissions.types import ReviewDecision, SubmissionState

S = SubmissionState

FROM_THE_DESIGN = {
    (S.UPLOADED, S.CHECKING),
    (S.CHECKING, S.FAILED),
    (S.CHECKING, S.REJECTED),
    (S.CHECKING, S.IN_REVIEW),
    (S.IN_REVIEW, S.RETURNED),
    (S.IN_REVIEW, S.AUTHORITY_REVIEW),
    (S.IN_REVIEW, S.APPROVED),
    (S.AUTHORITY_REVIEW, S.APPROVED),
    (S.AUTHORITY_REVIEW, S.RETURNED_TO_STEWARD),
    (S.RETURNED_TO_STEWARD, S.RETURNED),
    (S.RETURNED_TO_STEWARD, S.AUTHORITY_REVIEW),
    (S.APPROVED, S.PUBLISHED),
}
OUR_FAULT = {(S.UPLOADED, S.FAILED), (S.FAILED, S.CHECKING)}
"""A check that could not even begin, and a failed one tried again."""


def test_transitions_are_those_of_the_design() -> None:
    written = {(state, following) for state, all_ in TRANSITIONS.items() for following in all_}
    withdrawn = {(state, S.WITHDRAWN) for state in S if state not in TERMINAL}
    assert written == FROM_THE_DESIGN | OUR_FAULT | withdrawn


def test_every_state_is_reached_and_left_or_final() -> None:
    assert set(TRANSITIONS) == set(STATE_NAMES) == set(S)
    reached = {S.UPLOADED, *itertools.chain.from_iterable(TRANSITIONS.values())}
    assert reached == set(S)
    assert {S.REJECTED, S.RETURNED, S.PUBLISHED, S.WITHDRAWN} == TERMINAL
    assert TERMINAL - {S.PUBLISHED} == REPLACEABLE


@pytest.mark.parametrize(("state", "decision"), REVIEWS)
@pytest.mark.parametrize("priority", [False, True])
def test_a_review_only_takes_transitions_there_are(
    state: S, decision: ReviewDecision, priority: bool
) -> None:
    move = REVIEWS[state, decision]
    assert move.target(priority) in TRANSITIONS[state]
    assert (move.action is Action.REVIEW_AS_AUTHORITY) is (state is S.AUTHORITY_REVIEW)


def test_priority_data_is_approved_by_the_authority_only() -> None:
    for (state, decision), move in REVIEWS.items():
        if move.target(priority=True) is S.APPROVED:
            assert (state, decision) == (S.AUTHORITY_REVIEW, ReviewDecision.ACCEPT)


def test_the_authority_sees_nothing_refused() -> None:
    assert not WITH_AUTHORITY & {S.REJECTED, S.RETURNED, S.WITHDRAWN, S.IN_REVIEW}
