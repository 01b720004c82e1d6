"""The check job with the real checker: verdicts recorded once, whatever is repeated, cut off or killed on the way."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from satudata.datasets.files.keys import lake_key, report_key
from satudata.datasets.jobs.checker import CheckerCrashed
from satudata.datasets.jobs.child import read_outcome
from satudata.datasets.jobs.protocol import JobKind, JobStatus
from satudata.datasets.submissions.progress import read_progress
from satudata.datasets.submissions.states import TRANSITIONS
from satudata.datasets.submissions.types import CheckStage, ReviewDecision, SubmissionState
from satudata.validation.reports.model import Report, Verdict

S = SubmissionState
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def steps_of(hub: Any) -> dict[str, Any]:
    return dict(hub.services.job(JobKind.CHECK).steps)


async def until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def moves(submission: Any) -> list[Any]:
    return [step.to_state for step in submission.steps]


async def test_a_good_file_goes_to_review_with_its_report_and_rows_kept(either_hub: Any) -> None:
    made = await either_hub.submit()
    await either_hub.run(JobKind.CHECK, made.id)
    services = either_hub.services
    checked = await services.submissions.get(either_hub.producer, made.id)
    assert moves(checked) == [S.UPLOADED, S.CHECKING, S.IN_REVIEW]
    assert [step.actor for step in checked.steps[1:]] == ["satudata", "satudata"]
    assert checked.progress is None
    report = await services.submissions.report(either_hub.producer, made.id)
    assert (report.verdict, report.rows, report.columns) == (Verdict.ACCEPTED, 3, 3)
    assert report.measures["columns"]["nilai"]["sum"] == "6.75"
    kept = [key async for key, _ in services.files.list("lake")]
    assert len(kept) == 1
    assert kept[0].startswith("lake/dinas/contoh/")
    assert not (services.config.work / made.id).exists()
    assert await services.pending_jobs() == []


WRONG_FILES = {
    "row.type": b"kode,tahun,nilai\nA,dua,1.50\n",
    "column.missing": b"kode,tahun\nA,2024\n",
    "key.duplicate": b"kode,tahun,nilai\nA,2024,1\nA,2024,2\n",
    "file.empty": b"",
    "file.not_a_table": PNG,
}


async def test_a_wrong_file_is_rejected_kept_and_explained(hub: Any) -> None:
    for rule, data in WRONG_FILES.items():
        made = await hub.submit(data)
        await hub.run(JobKind.CHECK, made.id)
        rejected = await hub.services.submissions.get(hub.producer, made.id)
        assert rejected.state is S.REJECTED, rule
        report = await hub.services.submissions.report(hub.producer, made.id)
        assert report.verdict is Verdict.REJECTED
        assert rule in [result.code for result in report.rules]
        assert report.findings[0].message.id
        assert report.findings[0].fix.en
        again = await hub.submit(replaces=made.id)
        assert again.replaces_id == made.id
    assert [key async for key, _ in hub.services.files.list("lake")] == []


async def test_a_warned_file_waits_for_confirmation(hub: Any, warned_csv: bytes) -> None:
    made = await hub.submit(warned_csv)
    await hub.run(JobKind.CHECK, made.id)
    report = await hub.services.submissions.report(hub.steward, made.id)
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    keys = [rule.key for rule in report.rules]
    assert keys == ["row.rule:nilai"]
    approved = await hub.services.submissions.review(
        hub.steward,
        made.id,
        ReviewDecision.ACCEPT,
        reason="Nilai sudah dicocokkan.",
        confirmed_rules=keys,
        expected_state=S.IN_REVIEW,
    )
    assert approved.state is S.APPROVED


ORDERS = [
    ["check", "check", "record", "record"],
    ["check", "record", "check", "record"],
    ["record", "check", "record"],
    ["check", "lose work folder", "record", "check"],
    ["check", "lose outcome", "check", "record"],
]


async def test_steps_may_be_repeated_in_any_order(hub: Any) -> None:
    for order in ORDERS:
        made = await hub.submit()
        work = hub.services.config.work / made.id
        for step in order:
            if step == "lose work folder":
                shutil.rmtree(work)
            elif step == "lose outcome":
                (work / "outcome.json").unlink()
            else:
                await steps_of(hub)[step](made.id)
        checked = await hub.services.submissions.get(hub.producer, made.id)
        assert moves(checked) == [S.UPLOADED, S.CHECKING, S.IN_REVIEW], order
        assert not work.exists(), order
        events = await hub.services.audit.events(hub.secretariat, subject=f"submission:{made.id}")
        assert [event.action for event in events.items] == [
            "submission.check",
            "submission.check.begin",
            "submission.submit",
        ], order
    assert await hub.services.audit.verify() is None


async def test_two_runners_at_once_record_one_verdict(either_hub: Any) -> None:
    made = await either_hub.submit()
    steps = steps_of(either_hub)
    await steps["check"](made.id)
    await asyncio.gather(*(steps["record"](made.id) for _ in range(4)))
    checked = await either_hub.services.submissions.get(either_hub.producer, made.id)
    assert moves(checked) == [S.UPLOADED, S.CHECKING, S.IN_REVIEW]


async def test_a_cut_between_files_and_row_leaves_nothing_half(hub: Any) -> None:
    made = await hub.submit()
    body = hub.services.job(JobKind.CHECK)
    await body.check(made.id)
    outcome = read_outcome(hub.services.config.work / made.id)
    assert outcome is not None
    record = await body._core.record(made.id)
    await body.store(record, outcome)  # ... and the machine stops here
    assert await hub.services.files.exists(report_key(outcome.report_sha256))
    assert await hub.services.files.exists(lake_key("dinas/contoh", outcome.snapshot.sha256))
    assert (await hub.services.submissions.get(hub.producer, made.id)).state is S.CHECKING
    assert await hub.services.pending_jobs() == [(JobKind.CHECK, made.id)]
    await hub.run(JobKind.CHECK, made.id)
    assert (await hub.services.submissions.get(hub.producer, made.id)).state is S.IN_REVIEW


async def test_a_withdrawn_submission_stays_withdrawn(hub: Any) -> None:
    made = await hub.submit()
    await steps_of(hub)["check"](made.id)
    await hub.services.submissions.withdraw(hub.producer, made.id, "Salah berkas.", expected_state=S.CHECKING)
    await hub.run(JobKind.CHECK, made.id)
    assert (await hub.services.submissions.get(hub.producer, made.id)).state is S.WITHDRAWN
    assert not (hub.services.config.work / made.id).exists()


async def test_a_killed_checker_is_told_of_and_the_check_runs_again(hub: Any) -> None:
    rows = b"".join(b"K%06d,2024,1.25\n" % number for number in range(100_000))
    made = await hub.submit(b"kode,tahun,nilai\n" + rows)
    work = hub.services.config.work / made.id
    check = asyncio.create_task(steps_of(hub)["check"](made.id))
    await until(lambda: read_progress(work) is not None)
    seen = await hub.services.submissions.get(hub.producer, made.id)
    assert seen.state is S.CHECKING
    assert seen.progress.stage in set(CheckStage)
    os.kill(hub.services.checker.pid, signal.SIGKILL)
    with pytest.raises(CheckerCrashed):
        await check
    assert await hub.services.pending_jobs() == [(JobKind.CHECK, made.id)]
    await hub.run(JobKind.CHECK, made.id)
    checked = await hub.services.submissions.get(hub.producer, made.id)
    assert moves(checked) == [S.UPLOADED, S.CHECKING, S.IN_REVIEW]
    assert (await hub.services.submissions.report(hub.producer, made.id)).rows == 100_000


async def test_giving_up_is_our_fault_and_can_be_tried_again(either_hub: Any) -> None:
    made = await either_hub.submit()
    body = either_hub.services.job(JobKind.CHECK)
    await body.fail(made.id, "rujukan-1")
    await body.fail(made.id, "rujukan-1")
    failed = await either_hub.services.submissions.get(either_hub.producer, made.id)
    assert moves(failed) == [S.UPLOADED, S.FAILED]
    assert "rujukan-1" in failed.steps[-1].reason
    await either_hub.run(JobKind.CHECK, made.id)
    assert (await either_hub.services.submissions.get(either_hub.producer, made.id)).state is S.FAILED
    await either_hub.services.submissions.retry(either_hub.producer, made.id)
    await either_hub.run(JobKind.CHECK, made.id)
    assert (await either_hub.services.submissions.get(either_hub.producer, made.id)).state is S.IN_REVIEW


async def test_the_version_before_is_compared_with(hub: Any, make_contract: Any, good_csv: bytes) -> None:
    rule = (
        "      - type: custom\n        engine: greatExpectations\n        name: jumlah_baris\n        severity: error\n"
        "        description: Baris tidak boleh tinggal separuhnya.\n"
        "        implementation: {measure: row_count_ratio, min: 0.5}\n"
    )
    await hub.services.catalogue.register(hub.steward, make_contract(version="1.1.0", rules=rule))
    await hub.published(good_csv)
    made = await hub.submit(good_csv.splitlines(keepends=True)[0] + b"A,2023,1.50\n")
    await hub.run(JobKind.CHECK, made.id)
    assert (await hub.services.submissions.get(hub.producer, made.id)).state is S.REJECTED
    report = await hub.services.submissions.report(hub.producer, made.id)
    assert [result.code for result in report.rules] == ["set.rule"]


async def test_a_check_uses_the_contract_of_its_submission(hub: Any, make_contract: Any) -> None:
    made = await hub.submit()
    extra = "      - {name: catatan, logicalType: string}\n"
    await hub.services.catalogue.register(hub.steward, make_contract(version="1.1.0", columns=extra))
    await hub.run(JobKind.CHECK, made.id)
    report = await hub.services.submissions.report(hub.producer, made.id)
    assert (report.contract_version, report.verdict) == ("1.0.0", Verdict.ACCEPTED)


async def test_jobs_run_at_once_in_the_inline_runner(
    open_hub: Any, sqlite_hub_url: str, sqlite_cast: Any, bad_csv: bytes
) -> None:
    hub = await open_hub(sqlite_hub_url, sqlite_cast[1], inline=True)
    published = await hub.published()
    assert (published.state, published.version_number) == (S.PUBLISHED, 1)
    assert await hub.jobs.status(JobKind.PUBLISH, published.id) is JobStatus.DONE
    assert (await hub.submit(bad_csv)).state is S.REJECTED
    shutil.rmtree(hub.services.config.home / "files" / "raw")
    lost = await hub.upload(hub.producer)
    shutil.rmtree(hub.services.config.home / "files" / "raw")
    failed = await hub.services.submissions.submit(
        hub.producer, "dinas/contoh", lost, idempotency_key="hilang"
    )
    assert failed.state is S.FAILED
    assert await hub.jobs.status(JobKind.CHECK, failed.id) is JobStatus.FAILED
    await hub.upload(hub.producer)
    assert (await hub.services.submissions.retry(hub.producer, failed.id)).state is S.IN_REVIEW


async def test_every_recorded_step_is_a_transition_there_is(
    hub: Any, warned_csv: bytes, bad_csv: bytes
) -> None:
    await hub.published()
    for data in (warned_csv, bad_csv):
        await hub.run(JobKind.CHECK, (await hub.submit(data)).id)
    page = await hub.services.submissions.list(hub.steward)
    assert page.total == 3
    for submission in page.items:
        for step in submission.steps[1:]:
            assert step.to_state in TRANSITIONS[step.from_state]


def test_a_report_reads_back_as_it_was_written() -> None:
    report = Report(Verdict.ACCEPTED, 1, 1, "a/b", "1.0.0")
    assert Report.from_json(report.to_json()) == report


async def test_work_of_jobs_that_will_not_go_on_is_removed(hub: Any) -> None:
    gone, waiting = await hub.submit(), await hub.submit(b"kode,tahun,nilai\nA,2024,1.25\n")
    work = hub.services.config.work
    for made in (gone, waiting):
        await steps_of(hub)["check"](made.id)
    await hub.services.submissions.withdraw(hub.producer, gone.id, "Salah berkas.", expected_state=S.CHECKING)
    assert (work / gone.id).exists()
    await hub.services.clear_lost_work()
    assert [folder.name for folder in work.iterdir()] == [waiting.id]
