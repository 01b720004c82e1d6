"""All SQL of submissions, their steps, findings and reports. Uploads have their own, in `uploads.py`."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.access.policy import Resource
from satudata.datasets.access.principal import Principal, Role
from satudata.datasets.agencies.models import AgencyRow
from satudata.datasets.catalogue.models import DatasetRow
from satudata.datasets.catalogue.visibility import (
    Steward,
    in_field_of_authority,
    of_agency_people,
    stewarded_agencies,
    with_agencies,
)
from satudata.datasets.identifiers import new_id
from satudata.datasets.paging import Page, Position, cut
from satudata.datasets.people.models import PersonRow
from satudata.datasets.submissions.models import ReportRow, ReviewFindingRow, SubmissionRow, SubmissionStepRow
from satudata.datasets.submissions.states import WITH_AUTHORITY
from satudata.datasets.submissions.types import (
    CheckProgress,
    ReviewFinding,
    Submission,
    SubmissionState,
    SubmissionStep,
)
from satudata.datasets.versions.models import VersionRow
from satudata.datasets.versions.repository import text_of
from satudata.validation.contracts.model import AccessLevel

S = SubmissionState
MACHINE_NAME = "satudata"


@dataclass(frozen=True, slots=True)
class SubmissionRecord:
    """A submission with what belongs to it, as rows."""

    submission: SubmissionRow
    dataset: DatasetRow
    agency: AgencyRow
    steward: AgencyRow
    submitter: PersonRow
    report: ReportRow | None
    version_number: int | None

    @property
    def state(self) -> SubmissionState:
        return SubmissionState(self.submission.state)

    @property
    def resource(self) -> Resource:
        """What the policy needs to know of it."""
        return Resource(
            agency=self.agency.slug,
            steward=self.steward.slug,
            access_level=AccessLevel(self.dataset.access_level),
            priority=self.dataset.priority,
            region=self.dataset.region,
            submitted_by=self.submission.submitted_by_id,
            accepted_by=self.submission.accepted_by_id,
            with_authority=self.state in WITH_AUTHORITY,
        )


@dataclass(frozen=True, slots=True)
class SubmissionQuery:
    """Which submissions to list; empty parts ask nothing."""

    states: Sequence[SubmissionState] = ()
    agency: str | None = None
    dataset: str | None = None
    mine: bool = False
    awaiting_me: bool = False
    since: datetime | None = None


def _records() -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = with_agencies(
        select(SubmissionRow, DatasetRow, AgencyRow, Steward, PersonRow, ReportRow, VersionRow.number).join(
            DatasetRow, DatasetRow.id == SubmissionRow.dataset_id
        )
    )
    return (
        statement.join(PersonRow, PersonRow.id == SubmissionRow.submitted_by_id)
        .outerjoin(ReportRow, ReportRow.submission_id == SubmissionRow.id)
        .outerjoin(VersionRow, VersionRow.submission_id == SubmissionRow.id)
    )


class SubmissionRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: SubmissionRow | ReportRow) -> None:
        self._session.add(row)

    async def record(self, submission_id: str, *, lock: bool = False) -> SubmissionRecord | None:
        """One submission; `lock` holds its row until the transaction ends."""
        statement = _records().where(SubmissionRow.id == submission_id)
        if lock:
            statement = statement.with_for_update(of=SubmissionRow)
        row = (await self._session.execute(statement)).one_or_none()
        return SubmissionRecord(*row) if row else None

    async def by_key(self, person_id: str, idempotency_key: str) -> SubmissionRow | None:
        """What that person submitted under that key before."""
        statement = select(SubmissionRow).where(
            SubmissionRow.submitted_by_id == person_id, SubmissionRow.idempotency_key == idempotency_key
        )
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def page(
        self, principal: Principal, query: SubmissionQuery, first: int, after: Position | None
    ) -> Page[SubmissionRecord]:
        """Newest first, of those the principal may see."""
        matching = _records().where(*_conditions(principal, query))
        total: int = (
            await self._session.execute(select(func.count()).select_from(matching.subquery()))
        ).scalar_one()
        if after is not None:
            at, last_id = datetime.fromisoformat(after[0]), after[1]
            matching = matching.where(
                or_(
                    SubmissionRow.submitted_at < at,
                    and_(SubmissionRow.submitted_at == at, SubmissionRow.id < last_id),
                )
            )
        ordered = matching.order_by(SubmissionRow.submitted_at.desc(), SubmissionRow.id.desc()).limit(
            first + 1
        )
        found: list[tuple[SubmissionRecord, Position]] = []
        for row in await self._session.execute(ordered):
            record = SubmissionRecord(*row)
            found.append((record, (record.submission.submitted_at.isoformat(), record.submission.id)))
        return cut(found, first, total)

    async def in_states(self, states: Sequence[SubmissionState]) -> Sequence[SubmissionRow]:
        """All submissions in these states, oldest first."""
        statement = (
            select(SubmissionRow)
            .where(SubmissionRow.state.in_([state.value for state in states]))
            .order_by(SubmissionRow.submitted_at)
        )
        return (await self._session.execute(statement)).scalars().all()

    async def add_step(
        self,
        row: SubmissionRow,
        to: SubmissionState,
        *,
        at: datetime,
        actor_id: str | None,
        role: Role | None,
        reason: str | None = None,
        findings: Sequence[ReviewFinding] = (),
        confirmed_rules: Sequence[str] = (),
        first: bool = False,
    ) -> None:
        """Write down a step and put the submission in its new state. The row must be locked or new."""
        position = 0
        if not first:
            counting = select(func.count()).where(SubmissionStepRow.submission_id == row.id)
            position = (await self._session.execute(counting)).scalar_one()
        step = SubmissionStepRow(
            id=new_id(),
            submission_id=row.id,
            position=position,
            at=at,
            actor_id=actor_id,
            role=role.value if role else None,
            from_state=None if first else row.state,
            to_state=to.value,
            reason=reason,
            confirmed_rules=list(confirmed_rules),
        )
        row.state = to.value
        self._session.add(step)
        await self._session.flush()
        self._session.add_all(
            ReviewFindingRow(
                step_id=step.id, position=place, row=item.row, column=item.column, text=item.text
            )
            for place, item in enumerate(findings)
        )

    async def steps(self, submission_ids: Sequence[str]) -> dict[str, tuple[SubmissionStep, ...]]:
        """The steps of several submissions, in order."""
        findings: dict[str, list[ReviewFinding]] = defaultdict(list)
        of_steps = (
            select(ReviewFindingRow)
            .join(SubmissionStepRow, SubmissionStepRow.id == ReviewFindingRow.step_id)
            .where(SubmissionStepRow.submission_id.in_(submission_ids))
            .order_by(ReviewFindingRow.step_id, ReviewFindingRow.position)
        )
        for finding in (await self._session.execute(of_steps)).scalars():
            findings[finding.step_id].append(ReviewFinding(finding.text, finding.row, finding.column))
        statement = (
            select(SubmissionStepRow, PersonRow.name)
            .outerjoin(PersonRow, PersonRow.id == SubmissionStepRow.actor_id)
            .where(SubmissionStepRow.submission_id.in_(submission_ids))
            .order_by(SubmissionStepRow.submission_id, SubmissionStepRow.position)
        )
        steps: dict[str, list[SubmissionStep]] = defaultdict(list)
        for row, name in await self._session.execute(statement):
            steps[row.submission_id].append(_to_step(row, name, tuple(findings[row.id])))
        return {submission_id: tuple(found) for submission_id, found in steps.items()}

    async def report(self, submission_id: str) -> ReportRow | None:
        return await self._session.get(ReportRow, submission_id)

    async def all_files(self) -> Sequence[tuple[str, str, str, str | None, str | None]]:
        """(submission id, dataset slug, raw SHA-256, report key, snapshot SHA-256) of every submission."""
        statement = (
            select(
                SubmissionRow.id,
                DatasetRow.slug,
                SubmissionRow.sha256,
                ReportRow.key,
                ReportRow.snapshot_sha256,
            )
            .join(DatasetRow, DatasetRow.id == SubmissionRow.dataset_id)
            .outerjoin(ReportRow, ReportRow.submission_id == SubmissionRow.id)
        )
        return [tuple(row) for row in await self._session.execute(statement)]  # type: ignore[misc] # as selected


def _conditions(principal: Principal, query: SubmissionQuery) -> list[ColumnElement[bool]]:
    with_authority = SubmissionRow.state.in_([state.value for state in WITH_AUTHORITY])
    conditions = [or_(of_agency_people(principal), and_(in_field_of_authority(principal), with_authority))]
    if query.states:
        conditions.append(SubmissionRow.state.in_([state.value for state in query.states]))
    if query.agency is not None:
        conditions.append(AgencyRow.slug == query.agency)
    if query.dataset is not None:
        conditions.append(DatasetRow.slug == query.dataset)
    if query.mine:
        conditions.append(SubmissionRow.submitted_by_id == principal.person_id)
    if query.since is not None:
        conditions.append(SubmissionRow.submitted_at >= query.since)
    if query.awaiting_me:
        conditions.append(_awaiting(principal))
    return conditions


def _awaiting(principal: Principal) -> ColumnElement[bool]:
    """True for what this person, and not another, should decide next."""
    agencies = stewarded_agencies(principal)
    as_steward = and_(
        or_(AgencyRow.slug.in_(agencies), Steward.slug.in_(agencies)),
        or_(
            SubmissionRow.state.in_([S.IN_REVIEW.value, S.RETURNED_TO_STEWARD.value]),
            and_(SubmissionRow.state == S.APPROVED.value, SubmissionRow.publish_requested_at.is_(None)),
        ),
    )
    as_authority = and_(
        in_field_of_authority(principal),
        SubmissionRow.state == S.AUTHORITY_REVIEW.value,
        or_(SubmissionRow.accepted_by_id.is_(None), SubmissionRow.accepted_by_id != principal.person_id),
    )
    return and_(SubmissionRow.submitted_by_id != principal.person_id, or_(as_steward, as_authority))


def _to_step(row: SubmissionStepRow, name: str | None, findings: tuple[ReviewFinding, ...]) -> SubmissionStep:
    return SubmissionStep(
        at=row.at,
        actor=name or MACHINE_NAME,
        role=Role(row.role) if row.role else None,
        from_state=SubmissionState(row.from_state) if row.from_state else None,
        to_state=SubmissionState(row.to_state),
        reason=row.reason,
        findings=findings,
        confirmed_rules=tuple(row.confirmed_rules),
    )


def to_submission(
    record: SubmissionRecord, steps: tuple[SubmissionStep, ...], progress: CheckProgress | None
) -> Submission:
    row = record.submission
    return Submission(
        id=row.id,
        dataset_slug=record.dataset.slug,
        contract_version=row.contract_version,
        state=record.state,
        file_name=row.file_name,
        bytes=row.bytes,
        sha256=row.sha256,
        submitted_by=record.submitter.name,
        submitted_by_id=row.submitted_by_id,
        submitted_at=row.submitted_at,
        note=row.note,
        notes=text_of(row.notes_id, row.notes_en),
        erratum=text_of(row.erratum_id, row.erratum_en),
        replaces_id=row.replaces_id,
        release_at=row.release_at,
        publish_requested_at=row.publish_requested_at,
        report_key=record.report.key if record.report else None,
        version_number=record.version_number,
        steps=steps,
        progress=progress,
    )
