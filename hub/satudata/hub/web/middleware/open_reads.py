"""Reading from other sites (CORS): scripts of any origin may ask the API and download, never with cookies.

    middleware=[Middleware(OpenReads)]

What a foreign page may not do, change anything, is refused by `Authentication` (cookies) and by the API (mutations).
"""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_PATHS = ("/graphql", "/download/")
_MAY_SEND = (
    "Authorization",
    "Content-Type",
    "GraphQL-Cost",
    "If-None-Match",
    "Last-Event-ID",
    "X-Request-Id",
)
_MAY_READ = ("Content-Disposition", "ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id")
_PREFLIGHT_SECONDS = 86_400


class OpenReads:
    """Answers preflights, and adds `Access-Control-Allow-Origin: *` where a script may read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.open = CORSMiddleware(
            app,
            allow_origins=("*",),
            allow_methods=("GET", "POST"),
            allow_headers=_MAY_SEND,
            expose_headers=_MAY_READ,
            max_age=_PREFLIGHT_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = scope["type"] == "http" and scope["path"].startswith(_PATHS)
        await (self.open if is_open else self.app)(scope, receive, send)
