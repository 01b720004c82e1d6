"""GraphQL over HTTP: `/graphql` (POST, and GET for queries) and the schema as SDL.

Bodies are counted while they are read, must be JSON objects in UTF-8, and nothing a client sends ends in a 5xx. Only
JSON bodies are taken, so a form on another site cannot post here; pages of other sites may read, never change anything.
Statuses follow the audit suite of graphql-http: a request that goes no further than validation is 400 for clients that
accept `application/graphql-response+json`, and 200 for those that only know `application/json`. Who accepts events gets
it as an event, as the protocol of graphql-sse says: its client, and browsers, hide the body of any other status.

Where next: `question.py` (what a request asks), `registered.py` (documents by id), `answers.py` (answers kept),
`subscriptions/` (answers that go on).
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from satudata.datasets.access.principal import ANONYMOUS, Principal
from satudata.datasets.errors import NotFound
from satudata.graphql.answers import Answer, AnswerCache, Key
from satudata.graphql.budget import Budget, cost_details, headers_of, spend
from satudata.graphql.compression import Coding, coding_for
from satudata.graphql.errors import ApiError
from satudata.graphql.negotiation import MediaType, is_json, negotiate, takes_events
from satudata.graphql.outcome import ErrorCode, ExecutionOutcome
from satudata.graphql.question import (
    NOT_ACCEPTABLE,
    NOT_JSON_TYPE,
    Question,
    Refused,
    from_body,
    from_parameters,
    read_body,
)
from satudata.graphql.registered import RegisteredDocuments
from satudata.graphql.service import GraphQLApi
from satudata.graphql.subscriptions.follower import Again, Follower
from satudata.graphql.subscriptions.stream import Streams, only_event
from satudata.graphql.turns import Turns
from satudata.validation.text import Language, Text

FRESH_SECONDS = 5
"""How long a browser or proxy may repeat a visitor's answer without asking; after that it asks by entity tag."""

_VARY = (b"vary", b"Accept, Accept-Encoding, Accept-Language, Authorization, Cookie, Origin")
_MAY_BE_REPEATED = (b"cache-control", f"public, max-age={FRESH_SECONDS}".encode())
_FOR_ONE_READER = (b"cache-control", b"no-store")
_COST = b"graphql-cost"
"""Request header: anything but 0 asks for `extensions.cost`."""
_UNBUFFERED = (b"x-accel-buffering", b"no")
"""Response header by which proxies pass a stream on as it comes."""
_CONTENT_TYPE = {kind: (b"content-type", kind.header.encode()) for kind in MediaType}
_CODED = {coding: (b"content-encoding", coding.value.encode()) for coding in Coding}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, in which language. `foreign`: a page of another site does, so nothing may be changed.

    `client` is under what name its open streams and running operations are counted, None when they are not; `again`
    looks at its credentials anew, None when it has none.
    """

    principal: Principal = ANONYMOUS
    language: Language = "id"
    foreign: bool = False
    budget: Budget | None = None
    client: str | None = None
    again: Again | None = None


CallerOf = Callable[[Scope], Caller]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as it was sent. `sent` is its query string, or its body when it was posted."""

    posted: bool
    sent: bytes
    headers: dict[bytes, bytes]
    caller: Caller
    media_type: MediaType

    @property
    def wants_cost(self) -> bool:
        """Whether the answer is to tell its cost."""
        return self.headers.get(_COST, b"0") != b"0"

    @property
    def plain_type(self) -> MediaType:
        """The media type of what is no stream."""
        return MediaType.GRAPHQL if self.media_type is MediaType.EVENTS else self.media_type

    @property
    def key(self) -> Key:
        """Equal for requests that must get the same bytes."""
        return (self.posted, self.sent, self.media_type, self.caller.language)


@dataclass(frozen=True, slots=True)
class _Reply:
    """What is sent back. `shared`: every visitor would be told the same; `is_stream`: as events, all at once."""

    answer: Answer
    shared: bool
    status: int = 200
    retry_after: int | None = None
    is_stream: bool = False


def graphql_routes(endpoint: "GraphQLEndpoint") -> list[Route]:
    """The routes of the API, to be put into the hub's application."""
    return [
        Route("/graphql", endpoint, methods=["GET", "POST"], name="graphql"),
        Route("/graphql/schema.graphql", endpoint.schema, methods=["GET"], name="graphql-schema"),
    ]


