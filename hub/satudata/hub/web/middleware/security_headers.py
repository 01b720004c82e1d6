"""Security headers on every response: a strict Content-Security-Policy and its companions.

    middleware=[Middleware(SecurityHeaders, https=True)]

GraphiQL (`/ide`) styles itself in place and runs workers from blobs; only its page gets that allowance.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_IDE_POLICY = _POLICY + "; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; font-src 'self' data:"
_IDE_PATHS = frozenset({"/ide", "/en/ide"})


class SecurityHeaders:
    """`https` adds Strict-Transport-Security: only right when people come over https."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self.app = app
        self.https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        policy = _IDE_POLICY if scope["path"].rstrip("/") in _IDE_PATHS else _POLICY

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", policy)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
                headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
                if self.https:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self.app(scope, receive, send_with_headers)
