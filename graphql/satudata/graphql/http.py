"""GraphQL over HTTP: `/graphql` (POST, and GET for queries) and the schema as SDL.

Bodies are counted while they are read, must be JSON objects in UTF-8, and nothing a client sends ends in a 5xx. Only
JSON bodies are taken, so a form on another site cannot post here; the hub's middleware checks the origin of cookies.
Statuses follow the audit suite of graphql-http: a request that goes no further than validation is 400 for clients that
accept `application/graphql-response+json`, and 200 for those that only know `application/json`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from satudata.datasets.access.principal import Principal
from satudata.datasets.errors import NotFound
from satudata.graphql.negotiation import MediaType, is_json, negotiate
from satudata.graphql.outcome import ErrorCode, ExecutionOutcome
from satudata.graphql.service import GraphQLApi
from satudata.validation.text import Language, Text

PrincipalOf = Callable[[Request], Awaitable[Principal]]
LanguageOf = Callable[[Request], Language]

_VARY = "Accept, Accept-Language, Authorization, Cookie"


@dataclass(frozen=True, slots=True)
class _Question:
    """The parameters of a request, checked."""

    query: str
    variables: Mapping[str, Any] | None  # Any: JSON values
    operation_name: str | None


class _Refused(Exception):
    """A request that is no GraphQL request."""

    def __init__(self, status: int, message: Text) -> None:
        super().__init__(status, message.en)
        self.status = status
        self.message = message


def graphql_routes(api: GraphQLApi, principal_of: PrincipalOf, language_of: LanguageOf) -> list[Route]:
    """The routes of the API, to be put into the hub's application."""
    endpoint = _Endpoint(api, principal_of, language_of)
    return [
        Route("/graphql", endpoint.answer, methods=["GET", "POST"], name="graphql"),
        Route("/graphql/schema.graphql", endpoint.schema, methods=["GET"], name="graphql-schema"),
    ]


