"""Subscriptions: publications and submissions told as events, to those who may see them, for as long as they stay."""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from starlette.types import Scope
from tests.graphql.streaming import Stream, following

from satudata.datasets.access.principal import ANONYMOUS, Principal
from satudata.datasets.jobs.protocol import JobKind
from satudata.datasets.submissions.types import ReviewDecision, Submission, SubmissionState
from satudata.graphql.budget import Quota
from satudata.graphql.config import StreamLimits
from satudata.graphql.http import Caller, GraphQLEndpoint
from satudata.graphql.ids import global_id

S = SubmissionState
SMALL = b"kode,nilai\nA1,1\nA2,2\n"
WAITING, HIDDEN, GROWN = "badan-lain/menunggu", "dinas-uji/terbatas", "badan-lain/bertambah"
PUBLISHED = "subscription { versionPublished { id number dataset { slug } } }"
OF_ONE = "subscription ($dataset: ID) { versionPublished(dataset: $dataset) { number } }"
STATE = "subscription ($id: ID!) { submission(id: $id) { state } }"


class Hub:
    """An endpoint on services of its own; `people` are who the header `Authorization` may name, by now."""

    def __init__(self, own: Any) -> None:
        self.own = own
        self.cast = own.cast
        self.services = own.services
        self.people: dict[str, Principal] = {
            "producer": self.cast.producer,
            "steward": self.cast.steward,
            "other producer": self.cast.other_producer,
        }
        self.budget: Any = None
        self.client: str | None = "visitor"
        self.foreign = False
        self.services.watching.seconds = 0.02
        self.endpoint = self.with_limits(StreamLimits())

    def with_limits(self, limits: StreamLimits) -> GraphQLEndpoint:
        self.own.api.config = replace(self.own.api.config, streams=limits)
        self.endpoint = GraphQLEndpoint(self.own.api, self.caller_of)
        return self.endpoint

    def caller_of(self, scope: Scope) -> Caller:
        name = dict(scope["headers"]).get(b"authorization", b"").decode()

        async def again() -> Principal | None:
            return self.people.get(name)

        principal = self.people.get(name, ANONYMOUS)
        return Caller(principal, "en", self.foreign, self.budget, self.client, again if name else None)

    def follow(self, document: str, variables: dict[str, Any] | None = None, **more: Any) -> Any:
        return following(self.endpoint, document, variables, **more)

    async def submit(self, slug: str, data: bytes) -> Submission:
        """A file up to its check, which is not begun."""
        jobs, self.services.submissions.jobs = self.services.submissions.jobs, None
        try:
            submissions, by = self.services.submissions, self.cast.other_producer
            digest = hashlib.sha256(data).hexdigest()
            upload = await submissions.create_upload(by, "data.csv", len(data), digest)

            async def chunks() -> AsyncIterator[bytes]:
                yield data

            await submissions.receive_upload(by, upload.id, chunks())
            return await submissions.submit(by, slug, upload.id, idempotency_key=uuid.uuid4().hex)
        finally:
            self.services.submissions.jobs = jobs

    async def step(self, kind: JobKind, submission: Submission, number: int) -> None:
        await self.services.job(kind).steps[number][1](submission.id)

    def is_quiet(self) -> bool:
        """Nobody is served, nothing is looked for."""
        return self.endpoint.streams.count == 0 and not self.services.watching.is_looking


@pytest_asyncio.fixture(loop_scope="session")
async def hub(own: Any) -> AsyncIterator[Hub]:
    before = asyncio.all_tasks()
    opened = Hub(own)
    yield opened
    assert opened.is_quiet()

    def left() -> set[str]:
        names = map(repr, asyncio.all_tasks() - before)
        return {name for name in names if "stream" in name or "watching" in name}

    for _ in range(100):  # a read that was stopped gives its connection back first
        if not left():
            break
        await asyncio.sleep(0.01)
    assert left() == set()


async def told(stream: Stream) -> Any:
    """The data of the next event."""
    event = await stream.event()
    assert event is not None
    assert event.name == "next"
    assert "errors" not in event.data, event.data
    return event.data["data"]


