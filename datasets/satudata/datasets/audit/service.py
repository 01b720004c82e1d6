"""Reading the audit trail and proving that it is whole."""

from satudata.datasets.access.policy import Action, require
from satudata.datasets.access.principal import Principal
from satudata.datasets.audit.chain import GENESIS, event_hash
from satudata.datasets.audit.models import AuditEventRow
from satudata.datasets.audit.repository import AuditRepository
from satudata.datasets.audit.types import AuditEvent, ChainBreak
from satudata.datasets.database.engine import Database
from satudata.datasets.paging import Page, Position, page_size


class AuditService:
    """Events are written by `acts.Acts`, never here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def events(
        self,
        principal: Principal,
        *,
        subject: str | None = None,
        actor: str | None = None,
        first: int = 50,
        after: Position | None = None,
    ) -> Page[AuditEvent]:
        """Events newest first, of one subject (`noun:id`) or one actor when asked. Raises NotAllowed."""
        require(principal, Action.VIEW_AUDIT)
        async with self._database.read() as session:
            return await AuditRepository(session).events(
                subject=subject, actor=actor, first=page_size(first), before=after[0] if after else None
            )

    async def verify(self) -> ChainBreak | None:
        """The first break of the chain, or None when every event follows from the one before and the head ends it."""
        seq, previous = 0, GENESIS
        async with self._database.read() as session:
            repository = AuditRepository(session)
            head = await repository.head()
            async for row in repository.chain():
                reason = _wrong(row, seq + 1, previous)
                if reason:
                    return ChainBreak(seq + 1, reason)
                seq, previous = row.seq, row.hash
        if (seq, previous) != head:
            return ChainBreak(seq + 1, f"the chain ends at event {seq}, its head names event {head[0]}")
        return None


def _wrong(row: AuditEventRow, seq: int, previous: str) -> str | None:
    if row.seq != seq:
        return f"event {seq} is missing"
    if row.previous_hash != previous:
        return f"event {seq} does not follow event {seq - 1}"
    expected = event_hash(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        role=row.role,
        action=row.action,
        subject=row.subject,
        detail=row.detail,
        previous_hash=row.previous_hash,
    )
    return None if row.hash == expected else f"event {seq} was changed after it was written"
