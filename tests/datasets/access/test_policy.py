"""Every role x action x own or other agency, written out: who may do what, and nothing else."""

from dataclasses import replace

import pytest

from satudata.datasets.access.policy import (
    ACTION_NAMES,
    HUB,
    OPERATOR_ACTIONS,
    POLICY,
    Action,
    Resource,
    can,
    require,
    require_visible,
)
from satudata.datasets.access.principal import ANONYMOUS, OPERATOR, Principal, Role, RoleGrant
from satudata.datasets.errors import NotAllowed, NotFound
from satudata.validation.contracts.model import AccessLevel
from satudata.validation.text import Text

A = Action

CLOSED = Resource(agency="dinas", steward="dinas", access_level=AccessLevel.CLOSED, submitted_by="somebody")
PRIORITY = replace(CLOSED, priority=True, with_authority=True)

HUB_ACTIONS = {
    A.CREATE_AGENCY,
    A.CREATE_PERSON,
    A.ASSIGN_ROLE,
    A.VIEW_PEOPLE,
    A.IMPORT_CODES,
    A.VIEW_AUDIT,
}

SEES = {A.VIEW_DATASET, A.VIEW_SUBMISSION}

EXPECTED: dict[tuple[Role, str], set[Action]] = {
    (Role.PRODUCER, "own"): {*SEES, A.UPLOAD, A.SUBMIT, A.RETRY_CHECK},
    (Role.PRODUCER, "other"): set(),
    (Role.SUPPORTING_STEWARD, "own"): {*SEES, A.UPLOAD, A.SUBMIT, A.RETRY_CHECK},
    (Role.SUPPORTING_STEWARD, "other"): set(),
    (Role.STEWARD, "own"): {
        *SEES,
        A.REGISTER_DATASET,
        A.WITHDRAW_VERSION,
        A.RETRY_CHECK,
        A.REVIEW,
        A.PUBLISH,
    },
    (Role.STEWARD, "other"): set(),
    (Role.STANDARDS_AUTHORITY, "own"): {A.IMPORT_CODES},
    (Role.STANDARDS_AUTHORITY, "other"): {A.IMPORT_CODES},
    (Role.SECRETARIAT, "own"): {*HUB_ACTIONS - {A.IMPORT_CODES}},
    (Role.SECRETARIAT, "other"): {*HUB_ACTIONS - {A.IMPORT_CODES}},
}


def person(
    role: Role, agency: str | None = "dinas", person_id: str = "me", region: str | None = None
) -> Principal:
    return Principal(person_id=person_id, grants=(RoleGrant(role, agency, region),))


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("where", ["own", "other"])
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says_and_nothing_else(
    role: Role, where: str, action: Action
) -> None:
    agency = "dinas" if where == "own" else "badan"
    assert can(person(role, agency), action, CLOSED) is (action in EXPECTED[role, where])


@pytest.mark.parametrize("action", Action)
def test_nobody_may_do_anything_but_see_open_datasets(action: Action) -> None:
    assert can(ANONYMOUS, action, Resource(agency="dinas")) is (action is A.VIEW_DATASET)
    assert not can(ANONYMOUS, action, CLOSED)
    assert not can(Principal(person_id="me"), action, CLOSED)


@pytest.mark.parametrize("action", Action)
def test_the_operator_sets_up_and_looks_after_but_never_touches_data(action: Action) -> None:
    assert can(OPERATOR, action, CLOSED) is (action in OPERATOR_ACTIONS)
    assert not {A.SUBMIT, A.REVIEW, A.PUBLISH, A.REGISTER_DATASET, A.WITHDRAW_VERSION} & OPERATOR_ACTIONS


@pytest.mark.parametrize("action", [A.REVIEW, A.PUBLISH])
def test_a_steward_never_decides_on_an_own_submission(action: Action) -> None:
    both = Principal(
        person_id="me", grants=(RoleGrant(Role.PRODUCER, "dinas"), RoleGrant(Role.STEWARD, "dinas"))
    )
    assert can(both, action, CLOSED)
    assert not can(both, action, replace(CLOSED, submitted_by="me"))


def test_only_the_submitter_takes_a_submission_back() -> None:
    assert can(person(Role.PRODUCER), A.WITHDRAW_SUBMISSION, replace(CLOSED, submitted_by="me"))
    assert not can(person(Role.PRODUCER), A.WITHDRAW_SUBMISSION, CLOSED)
    assert not can(person(Role.PRODUCER, "badan"), A.WITHDRAW_SUBMISSION, replace(CLOSED, submitted_by="me"))
    assert not can(person(Role.STEWARD), A.WITHDRAW_SUBMISSION, replace(CLOSED, submitted_by="me"))