async def refused(stream: Stream) -> dict[str, Any]:
    """The only error of the last event, after which the stream is complete."""
    event = await stream.event()
    assert event is not None
    (error,) = event.data["errors"]
    last = await stream.event()
    assert last is not None
    assert last.name == "complete"
    assert await stream.event() is None
    return dict(error)


async def test_publications_are_told_in_order_to_those_who_may_see_them(hub: Hub) -> None:
    async with hub.follow(PUBLISHED) as visitor, hub.follow(PUBLISHED, authorization="steward") as steward:
        assert visitor.status == 200
        assert visitor.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert visitor.headers["cache-control"] == "no-store"
        async with hub.follow(OF_ONE, {"dataset": GROWN}, method="GET") as one:
            await hub.cast.publish(HIDDEN, SMALL)
            await hub.cast.publish(WAITING, SMALL)
            await hub.cast.publish(GROWN, b"kode,nilai,tambahan\nA1,1,2\n")

            first = await visitor.event()
            assert first is not None
            version = first.data["data"]["versionPublished"]
            assert version == {"id": first.id, "number": 1, "dataset": {"slug": WAITING}}
            assert (await told(visitor))["versionPublished"]["dataset"]["slug"] == GROWN
            seen = [(await told(steward))["versionPublished"]["dataset"]["slug"] for _ in range(3)]
            assert seen == [HIDDEN, WAITING, GROWN]
            assert await told(one) == {"versionPublished": {"number": 3}}

    async with hub.follow(PUBLISHED, last_event_id=first.id) as back:
        assert (await told(back))["versionPublished"]["dataset"]["slug"] == GROWN


async def test_a_submission_is_followed_to_its_last_state(hub: Hub) -> None:
    submission = await hub.submit(WAITING, SMALL)
    id = {"id": global_id("Submission", submission.id)}
    progress = (
        "subscription ($id: ID!) { submission(id: $id) { state progress { stage } version { number } } }"
    )
    submissions, steward = hub.services.submissions, hub.cast.other_steward

    async with (
        hub.follow(progress, id, authorization="other producer") as stream,
        hub.follow(STATE, id, authorization="other producer", method="GET") as plain,
    ):
        states = []

        async def now(state: SubmissionState) -> None:
            while (await told(stream))["submission"]["state"] != state:
                pass
            states.append((await told(plain))["submission"]["state"])

        assert await told(stream) == {
            "submission": {"state": "UPLOADED", "progress": {"stage": "QUEUED"}, "version": None}
        }
        states.append((await told(plain))["submission"]["state"])
        await hub.step(JobKind.CHECK, submission, 0)
        await now(S.CHECKING)
        await hub.step(JobKind.CHECK, submission, 1)
        await now(S.IN_REVIEW)
        await submissions.review(
            steward, submission.id, ReviewDecision.ACCEPT, reason="Baik.", expected_state=S.IN_REVIEW
        )
        await now(S.APPROVED)
        await submissions.publish(steward, submission.id, expected_state=S.APPROVED)
        await now(S.PUBLISHED)
        assert states == ["UPLOADED", "CHECKING", "IN_REVIEW", "APPROVED", "PUBLISHED"]
        for ended in (stream, plain):
            last = await ended.event()
            assert last is not None
            assert (last.name, await ended.event()) == ("complete", None)
        assert hub.is_quiet()


