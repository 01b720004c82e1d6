"""Request log: a reference for each request, one line when it is done, and a friendly answer when it broke.

    middleware=[Middleware(RequestLog, on_error=error_response), ...]

Logged: method, path, status, milliseconds, reference. Never: query strings, variables, headers, cookies, bodies.
"""

import random
import re
import time
from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-Id"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_QUIET = ("/healthz", "/readyz", "/static/")

logger = structlog.get_logger("satudata.http")

ErrorResponse = Callable[[Request, str], Awaitable[Response]]


class RequestLog:
    """`on_error(request, reference)` makes the response for an exception nobody handled."""

    def __init__(self, app: ASGIApp, on_error: ErrorResponse) -> None:
        self.app = app
        self.on_error = on_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reference = _reference(scope)
        scope.setdefault("state", {})["request_id"] = reference
        started = time.perf_counter()
        status = 0

        async def send_with_reference(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER.lower().encode(), reference.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=reference):
            try:
                await self.app(scope, receive, send_with_reference)
            except Exception as error:  # the last resort: the visitor gets a page, the operator the details
                logger.exception("request.failed", error=type(error).__name__, path=scope["path"])
                if status:
                    raise
                response = await self.on_error(Request(scope, receive), reference)
                await response(scope, receive, send_with_reference)
            finally:
                quiet = scope["path"].startswith(_QUIET) and status < 400
                (logger.debug if quiet else logger.info)(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    ms=round((time.perf_counter() - started) * 1000, 1),
                )


def _reference(scope: Scope) -> str:
    """The proxy's reference when it looks like one, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _GIVEN.fullmatch(value.decode("latin-1")):
            return str(value.decode("latin-1"))
    return (
        f"{random.getrandbits(64):016x}"  # a name, no secret: the system's own source costs 10 microseconds
    )
