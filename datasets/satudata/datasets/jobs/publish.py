"""The publish job: the snapshot in the lake, its serving copies, then one transaction that makes the version visible.

Safe to repeat from any point: files are found by their hash, the version by its submission.
"""

import asyncio
import shutil
from dataclasses import dataclass

from satudata.datasets.access.principal import Role
from satudata.datasets.audit.acts import MACHINE, Act
from satudata.datasets.catalogue.contracts import Contracts
from satudata.datasets.catalogue.repository import CatalogueRepository
from satudata.datasets.files.keys import lake_key
from satudata.datasets.identifiers import new_id
from satudata.datasets.jobs.check import CheckJob
from satudata.datasets.jobs.core import JobCore
from satudata.datasets.jobs.protocol import JobKind
from satudata.datasets.rows.query import Snapshot
from satudata.datasets.submissions.models import ReportRow
from satudata.datasets.submissions.progress import write_progress
from satudata.datasets.submissions.repository import SubmissionRecord, SubmissionRepository
from satudata.datasets.submissions.types import CheckProgress, CheckStage, SubmissionState
from satudata.datasets.versions.models import VersionRow
from satudata.datasets.versions.repository import VersionRepository, columns_from_json
from satudata.datasets.versions.types import VersionState

S = SubmissionState


@dataclass
class SnapshotLost(Exception):
    """The lake has lost a snapshot and checking the raw file again gave other rows: somebody must look."""

    key: str


