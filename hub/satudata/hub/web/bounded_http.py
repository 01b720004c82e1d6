"""The HTTP protocol of uvicorn with two bounds it lacks: how large the head of a request may be, and how long it takes.

    uvicorn.run(..., http=BoundedHttp)

A client that sends headers without end, or one byte a minute, would otherwise hold memory and a connection for nothing.
Bodies are bounded where they are read (`graphql/http.py`, `middleware/body_limits.py`).
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 65_536
MOST_SECONDS = 10.0


class HeadTooLarge(Exception):
    """The head of a request went beyond `MOST_BYTES`; the parser makes it a 400."""


class BoundedHttp(HttpToolsProtocol):
    """One connection. `_head` counts the bytes of a head that is not complete; None while there is none."""

    _head: int | None = None
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

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
