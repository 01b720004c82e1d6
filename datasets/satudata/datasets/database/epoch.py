"""The epoch: a number that grows with every change readers can see, so that caches know when to look again."""

import asyncio
import time
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from satudata.datasets.database.base import Base
from satudata.datasets.database.engine import Database

REFRESH_SECONDS = 0.5


class EpochRow(Base):
    """One row, raised in the transaction of the change."""

    __tablename__ = "epoch"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime | None]


async def raise_epoch(session: AsyncSession, at: datetime) -> int:
    """The next epoch, valid once the transaction commits; the row stays locked until then."""
    statement = (
        update(EpochRow)
        .where(EpochRow.id == 1)
        .values(number=EpochRow.number + 1, at=at)
        .returning(EpochRow.number)
    )
    return (await session.execute(statement)).scalar_one()


class Epoch:
    """The newest epoch this process knows: its own changes at once, those of other processes within half a second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._refreshing = asyncio.Lock()
        self._read_at = float("-inf")
        self.known = -1
        """The last number seen; -1 before the first look."""

    def noticed(self, number: int) -> None:
        """A change of this process has committed."""
        self.known = max(self.known, number)

    async def current(self) -> int:
        """The epoch, read from the database at most every half second."""
        if not self._is_fresh():
            async with self._refreshing:
                if not self._is_fresh():
                    await self._refresh()
        return self.known

    def _is_fresh(self) -> bool:
        return time.monotonic() - self._read_at < REFRESH_SECONDS

    async def _refresh(self) -> None:
        async with self._database.read() as session:
            self.noticed((await session.execute(select(EpochRow.number))).scalar_one())
        self._read_at = time.monotonic()
