"""Review by steward and authority, publication asked for, withdrawal: each by the right person in the right state."""

from datetime import timedelta
from typing import Any

import pytest

from satudata.datasets.access.principal import ANONYMOUS, OPERATOR, Role
from satudata.datasets.errors import InvalidInput, NotAllowed, NotFound, QualityGateFailed, StateConflict
from satudata.datasets.jobs.protocol import JobKind
from satudata.datasets.submissions.models import ReportRow, SubmissionRow
from satudata.datasets.submissions.types import ReviewDecision, ReviewFinding, SubmissionState
from satudata.validation.contracts.model import Severity
from satudata.validation.reports.model import Report, RuleResult, Verdict

S = SubmissionState
ACCEPT, RETURN = ReviewDecision


async def in_state(hub: Any, submission_id: str, state: SubmissionState, verdict: str = "ACCEPTED") -> None:
    """Put a submission where the test begins, as if its check had been recorded with that verdict."""
    data = REPORTS[verdict]
    key = f"reports/{verdict}.json"
    await hub.services.files.put_bytes(key, data)
    async with hub.services.database.write() as session:
        row = await session.get_one(SubmissionRow, submission_id)
        row.state = state.value
        session.add(
            ReportRow(
                submission_id=submission_id,
                key=key,
                verdict=verdict,
                rows=3,
                errors=0,
                warnings=0,
                created_at=hub.clock.now(),
            )
        )


def _reports() -> dict[str, bytes]:
    warnings = (
        RuleResult("row.code_superseded", Severity.WARNING, "kode", 2, (2, 3)),
        RuleResult("row.rule", Severity.WARNING, "nilai", 1, (4,)),
        RuleResult("row.rule", Severity.INFO, "tahun", 1, (4,)),
    )
    return {
        "ACCEPTED": Report(Verdict.ACCEPTED, 3, 3, "dinas/contoh", "1.0.0").to_json(),
        "NEEDS_CONFIRMATION": Report(
            Verdict.NEEDS_CONFIRMATION, 3, 3, "dinas/contoh", "1.0.0", rules=warnings
        ).to_json(),
    }


REPORTS = _reports()


async def submitted(
    hub: Any, state: SubmissionState = S.IN_REVIEW, verdict: str = "ACCEPTED", **more: Any
) -> str:
    made = await hub.submit(**more)
    await in_state(hub, made.id, state, verdict)
    return str(made.id)


async def review(hub: Any, who: Any, submission_id: str, decision: Any = ACCEPT, **more: Any) -> Any:
    expected = more.pop("expected_state", S.IN_REVIEW)
    return await hub.services.submissions.review(
        who, submission_id, decision, expected_state=expected, **more
    )


async def test_accepting_approves_and_is_written_down(either_hub: Any) -> None:
    made = await submitted(either_hub)
    approved = await review(either_hub, either_hub.steward, made, reason="Baik.")
    assert approved.state is S.APPROVED
    step = approved.steps[-1]
    assert (step.actor, step.role, step.from_state, step.reason) == (
        "Walidata Dinas",
        "STEWARD",
        S.IN_REVIEW,
        "Baik.",
    )
    events = await either_hub.services.audit.events(either_hub.secretariat, subject=f"submission:{made}")
    assert events.items[0].detail["state"] == "APPROVED"
    assert events.items[0].role is Role.STEWARD


async def test_returning_needs_a_reason_and_carries_findings(either_hub: Any) -> None:
    made = await submitted(either_hub)
    with pytest.raises(InvalidInput, match="why it is returned"):
        await review(either_hub, either_hub.steward, made, RETURN)
    findings = (ReviewFinding("Tahun salah.", row=3, column="tahun"), ReviewFinding("Satuan?"))
    returned = await review(
        either_hub, either_hub.steward, made, RETURN, reason="Perbaiki.", findings=findings
    )
    assert returned.state is S.RETURNED
    assert returned.review_findings == findings
    seen = await either_hub.services.submissions.get(either_hub.producer, made)
    assert seen.steps[-1].findings == findings


