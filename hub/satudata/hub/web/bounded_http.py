"""The HTTP protocol of uvicorn with bounds it lacks: how large the head of a request may be, how long it takes, and
that answers without an end of their own end when the server stops.

    uvicorn.run(..., http=BoundedHttp)

A client that sends headers without end, or one byte a minute, would otherwise hold memory and a connection for nothing.
Bodies are bounded where they are read (`graphql/http.py`, `middleware/body_limits.py`).
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 65_536
MOST_SECONDS = 10.0
END_STREAMS = "end_streams"
"""Key in the state of the lifespan: what to call, more than once maybe, when the server begins to stop."""


class HeadTooLarge(Exception):
    """The head of a request went beyond `MOST_BYTES`; the parser makes it a 400."""


class JoinedWrites:
    """A transport that sends what is written in one turn of the loop at once: the head of an answer with its body.

    Two system calls and two packets are a tenth of what a small answer costs. Everything else is the transport's.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._waiting:
            self._loop.call_soon(self._send)
        self._waiting.append(data)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _send(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self._transport.write(waiting[0] if len(waiting) == 1 else b"".join(waiting))


class BoundedHttp(HttpToolsProtocol):
    """One connection. `_head` counts the bytes of a head that is not complete; None while there is none."""

    _head: int | None = None
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast(asyncio.Transport, JoinedWrites(transport, self.loop)))
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        super().shutdown()
        if END_STREAMS in self.app_state:
            self.app_state[END_STREAMS]()

    def data_received(self, data: bytes) -> None:
        before = self._head
        super().data_received(data)
        if before is not None and self._head is not None and not self.transport.is_closing():
            self._head = max(self._head, before + len(data))
            if self._head > MOST_BYTES:
                self.send_400_response("The headers of this request are too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._count(len(name) + len(value))

    def on_headers_complete(self) -> None:
        self._end()
        super().on_headers_complete()

    def _begin(self) -> None:
        self._end()
        self._head = 0
        self._timer = self.loop.call_later(MOST_SECONDS, self.transport.close)

    def _end(self) -> None:
        self._head = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _count(self, size: int) -> None:
        if self._head is not None:
            self._head += size
            if self._head > MOST_BYTES:
                raise HeadTooLarge
