"""Uploads: what arrives must be what was announced, and only whoever announced it may send or use it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from satudata.datasets.access.principal import ANONYMOUS, OPERATOR
from satudata.datasets.errors import InvalidInput, LimitReached, NotAllowed, NotFound
from satudata.datasets.files.keys import raw_key

DATA = b"kode,tahun,nilai\nA,2023,1.5\n"
SHA = hashlib.sha256(DATA).hexdigest()


async def announce(
    hub: Any, principal: Any = None, size: int = len(DATA), sha256: str = SHA, name: str = "a.csv"
) -> Any:
    return await hub.services.submissions.create_upload(principal or hub.producer, name, size, sha256)


async def test_a_file_that_arrives_whole_is_kept_under_its_hash(either_hub: Any, in_pieces: Any) -> None:
    submissions = either_hub.services.submissions
    made = await announce(either_hub)
    assert (made.received_bytes, made.complete) == (0, False)
    assert made.expires_at == either_hub.clock.now() + timedelta(hours=24)
    received = await submissions.receive_upload(either_hub.producer, made.id, in_pieces(DATA, 7))
    assert (received.received_bytes, received.complete) == (len(DATA), True)
    assert await either_hub.services.files.read(raw_key(SHA)) == DATA
    assert await submissions.get_upload(either_hub.producer, made.id) == received


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (DATA[:-1], "UPLOAD_SIZE"),
        (DATA + b"x", "UPLOAD_SIZE"),
        (DATA[:-2] + b"6\n", "UPLOAD_CHANGED"),
    ],
)
async def test_another_file_is_refused_kept_nowhere_and_may_be_sent_again(
    hub: Any, in_pieces: Any, sent: bytes, code: str
) -> None:
    submissions = hub.services.submissions
    made = await announce(hub)
    with pytest.raises(InvalidInput) as refusal:
        await submissions.receive_upload(hub.producer, made.id, in_pieces(sent, 7))
    assert refusal.value.code == code
    assert "Kirim ulang" in refusal.value.message.id
    assert [key async for key, _ in hub.services.files.list("raw")] == []
    assert [key async for key, _ in hub.services.files.list("incoming")] == []
    assert (await submissions.receive_upload(hub.producer, made.id, in_pieces(DATA, 7))).complete


async def test_another_file_is_refused_after_the_right_one_has_arrived(hub: Any, in_pieces: Any) -> None:
    submissions = hub.services.submissions
    made = await announce(hub)
    await submissions.receive_upload(hub.producer, made.id, in_pieces(DATA, 7))
    with pytest.raises(InvalidInput) as refusal:
        await submissions.receive_upload(hub.producer, made.id, in_pieces(DATA[:-2] + b"6\n", 7))
    assert refusal.value.code == "UPLOAD_CHANGED"
    assert (await submissions.receive_upload(hub.producer, made.id, in_pieces(DATA, 7))).complete


async def test_a_broken_connection_leaves_the_upload_to_be_sent_again(hub: Any, in_pieces: Any) -> None:
    async def torn() -> AsyncIterator[bytes]:
        yield DATA[:5]
        raise ConnectionResetError

    made = await announce(hub)
    with pytest.raises(ConnectionResetError):
        await hub.services.submissions.receive_upload(hub.producer, made.id, torn())
    assert (await hub.services.submissions.receive_upload(hub.producer, made.id, in_pieces(DATA, 7))).complete


async def test_an_endless_stream_is_cut_off(hub: Any) -> None:
    pieces = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal pieces
        while True:
            pieces += 1
            yield b"x" * 10

    made = await announce(hub)
    with pytest.raises(InvalidInput):
        await hub.services.submissions.receive_upload(hub.producer, made.id, endless())
    assert pieces <= len(DATA) // 10 + 2


async def test_sending_again_or_twice_at_once_is_harmless(either_hub: Any, in_pieces: Any) -> None:
    submissions = either_hub.services.submissions
    made = await announce(either_hub)
    both = await asyncio.gather(
        *(submissions.receive_upload(either_hub.producer, made.id, in_pieces(DATA, 7)) for _ in range(4))
    )
    assert all(upload.complete for upload in both)
    events = await either_hub.services.audit.events(either_hub.secretariat, subject=f"upload:{made.id}")
    assert [event.action for event in events.items] == ["upload.receive", "upload.create"]


async def test_an_empty_file_may_be_uploaded_its_check_will_say_so(hub: Any, in_pieces: Any) -> None:
    made = await announce(hub, size=0, sha256=hashlib.sha256(b"").hexdigest())
    received = await hub.services.submissions.receive_upload(hub.producer, made.id, in_pieces(b""))
    assert received.complete


async def test_an_upload_is_its_owners_alone(hub: Any, in_pieces: Any) -> None:
    made = await announce(hub)
    colleague = await hub.person("Rekan", *[(grant.role, grant.agency) for grant in hub.producer.grants])
    for principal in (colleague, hub.other_producer):
        with pytest.raises(NotFound):
            await hub.services.submissions.get_upload(principal, made.id)
        with pytest.raises(NotFound):
            await hub.services.submissions.receive_upload(principal, made.id, in_pieces(DATA, 7))


async def test_only_producers_upload(hub: Any) -> None:
    for principal in (hub.steward, hub.authority, hub.secretariat, ANONYMOUS, OPERATOR):
        with pytest.raises(NotAllowed):
            await announce(hub, principal)


async def test_time_runs_out(hub: Any, in_pieces: Any) -> None:
    made = await announce(hub)
    hub.clock.pass_(timedelta(hours=24))
    with pytest.raises(InvalidInput) as refusal:
        await hub.services.submissions.receive_upload(hub.producer, made.id, in_pieces(DATA, 7))
    assert refusal.value.code == "UPLOAD_EXPIRED"


async def test_what_cannot_be_a_file_is_refused_at_once(hub: Any) -> None:
    with pytest.raises(LimitReached) as too_big:
        await announce(hub, size=5 * 1024**3 + 1)
    assert too_big.value.code == "UPLOAD_TOO_BIG"
    with pytest.raises(InvalidInput, match="negative"):
        await announce(hub, size=-1)
    with pytest.raises(InvalidInput, match="64 hexadecimal"):
        await announce(hub, sha256="abc")
    with pytest.raises(InvalidInput):
        await announce(hub, name="\x00\n")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\data\\upah 2024.csv", "upah 2024.csv"),
        ("../../etc/upah.csv", "upah.csv"),
        ("up\x00ah\r\n.csv", "upah.csv"),
        ("x" * 300 + ".csv", "x" * 251 + ".csv"),
    ],
)
async def test_names_lose_folders_and_control_characters(hub: Any, given: str, kept: str) -> None:
    assert (await announce(hub, name=given)).file_name == kept
