"""All SQL of watching. The audit trail knows the order of publications: its events follow each other without a gap,
whereas times of publication are taken before transactions commit."""

from collections.abc import Collection, Sequence

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.audit.models import AuditEventRow, AuditHeadRow
from satudata.datasets.submissions.models import SubmissionRow, SubmissionStepRow
from satudata.datasets.submissions.types import SubmissionState
from satudata.datasets.watching.types import Publication, Standing

PUBLISHED = "version.publish"
_SUBJECT = "dataset:"


class WatchRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def newest_position(self) -> int:
        """Where the audit trail ends; no publication so far comes after it."""
        return (await self._session.execute(select(AuditHeadRow.seq))).scalar_one()

    async def publications(self, after: int, dataset: str | None, most: int) -> list[Publication]:
        """The first so many after a position, of one dataset or of all."""
        statement = select(AuditEventRow.seq, AuditEventRow.subject, AuditEventRow.detail).where(
            AuditEventRow.seq > after, AuditEventRow.action == PUBLISHED
        )
        if dataset is not None:
            statement = statement.where(AuditEventRow.subject == f"{_SUBJECT}{dataset}")
        rows = await self._session.execute(statement.order_by(AuditEventRow.seq).limit(most))
        return [
            Publication(seq, subject.removeprefix(_SUBJECT), orjson.loads(detail)["number"])
            for seq, subject, detail in rows
        ]

    async def standings(self, submission_ids: Collection[str]) -> Sequence[tuple[str, Standing]]:
        """How those that exist stand, without progress."""
        steps = (
            select(func.count())
            .where(SubmissionStepRow.submission_id == SubmissionRow.id)
            .correlate(SubmissionRow)
            .scalar_subquery()
        )
        statement = select(
            SubmissionRow.id, SubmissionRow.state, steps, SubmissionRow.publish_requested_at
        ).where(SubmissionRow.id.in_(submission_ids))
        return [
            (id_, Standing(SubmissionState(state), count, requested))
            for id_, state, count, requested in await self._session.execute(statement)
        ]
