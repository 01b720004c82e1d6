"""People, their dated roles, and who may register them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from satudata.datasets.access.principal import OPERATOR, Role
from satudata.datasets.errors import InvalidInput, NotAllowed, NotFound


async def test_a_person_is_found_by_address_whatever_its_case(either_hub: Any) -> None:
    people = either_hub.services.people
    made = await people.create(OPERATOR, "  Sari   Dewi ", "Sari@Dinas.Go.Id")
    assert (made.name, made.email) == ("Sari Dewi", "sari@dinas.go.id")
    assert await people.find("SARI@dinas.go.id") == made
    assert await people.find("lain@dinas.go.id") is None
    with pytest.raises(InvalidInput, match="registered already"):
        await people.create(OPERATOR, "Sari Lain", "sari@dinas.go.id")


@pytest.mark.parametrize("address", ["sari", "sari@", "@dinas.go.id", "sa ri@dinas.go.id", ""])
async def test_what_is_no_address_is_refused(hub: Any, address: str) -> None:
    with pytest.raises(InvalidInput):
        await hub.services.people.create(OPERATOR, "Sari", address)


async def test_roles_hold_from_their_first_to_their_last_day(either_hub: Any) -> None:
    people = either_hub.services.people
    person = await people.create(OPERATOR, "Sari", "sari@dinas.go.id")
    await people.assign_role(
        OPERATOR,
        person.id,
        Role.STEWARD,
        "dinas",
        start=date(2026, 2, 1),
        until=date(2026, 2, 28),
        decree="SK 12/2026",
    )
    held = {
        day: await people.grants(person.id, day)
        for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1))
    }
    assert [len(grants) for grants in held.values()] == [0, 1, 1, 0]
    (grant,) = held[date(2026, 2, 1)]
    assert (grant.role, grant.agency, grant.decree) == (Role.STEWARD, "dinas", "SK 12/2026")


async def test_a_principal_has_todays_roles_by_the_clock_of_jakarta(hub: Any) -> None:
    people = hub.services.people
    person = await people.create(OPERATOR, "Sari", "sari@dinas.go.id")
    await people.assign_role(OPERATOR, person.id, Role.PRODUCER, "dinas", start=date(2026, 2, 1))
    hub.clock.instant = datetime(2026, 1, 31, 16, 59, tzinfo=UTC)
    assert (await people.principal_of(person.id)).grants == ()
    hub.clock.instant = datetime(2026, 1, 31, 17, 0, tzinfo=UTC)  # midnight in Jakarta
    assert (await people.principal_of(person.id)).has(Role.PRODUCER, "dinas")


async def test_a_role_can_be_ended(either_hub: Any) -> None:
    people = either_hub.services.people
    person = await people.create(OPERATOR, "Sari", "sari@dinas.go.id")
    made = await people.assign_role(OPERATOR, person.id, Role.PRODUCER, "dinas", start=date(2026, 2, 1))
    ended = await people.end_role(either_hub.secretariat, made.id, date(2026, 3, 31))
    assert ended.until == date(2026, 3, 31)
    assert await people.roles(person.id) == (ended,)
    assert await people.grants(person.id, date(2026, 4, 1)) == ()


async def test_impossible_assignments_are_refused(hub: Any) -> None:
    people, person_id = hub.services.people, hub.producer.person_id
    start = date(2026, 1, 1)
    with pytest.raises(InvalidInput, match="must name its agency"):
        await people.assign_role(OPERATOR, person_id, Role.STEWARD, start=start)
    with pytest.raises(InvalidInput, match="before the first"):
        await people.assign_role(OPERATOR, person_id, Role.SECRETARIAT, start=start, until=date(2025, 1, 1))
    with pytest.raises(NotFound, match="Agency lain"):
        await people.assign_role(OPERATOR, person_id, Role.STEWARD, "lain", start=start)
    with pytest.raises(NotFound, match="person"):
        await people.assign_role(OPERATOR, "nobody", Role.STEWARD, "dinas", start=start)


async def test_the_register_is_the_secretariats(hub: Any) -> None:
    people = hub.services.people
    assert (await people.list(hub.secretariat, "walidata")).total == 2
    for person in (hub.producer, hub.steward, hub.authority):
        with pytest.raises(NotAllowed):
            await people.list(person)
        with pytest.raises(NotAllowed):
            await people.create(person, "Sari", "sari@dinas.go.id")
        with pytest.raises(NotAllowed):
            await people.assign_role(person, person.person_id, Role.STEWARD, "dinas", start=date(2026, 1, 1))
