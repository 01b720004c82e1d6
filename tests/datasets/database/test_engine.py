"""The unit of work: no update is lost, nothing half-done stays, and reading never writes. On both databases."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, StatementError

from satudata.datasets.database.engine import Database
from satudata.datasets.database.epoch import Epoch, EpochRow, raise_epoch
from satudata.datasets.people.models import PersonRow


async def read_then_update(database: Database) -> None:
    """The pattern that loses updates when a transaction works on what it read before another changed it."""
    async with database.write() as session:
        row = (await session.execute(select(EpochRow).with_for_update())).scalar_one()
        await asyncio.sleep(0)
        row.number = row.number + 1


async def epoch_number(database: Database) -> int:
    async with database.read() as session:
        return (await session.execute(select(EpochRow.number))).scalar_one()


async def test_concurrent_read_then_update_loses_nothing(database: Database) -> None:
    second = Database(database.url)  # as another process would
    await asyncio.gather(*(read_then_update(each) for _ in range(25) for each in (database, second)))
    assert await epoch_number(database) == 50
    await second.close()


async def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    async def half() -> None:
        async with database.write() as session:
            await raise_epoch(session, datetime.now(UTC))
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        await half()
    assert await epoch_number(database) == 0
    await read_then_update(database)
    assert await epoch_number(database) == 1


async def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.read() as session:
            await session.execute(text("UPDATE epoch SET number = 7"))
    assert await epoch_number(database) == 0


async def test_readers_see_one_state_while_others_write(database: Database) -> None:
    async with database.read() as session:
        before = (await session.execute(select(EpochRow.number))).scalar_one()
        await read_then_update(database)
        session.expire_all()
        assert (await session.execute(select(EpochRow.number))).scalar_one() == before


async def test_instants_come_back_aware_and_equal(database: Database) -> None:
    instant = datetime.fromisoformat("2026-12-01T09:30:00.123456+07:00")
    async with database.write() as session:
        session.add(PersonRow(id="p", name="Sari", email="sari@example.go.id", created_at=instant))
    async with database.read() as session:
        stored = (await session.execute(select(PersonRow.created_at))).scalar_one()
    assert stored == instant
    assert stored.tzinfo is UTC


async def test_an_instant_without_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"):
        async with database.write() as session:
            session.add(
                PersonRow(id="p", name="Sari", email="s@example.go.id", created_at=datetime(2026, 1, 1))
            )


async def test_the_epoch_is_known_at_once_here_and_soon_elsewhere(database: Database) -> None:
    elsewhere = Database(database.url)
    here, there = Epoch(database), Epoch(elsewhere)
    assert (await here.current(), await there.current()) == (0, 0)
    async with database.write() as session:
        number = await raise_epoch(session, datetime.now(UTC))
    here.noticed(number)
    assert await here.current() == 1
    deadline = asyncio.get_running_loop().time() + 5
    while await there.current() != 1:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.02)
    await elsewhere.close()
