"""Which media type an answer gets: the GraphQL one, plain JSON for clients that know no other, or a stream of events.

Source: GraphQL over HTTP (draft), profile of the graphql-http audit suite; quality values of RFC 9110, 12.5.1.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache


class MediaType(StrEnum):
    GRAPHQL = "application/graphql-response+json"
    JSON = "application/json"
    EVENTS = "text/event-stream"

    @property
    def header(self) -> str:
        """Value of Content-Type."""
        return f"{self.value}; charset=utf-8"


_OFFERED = {
    MediaType.GRAPHQL.value: MediaType.GRAPHQL,
    MediaType.JSON.value: MediaType.JSON,
    MediaType.EVENTS.value: MediaType.EVENTS,
    "application/*": MediaType.JSON,
    "*/*": MediaType.JSON,
}


@lru_cache(512)
def negotiate(accept: str | None) -> MediaType | None:
    """The best of the three under an Accept header, the first named of equals; None when none will do."""
    if not accept:
        return MediaType.JSON
    best: tuple[float, MediaType | None] = (0.0, None)
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        offered = _OFFERED.get(name)
        liked = quality(parameters)
        if offered is not None and liked > best[0]:
            best = (liked, offered)
    return best[1]


@lru_cache(512)
def takes_events(accept: str | None) -> bool:
    """Whether an Accept header names a stream of events among others, as clients do that follow when they can."""
    for part in (accept or "").split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name == MediaType.EVENTS.value:
            return quality(parameters) > 0
    return False


def quality(parameters: Iterable[str]) -> float:
    """The `q` among the parameters of one choice in an Accept header; 1 without one, 0 for one that is no number."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


@lru_cache(512)
def is_json(content_type: str | None) -> bool:
    """Whether a request body says it is JSON in UTF-8."""
    if not content_type:
        return False
    name, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    charsets = [item.partition("=")[2].strip('"') for item in parameters if item.startswith("charset=")]
    return name == MediaType.JSON.value and all(charset in ("utf-8", "utf8") for charset in charsets)
