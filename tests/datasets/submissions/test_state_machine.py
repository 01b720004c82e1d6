"""Whatever people and jobs try, in whatever order, a submission moves only as the table says and each move is kept."""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
from hypothesis import event, given, settings
from hypothesis import strategies as st
from tests.counts import count

from satudata.datasets.clock import SystemClock
from satudata.datasets.config import DatasetsConfig
from satudata.datasets.errors import DomainError
from satudata.datasets.jobs.protocol import JobKind
from satudata.datasets.services import Services, open_services
from satudata.datasets.submissions.repository import SubmissionRepository
from satudata.datasets.submissions.states import TRANSITIONS
from satudata.datasets.submissions.types import ReviewDecision, SubmissionState
from satudata.datasets.verification import ProblemKind, verify
from satudata.validation.contracts.model import Severity
from satudata.validation.reports.model import Report, RuleResult, Verdict

S = SubmissionState
DATA = b"kode,tahun,nilai\nA,2024,1\n"
ROLES = ["producer", "steward", "other_producer", "other_steward", "authority", "secretariat"]

PERSON_ACTS = st.tuples(
    st.sampled_from(["accept", "return", "publish", "withdraw", "retry"]),
    st.sampled_from(ROLES),
    st.sampled_from(S),
)
LIKELY_ACTS = st.sampled_from(
    [
        ("accept", "steward", S.IN_REVIEW),
        ("return", "steward", S.IN_REVIEW),
        ("accept", "authority", S.AUTHORITY_REVIEW),
        ("return", "authority", S.AUTHORITY_REVIEW),
        ("accept", "steward", S.RETURNED_TO_STEWARD),
        ("publish", "steward", S.APPROVED),
        ("retry", "producer", S.FAILED),
    ]
)
JOB_ACTS = st.tuples(
    st.sampled_from(["check", "fail check", "release", "fail publish"]),
    st.just("job"),
    st.sampled_from(Verdict),
)
HAPPY_WAY = [
    ("check", "job", Verdict.NEEDS_CONFIRMATION),
    ("accept", "steward", S.IN_REVIEW),
    ("accept", "authority", S.AUTHORITY_REVIEW),
    ("publish", "steward", S.APPROVED),
    ("release", "job", Verdict.ACCEPTED),
]
SCRIPTS = st.builds(
    lambda length, rest: HAPPY_WAY[:length] + rest,
    st.integers(0, len(HAPPY_WAY)),
    st.lists(st.one_of(LIKELY_ACTS, JOB_ACTS, PERSON_ACTS), max_size=10),
)
"""Some of the way to publication, then anything."""


@settings(max_examples=count(full=40, ordinary=15), deadline=None)
@given(script=SCRIPTS, priority=st.booleans())
def test_every_script_keeps_to_the_table(
    sqlite_cast: Any, make_contract: Callable[..., str], script: list[Any], priority: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(sqlite_cast[0], Path(folder, "catalogue.sqlite"))
        asyncio.run(play(Path(folder), sqlite_cast[1], make_contract("dinas/uji", priority=priority), script))


async def play(home: Path, cast: Any, contract: str, script: list[Any]) -> None:
    services = await open_services(DatasetsConfig(home=home), clock=SystemClock())
    try:
        await services.catalogue.register(cast.steward, contract)
        made = await submit(services, cast)
        moves = [S.UPLOADED]
        for act, who, detail in script:
            before = await look(services, made)
            try:
                await perform(services, cast, made, act, who, detail)
            except DomainError:
                assert await look(services, made) == before
            after = await look(services, made)
            for state in after[len(before) :]:
                assert state in TRANSITIONS[moves[-1]] or state is moves[-1] is S.APPROVED, (
                    act,
                    who,
                    moves,
                    state,
                )
                moves.append(state)
        event(f"ended {moves[-1]}")
        assert await services.audit.verify() is None
        problems = await verify(services)
        assert all(problem.kind is ProblemKind.ORPHAN_FILE for problem in problems), problems
    finally:
        await services.close()


async def submit(services: Services, cast: Any) -> str:
    async def stream() -> Any:
        yield DATA

    digest = hashlib.sha256(DATA).hexdigest()
    upload = await services.submissions.create_upload(cast.producer, "a.csv", len(DATA), digest)
    await services.submissions.receive_upload(cast.producer, upload.id, stream())
    made = await services.submissions.submit(cast.producer, "dinas/uji", upload.id, idempotency_key="k")
    return made.id


async def look(services: Services, submission_id: str) -> list[SubmissionState]:
    """The states it went through, from the steps; its own state must be the last of them."""
    async with services.database.read() as session:
        repository = SubmissionRepository(session)
        record = await repository.record(submission_id)
        steps = (await repository.steps([submission_id]))[submission_id]
    assert record is not None
    assert record.state is steps[-1].to_state
    for earlier, later in pairwise(steps):
        assert later.from_state is earlier.to_state
    return [step.to_state for step in steps]


async def perform(services: Services, cast: Any, made: str, act: str, who: str, detail: Any) -> None:
    submissions = services.submissions
    check, publish = services.job(JobKind.CHECK), services.job(JobKind.PUBLISH)
    if act == "check":
        write_outcome(services.config.work / made, detail)
        await check.steps[0][1](made)
        write_outcome(services.config.work / made, detail)
        await check.steps[1][1](made)
    elif act == "fail check":
        await check.fail(made, "rujukan")
    elif act == "release":
        await publish.steps[2][1](made)
    elif act == "fail publish":
        await publish.fail(made, "rujukan")
    elif act in ("accept", "return"):
        async with services.database.read() as session:
            record = await SubmissionRepository(session).record(made)
        warned = record is not None and record.report is not None and record.report.warnings
        await submissions.review(
            getattr(cast, who),
            made,
            ReviewDecision(act.upper()),
            reason="Alasan.",
            confirmed_rules=("row.rule",) if warned else (),
            expected_state=detail,
        )
    elif act == "publish":
        await submissions.publish(getattr(cast, who), made, expected_state=detail)
    elif act == "withdraw":
        await submissions.withdraw(getattr(cast, who), made, "Alasan.", expected_state=detail)
    else:
        await submissions.retry(getattr(cast, who), made)


def write_outcome(work: Path, verdict: Verdict) -> None:
    """What a check leaves in the work folder, so that the job need not run the checker again."""
    severity = Severity.ERROR if verdict is Verdict.REJECTED else Severity.WARNING
    rules = () if verdict is Verdict.ACCEPTED else (RuleResult("row.rule", severity, "nilai", 1, (2,)),)
    report = Report(verdict, 1, 3, "dinas/uji", "1.0.0", rules=rules).to_json()
    snapshot = {"sha256": hashlib.sha256(b"rows").hexdigest(), "bytes": 4, "rows": 1, "columns": []}
    work.mkdir(parents=True, exist_ok=True)
    (work / "report.json").write_bytes(report)
    (work / "snapshot.parquet").write_bytes(b"rows")
    outcome = {
        "verdict": verdict.value,
        "rows": 1,
        "errors": int(verdict is Verdict.REJECTED),
        "warnings": int(verdict is Verdict.NEEDS_CONFIRMATION),
        "report_sha256": hashlib.sha256(report).hexdigest(),
        "snapshot": None if verdict is Verdict.REJECTED else snapshot,
    }
    (work / "outcome.json").write_bytes(orjson.dumps(outcome))
