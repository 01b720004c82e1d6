"""Body limits: how much a request may send before the hub stops listening.

    middleware=[Middleware(BodyLimits)]

Uploads are limited by the size announced when they were created (`satudata.datasets.submissions`), not here; page
forms that carry a file get the large limit only for people who are logged in.
"""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from satudata.hub.web.problems import BodyTooLarge, problem_response

DEFAULT_LIMIT = 1_000_000
FORM_FILE_LIMIT = 2_000_000_000
_FILE_FORMS = ("/publish", "/en/publish")


class _Overrun(Exception):
    """More bytes came than the limit."""


class BodyLimits:
    """Counts what arrives; a truthful Content-Length is refused before any byte is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/uploads/"):
            await self.app(scope, receive, send)
            return
        limit = _limit(scope)
        received = 0
        started = False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _Overrun
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        request = Request(scope, receive)
        announced = request.headers.get("content-length", "0")
        if announced.isdigit() and int(announced) > limit:
            await (await problem_response(request, BodyTooLarge(limit)))(scope, receive, send)
            return
        try:
            await self.app(scope, counted, watched)
        except _Overrun:
            if started:
                raise
            await (await problem_response(request, BodyTooLarge(limit)))(scope, receive, send)


def _limit(scope: Scope) -> int:
    known = scope["state"]["principal"].person_id is not None
    return FORM_FILE_LIMIT if known and scope["path"].startswith(_FILE_FORMS) else DEFAULT_LIMIT
