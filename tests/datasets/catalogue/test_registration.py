"""Registering contracts: first ones, higher versions, and everything that is refused with what to do instead."""

import asyncio
from typing import Any

import pytest

from satudata.datasets.access.principal import OPERATOR
from satudata.datasets.agencies.types import AgencyKind
from satudata.datasets.catalogue.types import CompatibilityLevel
from satudata.datasets.errors import InvalidInput, NotAllowed, NotFound, StateConflict
from satudata.validation.contracts.loading import load_contract
from satudata.validation.text import Text

EXTRA = "      - {name: catatan, logicalType: string}\n"


async def register(hub: Any, text: str, **more: Any) -> Any:
    return await hub.services.catalogue.register(hub.steward, text, **more)


async def test_a_registered_dataset_stands_in_the_catalogue(either_hub: Any) -> None:
    catalogue = either_hub.services.catalogue
    dataset = await catalogue.get("dinas/contoh", either_hub.other_producer)
    assert dataset.contract.title == Text("Tabel contoh", "Example table")
    assert (dataset.agency.slug, dataset.steward.slug, dataset.latest) == ("dinas", "dinas", None)
    assert await catalogue.get_by_id(dataset.id, either_hub.producer) == dataset
    assert await catalogue.by_field("dinas", "contoh", either_hub.producer) == dataset
    assert await catalogue.by_field("dinas", "lain", either_hub.producer) is None
    assert [field.slug for field in await catalogue.fields(either_hub.producer)] == ["dinas/contoh"]


async def test_the_same_contract_again_changes_nothing(either_hub: Any, make_contract: Any) -> None:
    before = await either_hub.services.catalogue.get("dinas/contoh", either_hub.steward)
    epoch = await either_hub.services.epoch.current()
    again = await register(either_hub, make_contract())
    assert again == before
    assert await either_hub.services.epoch.current() == epoch
    events = await either_hub.services.audit.events(either_hub.secretariat, subject="dataset:dinas/contoh")
    assert events.total == 1


async def test_a_contract_reads_back_as_it_was_given(hub: Any, make_contract: Any) -> None:
    assert await hub.services.catalogue.contract("dinas/contoh", "1.0.0") == load_contract(make_contract())


async def test_a_higher_version_becomes_the_contract_and_the_old_one_stays(
    either_hub: Any, make_contract: Any
) -> None:
    dataset = await register(either_hub, make_contract(version="1.1.0", columns=EXTRA, title="Tabel baru"))
    catalogue = either_hub.services.catalogue
    assert dataset.contract.version == "1.1.0"
    assert dataset.contract.title.id == "Tabel baru"
    assert (await catalogue.contract("dinas/contoh", "1.0.0")).title.id == "Tabel contoh"
    assert (await catalogue.search(either_hub.producer, "baru")).total == 1
    with pytest.raises(NotFound):
        await catalogue.contract("dinas/contoh", "9.0.0")


