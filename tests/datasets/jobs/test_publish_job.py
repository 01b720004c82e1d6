"""The publish job: a version appears whole, once, and never lets go of the one before until then."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from satudata.datasets.access.principal import ANONYMOUS
from satudata.datasets.errors import NotFound
from satudata.datasets.files.keys import lake_key
from satudata.datasets.jobs.protocol import JobKind
from satudata.datasets.jobs.publish import SnapshotLost
from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.query import RowQuery
from satudata.datasets.services import open_services
from satudata.datasets.submissions.types import SubmissionState
from satudata.datasets.versions.types import VersionState
from satudata.validation.text import Text

S = SubmissionState


async def asked(hub: Any, data: bytes | None = None, **more: Any) -> Any:
    """Approved, and publication asked for; the job is left to the test."""
    made = await hub.approved(*([data] if data else []), **more)
    return await hub.services.submissions.publish(hub.steward, made.id, expected_state=S.APPROVED)


def steps_of(hub: Any) -> dict[str, Any]:
    return dict(hub.services.job(JobKind.PUBLISH).steps)


async def rows(hub: Any, number: int | None = None) -> list[tuple[Any, ...]]:
    version = await hub.services.versions.readable("dinas/contoh", number, ANONYMOUS)
    query = RowQuery(version.snapshot, ("kode", "tahun", "nilai"))
    page = await hub.services.rows.page(query, Deadline.after(10))
    return page.rows


async def test_a_published_version_is_what_readers_get(either_hub: Any) -> None:
    epoch = await either_hub.services.epoch.current()
    made = await asked(either_hub, notes=Text("Revisi", "Revision"))
    await either_hub.run(JobKind.PUBLISH, made.id)
    services = either_hub.services
    published = await services.submissions.get(either_hub.producer, made.id)
    assert (published.state, published.version_number) == (S.PUBLISHED, 1)
    assert (published.steps[-1].actor, published.steps[-1].role) == ("Walidata Dinas", "STEWARD")
    version = await services.versions.get("dinas/contoh", None, ANONYMOUS)
    assert (version.number, version.state, version.row_count) == (1, VersionState.PUBLISHED, 3)
    assert (version.contract_version, version.notes) == ("1.0.0", Text("Revisi", "Revision"))
    assert version.snapshot.key == ("kode", "tahun")
    assert (await services.versions.report(version)).rows == 3
    assert await rows(either_hub) == [("A", 2023, "1.50"), ("A", 2024, "3.00"), ("B", 2023, "2.25")]
    assert await services.epoch.current() == epoch + 1
    dataset = await services.catalogue.get("dinas/contoh", ANONYMOUS)
    assert dataset.latest == version
    assert (await services.catalogue.totals()).rows == 3
    facets = (await services.catalogue.search(ANONYMOUS)).facets
    assert {facet.value: facet.count for facet in facets.formats} == {"csv": 1, "xlsx": 1, "parquet": 1}
    assert not (services.config.work / made.id).exists()
    assert await services.pending_jobs() == []


ORDERS = [
    ["snapshot", "snapshot", "copies", "copies", "release", "release"],
    ["snapshot", "copies", "release", "snapshot", "copies", "release"],
    ["release", "copies", "snapshot", "release"],
    ["copies", "snapshot", "lose copies", "copies", "release"],
    ["snapshot", "lose lake", "snapshot", "copies", "release"],
]


async def test_steps_may_be_repeated_in_any_order(hub: Any, good_csv: bytes) -> None:
    for number, order in enumerate(ORDERS, start=1):
        made = await asked(hub, good_csv + b"C,20%02d,1\n" % number)
        for step in order:
            if step == "lose copies":
                for copy in hub.services.config.serving.iterdir():
                    copy.unlink()
            elif step == "lose lake":
                for key in [key async for key, _ in hub.services.files.list("lake")]:
                    await hub.services.files.delete(key)
            else:
                await steps_of(hub)[step](made.id)
        page = await hub.services.versions.list("dinas/contoh", ANONYMOUS)
        assert [version.number for version in page.items] == list(range(number, 0, -1)), order
        assert [item.state for item in page.items].count(VersionState.PUBLISHED) == 1, order
        assert len(await rows(hub)) == 4, order
        events = await hub.services.audit.events(hub.secretariat, subject="dataset:dinas/contoh")
        assert [event.action for event in events.items].count("version.publish") == number, order


async def test_two_runners_at_once_publish_one_version(either_hub: Any) -> None:
    made = await asked(either_hub)
    await steps_of(either_hub)["snapshot"](made.id)
    await asyncio.gather(*(steps_of(either_hub)["release"](made.id) for _ in range(4)))
    assert (await either_hub.services.versions.list("dinas/contoh", ANONYMOUS)).total == 1


async def test_many_submissions_published_at_once_get_numbers_in_a_row(
    either_hub: Any, good_csv: bytes
) -> None:
    made = [await asked(either_hub, good_csv + b"C,20%02d,1\n" % number) for number in range(4)]
    await asyncio.gather(*(steps_of(either_hub)["release"](item.id) for item in made))
    page = await either_hub.services.versions.list("dinas/contoh", ANONYMOUS)
    assert [version.number for version in page.items] == [4, 3, 2, 1]
    assert [version.state for version in page.items] == [VersionState.PUBLISHED] + [
        VersionState.SUPERSEDED
    ] * 3


async def test_the_version_before_stays_up_until_the_next_is_whole(
    hub: Any, good_csv: bytes, bad_csv: bytes
) -> None:
    await hub.published()
    await hub.run(JobKind.CHECK, (await hub.submit(bad_csv)).id)
    made = await asked(hub, good_csv + b"C,2024,9\n")
    for step in ("snapshot", "copies"):
        await steps_of(hub)[step](made.id)
        assert len(await rows(hub)) == 3
    await steps_of(hub)["release"](made.id)
    assert len(await rows(hub)) == 4
    assert len(await rows(hub, 1)) == 3
    assert (await hub.services.versions.get("dinas/contoh", 1, ANONYMOUS)).state is VersionState.SUPERSEDED


async def test_copies_of_older_versions_make_room_and_come_back(hub: Any, good_csv: bytes) -> None:
    await hub.published()
    made = await asked(hub, good_csv + b"C,2024,9\n")
    config = replace(hub.services.config, serving_max_bytes=1)
    tight = await open_services(config, clock=hub.services.clock)
    try:
        for _, step in tight.job(JobKind.PUBLISH).steps:
            await step(made.id)
        newest = await tight.versions.readable("dinas/contoh", None, ANONYMOUS)
        assert newest.number == 2
        assert tight.serving.hashes() == {newest.sha256}
    finally:
        await tight.close()
    assert len(await rows(hub, 1)) == 3


async def test_nothing_is_published_before_its_time_or_without_being_asked(hub: Any) -> None:
    made = await hub.approved()
    await hub.run(JobKind.PUBLISH, made.id)
    later = hub.clock.now() + timedelta(hours=1)
    await hub.services.submissions.publish(hub.steward, made.id, release_at=later, expected_state=S.APPROVED)
    await hub.run(JobKind.PUBLISH, made.id)
    with pytest.raises(NotFound) as nothing:
        await hub.services.versions.get("dinas/contoh", None, ANONYMOUS)
    assert nothing.value.code == "NO_VERSION"
    hub.clock.pass_(timedelta(hours=1))
    await hub.run(JobKind.PUBLISH, made.id)
    assert (await hub.services.versions.get("dinas/contoh", None, ANONYMOUS)).number == 1


async def test_a_submission_withdrawn_at_the_last_moment_is_not_published(hub: Any) -> None:
    made = await asked(hub)
    await steps_of(hub)["copies"](made.id)
    await hub.services.submissions.withdraw(hub.producer, made.id, "Salah.", expected_state=S.APPROVED)
    await steps_of(hub)["release"](made.id)
    assert (await hub.services.versions.list("dinas/contoh", ANONYMOUS)).total == 0


async def test_giving_up_leaves_a_note_and_publishing_may_be_asked_again(either_hub: Any) -> None:
    made = await asked(either_hub)
    body = either_hub.services.job(JobKind.PUBLISH)
    await body.fail(made.id, "rujukan-2")
    noted = await either_hub.services.submissions.get(either_hub.steward, made.id)
    assert (noted.state, noted.publish_requested_at) == (S.APPROVED, None)
    assert "rujukan-2" in noted.steps[-1].reason
    assert await either_hub.services.pending_jobs() == []
    await either_hub.services.submissions.publish(either_hub.steward, made.id, expected_state=S.APPROVED)
    await either_hub.run(JobKind.PUBLISH, made.id)
    assert (await either_hub.services.submissions.get(either_hub.steward, made.id)).state is S.PUBLISHED


async def test_a_lost_snapshot_that_cannot_be_made_again_is_never_replaced_by_another(hub: Any) -> None:
    made = await asked(hub)
    (key,) = [key async for key, _ in hub.services.files.list("lake")]
    await hub.services.files.delete(key)
    other = b"kode,tahun,nilai\nX,2023,1.50\n"
    for raw in [raw async for raw, _ in hub.services.files.list("raw")]:
        await hub.services.files.delete(raw)
        await hub.services.files.put_bytes(raw, other)
    with pytest.raises(SnapshotLost):
        await hub.run(JobKind.PUBLISH, made.id)
    assert not await hub.services.files.exists(lake_key("dinas/contoh", key))
    assert (await hub.services.versions.list("dinas/contoh", ANONYMOUS)).total == 0
