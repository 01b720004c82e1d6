"""Submitting an uploaded file: what it needs, and that asking twice makes one submission."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from satudata.datasets.access.principal import ANONYMOUS
from satudata.datasets.errors import InvalidInput, NotAllowed, NotFound, StateConflict
from satudata.datasets.jobs.protocol import JobKind
from satudata.datasets.submissions.types import CheckStage, SubmissionState
from satudata.validation.text import Text

S = SubmissionState


async def test_a_submission_remembers_what_it_was_given(either_hub: Any) -> None:
    release = datetime(2030, 1, 1, tzinfo=UTC)
    made = await either_hub.submit(
        note="Data triwulan I.",
        notes=Text("Revisi", "Revision"),
        erratum=Text("Salah satuan", ""),
        release_at=release,
    )
    assert made.state is S.UPLOADED
    assert (made.dataset_slug, made.contract_version, made.file_name) == ("dinas/contoh", "1.0.0", "data.csv")
    assert (made.note, made.notes, made.erratum) == (
        "Data triwulan I.",
        Text("Revisi", "Revision"),
        Text("Salah satuan", "Salah satuan"),
    )
    assert (made.submitted_by, made.release_at, made.submitted_at) == (
        "Produsen Dinas",
        release,
        either_hub.clock.now(),
    )
    assert made.progress.stage is CheckStage.QUEUED
    (step,) = made.steps
    assert (step.actor, step.role, step.from_state, step.to_state) == (
        "Produsen Dinas",
        "PRODUCER",
        None,
        S.UPLOADED,
    )
    assert either_hub.jobs.asked == [(JobKind.CHECK, made.id)]


async def test_the_same_key_gives_the_same_submission(either_hub: Any) -> None:
    submissions = either_hub.services.submissions
    upload = await either_hub.upload(either_hub.producer)
    made = await asyncio.gather(
        *(
            submissions.submit(either_hub.producer, "dinas/contoh", upload, idempotency_key="kunci")
            for _ in range(6)
        )
    )
    assert len({submission.id for submission in made}) == 1
    assert (await submissions.list(either_hub.producer)).total == 1
    either_hub.clock.pass_(timedelta(days=30))  # the upload has expired; what was made stays
    again = await submissions.submit(either_hub.producer, "dinas/contoh", upload, idempotency_key="kunci")
    assert again.id == made[0].id


async def test_a_key_is_one_persons_and_one_submissions(hub: Any) -> None:
    first = await hub.submit(idempotency_key="kunci", note="Pertama")
    again = await hub.submit(idempotency_key="kunci", note="Pertama")
    assert again.id == first.id, "the same file, sent anew as a browser does, is the same submission"
    for other in ({"data": b"kode,tahun,nilai\nA,2024,1\n", "note": "Pertama"}, {"note": "Kedua"}, {}):
        with pytest.raises(InvalidInput) as refusal:
            await hub.submit(idempotency_key="kunci", **other)
        assert refusal.value.code == "IDEMPOTENCY_KEY_REUSED"
    hub.producer = await hub.person("Rekan", *[(grant.role, grant.agency) for grant in hub.producer.grants])
    assert (await hub.submit(idempotency_key="kunci")).id != first.id


async def test_the_same_file_uploaded_anew_under_the_same_key_gives_the_same_submission(
    either_hub: Any,
) -> None:
    details = {
        "note": "Triwulan I.",
        "notes": Text("Revisi", "Revision"),
        "erratum": Text("Salah satuan", ""),
        "release_at": datetime(2030, 1, 1, 7, tzinfo=UTC),
        "idempotency_key": "kunci",
    }
    made = await asyncio.gather(*(either_hub.submit(**details) for _ in range(3)))
    assert len({submission.id for submission in made}) == 1
    assert (await either_hub.services.submissions.list(either_hub.producer)).total == 1


async def test_a_key_is_not_used_again_for_another_wish(hub: Any, make_contract: Any) -> None:
    await hub.services.catalogue.register(hub.steward, make_contract("dinas/lain"))
    submissions, upload = hub.services.submissions, await hub.upload(hub.producer)
    first = await submissions.submit(hub.producer, "dinas/contoh", upload, note="a", idempotency_key="kunci")
    for dataset, more in (
        ("dinas/lain", {"note": "a"}),
        ("dinas/contoh", {}),
        ("dinas/contoh", {"note": "b"}),
        ("dinas/contoh", {"note": "a", "notes": Text("Revisi", "Revision")}),
        ("dinas/contoh", {"note": "a", "erratum": Text("Salah", "Wrong")}),
        ("dinas/contoh", {"note": "a", "replaces": first.id}),
        ("dinas/contoh", {"note": "a", "release_at": datetime(2030, 1, 1, tzinfo=UTC)}),
    ):
        for file in (upload, await hub.upload(hub.producer)):
            with pytest.raises(InvalidInput) as refusal:
                await submissions.submit(hub.producer, dataset, file, **more, idempotency_key="kunci")
            assert refusal.value.code == "IDEMPOTENCY_KEY_REUSED"


async def test_a_release_time_changed_by_the_steward_does_not_hide_what_was_made(hub: Any) -> None:
    wish = {"release_at": hub.clock.now() + timedelta(days=1), "idempotency_key": "kunci"}
    made = await hub.approved(**wish)
    later = hub.clock.now() + timedelta(days=2)
    await hub.services.submissions.publish(hub.steward, made.id, release_at=later, expected_state=S.APPROVED)
    assert (await hub.submit(**wish)).id == made.id


async def test_an_upload_must_be_here_unexpired_and_ones_own(hub: Any) -> None:
    submissions = hub.services.submissions
    announced = await submissions.create_upload(hub.producer, "a.csv", 5, "0" * 64)
    arrived = await hub.upload(hub.producer)
    others = await hub.upload(hub.other_producer)
    with pytest.raises(InvalidInput) as incomplete:
        await submissions.submit(hub.producer, "dinas/contoh", announced.id, idempotency_key="a")
    assert incomplete.value.code == "UPLOAD_INCOMPLETE"
    with pytest.raises(NotFound):
        await submissions.submit(hub.producer, "dinas/contoh", others, idempotency_key="b")
    hub.clock.pass_(timedelta(hours=25))
    with pytest.raises(InvalidInput) as late:
        await submissions.submit(hub.producer, "dinas/contoh", arrived, idempotency_key="c")
    assert late.value.code == "UPLOAD_EXPIRED"


async def test_only_the_agencys_producers_submit(hub: Any, make_contract: Any) -> None:
    await hub.services.catalogue.register(hub.steward, make_contract("dinas/rahasia", access="CLOSED"))
    submissions, upload = hub.services.submissions, await hub.upload(hub.other_producer)
    for principal in (hub.other_producer, hub.steward, hub.secretariat, ANONYMOUS):
        with pytest.raises(NotAllowed):
            await submissions.submit(principal, "dinas/contoh", upload, idempotency_key="k")
    with pytest.raises(NotFound):
        await submissions.submit(hub.other_producer, "dinas/rahasia", upload, idempotency_key="k")
    with pytest.raises(NotFound):
        await submissions.submit(hub.producer, "dinas/tidak-ada", upload, idempotency_key="k")


async def test_a_replaced_submission_must_be_a_refused_one_of_the_dataset(
    hub: Any, make_contract: Any
) -> None:
    await hub.services.catalogue.register(hub.steward, make_contract("dinas/lain"))
    open_one = await hub.submit()
    with pytest.raises(StateConflict) as conflict:
        await hub.submit(replaces=open_one.id)
    assert conflict.value.actual_state == "UPLOADED"
    await hub.services.submissions.withdraw(
        hub.producer, open_one.id, "Salah berkas.", expected_state=S.UPLOADED
    )
    assert (await hub.submit(replaces=open_one.id)).replaces_id == open_one.id
    for wrong in ({"dataset": "dinas/lain", "replaces": open_one.id}, {"replaces": "tidak-ada"}):
        with pytest.raises(NotFound):
            await hub.submit(**wrong)


async def test_words_are_held_to_their_form(hub: Any) -> None:
    with pytest.raises(InvalidInput, match="5000"):
        await hub.submit(note="x" * 5001)
    with pytest.raises(InvalidInput, match="Indonesian"):
        await hub.submit(notes=Text("", "only English"))
    with pytest.raises(InvalidInput, match="time zone"):
        await hub.submit(release_at=datetime(2030, 1, 1))
    with pytest.raises(InvalidInput):
        await hub.submit(idempotency_key="  ")