async def test_warnings_are_confirmed_by_rule_and_with_a_reason(hub: Any) -> None:
    made = await submitted(hub, verdict="NEEDS_CONFIRMATION")
    with pytest.raises(InvalidInput, match="why this data is accepted"):
        await review(hub, hub.steward, made, confirmed_rules=("row.rule", "row.code_superseded"))
    with pytest.raises(QualityGateFailed) as gate:
        await review(hub, hub.steward, made, reason="Diketahui.", confirmed_rules=("row.rule:nilai",))
    assert gate.value.unconfirmed == ("row.code_superseded:kode",)
    assert gate.value.report.verdict == "NEEDS_CONFIRMATION"
    strange = ("row.rule:nilai", "row.code_superseded", "key.duplicate")
    with pytest.raises(InvalidInput, match=r"key\.duplicate"):
        await review(hub, hub.steward, made, reason="Diketahui.", confirmed_rules=strange)
    confirmed = ("row.rule:nilai", "row.code_superseded")
    approved = await review(hub, hub.steward, made, reason="Diketahui.", confirmed_rules=confirmed)
    assert approved.state is S.APPROVED
    assert approved.steps[-1].confirmed_rules == ("row.code_superseded:kode", "row.rule:nilai")


async def test_only_warnings_of_the_report_are_confirmed(hub: Any) -> None:
    warned, clean = await submitted(hub, verdict="NEEDS_CONFIRMATION"), await submitted(hub)
    given = ("row.rule", "row.rule:tahun", "row.code_superseded", "salah.ketik")
    with pytest.raises(InvalidInput) as refusal:
        await review(hub, hub.steward, warned, reason="Diketahui.", confirmed_rules=given)
    assert refusal.value.path == ("confirmedRules",)
    assert "row.rule:tahun, salah.ketik." in refusal.value.message.en
    with pytest.raises(InvalidInput, match=r"row\.rule"):
        await review(hub, hub.steward, clean, confirmed_rules=("row.rule",))
    with pytest.raises(InvalidInput, match=r"salah\.ketik"):
        await review(hub, hub.steward, warned, RETURN, reason="Tidak.", confirmed_rules=("salah.ketik",))


async def test_warnings_do_not_keep_a_file_from_being_returned(hub: Any) -> None:
    made = await submitted(hub, verdict="NEEDS_CONFIRMATION")
    assert (await review(hub, hub.steward, made, RETURN, reason="Tidak.")).state is S.RETURNED


async def test_who_saw_an_older_state_is_told_the_newer(either_hub: Any) -> None:
    made = await submitted(either_hub)
    await review(either_hub, either_hub.steward, made)
    with pytest.raises(StateConflict) as conflict:
        await review(either_hub, either_hub.steward, made)
    assert conflict.value.actual_state == "APPROVED"
    assert conflict.value.path == ("expectedState",)
    for act in (
        either_hub.services.submissions.publish(either_hub.steward, made, expected_state=S.IN_REVIEW),
        either_hub.services.submissions.withdraw(
            either_hub.producer, made, "Salah.", expected_state=S.IN_REVIEW
        ),
    ):
        with pytest.raises(StateConflict):
            await act


@pytest.mark.parametrize(
    "state", [state for state in S if state not in (S.IN_REVIEW, S.RETURNED_TO_STEWARD, S.AUTHORITY_REVIEW)]
)
async def test_other_states_cannot_be_reviewed(hub: Any, state: SubmissionState) -> None:
    made = await submitted(hub, state)
    with pytest.raises(StateConflict) as conflict:
        await review(hub, hub.steward, made, expected_state=state)
    assert conflict.value.actual_state == state