class PublishJob:
    """APPROVED -> PUBLISHED; stays APPROVED, with a note, when it gave up."""

    kind = JobKind.PUBLISH

    def __init__(self, core: JobCore, contracts: Contracts, check: CheckJob) -> None:
        self._core = core
        self._contracts = contracts
        self._check = check
        self.steps = (("snapshot", self.snapshot), ("copies", self.copies), ("release", self.release))

    async def snapshot(self, submission_id: str) -> None:
        """Have the snapshot in the lake. The check put it there; a lost one is made again from the raw file."""
        record = await self._due(submission_id)
        if record is None:
            return
        self._tell(record, CheckStage.STORING)
        report = _report(record)
        key = lake_key(record.dataset.slug, report.snapshot_sha256 or "")
        if await self._core.files.exists(key):
            return
        outcome = await self._check.run_check(record)
        if outcome.snapshot is None or outcome.snapshot.sha256 != report.snapshot_sha256:
            raise SnapshotLost(key)
        await self._check.store(record, outcome)

    async def copies(self, submission_id: str) -> None:
        """Have the serving copies, so that the first reader does not wait, and keep the folder within its budget."""
        record = await self._due(submission_id)
        if record is None:
            return
        self._tell(record, CheckStage.SERVING)
        snapshot = await self._snapshot(record, number=0)
        await self._core.serving.ensure(snapshot)
        await self._core.serving.trim(keep={snapshot.sha256})

    async def release(self, submission_id: str) -> None:
        """Version row, older version superseded, submission PUBLISHED, audit and epoch: all or nothing."""
        record = await self._due(submission_id)
        if record is not None:
            snapshot = await self._snapshot(record, number=0)
            async with self._core.acts.begin(MACHINE) as act:
                await self._release(act, submission_id, snapshot)
        await asyncio.to_thread(shutil.rmtree, self._core.work(submission_id), ignore_errors=True)

    async def fail(self, submission_id: str, reference: str) -> None:
        """Leave a note; the steward may ask for publication again."""
        async with self._core.acts.begin(MACHINE) as act:
            repository = SubmissionRepository(act.session)
            record = await repository.record(submission_id, lock=True)
            if record is None or record.state is not S.APPROVED:
                return
            record.submission.publish_requested_at = None
            record.submission.publish_requested_by_id = None
            await repository.add_step(
                record.submission, S.APPROVED, at=act.at, actor_id=None, role=None, reason=_failed(reference)
            )
            act.record("submission.publish.fail", f"submission:{submission_id}", reference=reference)
        await asyncio.to_thread(shutil.rmtree, self._core.work(submission_id), ignore_errors=True)

    async def _due(self, submission_id: str) -> SubmissionRecord | None:
        """The submission if it is to be published now."""
        record = await self._core.record(submission_id)
        if record is None or record.state is not S.APPROVED or record.submission.publish_requested_at is None:
            return None
        release_at = record.submission.release_at
        return None if release_at is not None and release_at > self._core.clock.now() else record

    async def _snapshot(self, record: SubmissionRecord, number: int) -> Snapshot:
        report = _report(record)
        async with self._core.database.read() as session:
            contract = await self._contracts.get(
                session, record.dataset.slug, record.submission.contract_version
            )
        return Snapshot(
            dataset=record.dataset.slug,
            number=number,
            sha256=report.snapshot_sha256 or "",
            row_count=report.snapshot_rows or 0,
            columns=columns_from_json(report.snapshot_columns or []),
            key=tuple(column.name for column in contract.key),
            stored_order=contract.stored_order,
        )

    async def _release(self, act: Act, submission_id: str, snapshot: Snapshot) -> None:
        submissions, versions = SubmissionRepository(act.session), VersionRepository(act.session)
        record = await submissions.record(submission_id, lock=True)
        if record is None or record.state is not S.APPROVED or record.submission.publish_requested_at is None:
            return
        dataset = await CatalogueRepository(act.session).lock(record.dataset.slug)
        if dataset is None:
            return
        row, report = record.submission, _report(record)
        number = await versions.next_number(dataset.id)
        await versions.supersede(dataset.id)
        versions.add(_version_row(record, snapshot, number, act))
        dataset.latest_number, dataset.published_at, dataset.updated_at = number, act.at, act.at
        await submissions.add_step(
            row, S.PUBLISHED, at=act.at, actor_id=row.publish_requested_by_id, role=Role.STEWARD
        )
        act.record(
            "version.publish",
            f"dataset:{dataset.slug}",
            number=number,
            submission=submission_id,
            sha256=snapshot.sha256,
            rows=snapshot.row_count,
            report=report.key,
        )
        act.changes_what_readers_see()

    def _tell(self, record: SubmissionRecord, stage: CheckStage) -> None:
        total = _report(record).snapshot_rows
        write_progress(
            self._core.work(record.submission.id), CheckProgress(stage, 0, total, self._core.clock.now())
        )


def _report(record: SubmissionRecord) -> ReportRow:
    if record.report is None or record.report.snapshot_sha256 is None:
        raise LookupError(f"submission {record.submission.id} is approved without a stored snapshot")
    return record.report


def _version_row(record: SubmissionRecord, snapshot: Snapshot, number: int, act: Act) -> VersionRow:
    row, report = record.submission, _report(record)
    return VersionRow(
        id=new_id(),
        dataset_id=row.dataset_id,
        number=number,
        contract_version=row.contract_version,
        state=VersionState.PUBLISHED.value,
        published_at=act.at,
        sha256=snapshot.sha256,
        bytes=report.snapshot_bytes or 0,
        row_count=snapshot.row_count,
        columns=report.snapshot_columns or [],
        key=list(snapshot.key),
        stored_order=list(snapshot.stored_order),
        submission_id=row.id,
        report_key=report.key,
        notes_id=row.notes_id,
        notes_en=row.notes_en,
        erratum_id=row.erratum_id,
        erratum_en=row.erratum_en,
    )


def _failed(reference: str) -> str:
    return (
        f"Penerbitan belum berhasil karena gangguan pada sistem. Pengelola sudah diberi tahu (rujukan {reference}); "
        f"terbitkan kembali nanti. / Publishing did not succeed because of a fault in the system. The operator has "
        f"been told (reference {reference}); publish again later."
    )
