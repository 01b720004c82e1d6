"""Security headers on every response: a strict Content-Security-Policy and its companions.

    middleware=[Middleware(SecurityHeaders, https=True)]

GraphiQL (`/ide`) styles itself in place and runs workers from blobs; only its page gets that allowance.
"""

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
        self._headers = _headers(_POLICY, https=https)
        self._ide_headers = _headers(_IDE_POLICY, https=https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        ours = self._ide_headers if scope["path"].rstrip("/") in _IDE_PATHS else self._headers

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                missing = [header for header in ours if header[0] not in said]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _headers(policy: str, *, https: bool) -> list[tuple[bytes, bytes]]:
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
    }
    if https:
        headers["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]
