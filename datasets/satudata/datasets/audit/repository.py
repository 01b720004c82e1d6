"""All SQL of the audit trail. It appends and reads; there is nothing here that changes or removes an event."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.access.principal import Role
from satudata.datasets.audit.chain import canonical_json, event_hash
from satudata.datasets.audit.models import AuditEventRow, AuditHeadRow
from satudata.datasets.audit.types import AuditEvent
from satudata.datasets.paging import Page, cut

VERIFY_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An event about to be appended."""

    action: str
    subject: str
    role: Role | None = None
    detail: dict[str, Any] = field(default_factory=dict)


class AuditRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def append(self, entries: Sequence[Entry], actor: str, at: datetime) -> None:
        """Add events at the end of the chain. Must be the last statement of the transaction: it locks the head."""
        head = (
            await self._session.execute(select(AuditHeadRow).where(AuditHeadRow.id == 1).with_for_update())
        ).scalar_one()
        seq, previous = head.seq, head.hash
        for entry in entries:
            seq += 1
            role = entry.role.value if entry.role else None
            detail = canonical_json(entry.detail)
            digest = event_hash(
                seq=seq,
                at=at,
                actor=actor,
                role=role,
                action=entry.action,
                subject=entry.subject,
                detail=detail,
                previous_hash=previous,
            )
            self._session.add(
                AuditEventRow(
                    seq=seq,
                    at=at,
                    actor=actor,
                    role=role,
                    action=entry.action,
                    subject=entry.subject,
                    detail=detail,
                    previous_hash=previous,
                    hash=digest,
                )
            )
            previous = digest
        head.seq, head.hash = seq, previous
        await self._session.flush()

    async def head(self) -> tuple[int, str]:
        """Sequence number and hash of the end of the chain."""
        row = (await self._session.execute(select(AuditHeadRow.seq, AuditHeadRow.hash))).one()
        return row.seq, row.hash

    async def chain(self) -> AsyncIterator[AuditEventRow]:
        """All events in order, read in batches."""
        last = 0
        while True:
            statement = (
                select(AuditEventRow)
                .where(AuditEventRow.seq > last)
                .order_by(AuditEventRow.seq)
                .limit(VERIFY_BATCH)
            )
            batch = (await self._session.execute(statement)).scalars().all()
            for row in batch:
                yield row
            if len(batch) < VERIFY_BATCH:
                return
            last = batch[-1].seq
            self._session.expunge_all()

    async def events(
        self, *, subject: str | None, actor: str | None, first: int, before: int | None
    ) -> Page[AuditEvent]:
        """Newest first; `before` is the sequence number to go on from."""
        matching = select(AuditEventRow)
        if subject is not None:
            matching = matching.where(AuditEventRow.subject == subject)
        if actor is not None:
            matching = matching.where(AuditEventRow.actor == actor)
        total = (
            await self._session.execute(select(func.count()).select_from(matching.subquery()))
        ).scalar_one()
        if before is not None:
            matching = matching.where(AuditEventRow.seq < before)
        rows = (
            await self._session.execute(matching.order_by(AuditEventRow.seq.desc()).limit(first + 1))
        ).scalars()
        return cut([(to_event(row), (row.seq,)) for row in rows], first, total)


def to_event(row: AuditEventRow) -> AuditEvent:
    return AuditEvent(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        role=Role(row.role) if row.role else None,
        action=row.action,
        subject=row.subject,
        detail=orjson.loads(row.detail),
        previous_hash=row.previous_hash,
        hash=row.hash,
    )