async def test_a_steward_never_reviews_or_publishes_an_own_submission(hub: Any) -> None:
    both = await hub.person("Merangkap", (Role.PRODUCER, "dinas"), (Role.STEWARD, "dinas"))
    plain, hub.producer = hub.producer, both
    made = await submitted(hub)
    with pytest.raises(NotAllowed):
        await review(hub, both, made)
    await review(hub, hub.steward, made)
    with pytest.raises(NotAllowed):
        await hub.services.submissions.publish(both, made, expected_state=S.APPROVED)
    hub.producer = plain
    assert (await review(hub, both, await submitted(hub))).state is S.APPROVED


async def test_priority_data_goes_by_the_authority(either_hub: Any, make_contract: Any) -> None:
    catalogue, steward, authority = either_hub.services.catalogue, either_hub.steward, either_hub.authority
    await catalogue.register(steward, make_contract("dinas/utama", priority=True))
    made = await submitted(either_hub, dataset="dinas/utama")
    with pytest.raises(NotFound):
        await either_hub.services.submissions.get(authority, made)
    forwarded = await review(either_hub, steward, made)
    assert forwarded.state is S.AUTHORITY_REVIEW
    with pytest.raises(NotAllowed):
        await review(either_hub, steward, made, expected_state=S.AUTHORITY_REVIEW)
    back = await review(
        either_hub, authority, made, RETURN, reason="Konsep belum sesuai.", expected_state=S.AUTHORITY_REVIEW
    )
    assert back.state is S.RETURNED_TO_STEWARD
    with pytest.raises(InvalidInput):
        await review(either_hub, steward, made, expected_state=S.RETURNED_TO_STEWARD)
    again = await review(
        either_hub, steward, made, reason="Dijelaskan.", expected_state=S.RETURNED_TO_STEWARD
    )
    assert again.state is S.AUTHORITY_REVIEW
    approved = await review(either_hub, authority, made, expected_state=S.AUTHORITY_REVIEW)
    assert (approved.state, approved.steps[-1].role) == (S.APPROVED, "STANDARDS_AUTHORITY")


async def test_the_steward_may_pass_the_authoritys_findings_on(hub: Any, make_contract: Any) -> None:
    await hub.services.catalogue.register(hub.steward, make_contract("dinas/utama", priority=True))
    made = await submitted(hub, dataset="dinas/utama")
    await review(hub, hub.steward, made)
    await review(hub, hub.authority, made, RETURN, reason="Konsep.", expected_state=S.AUTHORITY_REVIEW)
    returned = await review(
        hub, hub.steward, made, RETURN, reason="Konsep.", expected_state=S.RETURNED_TO_STEWARD
    )
    assert returned.state is S.RETURNED
    with pytest.raises(NotFound):
        await hub.services.submissions.get(hub.authority, made)


async def test_the_second_look_is_another_persons(hub: Any, make_contract: Any) -> None:
    await hub.services.catalogue.register(hub.steward, make_contract("dinas/utama", priority=True))
    both = await hub.person("Merangkap", (Role.STEWARD, "dinas"), (Role.STANDARDS_AUTHORITY, None))
    made = await submitted(hub, dataset="dinas/utama")
    await review(hub, both, made)
    with pytest.raises(NotAllowed):
        await review(hub, both, made, expected_state=S.AUTHORITY_REVIEW)


async def test_publishing_now_asks_for_the_job(either_hub: Any) -> None:
    made = await submitted(either_hub, S.APPROVED)
    submissions = either_hub.services.submissions
    for principal in (either_hub.producer,):
        with pytest.raises(NotAllowed):
            await submissions.publish(principal, made, expected_state=S.APPROVED)
    with pytest.raises(NotFound):
        await submissions.publish(either_hub.other_steward, made, expected_state=S.APPROVED)
    asked = await submissions.publish(either_hub.steward, made, expected_state=S.APPROVED)
    assert asked.publish_requested_at == either_hub.clock.now()
    assert either_hub.jobs.asked[-1] == (JobKind.PUBLISH, made)
    assert (JobKind.PUBLISH, made) in await either_hub.services.pending_jobs()


