"""Published versions: found by number, withdrawn with a reason that stays, listed newest first."""

from datetime import timedelta
from typing import Any

import pytest

from satudata.datasets.access.principal import ANONYMOUS
from satudata.datasets.errors import InvalidInput, NotAllowed, NotFound, StateConflict
from satudata.datasets.versions.types import VersionState
from satudata.validation.text import Text

REASON = Text("Satuan keliru.", "Wrong unit.")


@pytest.fixture
async def either_grown(either_hub: Any, good_csv: bytes) -> Any:
    """Versions 1 and 2 of `dinas/contoh` a day apart, once on SQLite and once on PostgreSQL."""
    await either_hub.published()
    either_hub.clock.pass_(timedelta(days=1))
    await either_hub.published(good_csv + b"C,2024,9\n")
    return either_hub


async def test_a_withdrawn_version_leaves_a_tombstone_and_the_one_before_serves(either_grown: Any) -> None:
    versions = either_grown.services.versions
    epoch = await either_grown.services.epoch.current()
    gone = await versions.withdraw(either_grown.steward, "dinas/contoh", 2, REASON)
    assert (gone.state, gone.withdrawn_reason, gone.withdrawn_at) == (
        VersionState.WITHDRAWN,
        REASON,
        either_grown.clock.now(),
    )
    assert await versions.get("dinas/contoh", 2, ANONYMOUS) == gone
    with pytest.raises(NotFound, match="Wrong unit") as refusal:
        await versions.readable("dinas/contoh", 2, ANONYMOUS)
    assert refusal.value.code == "VERSION_WITHDRAWN"
    again = await versions.readable("dinas/contoh", None, ANONYMOUS)
    assert (again.number, again.state) == (1, VersionState.PUBLISHED)
    assert (await either_grown.services.catalogue.get("dinas/contoh", ANONYMOUS)).latest.number == 1
    assert await either_grown.services.epoch.current() == epoch + 1
    with pytest.raises(StateConflict):
        await versions.withdraw(either_grown.steward, "dinas/contoh", 2, REASON)


async def test_withdrawing_an_older_version_restores_none(grown_hub: Any) -> None:
    versions = grown_hub.services.versions
    await versions.withdraw(grown_hub.steward, "dinas/contoh", 1, REASON)
    assert (await versions.get("dinas/contoh", None, ANONYMOUS)).state is VersionState.PUBLISHED
    events = await grown_hub.services.audit.events(grown_hub.secretariat, subject="dataset:dinas/contoh")
    assert events.items[0].detail.get("restored") is None


async def test_when_all_are_withdrawn_none_is_read_and_numbers_go_on(grown_hub: Any) -> None:
    versions = grown_hub.services.versions
    for number in (1, 2):
        await versions.withdraw(grown_hub.steward, "dinas/contoh", number, REASON)
    with pytest.raises(NotFound) as refusal:
        await versions.get("dinas/contoh", None, ANONYMOUS)
    assert refusal.value.code == "NO_VERSION"
    assert (await grown_hub.published()).version_number == 3
    assert (await versions.get("dinas/contoh", None, ANONYMOUS)).number == 3


async def test_only_the_steward_withdraws_and_says_why(grown_hub: Any) -> None:
    versions = grown_hub.services.versions
    for principal in (grown_hub.producer, grown_hub.other_steward, grown_hub.authority, ANONYMOUS):
        with pytest.raises(NotAllowed):
            await versions.withdraw(principal, "dinas/contoh", 2, REASON)
    with pytest.raises(InvalidInput):
        await versions.withdraw(grown_hub.steward, "dinas/contoh", 2, Text(" ", ""))
    with pytest.raises(NotFound, match="Version 9"):
        await versions.withdraw(grown_hub.steward, "dinas/contoh", 9, REASON)


async def test_versions_are_listed_newest_first(grown_hub: Any) -> None:
    versions = grown_hub.services.versions
    page = await versions.list("dinas/contoh", ANONYMOUS, first=1)
    rest = await versions.list("dinas/contoh", ANONYMOUS, first=5, after=tuple(page.positions[-1]))
    assert [item.number for item in (*page.items, *rest.items)] == [2, 1]
    assert (page.total, page.has_next, rest.has_next) == (2, True, False)
    assert await versions.get_by_id(page.items[0].id, ANONYMOUS) == page.items[0]
    with pytest.raises(NotFound):
        await versions.get_by_id("nothing", ANONYMOUS)


async def test_news_over_all_datasets_narrow_and_page(either_grown: Any) -> None:
    versions = either_grown.services.versions

    async def numbers(**more: Any) -> list[int]:
        return [item.number for item in (await versions.recent(ANONYMOUS, **more)).items]

    assert await numbers() == [2, 1]
    assert await numbers(since=either_grown.clock.now()) == [2]
    assert await numbers(states=[VersionState.SUPERSEDED]) == [1]
    assert await numbers(agencies=["badan"]) == []
    assert await numbers(datasets=["dinas/contoh"], agencies=["dinas"]) == [2, 1]
    first = await versions.recent(ANONYMOUS, first=1)
    assert await numbers(after=tuple(first.positions[0])) == [1]


async def test_versions_of_a_hidden_dataset_are_hidden(grown_hub: Any, make_contract: Any) -> None:
    versions = grown_hub.services.versions
    (newest,) = (await versions.recent(ANONYMOUS, first=1)).items
    closed = make_contract(version="2.0.0", access="CLOSED")
    await grown_hub.services.catalogue.register(grown_hub.steward, closed)
    for ask in (
        versions.get("dinas/contoh", 1, ANONYMOUS),
        versions.get_by_id(newest.id, grown_hub.other_producer),
        versions.list("dinas/contoh", grown_hub.other_steward),
    ):
        with pytest.raises(NotFound):
            await ask
    assert (await versions.recent(ANONYMOUS)).total == 0
    assert (await versions.recent(grown_hub.producer)).total == 2
