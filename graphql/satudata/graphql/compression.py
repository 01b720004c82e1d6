"""Answers in fewer bytes: zstd or gzip, whichever the client's Accept-Encoding likes better.

Text above `LEAST` bytes only; what is below fits one packet anyway. Streams of events are never compressed.
"""

import asyncio
import sys
import zlib
from enum import StrEnum
from functools import lru_cache

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    import backports.zstd as zstd

from satudata.graphql.negotiation import quality

LEAST = 1_024
"""Bytes below which nothing is compressed."""

_INLINE = 128_000
"""Bytes above which compressing has a thread of its own: it would hold up other requests for over a millisecond."""

_ZSTD_LEVEL = 3
_GZIP_LEVEL = 5
_GZIP_WINDOW = 31


class Coding(StrEnum):
    """A content coding; equally liked ones are taken in this order."""

    ZSTD = "zstd"
    GZIP = "gzip"


@lru_cache(512)
def coding_for(accept_encoding: str) -> Coding | None:
    """The coding an Accept-Encoding header likes best (RFC 9110, 12.5.3); None: leave it as it is."""
    liked: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, *parameters = part.split(";")
        liked[name.strip()] = quality(parameters)
    best = max(Coding, key=lambda coding: liked.get(coding.value, liked.get("*", 0.0)))
    most = liked.get(best.value, liked.get("*", 0.0))
    return best if most > 0 and most >= liked.get("identity", 0.0) else None


async def compressed(body: bytes, coding: Coding) -> bytes:
    """The body in that coding; large ones in a thread."""
    if len(body) > _INLINE:
        return await asyncio.to_thread(_compress, body, coding)
    return _compress(body, coding)


def _compress(body: bytes, coding: Coding) -> bytes:
    if coding is Coding.ZSTD:
        return zstd.compress(body, _ZSTD_LEVEL)
    return zlib.compress(body, _GZIP_LEVEL, wbits=_GZIP_WINDOW)