class GraphQLEndpoint:
    """The ASGI application behind `/graphql`: reads a request, asks the API unless the answer is kept, responds.

    Repeated questions of visitors are most of the traffic, so their way is short: headers are looked at as bytes, and
    nothing is parsed before the answers that are kept were asked.
    """

    def __init__(self, api: GraphQLApi, caller_of: CallerOf) -> None:
        self._api = api
        self._caller_of = caller_of
        self._documents = RegisteredDocuments(api.documents)
        self._kept = AnswerCache(api.config.response_cache_bytes)
        self.streams = Streams(api.config.streams)
        config = api.config
        self._turns = Turns(config.at_once_per_client, config.waiting_per_client, config.timeout_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        caller = self._caller_of(scope)
        accept = headers.get(b"accept", b"").decode("latin-1")
        media_type = negotiate(accept)
        try:
            if media_type is None:
                raise Refused(406, NOT_ACCEPTABLE)
            if caller.budget is not None:
                _take_one(caller.budget)
            posted = scope["method"] == "POST"
            sent = await self._body(headers, receive) if posted else scope["query_string"]
            asked = _Asked(posted, sent, headers, caller, media_type)
            if takes_events(accept):
                await self._stream(asked, receive, send)
            else:
                await self._answer(asked, send)
        except Refused as refusal:
            response = _refusal(refusal, media_type or MediaType.JSON, caller)
            await response(scope, receive, send)

    async def schema(self, request: Request) -> Response:
        """The schema as SDL, whole or a slice."""
        named = request.query_params.get("dataset")
        datasets = None if named is None else [item.strip() for item in named.split(",") if item.strip()]
        try:
            document = await self._api.sdl(datasets)
        except NotFound as error:
            return PlainTextResponse(error.message.get(self._caller_of(request.scope).language) + "\n", 404)
        headers = {"ETag": document.etag, "Cache-Control": "no-cache"}
        if document.etag in _entity_tags(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        return PlainTextResponse(document.text, headers=headers)

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        if not is_json(headers.get(b"content-type", b"").decode("latin-1")):
            raise Refused(415, NOT_JSON_TYPE)
        config = self._api.config
        announced = headers.get(b"content-length", b"")
        return await read_body(receive, announced, config.limits.body, config.timeout_seconds)

    async def _answer(self, asked: _Asked, send: Send) -> None:
        keeps = self._kept.is_on and asked.caller.principal.person_id is None and not asked.wants_cost
        epoch = await self._api.epoch()
        known = self._kept.get(epoch, asked.key) if keeps else None
        reply = _Reply(known, shared=True) if known else await self._execute(asked, *await self._read(asked))
        size = reply.answer.size if known else 0
        await self._reply(asked, reply, send)
        if keeps and reply.shared and reply.answer.size != size:
            self._kept.put(epoch, asked.key, reply.answer)

    async def _reply(self, asked: _Asked, reply: _Reply, send: Send) -> None:
        coding = coding_for(asked.headers.get(b"accept-encoding", b"").decode("latin-1"))
        if reply.shared and not asked.posted and _has(asked.headers, reply.answer, coding):
            body, status = b"", 304
        else:
            body, status = await reply.answer.coded(coding), reply.status
        start = {"type": "http.response.start", "status": status}
        await send({**start, "headers": _headers(asked, reply, coding, None if status == 304 else len(body))})
        await send({"type": "http.response.body", "body": body})

    async def _read(self, asked: _Asked) -> tuple[Question, str]:
        """The question, and the document it asks with."""
        question = from_body(asked.sent) if asked.posted else from_parameters(asked.sent)
        return question, await self._documents.text_of(question)

    async def _execute(self, asked: _Asked, question: Question, document: str) -> _Reply:
        caller = asked.caller
        try:
            async with self._turns.of(caller.client):
                outcome = await self._api.execute(
                    document,
                    question.variables,
                    question.operation_name,
                    principal=caller.principal,
                    language=caller.language,
                    no_mutations=_ELSEWHERE if caller.foreign else None if asked.posted else _BY_GET,
                    budget=caller.budget,
                )
        except ApiError as error:
            raise _too_many(error) from None
        if asked.posted and not outcome.errors:
            await self._documents.register(caller.principal, question)
        status = _status(outcome, asked)
        wait = outcome.errors[0]["extensions"]["retryAfterSeconds"] if status == 429 else None
        if not asked.wants_cost or outcome.price is None:
            return _Reply(Answer(outcome.body), outcome.shared, status, wait)
        cost = orjson.dumps(cost_details(caller.budget, outcome.price))
        return _Reply(Answer(b'%s,"extensions":{"cost":%s}}' % (outcome.body[:-1], cost)), shared=False)

    async def _stream(self, asked: _Asked, receive: Receive, send: Send) -> None:
        """Follow a subscription; what is none is answered as ever, by one event where that is what is liked best."""
        question, document = await self._read(asked)
        if not self._api.is_subscription(document, question.operation_name):
            if asked.media_type is not MediaType.EVENTS:
                await self._answer(asked, send)
                return
            reply = await self._execute(asked, question, document)
            if reply.status == 200:
                reply = _one_event(reply.answer.body)
            await self._reply(asked, reply, send)
            return
        caller, named = asked.caller, asked.headers.get(b"last-event-id", b"").decode("latin-1")
        follower = Follower(caller.principal, caller.language, caller.again, caller.budget, named)
        with ExitStack() as stack:
            try:
                stack.enter_context(self.streams.place(caller.client))
            except ApiError as error:
                raise _too_many(error) from None
            opened = await self._api.subscribe(
                document, question.variables, question.operation_name, follower=follower
            )
            if isinstance(opened, ExecutionOutcome):
                await self._reply(asked, _one_event(opened.body), send)
                return
            if asked.posted:
                await self._documents.register(caller.principal, question)
            headers = [_VARY, _FOR_ONE_READER, _CONTENT_TYPE[MediaType.EVENTS], _UNBUFFERED]
            if caller.budget is not None:
                headers += headers_of(caller.budget)
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await self.streams.send(opened, receive, send)


def _one_event(body: bytes) -> _Reply:
    return _Reply(Answer(only_event(body)), shared=False, is_stream=True)


def _status(outcome: ExecutionOutcome, asked: _Asked) -> int:
    if outcome.mutation_refused:
        return 403 if asked.caller.foreign else 405
    if not outcome.started and outcome.codes == (ErrorCode.RATE_LIMITED,):
        return 429
    return 400 if not outcome.started and asked.media_type is MediaType.GRAPHQL else 200


def _headers(
    asked: _Asked, reply: _Reply, coding: Coding | None, length: int | None
) -> list[tuple[bytes, bytes]]:
    """Response headers; `length` None for a response without a body."""
    headers = [_VARY]
    if reply.shared and not asked.posted:
        headers += (_MAY_BE_REPEATED, (b"etag", reply.answer.tag(coding).encode()))
    else:
        headers.append(_FOR_ONE_READER)
    if length is not None:
        media_type = MediaType.EVENTS if reply.is_stream else asked.plain_type
        headers += (_CONTENT_TYPE[media_type], (b"content-length", b"%d" % length))
        chosen = reply.answer.coding(coding)
        if chosen is not None:
            headers.append(_CODED[chosen])
    if reply.status == 405:
        headers.append((b"allow", b"POST"))
    if reply.retry_after is not None:
        headers.append((b"retry-after", b"%d" % reply.retry_after))
    if asked.caller.budget is not None:
        headers += headers_of(asked.caller.budget)
    return headers


def _take_one(budget: Budget) -> None:
    """What every request costs, before anything is looked at. Raises Refused (429)."""
    try:
        spend(budget, 1, 0)
    except ApiError as error:
        raise _too_many(error) from None


def _too_many(error: ApiError) -> Refused:
    return Refused(429, error.message, code=error.code, details=error.details)


def _refusal(refusal: Refused, media_type: MediaType, caller: Caller) -> Response:
    extensions = {"code": refusal.code.value, "retryable": refusal.status == 429, **refusal.details}
    message = refusal.message.get(caller.language)
    body = orjson.dumps({"errors": [{"message": message, "extensions": extensions}]})
    if media_type is MediaType.EVENTS:
        media_type = MediaType.GRAPHQL
    headers = {"Cache-Control": "no-store", "Vary": _VARY[1].decode()}
    if refusal.status == 415:
        headers["Accept-Post"] = MediaType.JSON.value
    if refusal.status in (408, 413):
        headers["Connection"] = "close"  # there is more to come, which nobody will read
    if refusal.status == 429:
        headers["Retry-After"] = str(refusal.details["retryAfterSeconds"])
    if caller.budget is not None:
        headers |= {name.decode(): value.decode() for name, value in headers_of(caller.budget)}
    return Response(body, refusal.status, headers, media_type=media_type.header)


def _has(headers: dict[bytes, bytes], answer: Answer, coding: Coding | None) -> bool:
    """Whether the client says that it has this answer already."""
    named = headers.get(b"if-none-match")
    return named is not None and answer.tag(coding) in _entity_tags(named.decode("latin-1"))


def _entity_tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


_BY_GET = ApiError(
    ErrorCode.BAD_INPUT,
    Text(
        "Mutasi tidak dapat dikirim dengan GET. Kirim dengan POST.",
        "A mutation cannot be sent with GET. Use POST.",
    ),
)
_ELSEWHERE = ApiError(
    ErrorCode.FORBIDDEN,
    Text(
        "Halaman dari situs lain hanya boleh membaca. Kirim mutasi dari hub ini, atau dari program di luar peramban.",
        "Pages of other sites may only read. Send mutations from this hub, or from a program outside a browser.",
    ),
)
