"""The way of a file: submitted, (checked by a job), reviewed, published or withdrawn. Each act moves one state on.

What is allowed in which state is data (`states.py`), who may is data (`access.policy`); checking and publishing
themselves are jobs (`satudata.datasets.jobs`), started here after the commit.
"""

import logging
from collections.abc import AsyncIterable, Sequence
from datetime import datetime

from satudata.datasets import checks
from satudata.datasets.access.policy import Action, can, not_found_text, require, require_visible
from satudata.datasets.access.principal import Principal
from satudata.datasets.audit.acts import Act, Acts
from satudata.datasets.clock import Clock
from satudata.datasets.config import DatasetsConfig
from satudata.datasets.database.engine import Database
from satudata.datasets.errors import NotAllowed, NotFound
from satudata.datasets.files.store import FileStore
from satudata.datasets.jobs.protocol import JobKind, Jobs
from satudata.datasets.paging import Page, Position, page_size
from satudata.datasets.submissions.progress import read_progress
from satudata.datasets.submissions.repository import (
    SubmissionQuery,
    SubmissionRecord,
    SubmissionRepository,
    to_submission,
)
from satudata.datasets.submissions.reviewing import (
    check_named,
    clean_findings,
    expect,
    not_in_state,
    pass_gate,
    reason_for,
)
from satudata.datasets.submissions.states import REVIEWS, TERMINAL
from satudata.datasets.submissions.submitting import NewSubmission, Submitting
from satudata.datasets.submissions.types import (
    CheckProgress,
    CheckStage,
    ReviewDecision,
    ReviewFinding,
    Submission,
    SubmissionState,
    Upload,
)
from satudata.datasets.submissions.uploads import Uploads
from satudata.validation.reports.model import Report
from satudata.validation.text import Text

logger = logging.getLogger(__name__)

S = SubmissionState


