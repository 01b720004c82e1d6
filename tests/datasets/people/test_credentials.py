"""Stored credentials: hashes in, hashes out, and only their owner (or the operator) makes them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from satudata.datasets.access.principal import OPERATOR
from satudata.datasets.errors import NotAllowed
from satudata.datasets.people.credentials import StoredPassword
from satudata.datasets.people.types import WebSession


async def add_token(hub: Any, principal: Any, person_id: str, sha256: str = "a" * 64) -> Any:
    return await hub.services.credentials.add_token(
        principal, person_id=person_id, sha256=sha256, last4="wxyz", name="laptop", scopes=("read",)
    )


async def test_a_password_is_found_by_address_and_replaced_by_the_next(either_hub: Any) -> None:
    credentials, producer = either_hub.services.credentials, either_hub.producer
    await credentials.set_password(OPERATOR, producer.person_id, "hash one")
    await credentials.set_password(producer, producer.person_id, "hash two")
    assert await credentials.password_of(producer.email.upper()) == StoredPassword(
        producer.person_id, "hash two"
    )
    await credentials.rehash_password(producer.person_id, "hash three")
    assert (await credentials.password_of(producer.email)).hash == "hash three"
    assert await credentials.password_of("nobody@example.go.id") is None


async def test_a_new_password_signs_everybody_out(either_hub: Any) -> None:
    credentials, producer, now = either_hub.services.credentials, either_hub.producer, either_hub.clock.now()
    await credentials.open_session(
        WebSession("h1", producer.person_id, "secret", now, now + timedelta(hours=8))
    )
    assert (await credentials.session("h1")).csrf_secret == "secret"
    await credentials.set_password(producer, producer.person_id, "hash")
    assert await credentials.session("h1") is None


async def test_sessions_close_and_expired_ones_are_purged(either_hub: Any) -> None:
    credentials, producer, now = either_hub.services.credentials, either_hub.producer, either_hub.clock.now()
    for name, hours in (("old", -1), ("mine", 8), ("other", 8)):
        await credentials.open_session(
            WebSession(name, producer.person_id, "secret", now, now + timedelta(hours=hours))
        )
    await credentials.close_session("mine")
    await credentials.close_session("mine")
    assert await credentials.purge_sessions() == 1
    assert [await credentials.session(name) is None for name in ("old", "mine", "other")] == [
        True,
        True,
        False,
    ]


async def test_a_token_is_found_by_hash_until_revoked(either_hub: Any) -> None:
    credentials, producer = either_hub.services.credentials, either_hub.producer
    made = await add_token(either_hub, producer, producer.person_id)
    assert await credentials.token("a" * 64) == made
    assert await credentials.tokens(producer.person_id) == (made,)
    revoked = await credentials.revoke_token(either_hub.secretariat, made.id)
    assert revoked.revoked_at == either_hub.clock.now()
    assert (await credentials.token("a" * 64)).revoked_at is not None


async def test_use_is_noted_now_and_then_only(hub: Any) -> None:
    credentials = hub.services.credentials
    made = await add_token(hub, hub.producer, hub.producer.person_id)
    await credentials.touch_token(made)
    first = await credentials.token(made.sha256)
    assert first.last_used_at == hub.clock.now()
    hub.clock.pass_(timedelta(minutes=4))
    await credentials.touch_token(first)
    assert (await credentials.token(made.sha256)).last_used_at == first.last_used_at
    hub.clock.pass_(timedelta(minutes=2))
    await credentials.touch_token(first)
    assert (await credentials.token(made.sha256)).last_used_at == hub.clock.now()


async def test_nobody_makes_secrets_for_another_person(hub: Any) -> None:
    person_id = hub.producer.person_id
    for principal in (hub.steward, hub.secretariat, replace(hub.producer, read_only=True)):
        with pytest.raises(NotAllowed):
            await add_token(hub, principal, person_id)
        with pytest.raises(NotAllowed):
            await hub.services.credentials.set_password(principal, person_id, "hash")
    made = await add_token(hub, OPERATOR, person_id)
    with pytest.raises(NotAllowed):
        await hub.services.credentials.revoke_token(hub.steward, made.id)


async def test_every_change_is_in_the_audit_trail(hub: Any) -> None:
    made = await add_token(hub, hub.producer, hub.producer.person_id)
    await hub.services.credentials.revoke_token(hub.producer, made.id)
    await hub.services.credentials.set_password(hub.producer, hub.producer.person_id, "hash")
    events = await hub.services.audit.events(hub.secretariat, actor=hub.producer.person_id)
    assert [event.action for event in events.items] == ["password.set", "token.revoke", "token.create"]
    assert "hash" not in str([event.detail for event in events.items])