async def test_what_one_may_not_see_or_see_no_more_cannot_be_followed(hub: Hub) -> None:
    submission = await hub.submit(WAITING, SMALL)
    id = {"id": global_id("Submission", submission.id)}
    for document, variables, code in (
        (STATE, id, "NOT_FOUND"),
        (STATE, {"id": "bukan"}, "BAD_INPUT"),
        (OF_ONE, {"dataset": HIDDEN}, "NOT_FOUND"),
        ("subscription { versionPublished { nothing } }", {}, "BAD_INPUT"),
        ("subscription { versionPublished { number }", {}, "BAD_INPUT"),
        ("subscription { versionPublished { number } again: versionPublished { number } }", {}, "BAD_INPUT"),
        (
            "subscription ($no: Boolean = true) { versionPublished @skip(if: $no) { number } }",
            {},
            "BAD_INPUT",
        ),
        ("subscription { __typename }", {}, "BAD_INPUT"),
        (STATE, {}, "BAD_INPUT"),
    ):
        async with hub.follow(document, variables, authorization="") as stream:
            assert stream.status == 200
            assert (await refused(stream))["extensions"]["code"] == code

    async with hub.follow(STATE, id, authorization="other producer") as stream:
        assert await told(stream) == {"submission": {"state": "UPLOADED"}}
        hub.people["other producer"] = replace(hub.cast.other_producer, grants=())
        await hub.step(JobKind.CHECK, submission, 0)
        assert (await refused(stream))["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("silent", [True, False])
async def test_a_revoked_token_ends_the_stream(hub: Hub, silent: bool) -> None:
    hub.with_limits(StreamLimits(keep_alive_seconds=0.02 if silent else 60))
    async with hub.follow(PUBLISHED, authorization="steward") as stream:
        del hub.people["steward"]
        if not silent:
            await hub.cast.publish(WAITING, SMALL)
        assert (await refused(stream))["extensions"]["code"] == "UNAUTHENTICATED"


async def test_silence_is_filled_with_comments_and_long_streams_are_closed(hub: Hub) -> None:
    hub.with_limits(StreamLimits(keep_alive_seconds=0.01, longest_seconds=0.2))
    async with hub.follow(PUBLISHED) as stream:
        assert await stream.event() is None  # no `complete`: there would be more
        assert stream.comments > 2
        assert stream.ended


async def test_leaving_and_stopping_free_everything(hub: Hub) -> None:
    async with hub.follow(PUBLISHED) as stays:
        async with hub.follow(PUBLISHED) as leaves:
            assert hub.endpoint.streams.count == 2
            assert hub.services.watching.is_looking
            leaves.leave()
        assert hub.endpoint.streams.count == 1
        assert hub.services.watching.is_looking
        hub.endpoint.streams.end()
        assert await stays.event() is None
        assert stays.ended
    assert hub.is_quiet()
    async with hub.follow(PUBLISHED) as late:
        assert await late.event() is None


async def test_a_client_that_reads_nothing_keeps_nothing_open(hub: Hub) -> None:
    hub.with_limits(StreamLimits(longest_seconds=0.05))
    never = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await never.wait()
        return {}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            await never.wait()

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/graphql",
        "query_string": b"query=" + PUBLISHED.encode(),
        "headers": [(b"accept", b"text/event-stream")],
    }
    await asyncio.wait_for(hub.endpoint(scope, receive, send), 20)