class SubmissionService:
    """A submission one may not see does not exist: NotFound, as for one that never did."""

    def __init__(
        self,
        database: Database,
        acts: Acts,
        clock: Clock,
        files: FileStore,
        config: DatasetsConfig,
        jobs: Jobs | None = None,
    ) -> None:
        self._database = database
        self._acts = acts
        self._clock = clock
        self._files = files
        self._config = config
        self._uploads = Uploads(database, acts, clock, files, config)
        self._submitting = Submitting(acts)
        self.jobs = jobs
        """None leaves jobs to whoever looks for rows without one (`Services.pending_jobs`)."""

    async def create_upload(self, principal: Principal, file_name: str, bytes: int, sha256: str) -> Upload:
        """Room for a file. Raises NotAllowed, InvalidInput, LimitReached."""
        return await self._uploads.create(principal, file_name, bytes, sha256)

    async def get_upload(self, principal: Principal, upload_id: str) -> Upload:
        """One's own upload. Raises NotFound."""
        return await self._uploads.get(principal, upload_id)

    async def receive_upload(
        self, principal: Principal, upload_id: str, stream: AsyncIterable[bytes]
    ) -> Upload:
        """Take the file while it streams. Raises NotFound, NotAllowed, InvalidInput (it may be sent again)."""
        return await self._uploads.receive(principal, upload_id, stream)

    async def submit(
        self,
        principal: Principal,
        dataset: str,
        upload_id: str,
        *,
        note: str | None = None,
        notes: Text | None = None,
        erratum: Text | None = None,
        replaces: str | None = None,
        release_at: datetime | None = None,
        idempotency_key: str,
    ) -> Submission:
        """Submit an uploaded file as the next version of `dataset` (slug); a check starts.

        `note` is for the steward; `notes` and `erratum` are published with the version. The same key by the same
        person gives the submission made first, also from a new upload of the same bytes; with another file, dataset
        or other details it is refused. Raises NotFound (dataset, upload, replaced submission), NotAllowed,
        InvalidInput.
        """
        wish = NewSubmission(
            dataset=dataset,
            upload_id=upload_id,
            note=checks.prose(note, "note"),
            notes=checks.text(notes, "notes"),
            erratum=checks.text(erratum, "erratum"),
            replaces=replaces,
            release_at=checks.instant(release_at, "releaseAt"),
            idempotency_key=checks.line(idempotency_key, "idempotencyKey"),
        )
        submission_id = await self._submitting.submit(principal, wish)
        await self._start(JobKind.CHECK, submission_id)
        return await self.get(principal, submission_id)

    async def review(
        self,
        principal: Principal,
        submission_id: str,
        decision: ReviewDecision,
        *,
        reason: str | None = None,
        findings: Sequence[ReviewFinding] = (),
        confirmed_rules: Sequence[str] = (),
        expected_state: SubmissionState,
    ) -> Submission:
        """Accept or return, as steward or (for priority data) as authority.

        Returning needs a reason. Accepting a file with warnings needs every warning's rule in `confirmed_rules`
        (`RuleResult.key`, or its bare code) and a reason; naming what is no warning of the report is refused.
        Raises NotFound, NotAllowed, StateConflict, InvalidInput, QualityGateFailed.
        """
        cleaned = clean_findings(findings)
        report = await self.report(principal, submission_id)
        async with self._acts.begin(principal) as act:
            record = await self._locked(act, principal, submission_id)
            expect(record, expected_state)
            move = REVIEWS.get((record.state, decision))
            if move is None:
                raise not_in_state(record.state)
            role = require(principal, move.action, record.resource)
            words = reason_for(record.state, decision, reason, report)
            check_named(report, confirmed_rules)
            confirmed: tuple[str, ...] = ()
            if record.state is S.IN_REVIEW and decision is ReviewDecision.ACCEPT:
                confirmed = pass_gate(report, confirmed_rules)
            if move.action is Action.REVIEW and decision is ReviewDecision.ACCEPT:
                record.submission.accepted_by_id = principal.person_id
            target = move.target(record.dataset.priority)
            await SubmissionRepository(act.session).add_step(
                record.submission,
                target,
                at=act.at,
                actor_id=principal.person_id,
                role=role,
                reason=words,
                findings=cleaned,
                confirmed_rules=confirmed,
            )
            act.record(
                "submission.review",
                f"submission:{submission_id}",
                role=role,
                decision=decision.value,
                state=target.value,
                confirmed=list(confirmed),
            )
        return await self._after(principal, submission_id, expected=record)

    async def publish(
        self,
        principal: Principal,
        submission_id: str,
        *,
        release_at: datetime | None = None,
        expected_state: SubmissionState,
    ) -> Submission:
        """Have an approved submission published: now, or at `release_at`; a time that has passed means now.

        Without `release_at` a time set before holds, the producer's or a steward's: a request sent twice must not
        end an embargo. To publish now all the same, give the present instant.
        Raises NotFound, NotAllowed, StateConflict, InvalidInput.
        """
        wanted = checks.instant(release_at, "releaseAt")
        async with self._acts.begin(principal) as act:
            record = await self._locked(act, principal, submission_id)
            role = require(principal, Action.PUBLISH, record.resource)
            expect(record, expected_state)
            if record.state is not S.APPROVED:
                raise not_in_state(record.state)
            row = record.submission
            wanted = wanted or row.release_at
            due = wanted is None or wanted <= act.at
            row.release_at = None if due else wanted
            row.publish_requested_at = act.at
            row.publish_requested_by_id = principal.person_id
            if not due:
                await SubmissionRepository(act.session).add_step(
                    row, S.APPROVED, at=act.at, actor_id=principal.person_id, role=role
                )
            act.record(
                "submission.publish",
                f"submission:{submission_id}",
                role=role,
                release_at=row.release_at.isoformat() if row.release_at else None,
            )
        if due:
            await self._start(JobKind.PUBLISH, submission_id)
        return await self.get(principal, submission_id)

    async def withdraw(
        self, principal: Principal, submission_id: str, reason: str, *, expected_state: SubmissionState
    ) -> Submission:
        """Take back one's own submission, in any state that is not final.

        Raises NotFound, NotAllowed, StateConflict, InvalidInput (no reason).
        """
        why = Text("Tuliskan alasan pembatalan.", "Say why it is withdrawn.")
        words = checks.required_prose(reason, "reason", why)
        async with self._acts.begin(principal) as act:
            record = await self._locked(act, principal, submission_id)
            role = require(principal, Action.WITHDRAW_SUBMISSION, record.resource)
            expect(record, expected_state)
            if record.state in TERMINAL:
                raise not_in_state(record.state)
            await SubmissionRepository(act.session).add_step(
                record.submission,
                S.WITHDRAWN,
                at=act.at,
                actor_id=principal.person_id,
                role=role,
                reason=words,
            )
            act.record("submission.withdraw", f"submission:{submission_id}", role=role)
        if self.jobs is not None:
            for kind in JobKind:
                await self.jobs.cancel(kind, submission_id)
        return await self.get(principal, submission_id)

    async def retry(self, principal: Principal, submission_id: str) -> Submission:
        """Check a FAILED submission again. Raises NotFound, NotAllowed, StateConflict."""
        async with self._acts.begin(principal) as act:
            record = await self._locked(act, principal, submission_id)
            role = require(principal, Action.RETRY_CHECK, record.resource)
            if record.state is not S.FAILED:
                raise not_in_state(record.state)
            await SubmissionRepository(act.session).add_step(
                record.submission, S.CHECKING, at=act.at, actor_id=principal.person_id, role=role
            )
            act.record("submission.retry", f"submission:{submission_id}", role=role)
        await self._start(JobKind.CHECK, submission_id)
        return await self._after(principal, submission_id, expected=record)

    async def get(self, principal: Principal, submission_id: str) -> Submission:
        """One submission with its steps and, while a job works on it, its progress. Raises NotFound."""
        record = await self._visible(principal, submission_id)
        return await self._assemble(record)

    async def list(
        self,
        principal: Principal,
        *,
        states: Sequence[SubmissionState] = (),
        agency: str | None = None,
        dataset: str | None = None,
        mine: bool = False,
        awaiting_me: bool = False,
        since: datetime | None = None,
        first: int = 20,
        after: Position | None = None,
    ) -> Page[Submission]:
        """Newest first, of those one may see. Raises NotAllowed for who is not signed in."""
        if principal.person_id is None:
            raise NotAllowed(Text("Silakan masuk untuk melihat pengajuan.", "Sign in to see submissions."))
        query = SubmissionQuery(states, agency, dataset, mine, awaiting_me, since)
        async with self._database.read() as session:
            repository = SubmissionRepository(session)
            page = await repository.page(principal, query, page_size(first), after)
            steps = await repository.steps([record.submission.id for record in page.items])
        return Page(
            items=tuple(
                to_submission(record, steps.get(record.submission.id, ()), self._progress(record))
                for record in page.items
            ),
            positions=page.positions,
            total=page.total,
            has_next=page.has_next,
        )

    async def report(self, principal: Principal, submission_id: str) -> Report | None:
        """The check's report; None before there is one. Raises NotFound."""
        record = await self._visible(principal, submission_id)
        return Report.from_json(await self._files.read(record.report.key)) if record.report else None

    async def report_json(self, principal: Principal, submission_id: str) -> bytes:
        """The report's bytes as the check wrote them. Raises NotFound (also before there is one)."""
        record = await self._visible(principal, submission_id)
        if record.report is None:
            raise NotFound(not_found_text(Text("Laporan pemeriksaan ini", "This check's report")))
        return await self._files.read(record.report.key)

    async def possible_actions(self, principal: Principal, submission_id: str) -> frozenset[Action]:
        """What the principal may do with it as it is now, so that a page offers nothing that would be refused.

        Raises NotFound.
        """
        record = await self._visible(principal, submission_id)
        actions = {move.action for (state, _), move in REVIEWS.items() if state is record.state}
        if record.state is S.APPROVED:
            actions.add(Action.PUBLISH)
        if record.state is S.FAILED:
            actions.add(Action.RETRY_CHECK)
        if record.state not in TERMINAL:
            actions.add(Action.WITHDRAW_SUBMISSION)
        return frozenset(action for action in actions if can(principal, action, record.resource))

    async def _visible(self, principal: Principal, submission_id: str) -> SubmissionRecord:
        async with self._database.read() as session:
            record = await SubmissionRepository(session).record(submission_id)
        return _must_see(principal, record)

    async def _locked(self, act: Act, principal: Principal, submission_id: str) -> SubmissionRecord:
        record = await SubmissionRepository(act.session).record(submission_id, lock=True)
        if record is not None and principal.operator:
            return record
        return _must_see(principal, record)

    async def _assemble(self, record: SubmissionRecord) -> Submission:
        async with self._database.read() as session:
            steps = await SubmissionRepository(session).steps([record.submission.id])
        return to_submission(record, steps.get(record.submission.id, ()), self._progress(record))

    async def _after(
        self, principal: Principal, submission_id: str, *, expected: SubmissionRecord
    ) -> Submission:
        """The submission as it is now, to whoever just acted on it, even when it has gone out of their sight."""
        async with self._database.read() as session:
            record = await SubmissionRepository(session).record(submission_id)
        return await self._assemble(record or expected)

    def _progress(self, record: SubmissionRecord) -> CheckProgress | None:
        row = record.submission
        if record.state is S.UPLOADED:
            return CheckProgress(CheckStage.QUEUED, 0, None, row.submitted_at)
        publishing = record.state is S.APPROVED and row.publish_requested_at is not None
        if record.state is S.CHECKING or publishing:
            return read_progress(self._config.work / row.id)
        return None

    async def _start(self, kind: JobKind, submission_id: str) -> None:
        """The row is committed; a job that cannot be started now is started by whoever looks for rows without one."""
        if self.jobs is None:
            return
        try:
            await self.jobs.start(kind, submission_id)
        except Exception:
            logger.exception("job not started", extra={"kind": kind.value, "submission": submission_id})


def _must_see(principal: Principal, record: SubmissionRecord | None) -> SubmissionRecord:
    what = Text("Pengajuan ini", "This submission")
    if record is None:
        raise NotFound(not_found_text(what))
    require_visible(principal, Action.VIEW_SUBMISSION, record.resource, what)
    return record