@pytest.mark.parametrize(
    ("version", "changes", "code"),
    [
        ("1.0.0", {"title": "Judul lain"}, "CONTRACT_VERSION_TAKEN"),
        ("0.9.0", {"title": "Judul lain"}, "CONTRACT_VERSION_NOT_HIGHER"),
        ("1.1.0", {"nilai": "decimal(6,2)"}, "CONTRACT_BREAKING"),
    ],
)
async def test_a_version_that_does_not_fit_is_refused(
    hub: Any, make_contract: Any, version: str, changes: dict[str, str], code: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await register(hub, make_contract(version=version, **changes))
    assert refusal.value.code == code
    assert refusal.value.path == ("version",)
    assert (await hub.services.catalogue.get("dinas/contoh", hub.steward)).contract.version == "1.0.0"


async def test_a_breaking_change_names_its_places_and_passes_as_a_new_major(
    hub: Any, make_contract: Any
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await register(hub, make_contract(version="1.1.0", nilai="decimal(6,2)"))
    assert [problem.path for problem in refusal.value.problems] == ["columns.nilai.type"]
    assert "2.0.0" in refusal.value.message.id
    assert (
        await register(hub, make_contract(version="2.0.0", nilai="decimal(6,2)"))
    ).contract.version == "2.0.0"


async def test_a_dry_run_checks_everything_and_stores_nothing(hub: Any, make_contract: Any) -> None:
    fresh = await register(hub, make_contract("dinas/baru"), dry_run=True)
    assert (fresh.slug, fresh.latest) == ("dinas/baru", None)
    newer = await register(hub, make_contract(version="1.1.0", columns=EXTRA), dry_run=True)
    assert newer.contract.version == "1.1.0"
    with pytest.raises(InvalidInput):
        await register(hub, make_contract(version="1.1.0", nilai="decimal(6,2)"), dry_run=True)
    with pytest.raises(NotFound):
        await hub.services.catalogue.get("dinas/baru", hub.steward)
    assert (await hub.services.catalogue.get("dinas/contoh", hub.steward)).contract.version == "1.0.0"


async def test_a_caller_with_an_old_picture_is_told(hub: Any, make_contract: Any) -> None:
    await register(hub, make_contract(version="1.1.0", columns=EXTRA), expected_version="1.0.0")
    with pytest.raises(StateConflict) as refusal:
        await register(hub, make_contract(version="1.2.0", columns=EXTRA), expected_version="1.0.0")
    assert refusal.value.actual_state == "1.1.0"


async def test_a_broken_contract_lists_every_problem_with_its_place(hub: Any, make_contract: Any) -> None:
    broken = make_contract().replace("logicalType: integer", "logicalType: ganjil").replace("1.0.0", "satu")
    with pytest.raises(InvalidInput) as refusal:
        await register(hub, broken)
    assert refusal.value.code == "CONTRACT_INVALID"
    paths = [problem.path for problem in refusal.value.problems]
    assert any("properties[1]" in path for path in paths), paths
    assert "version" in paths
    assert all(problem.message.id and problem.fix.id for problem in refusal.value.problems)


async def test_only_a_steward_of_the_agency_registers(hub: Any, make_contract: Any) -> None:
    for principal in (hub.producer, hub.other_steward, hub.authority, hub.secretariat, OPERATOR):
        with pytest.raises(NotAllowed):
            await hub.services.catalogue.register(principal, make_contract("dinas/baru"))
    with pytest.raises(NotAllowed):
        await hub.services.catalogue.register(hub.other_steward, make_contract("dinas/baru", steward="badan"))


async def test_agencies_and_code_lists_must_be_here(hub: Any, make_contract: Any) -> None:
    with pytest.raises(InvalidInput, match="not registered"):
        await register(hub, make_contract("dinas/baru", steward="tidak-ada"))
    coded = (
        "      - name: wilayah\n        logicalType: string\n"
        "        customProperties:\n          - {property: codeList, value: dinas/tidak-ada}\n"
    )
    with pytest.raises(InvalidInput) as refusal:
        await register(hub, make_contract("dinas/baru", columns=coded))
    assert [problem.path for problem in refusal.value.problems] == ["columns.wilayah.codeList"]


async def test_two_datasets_never_share_a_graphql_field(hub: Any, make_contract: Any) -> None:
    await register(hub, make_contract("dinas/a-1b"))
    await hub.services.agencies.create(OPERATOR, "lain", Text("Lain", ""), AgencyKind.OTHER)
    assert (await hub.services.catalogue.by_field("dinas", "a1b", hub.steward)).slug == "dinas/a-1b"
    with pytest.raises(InvalidInput, match="too close"):
        await register(hub, make_contract("dinas/a1b"))


async def test_what_a_contract_would_change_can_be_asked(hub: Any, make_contract: Any) -> None:
    catalogue = hub.services.catalogue
    diff = await catalogue.compare(hub.steward, make_contract(version="1.1.0", columns=EXTRA))
    assert diff.level is CompatibilityLevel.ADDITIVE
    assert [change.path for change in diff.changes] == ["columns.catatan"]
    assert await catalogue.compare(hub.steward, make_contract("dinas/baru")) is None
    with pytest.raises(NotAllowed):
        await catalogue.compare(hub.producer, make_contract(version="1.1.0"))


async def test_registering_at_the_same_moment_makes_one_dataset(either_hub: Any, make_contract: Any) -> None:
    text = make_contract("dinas/serempak")
    made = await asyncio.gather(*(register(either_hub, text) for _ in range(8)))
    assert len({dataset.id for dataset in made}) == 1
    events = await either_hub.services.audit.events(either_hub.secretariat, subject="dataset:dinas/serempak")
    assert events.total == 1
