"""The audit trail cannot be changed through the database, and whoever changes the file is found out."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from satudata.datasets.access.principal import ANONYMOUS, OPERATOR
from satudata.datasets.agencies.types import AgencyKind
from satudata.datasets.errors import NotAllowed
from satudata.validation.text import Text

UNPROTECT = {
    True: ["DROP TRIGGER audit_event_no_update", "DROP TRIGGER audit_event_no_delete"],
    False: ["DROP TRIGGER audit_event_unchanged ON audit_event"],
}


async def tamper(hub: Any, *statements: str) -> None:
    """What only somebody with the database file or its owner's password could do."""
    database = hub.services.database
    async with database.write() as session:
        for statement in (*UNPROTECT[database.is_sqlite], *statements):
            await session.execute(text(statement))


async def test_a_whole_chain_verifies(either_hub: Any) -> None:
    page = await either_hub.services.audit.events(either_hub.secretariat, first=1000)
    assert page.total == len(page.items) > 10
    assert [event.seq for event in page.items] == list(range(page.total, 0, -1))
    assert await either_hub.services.audit.verify() is None


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_event SET actor = 'x' WHERE seq = 3", "DELETE FROM audit_event WHERE seq = 3"]
)
async def test_events_are_neither_changed_nor_removed(either_hub: Any, statement: str) -> None:
    with pytest.raises(DBAPIError, match="never changed"):
        async with either_hub.services.database.write() as session:
            await session.execute(text(statement))
    assert await either_hub.services.audit.verify() is None


@pytest.mark.parametrize(
    ("statement", "seq", "reason"),
    [
        ("UPDATE audit_event SET actor = 'x' WHERE seq = 3", 3, "changed"),
        ("UPDATE audit_event SET detail = '{}' WHERE seq = 4", 4, "changed"),
        ("DELETE FROM audit_event WHERE seq = 5", 5, "missing"),
        ("DELETE FROM audit_event WHERE seq > 6", 7, "head"),
        ("UPDATE audit_event SET previous_hash = hash WHERE seq = 2", 2, "follow"),
    ],
)
async def test_tampering_is_found(either_hub: Any, statement: str, seq: int, reason: str) -> None:
    await tamper(either_hub, statement)
    found = await either_hub.services.audit.verify()
    assert found is not None
    assert found.seq == seq
    assert reason in found.reason


async def test_an_event_names_who_by_id_and_role_only(either_hub: Any) -> None:
    events = (
        await either_hub.services.audit.events(either_hub.secretariat, subject="dataset:dinas/contoh")
    ).items
    (event,) = events
    assert event.actor == either_hub.steward.person_id
    assert event.role == "STEWARD"
    assert event.action == "dataset.register"
    everything = await either_hub.services.audit.events(either_hub.secretariat, first=1000)
    written = " ".join(str(event) for event in everything.items)
    assert "@" not in written
    assert either_hub.steward.name not in written


async def test_a_refused_act_leaves_no_event(either_hub: Any) -> None:
    before = (await either_hub.services.audit.events(either_hub.secretariat)).total
    with pytest.raises(NotAllowed):
        await either_hub.services.agencies.create(
            either_hub.producer, "baru", Text("Baru", ""), AgencyKind.OTHER
        )
    assert (await either_hub.services.audit.events(either_hub.secretariat)).total == before


async def test_pages_go_on_where_the_last_ended(either_hub: Any) -> None:
    audit = either_hub.services.audit
    first = await audit.events(either_hub.secretariat, first=4)
    second = await audit.events(either_hub.secretariat, first=4, after=first.positions[-1])
    assert first.has_next
    assert second.items[0].seq == first.items[-1].seq - 1
    assert (await audit.events(OPERATOR, actor="operator")).total > 0
    with pytest.raises(NotAllowed):
        await audit.events(ANONYMOUS)
