"""What a request asks: its parameters from a query string or a JSON body, checked, or a refusal that says why not."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from satudata.graphql.outcome import ErrorCode
from satudata.validation.text import Text


@dataclass(frozen=True, slots=True)
class Question:
    """The parameters of a request. `query` or `document_id` is there, or both."""

    query: str | None
    document_id: str | None
    variables: Mapping[str, Any] | None  # Any: JSON values
    operation_name: str | None


class Refused(Exception):
    """A request that goes no further, told as a GraphQL error with this status. `reason` is a word for programs."""

    def __init__(
        self,
        status: int,
        message: Text,
        *,
        code: ErrorCode = ErrorCode.BAD_INPUT,
        reason: str | None = None,
        details: Mapping[str, Any] | None = None,  # Any: JSON values for `extensions`
    ) -> None:
        super().__init__(status, message.en)
        self.status = status
        self.message = message
        self.code = code
        self.details = {"reason": reason} if reason is not None else dict(details or {})


async def read_body(receive: Receive, announced: bytes, most: int, seconds: float) -> bytes:
    """The body, counted while it is read; `announced` is the Content-Length header. Raises Refused (413, 408)."""
    if announced.isdigit() and int(announced) > most:
        raise Refused(413, _too_large(most))
    received = bytearray()
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                received += message.get("body", b"")
                if len(received) > most:
                    raise Refused(413, _too_large(most))
                if not message.get("more_body", False):
                    return bytes(received)
    except TimeoutError:
        raise Refused(408, _too_slow(seconds)) from None


def from_parameters(query_string: bytes) -> Question:
    """The question of a query string. Raises Refused."""
    parameters = QueryParams(query_string)
    given: dict[str, Any] = {
        name: parameters[name] for name in ("query", "operationName", "documentId") if name in parameters
    }
    for name in ("variables", "extensions"):
        if parameters.get(name):
            given[name] = _json(parameters[name].encode(), _BAD_PARAMETER)
    return _checked(given)


def from_body(body: bytes) -> Question:
    """The question of a JSON body. Raises Refused."""
    given = _json(body, _BAD_JSON)
    if not isinstance(given, dict):
        raise Refused(400, _NO_OBJECT)
    return _checked(given)


def _json(text: bytes, message: Text) -> Any:  # Any: whatever JSON says
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Refused(400, message) from None


def _checked(given: Mapping[str, Any]) -> Question:
    query, variables, document_id = given.get("query"), given.get("variables"), given.get("documentId")
    operation_name, extensions = given.get("operationName"), given.get("extensions")
    if document_id is None and (not isinstance(query, str) or not query.strip()):
        raise Refused(400, _NO_QUERY)
    for name, value, right in (
        ("query", query, str),
        ("documentId", document_id, str),
        ("variables", variables, dict),
        ("operationName", operation_name, str),
        ("extensions", extensions, dict),
    ):
        if value is not None and not isinstance(value, right):
            raise Refused(400, _wrong_type(name, "object" if right is dict else "string"))
    return Question(query or None, document_id, variables, operation_name or None)


NOT_ACCEPTABLE = Text(
    "Jawaban hanya tersedia sebagai application/graphql-response+json, application/json, atau text/event-stream; ubah "
    "header Accept.",
    "Answers come as application/graphql-response+json, application/json or text/event-stream only; change the Accept "
    "header.",
)
NOT_JSON_TYPE = Text(
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


def _wrong_type(name: str, kind: str) -> Text:
    said = Text("teks", "a string") if kind == "string" else Text("objek JSON", "a JSON object")
    return Text(f"{name} harus berupa {said.id} atau null.", f"{name} must be {said.en} or null.")


def _too_slow(seconds: float) -> Text:
    return Text(
        f"Isi permintaan belum lengkap setelah {seconds:g} detik. Kirim lagi.",
        f"The body was not complete after {seconds:g} seconds. Send it again.",
    )


def _too_large(most: int) -> Text:
    return Text(
        f"Isi permintaan lebih dari {most} byte. Kirim berkas lewat createUpload.",
        f"The body is larger than {most} bytes. Send files by createUpload.",
    )
