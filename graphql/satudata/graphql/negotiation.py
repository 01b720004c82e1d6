"""Which media type an answer gets: the GraphQL one, or plain JSON for clients that know no other.

Source: GraphQL over HTTP (draft), profile of the graphql-http audit suite; quality values of RFC 9110, 12.5.1.
"""

from enum import StrEnum
from functools import lru_cache


class MediaType(StrEnum):
    GRAPHQL = "application/graphql-response+json"
    JSON = "application/json"

    @property
    def header(self) -> str:
        """Value of Content-Type."""
        return f"{self.value}; charset=utf-8"


_OFFERED = {
    MediaType.GRAPHQL.value: MediaType.GRAPHQL,
    MediaType.JSON.value: MediaType.JSON,
    "application/*": MediaType.JSON,
    "*/*": MediaType.JSON,
}


@lru_cache(512)
def negotiate(accept: str | None) -> MediaType | None:
    """The best of the two under an Accept header, the first named of equals; None when neither will do."""
    if not accept:
        return MediaType.JSON
    best: tuple[float, MediaType | None] = (0.0, None)
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        offered = _OFFERED.get(name)
        quality = _quality(parameters)
        if offered is not None and quality > best[0]:
            best = (quality, offered)
    return best[1]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
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
