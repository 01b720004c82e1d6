"""Rows that a job should be working on: what a runner looks for at its start and now and then, to lose none."""

from sqlalchemy import and_, or_, select

from satudata.datasets.clock import Clock
from satudata.datasets.database.engine import Database
from satudata.datasets.jobs.protocol import JobKind
from satudata.datasets.submissions.models import SubmissionRow
from satudata.datasets.submissions.types import SubmissionState

TO_CHECK = (SubmissionState.UPLOADED.value, SubmissionState.CHECKING.value)


async def pending_jobs(database: Database, clock: Clock) -> list[tuple[JobKind, str]]:
    """(kind, submission id), oldest submission first: not yet checked, or approved and due to be published."""
    due = and_(
        SubmissionRow.state == SubmissionState.APPROVED.value,
        SubmissionRow.publish_requested_at.is_not(None),
        or_(SubmissionRow.release_at.is_(None), SubmissionRow.release_at <= clock.now()),
    )
    statement = (
        select(SubmissionRow.id, SubmissionRow.state)
        .where(or_(SubmissionRow.state.in_(TO_CHECK), due))
        .order_by(SubmissionRow.submitted_at, SubmissionRow.id)
    )
    async with database.read() as session:
        rows = (await session.execute(statement)).all()
    return [
        (JobKind.CHECK if state in TO_CHECK else JobKind.PUBLISH, submission_id)
        for submission_id, state in rows
    ]