async def test_the_number_of_open_streams_is_limited(hub: Hub) -> None:
    hub.with_limits(StreamLimits(per_client=1, per_process=2))
    async with hub.follow(PUBLISHED):
        async with hub.follow(PUBLISHED) as second:
            assert second.status == 429
            assert second.headers["retry-after"] == "60"
            (error,) = (await second.body())["errors"]
            assert error["extensions"]["code"] == "RATE_LIMITED"
            assert error["message"].startswith(
                "1 subscriptions are open from your address or account already."
            )
        hub.client = "another visitor"
        async with hub.follow(PUBLISHED) as other:
            assert other.status == 200
            hub.client = None
            async with hub.follow(PUBLISHED) as third:
                assert third.status == 429
                assert (await third.body())["errors"][0]["message"].startswith(
                    "2 subscriptions are open at this hub"
                )
    async with hub.follow(PUBLISHED) as again:
        assert again.status == 200


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json", "*/*"])
async def test_without_event_stream_a_subscription_is_refused(hub: Hub, accept: str) -> None:
    async with hub.follow(PUBLISHED, accept=accept) as stream:
        assert stream.status == (400 if "response" in accept else 200)
        (error,) = (await stream.body())["errors"]
        assert error["extensions"] == {"code": "BAD_INPUT", "retryable": False, "reason": "EVENT_STREAM"}
        assert "Accept: text/event-stream" in error["message"]


async def test_clients_that_take_anything_follow_and_are_answered(hub: Hub) -> None:
    anything = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"
    async with hub.follow(PUBLISHED, accept=anything) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
    async with hub.follow("{ hub { datasetCount } }", accept=anything) as answer:
        assert answer.headers["content-type"].startswith("application/graphql-response+json")
        assert (await answer.body())["data"]["hub"]["datasetCount"] == 4
    async with hub.follow(PUBLISHED, accept="application/json, text/event-stream;q=0") as answer:
        assert (await answer.body())["errors"][0]["extensions"]["reason"] == "EVENT_STREAM"


async def test_questions_and_acts_are_answered_by_one_event(hub: Hub) -> None:
    async with hub.follow("{ hub { name { indonesian } } }") as stream:
        assert await told(stream) == {"hub": {"name": {"indonesian": "Satu Data Hub"}}}
        last = await stream.event()
        assert last is not None
        assert (last.name, await stream.event()) == ("complete", None)
    act = 'mutation { createUpload(input: {fileName: "a", bytes: 1, sha256: ""}) { problems { code } } }'
    async with hub.follow(act) as stream:
        assert (await told(stream))["createUpload"]["problems"] != []
    async with hub.follow(act, method="GET") as stream:
        assert stream.status == 405
        assert (await stream.body())["errors"][0]["message"].endswith("Use POST.")
    async with hub.follow("{ nothing }") as stream:
        assert (await refused(stream))["extensions"]["code"] == "BAD_INPUT"
    async with hub.follow("{ hub { version } }", content_type="text/plain") as stream:
        assert stream.status == 415
        assert stream.headers["content-type"].startswith("application/graphql-response+json")
    hub.foreign = True
    async with hub.follow(act) as stream:
        assert stream.status == 403
    async with hub.follow(PUBLISHED) as stream:
        assert stream.status == 200


async def test_an_event_costs_what_the_question_costs_and_waits_for_the_budget(hub: Hub) -> None:
    hub.budget = Bucket(Quota("anonymous", 10, 1))
    async with hub.follow(PUBLISHED) as stream:
        assert stream.headers["ratelimit"].startswith('"anonymous";r=9')
        hub.budget.left = 1
        await hub.cast.publish(WAITING, SMALL)
        await asyncio.wait_for(hub.budget.refused.wait(), 20)
        hub.budget.left = 10
        assert (await told(stream))["versionPublished"]["number"] == 1
        assert hub.budget.left == 10 - 2  # the version and its dataset


async def test_a_selection_may_lead_to_rows(hub: Hub) -> None:
    deep = """subscription Deep { versionPublished { dataset { columns { codeList { codes(first: 1) { nodes {
      data { dinasUji { kebunData { totalCount } } } } } } } } } }"""
    async with hub.follow(deep) as stream:
        await hub.cast.publish(WAITING, SMALL)
        columns = (await told(stream))["versionPublished"]["dataset"]["columns"]
        assert columns == [{"codeList": None}, {"codeList": None}]


async def test_the_schema_shows_the_root(asking: Any) -> None:
    shown = await asking.data("{ __schema { subscriptionType { name fields { name } } } }")
    assert shown["__schema"]["subscriptionType"] == {
        "name": "Subscription",
        "fields": [{"name": "submission"}, {"name": "versionPublished"}],
    }


class Bucket:
    """A budget that does not fill by itself (`satudata.graphql.budget.Budget`)."""

    reset_seconds = 1

    def __init__(self, quota: Quota) -> None:
        self.quota = quota
        self.left = quota.cost
        self.refused = asyncio.Event()

    @property
    def remaining(self) -> int:
        return self.left

    def take(self, cost: int) -> float:
        if cost > self.left:
            self.refused.set()
            return 0.01
        self.left -= cost
        return 0.0

    def give_back(self, cost: int) -> None:
        self.left += cost
