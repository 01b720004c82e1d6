"""`Acts`: the unit of work. What an act changes, the epoch it raises and the events it records commit together.

Example:

    async with self._acts.begin(principal) as act:
        AgencyRepository(act.session).add(...)
        act.record("agency.create", f"agency:{slug}", role=role)
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.access.principal import Principal, Role
from satudata.datasets.audit.repository import AuditRepository, Entry
from satudata.datasets.clock import Clock
from satudata.datasets.database.engine import Database, is_duplicate
from satudata.datasets.database.epoch import Epoch, raise_epoch
from satudata.datasets.errors import StateConflict
from satudata.validation.text import Text

MACHINE = Principal(name="satudata")
"""The hub itself, when a job moves a submission on. It holds no role: jobs do not ask `can`."""


class Act:
    """One act under way. `at` is its time, the same for every row it writes."""

    def __init__(self, session: AsyncSession, at: datetime) -> None:
        self.session = session
        self.at = at
        self.entries: list[Entry] = []
        self.visible = False

    def record(self, action: str, subject: str, *, role: Role | None = None, **detail: Any) -> None:
        """Note an event, appended to the chain just before the commit. `detail` is JSON without personal data."""
        self.entries.append(Entry(action, subject, role, detail))

    def changes_what_readers_see(self) -> None:
        """Raise the epoch with this act."""
        self.visible = True


class Acts:
    def __init__(self, database: Database, epoch: Epoch, clock: Clock) -> None:
        self._database = database
        self._epoch = epoch
        self._clock = clock

    @asynccontextmanager
    async def begin(self, principal: Principal) -> AsyncIterator[Act]:
        """A writing transaction whose events are appended as its last statement; nothing stays when the block raises.

        Raises StateConflict (code OVERTAKEN) when another act made the same thing at the same moment.
        """
        number: int | None = None
        try:
            async with self._database.write() as session:
                act = Act(session, self._clock.now())
                yield act
                await session.flush()
                if act.visible:
                    number = await raise_epoch(session, act.at)
                if act.entries:
                    await AuditRepository(session).append(act.entries, actor_of(principal), act.at)
        except IntegrityError as error:
            if is_duplicate(error):
                raise _overtaken() from error
            raise
        if number is not None:
            self._epoch.noticed(number)


def _overtaken() -> StateConflict:
    return StateConflict(
        Text(
            "Pada saat yang sama orang lain melakukan hal yang sama. Muat ulang, lalu coba lagi bila masih perlu.",
            "Somebody else did the same at the same moment. Reload, and try again if it is still needed.",
        ),
        code="OVERTAKEN",
    )


def actor_of(principal: Principal) -> str:
    """How the audit names who acted: a person's id, never an address or a name."""
    if principal.person_id is not None:
        return principal.person_id
    if principal.operator:
        return "operator"
    return "satudata" if principal is MACHINE else "anonymous"