class _Endpoint:
    """Reads requests, asks the API, writes responses."""

    def __init__(self, api: GraphQLApi, principal_of: PrincipalOf, language_of: LanguageOf) -> None:
        self._api = api
        self._principal_of = principal_of
        self._language_of = language_of

    async def answer(self, request: Request) -> Response:
        language = self._language_of(request)
        media_type = negotiate(request.headers.get("accept"))
        if media_type is None:
            return _refusal(_Refused(406, _NOT_ACCEPTABLE), MediaType.JSON, language)
        try:
            question = await self._question(request)
        except _Refused as refusal:
            return _refusal(refusal, media_type, language)
        principal = await self._principal_of(request)
        outcome = await self._api.execute(
            question.query,
            question.variables,
            question.operation_name,
            principal=principal,
            language=language,
            queries_only=request.method != "POST",
        )
        return _response(
            outcome, media_type, cacheable=request.method != "POST" and principal.person_id is None
        )

    async def schema(self, request: Request) -> Response:
        named = request.query_params.get("dataset")
        datasets = None if named is None else [item.strip() for item in named.split(",") if item.strip()]
        try:
            document = await self._api.sdl(datasets)
        except NotFound as error:
            return PlainTextResponse(error.message.get(self._language_of(request)) + "\n", 404)
        headers = {"ETag": document.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if document.etag in _entity_tags(request.headers.get("if-none-match")):
            return Response(status_code=304, headers=headers)
        return PlainTextResponse(document.text, headers=headers)

    async def _question(self, request: Request) -> _Question:
        if request.method != "POST":
            return _from_parameters(request.query_params)
        if not is_json(request.headers.get("content-type")):
            raise _Refused(415, _NOT_JSON_TYPE)
        return _checked(_object(await self._body(request)))

    async def _body(self, request: Request) -> bytes:
        most = self._api.config.limits.body
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > most:
            raise _Refused(413, _too_large(most))
        received = bytearray()
        async for chunk in request.stream():
            received += chunk
            if len(received) > most:
                raise _Refused(413, _too_large(most))
        return bytes(received)


def _from_parameters(parameters: Mapping[str, str]) -> _Question:
    given: dict[str, Any] = {
        name: parameters[name] for name in ("query", "operationName") if name in parameters
    }
    for name in ("variables", "extensions"):
        if parameters.get(name):
            given[name] = _json(parameters[name].encode(), _BAD_PARAMETER)
    return _checked(given)


def _object(body: bytes) -> dict[str, Any]:
    given = _json(body, _BAD_JSON)
    if not isinstance(given, dict):
        raise _Refused(400, _NO_OBJECT)
    return given


def _json(text: bytes, message: Text) -> Any:  # Any: whatever JSON says
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _Refused(400, message) from None


def _checked(given: Mapping[str, Any]) -> _Question:
    query, variables = given.get("query"), given.get("variables")
    operation_name, extensions = given.get("operationName"), given.get("extensions")
    if not isinstance(query, str) or not query.strip():
        raise _Refused(400, _NO_QUERY)
    for name, value, right in (
        ("variables", variables, dict),
        ("operationName", operation_name, str),
        ("extensions", extensions, dict),
    ):
        if value is not None and not isinstance(value, right):
            raise _Refused(400, _wrong_type(name))
    return _Question(query, variables, operation_name or None)


def _response(outcome: ExecutionOutcome, media_type: MediaType, *, cacheable: bool) -> Response:
    status = 200
    headers = {"Cache-Control": "no-cache" if cacheable else "no-store", "Vary": _VARY}
    if outcome.mutation_refused:
        status = 405
        headers["Allow"] = "POST"
    elif not outcome.started and media_type is MediaType.GRAPHQL:
        status = 400
    return Response(outcome.body, status, headers, media_type=media_type.header)


def _refusal(refusal: _Refused, media_type: MediaType, language: Language) -> Response:
    message = refusal.message.get(language)
    error = {"message": message, "extensions": {"code": ErrorCode.BAD_INPUT.value, "retryable": False}}
    body = orjson.dumps({"errors": [error]})
    headers = {"Cache-Control": "no-store", "Vary": _VARY}
    if refusal.status == 415:
        headers["Accept-Post"] = MediaType.JSON.value
    return Response(body, refusal.status, headers, media_type=media_type.header)


def _entity_tags(header: str | None) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in (header or "").split(",")}


_NOT_ACCEPTABLE = Text(
    "Jawaban hanya tersedia sebagai application/graphql-response+json atau application/json; ubah header Accept.",
    "Answers come as application/graphql-response+json or application/json only; change the Accept header.",
)
_NOT_JSON_TYPE = Text(
    "Kirim isi permintaan sebagai JSON dengan header Content-Type: application/json.",
    "Send the body as JSON with the header Content-Type: application/json.",
)
_BAD_JSON = Text("Isi permintaan bukan JSON yang benar dalam UTF-8.", "The body is not valid JSON in UTF-8.")
_BAD_PARAMETER = Text(
    "Parameter variables atau extensions bukan JSON yang benar.",
    "The parameter variables or extensions is not valid JSON.",
)
_NO_OBJECT = Text(
    'Isi permintaan harus berupa satu objek JSON, misalnya {"query": "{ hub { version } }"}.',
    'The body must be one JSON object, e.g. {"query": "{ hub { version } }"}.',
)
_NO_QUERY = Text(
    'Tidak ada query. Kirim dokumen GraphQL sebagai "query", atau buka /ide untuk mencobanya.',
    'There is no query. Send a GraphQL document as "query", or open /ide to try it.',
)


def _wrong_type(name: str) -> Text:
    kind = Text("teks", "a string") if name == "operationName" else Text("objek JSON", "a JSON object")
    return Text(f"{name} harus berupa {kind.id} atau null.", f"{name} must be {kind.en} or null.")


def _too_large(most: int) -> Text:
    return Text(
        f"Isi permintaan lebih dari {most} byte. Kirim berkas lewat createUpload.",
        f"The body is larger than {most} bytes. Send files by createUpload.",
    )
