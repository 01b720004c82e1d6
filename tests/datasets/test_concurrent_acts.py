"""Fifty people at once, on SQLite and on PostgreSQL: no act is lost, none happens twice, the chain stays whole."""

import asyncio
import uuid
from collections import Counter
from typing import Any

from satudata.datasets.errors import StateConflict
from satudata.datasets.jobs.protocol import JobKind
from satudata.datasets.submissions.types import ReviewDecision, SubmissionState

S = SubmissionState
ACTS = 50


async def test_fifty_submissions_are_fifty(either_hub: Any) -> None:
    submissions = either_hub.services.submissions
    upload = await either_hub.upload(either_hub.producer)
    made = await asyncio.gather(
        *(
            submissions.submit(either_hub.producer, "dinas/contoh", upload, idempotency_key=uuid.uuid4().hex)
            for _ in range(ACTS)
        )
    )
    assert len({submission.id for submission in made}) == ACTS
    assert (await submissions.list(either_hub.steward)).total == ACTS
    events = await either_hub.services.audit.events(either_hub.secretariat, first=1000)
    assert Counter(event.action for event in events.items)["submission.submit"] == ACTS
    assert await either_hub.services.audit.verify() is None


async def test_of_fifty_reviews_of_one_submission_one_counts(either_hub: Any) -> None:
    made = await either_hub.submit()
    await either_hub.run(JobKind.CHECK, made.id)

    async def decide(number: int) -> str:
        decision = ReviewDecision.ACCEPT if number % 2 else ReviewDecision.RETURN
        try:
            await either_hub.services.submissions.review(
                either_hub.steward, made.id, decision, reason=f"Alasan {number}.", expected_state=S.IN_REVIEW
            )
        except StateConflict as conflict:
            return conflict.actual_state
        return "decided"

    outcomes = Counter(await asyncio.gather(*(decide(number) for number in range(ACTS))))
    final = await either_hub.services.submissions.get(either_hub.producer, made.id)
    assert outcomes == {"decided": 1, final.state.value: ACTS - 1}
    assert len(final.steps) == 4
    assert await either_hub.services.audit.verify() is None


async def test_fifty_acts_of_all_kinds_from_two_processes(
    either_hub: Any, open_hub: Any, cast_database: Any
) -> None:
    second = await open_hub(*cast_database)  # its own connections, as another process has
    before = (await either_hub.services.audit.events(either_hub.secretariat)).total
    upload = await either_hub.upload(either_hub.producer)
    waiting = [
        await either_hub.services.submissions.submit(
            either_hub.producer, "dinas/contoh", upload, idempotency_key=f"awal-{number}"
        )
        for number in range(ACTS // 2)
    ]

    async def withdraw(hub: Any, submission_id: str) -> None:
        await hub.services.submissions.withdraw(
            hub.producer, submission_id, "Batal.", expected_state=S.UPLOADED
        )

    async def submit(hub: Any, number: int) -> None:
        await hub.services.submissions.submit(
            hub.producer, "dinas/contoh", upload, idempotency_key=f"baru-{number}"
        )

    hubs = (either_hub, second)
    await asyncio.gather(
        *(withdraw(hubs[number % 2], item.id) for number, item in enumerate(waiting)),
        *(submit(hubs[number % 2], number) for number in range(ACTS // 2)),
    )
    states = Counter(
        item.state for item in (await second.services.submissions.list(second.steward, first=1000)).items
    )
    assert states == {S.WITHDRAWN: ACTS // 2, S.UPLOADED: ACTS // 2}
    events = await second.services.audit.events(second.secretariat, first=1000)
    assert events.total == before + 2 + ACTS // 2 + ACTS
    assert await second.services.audit.verify() is None
