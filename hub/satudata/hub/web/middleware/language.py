"""Language of a request: for pages the path says it (`/en/...`), for machine interfaces `Accept-Language` does.

middleware=[Middleware(RequestLanguage)]      # sets request.state.language to "id" or "en"
"""

from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from satudata.graphql.negotiation import quality
from satudata.validation.text import Language

API_PATHS = ("/graphql", "/uploads/", "/download/", "/submissions/", "/healthz", "/readyz")


class RequestLanguage:
    """Indonesian unless asked otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope.setdefault("state", {})["language"] = language_of(scope)
        await self.app(scope, receive, send)


def language_of(scope: Scope) -> Language:
    """The language of an answer to this request."""
    path = scope["path"]
    if path.startswith(API_PATHS):
        return accepted_language(_header(scope))
    return "en" if path == "/en" or path.startswith("/en/") else "id"


def _header(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"accept-language":
            text: str = value.decode("latin-1")
            return text
    return ""


@lru_cache(512)
def accepted_language(header: str) -> Language:
    """The better liked of Indonesian and English in an Accept-Language header (RFC 9110 12.5.4), else Indonesian."""
    weights: dict[Language, float] = {"id": 0.0, "en": 0.0}
    for item in header.split(","):
        tag, *parameters = item.split(";")
        primary = tag.strip().split("-")[0].lower()
        if primary in ("id", "in", "en"):
            language: Language = "en" if primary == "en" else "id"
            weights[language] = max(weights[language], quality(parameters))
    return "en" if weights["en"] > weights["id"] else "id"