async def test_publishing_later_waits_for_its_time(either_hub: Any) -> None:
    made = await submitted(either_hub, S.APPROVED)
    later = either_hub.clock.now() + timedelta(days=2)
    waiting = await either_hub.services.submissions.publish(
        either_hub.steward, made, release_at=later, expected_state=S.APPROVED
    )
    assert (waiting.state, waiting.release_at, waiting.steps[-1].actor) == (
        S.APPROVED,
        later,
        "Walidata Dinas",
    )
    assert either_hub.jobs.asked == [(JobKind.CHECK, made)]
    assert await either_hub.services.pending_jobs() == []
    either_hub.clock.pass_(timedelta(days=2))
    assert await either_hub.services.pending_jobs() == [(JobKind.PUBLISH, made)]


async def test_the_producers_own_release_time_holds_unless_the_steward_says_otherwise(hub: Any) -> None:
    later = hub.clock.now() + timedelta(days=2)
    made = await submitted(hub, S.APPROVED, release_at=later)
    waiting = await hub.services.submissions.publish(hub.steward, made, expected_state=S.APPROVED)
    assert (waiting.release_at, await hub.services.pending_jobs()) == (later, [])
    now = hub.clock.now()
    await hub.services.submissions.publish(hub.steward, made, release_at=now, expected_state=S.APPROVED)
    assert await hub.services.pending_jobs() == [(JobKind.PUBLISH, made)]


@pytest.mark.parametrize("by_producer", [False, True])
async def test_a_postponement_outlives_a_second_request_and_ends_when_told(
    either_hub: Any, by_producer: bool
) -> None:
    submissions, later = either_hub.services.submissions, either_hub.clock.now() + timedelta(days=2)
    made = await submitted(either_hub, S.APPROVED, release_at=later if by_producer else None)
    more = {} if by_producer else {"release_at": later}
    await submissions.publish(either_hub.steward, made, **more, expected_state=S.APPROVED)
    again = await submissions.publish(either_hub.steward, made, expected_state=S.APPROVED)
    assert (again.release_at, await either_hub.services.pending_jobs()) == (later, [])
    past = either_hub.clock.now() - timedelta(days=1)
    now = await submissions.publish(either_hub.steward, made, release_at=past, expected_state=S.APPROVED)
    assert now.release_at is None
    assert either_hub.jobs.asked[-1] == (JobKind.PUBLISH, made)
    assert await either_hub.services.pending_jobs() == [(JobKind.PUBLISH, made)]


async def test_a_producer_takes_an_own_submission_back(either_hub: Any) -> None:
    made = await submitted(either_hub)
    submissions = either_hub.services.submissions
    with pytest.raises(InvalidInput):
        await submissions.withdraw(either_hub.producer, made, " ", expected_state=S.IN_REVIEW)
    for principal in (either_hub.steward, await either_hub.person("Rekan", (Role.PRODUCER, "dinas"))):
        with pytest.raises(NotAllowed):
            await submissions.withdraw(principal, made, "Salah.", expected_state=S.IN_REVIEW)
    gone = await submissions.withdraw(either_hub.producer, made, "Salah berkas.", expected_state=S.IN_REVIEW)
    assert (gone.state, gone.steps[-1].reason) == (S.WITHDRAWN, "Salah berkas.")
    assert either_hub.jobs.cancelled == [(JobKind.CHECK, made), (JobKind.PUBLISH, made)]


@pytest.mark.parametrize("state", [S.REJECTED, S.RETURNED, S.PUBLISHED, S.WITHDRAWN])
async def test_what_is_final_stays(hub: Any, state: SubmissionState) -> None:
    made = await submitted(hub, state)
    with pytest.raises(StateConflict):
        await hub.services.submissions.withdraw(hub.producer, made, "Salah.", expected_state=state)


