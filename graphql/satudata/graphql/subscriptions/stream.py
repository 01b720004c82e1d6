"""Server-sent events over ASGI, as the protocol of graphql-sse has them ("distinct connections"): `event: next` with a
whole GraphQL response, and `event: complete` once nothing more will come.

A connection that ends without `complete` (the server stops, or its time is over) is one to open again; `EventSource`
and graphql-sse do so by themselves. Source: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing, contextmanager, suppress

from starlette.types import Receive, Send

from satudata.graphql.config import StreamLimits
from satudata.graphql.errors import ApiError
from satudata.graphql.outcome import ErrorCode
from satudata.graphql.subscriptions.following import Following, Told
from satudata.validation.text import Text

_COMPLETE = b"event: complete\ndata:\n\n"
_STILL_HERE = b":\n\n"
_PARTING_SECONDS = 1.0
"""How long a client that reads nothing is waited for at the end."""


def next_event(told: Told) -> bytes:
    """One answer as an event."""
    name = b"event: next\n" if told.id is None else b"id: %s\nevent: next\n" % told.id.encode()
    return b"%sdata: %s\n\n" % (name, told.body)


def only_event(body: bytes) -> bytes:
    """The answer to what is no subscription: one event, and no more."""
    return next_event(Told(body)) + _COMPLETE


class Streams:
    """The open streams of this process."""

    def __init__(self, limits: StreamLimits) -> None:
        self._limits = limits
        self._open: Counter[str | None] = Counter()
        self._stopping = asyncio.Event()

    @property
    def count(self) -> int:
        """How many are open."""
        return self._open.total()

    def end(self) -> None:
        """Close all of them, and let none begin: the server stops."""
        self._stopping.set()

    @contextmanager
    def place(self, client: str | None) -> Iterator[None]:
        """Room for one more of this client; None is not counted by itself. Raises ApiError (RATE_LIMITED)."""
        if client is not None and self._open[client] >= self._limits.per_client:
            raise _full(self._limits.per_client, _OF_CLIENT)
        if self.count >= self._limits.per_process:
            raise _full(self._limits.per_process, _OF_HUB)
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]

    async def send(self, following: Following, receive: Receive, send: Send) -> None:
        """The body of a response whose head has been sent, until there is no more, or nobody to read it."""
        sending = asyncio.ensure_future(self._send_all(following, send))
        ends = (asyncio.ensure_future(_left(receive)), asyncio.ensure_future(self._stopping.wait()))
        try:
            await asyncio.wait(
                (sending, *ends),
                timeout=self._limits.longest_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            for task in (sending, *ends):
                task.cancel()
            await asyncio.gather(sending, *ends, return_exceptions=True)
        if not sending.cancelled() and (fault := sending.exception()) is not None:
            raise fault
        if not ends[0].done() or ends[0].cancelled():
            with suppress(TimeoutError):
                async with asyncio.timeout(_PARTING_SECONDS):
                    await send({"type": "http.response.body", "body": b""})

    async def _send_all(self, following: Following, send: Send) -> None:
        await _send(send, _STILL_HERE)
        async with aclosing(following.told()) as told:
            while True:
                upcoming = asyncio.ensure_future(anext(told, None))
                try:
                    while not (await asyncio.wait((upcoming,), timeout=self._limits.keep_alive_seconds))[0]:
                        await following.follower.now()
                        await _send(send, _STILL_HERE)
                    if (event := upcoming.result()) is None:
                        break
                    await _send(send, next_event(event))
                except ApiError as error:
                    await _send(send, next_event(following.refusal(error)))
                    break
                finally:
                    upcoming.cancel()
                    await asyncio.gather(upcoming, return_exceptions=True)
        await _send(send, _COMPLETE)


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _left(receive: Receive) -> None:
    """Return when the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _full(most: int, whose: Text) -> ApiError:
    return ApiError(
        ErrorCode.RATE_LIMITED,
        Text(
            f"Sudah {most} langganan terbuka {whose.id}. Tutup salah satu, atau coba lagi nanti.",
            f"{most} subscriptions are open {whose.en} already. Close one, or try again later.",
        ),
        details={"retryAfterSeconds": 60, "reason": "SUBSCRIPTIONS"},
    )


_OF_CLIENT = Text("dari alamat atau akun Anda", "from your address or account")
_OF_HUB = Text("di hub ini", "at this hub")
