"""A client of event streams in this process: an ASGI request that stays open, read event by event."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import orjson

from satudata.graphql.http import GraphQLEndpoint

PATIENCE = 20.0


@dataclass
class Event:
    """One event as a browser's EventSource would see it; `data` parsed, None for `complete`."""

    name: str
    data: Any = None
    id: str | None = None


@dataclass
class Stream:
    """An open response. `leave()` is the client closing its connection."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    comments: int = 0
    ended: bool = False
    _chunks: "asyncio.Queue[bytes | None]" = field(default_factory=asyncio.Queue)
    _gone: asyncio.Event = field(default_factory=asyncio.Event)
    _started: asyncio.Event = field(default_factory=asyncio.Event)
    _text: str = ""

    def leave(self) -> None:
        self._gone.set()

    async def event(self) -> Event | None:
        """The next event; None at the end of the stream."""
        while "\n\n" not in self._text:
            chunk = await asyncio.wait_for(self._chunks.get(), PATIENCE)
            if chunk is None:
                return None
            self._text += chunk.decode()
        block, self._text = self._text.split("\n\n", 1)
        fields = dict(line.partition(":")[::2] for line in block.split("\n"))
        if "" in fields:
            self.comments += 1
            return await self.event()
        data = fields["data"].strip()
        return Event(
            fields["event"].strip(),
            orjson.loads(data) if data else None,
            fields.get("id", "").strip() or None,
        )

    async def body(self) -> Any:
        """All of what is no stream, parsed."""
        body = b""
        while (chunk := await asyncio.wait_for(self._chunks.get(), PATIENCE)) is not None:
            body += chunk
        return orjson.loads(body)


@asynccontextmanager
async def following(
    endpoint: GraphQLEndpoint,
    document: str,
    variables: dict[str, Any] | None = None,
    *,
    method: str = "POST",
    accept: str = "text/event-stream",
    **headers: str,
) -> AsyncIterator[Stream]:
    """A request to the endpoint, open while the block runs; headers with `_` for `-`."""
    stream = Stream()
    asked = {"query": document, "variables": orjson.dumps(variables or {}).decode()}
    body = b"" if method == "GET" else orjson.dumps({"query": document, "variables": variables or {}})
    given = {"accept": accept, "content-type": "application/json"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": "http",
        "method": method,
        "path": "/graphql",
        "query_string": urlencode(asked).encode() if method == "GET" else b"",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if not sent:
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}
        await stream._gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            stream.status = message["status"]
            stream.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            stream._started.set()
        else:
            stream._chunks.put_nowait(message.get("body", b""))
            if not message.get("more_body", False):
                stream.ended = True
                stream._chunks.put_nowait(None)

    running = asyncio.ensure_future(endpoint(scope, receive, send))
    try:
        await asyncio.wait_for(stream._started.wait(), PATIENCE)
        yield stream
    finally:
        stream.leave()
        await asyncio.wait_for(running, PATIENCE)
