"""Changes: publications in the order they were committed, and one look for all who follow, only while somebody does."""

import asyncio
from typing import Any

import pytest

from satudata.datasets.jobs.protocol import JobKind
from satudata.datasets.submissions.types import SubmissionState

SLUG = "dinas/contoh"


async def changed(watch: Any) -> None:
    await asyncio.wait_for(watch.changed(), 20)


async def test_publications_have_places_that_only_grow(either_hub: Any, good_csv: bytes) -> None:
    watching = either_hub.services.watching
    assert await watching.publications(0) == []
    await either_hub.published()
    between = await watching.newest_position()
    await either_hub.published(good_csv + b"C,2024,9\n")

    first, second = await watching.publications(0)
    assert [(item.dataset_slug, item.number) for item in (first, second)] == [(SLUG, 1), (SLUG, 2)]
    assert first.position <= between < second.position
    assert await watching.publications(between) == [second]
    assert await watching.publications(0, SLUG) == [first, second]
    assert await watching.publications(0, "dinas/lain") == []
    assert await watching.position_of(SLUG, 2) == second.position
    assert await watching.position_of(SLUG, 3) is None


async def test_followers_are_woken_by_what_they_follow_only(either_hub: Any) -> None:
    watching, submissions = either_hub.services.watching, either_hub.services.submissions
    watching.seconds = 0.01
    followed, other = await either_hub.submit(), await either_hub.submit()
    assert not watching.is_looking
    with (
        watching.watch(followed.id) as watch,
        watching.watch(other.id) as beside,
        watching.watch() as published,
    ):
        for woken in (watch, beside, published):
            await changed(woken)  # the first look
        await either_hub.run(JobKind.CHECK, followed.id)
        await changed(watch)
        await submissions.withdraw(
            either_hub.producer, other.id, "Keliru.", expected_state=SubmissionState.UPLOADED
        )
        await changed(beside)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(published.changed(), 0.1)
        await either_hub.published()
        await changed(published)
    assert not watching.is_looking


async def test_a_look_that_fails_is_made_up_for(hub: Any, caplog: pytest.LogCaptureFixture) -> None:
    watching = hub.services.watching
    watching.seconds = 0.01
    submission = await hub.submit()
    folder = hub.services.config.work / submission.id
    with watching.watch(submission.id) as watch:
        await changed(watch)
        step = dict(hub.services.job(JobKind.CHECK).steps)["check"]
        await step(submission.id)
        await changed(watch)
        (folder / "progress.json").write_text("not JSON")
        while "could not look" not in caplog.text:
            await asyncio.sleep(0.01)
            assert watching.is_looking
        (folder / "progress.json").unlink()
        await changed(watch)
