"""The SQL that lists datasets and the policy that opens one must agree, for everybody and everything."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from satudata.datasets.access.policy import Action, can
from satudata.datasets.access.principal import ANONYMOUS, OPERATOR, Principal, Role, RoleGrant
from satudata.datasets.agencies.models import AgencyRow
from satudata.datasets.catalogue.models import DatasetRow
from satudata.datasets.catalogue.visibility import Steward, dataset_resource, visible_datasets, with_agencies

PRINCIPALS = [
    ANONYMOUS,
    OPERATOR,
    Principal(person_id="x"),
    *(
        Principal(person_id="x", grants=(RoleGrant(role, agency),))
        for role, agency in product(Role, ["dinas", "badan", None])
    ),
    Principal(person_id="x", grants=(RoleGrant(Role.STANDARDS_AUTHORITY, None, region="32"),)),
    Principal(person_id="x", grants=(RoleGrant(Role.STANDARDS_AUTHORITY, "badan", region="33.01"),)),
    Principal(
        person_id="x",
        grants=(RoleGrant(Role.PRODUCER, "dinas"), RoleGrant(Role.STANDARDS_AUTHORITY, "badan")),
    ),
]


@pytest.fixture
async def varied_hub(either_hub: Any, make_contract: Any) -> Any:
    """Datasets of every access level, with and without priority, own and shared steward, in two regions."""
    for agency, steward_of in (("dinas", either_hub.steward), ("badan", either_hub.other_steward)):
        for level, priority in product(["OPEN", "RESTRICTED", "CLOSED"], [False, True]):
            for steward, region in (("dinas", "32"), ("badan", "33.01")):
                slug = f"{agency}/{level.lower()}-{'p' if priority else 'n'}-{steward}"
                text = make_contract(slug, access=level, priority=priority, steward=steward, region=region)
                await either_hub.services.catalogue.register(steward_of, text)
    return either_hub


async def test_lists_show_exactly_what_may_be_opened(varied_hub: Any) -> None:
    async with varied_hub.services.database.read() as session:
        rows = (await session.execute(with_agencies(select(DatasetRow, AgencyRow.slug, Steward.slug)))).all()
        assert len(rows) == 25
        for principal in PRINCIPALS:
            statement = with_agencies(select(DatasetRow.slug)).where(visible_datasets(principal))
            listed = set((await session.execute(statement)).scalars())
            opened = {
                row.slug
                for row, agency, steward in rows
                if can(principal, Action.VIEW_DATASET, dataset_resource(row, agency, steward))
            }
            assert listed == opened, principal
            assert len(opened) >= 9


async def test_a_hidden_dataset_is_not_found_like_one_that_never_was(varied_hub: Any) -> None:
    catalogue = varied_hub.services.catalogue
    messages = []
    for slug in ("dinas/closed-n-dinas", "dinas/never-was"):
        with pytest.raises(Exception) as refusal:
            await catalogue.get(slug, ANONYMOUS)
        messages.append((type(refusal.value), refusal.value.code, str(refusal.value).replace(slug, "X")))
    assert messages[0] == messages[1]
    seen = await catalogue.get("dinas/closed-n-dinas", varied_hub.producer)
    assert seen.slug == "dinas/closed-n-dinas"
    readonly = replace(varied_hub.producer, read_only=True)
    assert (await catalogue.get("dinas/closed-n-dinas", readonly)).slug == seen.slug
