"""The check job: run the check in the checker process, then record its verdict. Safe to repeat from any point."""

import asyncio
import shutil
from contextlib import AsyncExitStack

from satudata.datasets.audit.acts import MACHINE, Act
from satudata.datasets.catalogue.repository import CatalogueRepository
from satudata.datasets.files.keys import lake_key, raw_key, report_key
from satudata.datasets.jobs.child import (
    REPORT,
    SNAPSHOT,
    CheckOutcome,
    CheckRequest,
    check_in_child,
    read_outcome,
)
from satudata.datasets.jobs.core import JobCore
from satudata.datasets.jobs.foreign import foreign_files
from satudata.datasets.jobs.protocol import JobKind
from satudata.datasets.submissions.models import ReportRow
from satudata.datasets.submissions.repository import SubmissionRecord, SubmissionRepository
from satudata.datasets.submissions.types import SubmissionState
from satudata.datasets.versions.repository import columns_to_json
from satudata.validation.contracts.loading import reload_contract
from satudata.validation.reports.model import Report, Verdict

S = SubmissionState


class CheckJob:
    """UPLOADED -> CHECKING -> IN_REVIEW or REJECTED; FAILED when it gave up."""

    kind = JobKind.CHECK

    def __init__(self, core: JobCore) -> None:
        self._core = core
        self.steps = (("check", self.check), ("record", self.record))

    async def check(self, submission_id: str) -> None:
        """Have the outcome in the work folder."""
        record = await self._core.record(submission_id)
        if record is None or record.state not in (S.UPLOADED, S.CHECKING):
            return
        if record.state is S.UPLOADED:
            await self._begin(submission_id)
        if read_outcome(self._core.work(submission_id)) is None:
            await self.run_check(record)

    async def record(self, submission_id: str) -> None:
        """Keep report and snapshot, and move the submission on by the verdict."""
        record = await self._core.record(submission_id)
        if record is None or record.state is not S.CHECKING:
            await self._clear(submission_id)
            return
        outcome = read_outcome(self._core.work(submission_id)) or await self.run_check(record)
        try:
            await self.store(record, outcome)
        except FileNotFoundError:
            if await self._is_recorded(submission_id):
                return  # another runner was first and has cleared the folder
            raise
        rejected = outcome.verdict == Verdict.REJECTED.value
        async with self._core.acts.begin(MACHINE) as act:
            repository = SubmissionRepository(act.session)
            locked = await repository.record(submission_id, lock=True)
            if locked is None or locked.state is not S.CHECKING:
                return
            await act.session.merge(_report_row(submission_id, outcome, act))
            await repository.add_step(
                locked.submission,
                S.REJECTED if rejected else S.IN_REVIEW,
                at=act.at,
                actor_id=None,
                role=None,
            )
            act.record(
                "submission.check",
                f"submission:{submission_id}",
                verdict=outcome.verdict,
                report=outcome.report_sha256,
                errors=outcome.errors,
                warnings=outcome.warnings,
            )
        await self._clear(submission_id)

    async def fail(self, submission_id: str, reference: str) -> None:
        """Our fault: say so in the submission, with the reference the operator finds in the log."""
        async with self._core.acts.begin(MACHINE) as act:
            repository = SubmissionRepository(act.session)
            record = await repository.record(submission_id, lock=True)
            if record is None or record.state not in (S.UPLOADED, S.CHECKING):
                return
            await repository.add_step(
                record.submission, S.FAILED, at=act.at, actor_id=None, role=None, reason=_failed(reference)
            )
            act.record("submission.fail", f"submission:{submission_id}", reference=reference)
        await self._clear(submission_id)

    async def run_check(self, record: SubmissionRecord) -> CheckOutcome:
        """Check the submission's raw file, whatever its state; the outcome is then in the work folder."""
        row = record.submission
        previous = await self._previous_measures(record)
        async with self._core.database.read() as session:
            contract = await CatalogueRepository(session).contract_version(
                row.dataset_id, row.contract_version
            )
        if contract is None:
            raise LookupError(f"contract {record.dataset.slug} {row.contract_version}")
        parsed = await asyncio.to_thread(reload_contract, contract.yaml)
        async with AsyncExitStack() as stack:
            raw = await stack.enter_async_context(self._core.files.local_path(raw_key(row.sha256)))
            request = CheckRequest(
                raw=raw,
                file_name=row.file_name,
                contract_yaml=contract.yaml,
                references=self._core.config.references,
                previous=previous,
                foreign=await foreign_files(self._core, parsed, stack),
                work=self._core.work(row.id),
            )
            return await self._core.checker.run(check_in_child, request)

    async def store(self, record: SubmissionRecord, outcome: CheckOutcome) -> None:
        """Keep what the work folder holds under content-addressed keys; nothing to do for what is kept already."""
        work = self._core.work(record.submission.id)
        report = await asyncio.to_thread((work / REPORT).read_bytes)
        await self._core.files.put_bytes(report_key(outcome.report_sha256), report)
        if outcome.snapshot is not None:
            key = lake_key(record.dataset.slug, outcome.snapshot.sha256)
            await self._core.files.put_file(key, work / SNAPSHOT)

    async def _is_recorded(self, submission_id: str) -> bool:
        record = await self._core.record(submission_id)
        return record is None or record.state is not S.CHECKING

    async def _begin(self, submission_id: str) -> None:
        async with self._core.acts.begin(MACHINE) as act:
            repository = SubmissionRepository(act.session)
            record = await repository.record(submission_id, lock=True)
            if record is None or record.state is not S.UPLOADED:
                return
            await repository.add_step(record.submission, S.CHECKING, at=act.at, actor_id=None, role=None)
            act.record("submission.check.begin", f"submission:{submission_id}")

    async def _previous_measures(self, record: SubmissionRecord) -> dict[str, object] | None:
        """Measures of the newest version, to compare with."""
        async with self._core.database.read() as session:
            dataset = await CatalogueRepository(session).record_by_id(record.dataset.id)
        if dataset is None or dataset.latest is None:
            return None
        return Report.from_json(await self._core.files.read(dataset.latest.report_key)).measures

    async def _clear(self, submission_id: str) -> None:
        await asyncio.to_thread(shutil.rmtree, self._core.work(submission_id), ignore_errors=True)


def _report_row(submission_id: str, outcome: CheckOutcome, act: Act) -> ReportRow:
    snapshot = outcome.snapshot
    return ReportRow(
        submission_id=submission_id,
        key=report_key(outcome.report_sha256),
        verdict=outcome.verdict,
        rows=outcome.rows,
        errors=outcome.errors,
        warnings=outcome.warnings,
        created_at=act.at,
        snapshot_sha256=snapshot.sha256 if snapshot else None,
        snapshot_bytes=snapshot.bytes if snapshot else None,
        snapshot_rows=snapshot.rows if snapshot else None,
        snapshot_columns=columns_to_json(snapshot.columns) if snapshot else None,
    )


def _failed(reference: str) -> str:
    return (
        f"Pemeriksaan gagal karena gangguan pada sistem, bukan karena data Anda. Pengelola sudah diberi tahu "
        f"(rujukan {reference}). / The check failed because of a fault in the system, not your data. The operator "
        f"has been told (reference {reference})."
    )
