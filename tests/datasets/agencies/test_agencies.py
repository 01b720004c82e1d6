"""Registering and finding agencies."""

from typing import Any

import pytest

from satudata.datasets.access.principal import OPERATOR
from satudata.datasets.agencies.types import AgencyKind
from satudata.datasets.errors import InvalidInput, NotAllowed, NotFound
from satudata.validation.text import Text


async def create(hub: Any, slug: str, name: str = "Dinas Kesehatan") -> Any:
    return await hub.services.agencies.create(OPERATOR, slug, Text(name, ""), AgencyKind.PROVINCE)


async def test_a_registered_agency_is_found_by_every_name_it_has(either_hub: Any) -> None:
    made = await either_hub.services.agencies.create(
        OPERATOR,
        "dinkes-jabar",
        Text("Dinas Kesehatan Jawa Barat", "West Java Health Office"),
        AgencyKind.PROVINCE,
    )
    agencies = either_hub.services.agencies
    assert await agencies.get("dinkes-jabar") == made
    assert await agencies.get_by_id(made.id) == made
    assert await agencies.by_field("dinkesJabar") == made
    assert await agencies.by_field("dinkesJawa") is None
    assert [found.slug for found in (await agencies.list("barat kesehatan")).items] == ["dinkes-jabar"]
    assert [found.slug for found in (await agencies.list("HEALTH west")).items] == ["dinkes-jabar"]
    assert (await agencies.list("tidak ada")).total == 0


async def test_english_falls_back_to_indonesian(hub: Any) -> None:
    assert (await create(hub, "dinkes")).name == Text("Dinas Kesehatan", "Dinas Kesehatan")


@pytest.mark.parametrize(
    "slug",
    ["", "Dinkes", "1-dinas", "dinas--a", "dinas-", "dinas/a", "dinás", "a" * 81],
)
async def test_a_slug_that_cannot_be_a_name_is_refused_with_an_example(hub: Any, slug: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await create(hub, slug)
    assert refusal.value.path == ("slug",)
    assert "dinkes-jabar" in refusal.value.message.id


async def test_two_agencies_never_share_a_graphql_field(hub: Any) -> None:
    await create(hub, "dinas-a1")
    for slug in ("dinas-a1", "dinas-A1".lower()):
        with pytest.raises(InvalidInput, match="taken"):
            await create(hub, slug)


async def test_registering_is_the_secretariats(hub: Any) -> None:
    agencies = hub.services.agencies
    made = await agencies.create(hub.secretariat, "dinkes", Text("Dinas Kesehatan", ""), AgencyKind.PROVINCE)
    assert made.slug == "dinkes"
    for person in (hub.producer, hub.steward, hub.authority):
        with pytest.raises(NotAllowed):
            await agencies.create(person, "lain", Text("Lain", ""), AgencyKind.OTHER)


async def test_an_unknown_agency_is_not_found(hub: Any) -> None:
    with pytest.raises(NotFound, match="Agency tidak-ada"):
        await hub.services.agencies.get("tidak-ada")


async def test_a_new_agency_raises_the_epoch(hub: Any) -> None:
    before = await hub.services.epoch.current()
    await create(hub, "dinkes")
    assert await hub.services.epoch.current() == before + 1


async def test_pages_are_in_order_of_name(hub: Any) -> None:
    for slug, name in (("c", "Cilacap"), ("b", "Bogor"), ("a", "Bogor")):
        await create(hub, slug, name)
    agencies = hub.services.agencies
    first = await agencies.list(first=2)
    rest = await agencies.list(first=10, after=first.positions[-1])
    assert [found.slug for found in (*first.items, *rest.items)] == ["badan", "a", "b", "c", "dinas"]
    assert (first.has_next, rest.has_next, first.total) == (True, False, 5)


@pytest.mark.parametrize("slug", ["data", "region-data"])
async def test_names_that_the_api_uses_itself_are_refused(hub: Any, slug: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await create(hub, slug)
    assert refusal.value.path == ("slug",)
    assert slug in refusal.value.message.id