async def test_a_failed_check_is_tried_again(hub: Any) -> None:
    made = await submitted(hub, S.FAILED)
    hub.jobs.asked.clear()
    with pytest.raises(NotFound):
        await hub.services.submissions.retry(hub.other_producer, made)
    again = await hub.services.submissions.retry(OPERATOR, made)
    assert again.state is S.CHECKING
    assert hub.jobs.asked == [(JobKind.CHECK, made)]
    with pytest.raises(StateConflict):
        await hub.services.submissions.retry(hub.producer, made)


async def test_only_the_agencys_people_see_a_submission_and_its_report(hub: Any) -> None:
    made = await submitted(hub, S.REJECTED)
    submissions = hub.services.submissions
    for principal in (hub.producer, hub.steward):
        assert (await submissions.get(principal, made)).id == made
        assert (await submissions.report(principal, made)).rows == 3
        assert await submissions.report_json(principal, made) == REPORTS["ACCEPTED"]
    for principal in (
        hub.other_producer,
        hub.other_steward,
        hub.authority,
        hub.secretariat,
        ANONYMOUS,
        OPERATOR,
    ):
        for ask in (submissions.get, submissions.report, submissions.report_json):
            with pytest.raises(NotFound):
                await ask(principal, made)
        if principal.person_id:
            assert (await submissions.list(principal)).total == 0
    with pytest.raises(NotAllowed):
        await submissions.list(ANONYMOUS)


async def test_each_person_is_shown_what_waits_for_him_or_her(either_hub: Any, make_contract: Any) -> None:
    await either_hub.services.catalogue.register(
        either_hub.steward, make_contract("dinas/utama", priority=True)
    )
    made = {
        state: await submitted(either_hub, state, dataset="dinas/utama")
        for state in (S.IN_REVIEW, S.AUTHORITY_REVIEW, S.RETURNED_TO_STEWARD, S.APPROVED, S.RETURNED)
    }
    submissions = either_hub.services.submissions

    async def waiting(principal: Any) -> set[str]:
        return {item.id for item in (await submissions.list(principal, awaiting_me=True)).items}

    assert await waiting(either_hub.steward) == {
        made[S.IN_REVIEW],
        made[S.RETURNED_TO_STEWARD],
        made[S.APPROVED],
    }
    assert await waiting(either_hub.authority) == {made[S.AUTHORITY_REVIEW]}
    for principal in (either_hub.producer, either_hub.other_steward, either_hub.secretariat):
        assert await waiting(principal) == set()
    await submissions.publish(either_hub.steward, made[S.APPROVED], expected_state=S.APPROVED)
    assert made[S.APPROVED] not in await waiting(either_hub.steward)


async def test_lists_narrow_and_page(either_hub: Any, make_contract: Any) -> None:
    await either_hub.services.catalogue.register(either_hub.steward, make_contract("dinas/lain"))
    made = []
    for dataset in ("dinas/contoh", "dinas/lain", "dinas/contoh"):
        made.append((await either_hub.submit(dataset=dataset)).id)
        either_hub.clock.pass_(timedelta(minutes=1))
    submissions, who = either_hub.services.submissions, either_hub.steward
    first = await submissions.list(who, first=2)
    rest = await submissions.list(who, first=2, after=tuple(first.positions[-1]))
    assert [item.id for item in (*first.items, *rest.items)] == made[::-1]
    assert [(page.total, page.has_next) for page in (first, rest)] == [(3, True), (3, False)]
    assert all(item.steps for item in first.items)

    async def ids(principal: Any, **more: Any) -> list[str]:
        return [item.id for item in (await submissions.list(principal, **more)).items]

    assert await ids(who, dataset="dinas/lain") == [made[1]]
    assert await ids(who, agency="badan") == []
    assert await ids(who, states=[S.CHECKING]) == []
    assert await ids(who, mine=True) == []
    assert await ids(either_hub.producer, mine=True) == made[::-1]
    assert await ids(who, since=either_hub.clock.now() - timedelta(minutes=1)) == [made[2]]