def test_the_steward_a_contract_names_reviews_but_does_not_register() -> None:
    shared = replace(CLOSED, steward="kominfo")
    named = person(Role.STEWARD, "kominfo")
    assert can(named, A.REVIEW, shared)
    assert can(named, A.PUBLISH, shared)
    assert can(named, A.VIEW_SUBMISSION, shared)
    assert not can(named, A.REGISTER_DATASET, shared)
    assert can(person(Role.STEWARD, "dinas"), A.REGISTER_DATASET, shared)
    assert not can(person(Role.PRODUCER, "kominfo"), A.VIEW_SUBMISSION, shared)


def test_an_authority_reviews_priority_data_that_has_reached_it() -> None:
    national = person(Role.STANDARDS_AUTHORITY, None)
    assert can(national, A.VIEW_SUBMISSION, PRIORITY)
    assert can(national, A.REVIEW_AS_AUTHORITY, PRIORITY)
    assert not can(national, A.VIEW_SUBMISSION, replace(PRIORITY, with_authority=False))
    assert not can(national, A.REVIEW_AS_AUTHORITY, replace(PRIORITY, priority=False))
    assert not can(national, A.PUBLISH, PRIORITY)


def test_an_authority_is_held_to_its_field_and_region() -> None:
    west_java = person(Role.STANDARDS_AUTHORITY, None, region="32")
    assert can(west_java, A.REVIEW_AS_AUTHORITY, replace(PRIORITY, region="32"))
    assert can(west_java, A.REVIEW_AS_AUTHORITY, replace(PRIORITY, region="32.04"))
    assert not can(west_java, A.REVIEW_AS_AUTHORITY, replace(PRIORITY, region="33"))
    assert not can(west_java, A.REVIEW_AS_AUTHORITY, replace(PRIORITY, region=None))
    assert not can(person(Role.STANDARDS_AUTHORITY, "badan"), A.REVIEW_AS_AUTHORITY, PRIORITY)


def test_the_second_look_is_another_persons() -> None:
    national = person(Role.STANDARDS_AUTHORITY, None)
    assert not can(national, A.REVIEW_AS_AUTHORITY, replace(PRIORITY, accepted_by="me"))
    assert not can(national, A.REVIEW_AS_AUTHORITY, replace(PRIORITY, submitted_by="me"))


@pytest.mark.parametrize("action", Action)
def test_a_read_only_token_only_reads(action: Action) -> None:
    mine = replace(CLOSED, submitted_by="other")
    everything = Principal(person_id="me", grants=tuple(RoleGrant(role, "dinas") for role in Role))
    assert can(replace(everything, read_only=True), action, mine) is (
        can(everything, action, mine)
        and action in {A.VIEW_DATASET, A.VIEW_SUBMISSION, A.VIEW_PEOPLE, A.VIEW_AUDIT}
    )


def test_require_names_the_role_that_allowed_it() -> None:
    assert require(person(Role.STEWARD), A.REVIEW, CLOSED) is Role.STEWARD
    assert require(OPERATOR, A.CREATE_AGENCY, HUB) is None


def test_a_refusal_says_what_to_do_in_both_languages() -> None:
    with pytest.raises(NotAllowed) as signed_in:
        require(person(Role.PRODUCER), A.PUBLISH, CLOSED)
    assert "menerbitkan" in signed_in.value.message.id
    assert "publish" in signed_in.value.message.en
    with pytest.raises(NotAllowed) as anonymous:
        require(ANONYMOUS, A.PUBLISH, CLOSED)
    assert "masuk" in anonymous.value.message.id
    with pytest.raises(NotAllowed) as reader:
        require(replace(person(Role.PRODUCER), read_only=True), A.UPLOAD, CLOSED)
    assert "token" in reader.value.message.en


def test_what_one_may_not_see_is_not_found() -> None:
    with pytest.raises(NotFound):
        require_visible(
            person(Role.PRODUCER, "badan"), A.VIEW_DATASET, CLOSED, Text("Dataset x", "Dataset x")
        )


def test_every_action_has_rules_and_a_name() -> None:
    assert set(POLICY) == set(Action)
    assert set(ACTION_NAMES) == set(Action)
