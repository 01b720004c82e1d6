"""Registered documents: found by the hash of their text, kept within bounds, on both databases."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from satudata.datasets.access.principal import ANONYMOUS
from satudata.datasets.documents import service
from satudata.datasets.errors import NotAllowed


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def test_a_document_is_found_by_its_hash_whoever_registered_it(either_hub: Any) -> None:
    documents = either_hub.services.documents
    assert await documents.find(sha256("{ hub { name } }")) is None
    for principal in (either_hub.producer, either_hub.producer, either_hub.steward):
        assert await documents.register(principal, "{ hub { name } }")
    assert await documents.find(sha256("{ hub { name } }")) == "{ hub { name } }"


async def test_visitors_register_nothing(hub: Any) -> None:
    with pytest.raises(NotAllowed):
        await hub.services.documents.register(ANONYMOUS, "{ a }")


async def test_a_document_longer_than_what_is_kept_is_not_kept(hub: Any) -> None:
    text = "#" * (service.LONGEST + 1)
    assert not await hub.services.documents.register(hub.producer, text)
    assert await hub.services.documents.find(sha256(text)) is None


async def test_a_persons_oldest_document_gives_way(either_hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_PER_PERSON", 2)
    documents = either_hub.services.documents
    await documents.register(either_hub.steward, "{ theirs }")
    for name in ("first", "second", "third"):
        either_hub.clock.pass_(timedelta(seconds=1))
        await documents.register(either_hub.producer, f"{{ {name} }}")
    kept = [
        name
        for name in ("theirs", "first", "second", "third")
        if await documents.find(sha256(f"{{ {name} }}"))
    ]
    assert kept == ["theirs", "second", "third"]
