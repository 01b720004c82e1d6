"""Compression of whole text bodies: pages, the schema as text, answers in JSON. `/graphql` does it by itself.

    middleware=[Middleware(Compression)]

Only for visitors: pages of people who are logged in hold the token of their forms, and how well a page with a secret
compresses tells an eavesdropper about the secret. Streams and files are passed on as they are.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from satudata.graphql.compression import LEAST, Coding, coding_for, compressed

_TEXT = ("text/html", "text/plain", "text/css", "application/json", "image/svg+xml", "application/xml")


class Compression:
    """Needs `Authentication` inside: who asks is known when the response starts."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        coding = None
        if scope["type"] == "http" and scope["path"] != "/graphql":
            coding = coding_for(Headers(scope=scope).get("accept-encoding", ""))
        if coding is None:
            await self.app(scope, receive, send)
            return
        start: Message | None = None

        async def send_compressed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                body = message.get("body", b"")
                if not message.get("more_body", False) and _is_worth_it(scope, start, body):
                    message = {**message, "body": await _coded(start, body, coding)}
                await send(start)
                start = None
            await send(message)

        await self.app(scope, receive, send_compressed)


def _is_worth_it(scope: Scope, start: Message, body: bytes) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        len(body) > LEAST
        and scope["state"]["principal"].person_id is None
        and "content-encoding" not in headers
        and headers.get("content-type", "").startswith(_TEXT)
    )


async def _coded(start: Message, body: bytes, coding: Coding) -> bytes:
    """The body in that coding; the headers of `start` are changed to say so."""
    coded = await compressed(body, coding)
    headers = MutableHeaders(raw=start["headers"])
    headers["Content-Encoding"] = coding.value
    headers["Content-Length"] = str(len(coded))
    headers.add_vary_header("Accept-Encoding")
    if "etag" in headers:
        headers["ETag"] = f"W/{headers['etag'].removeprefix('W/')}"  # the same text in other bytes
    return coded
