"""How many operations of one client run at once. More wait in line, so that nobody takes all threads from others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from satudata.graphql.errors import ApiError
from satudata.graphql.outcome import ErrorCode
from satudata.validation.text import Text


@dataclass(slots=True)
class _Line:
    """Of one client: `there` are running or waiting."""

    turn: asyncio.Semaphore
    there: int = 0


class Turns:
    """`at_once` run, `waiting` more wait for at most so many seconds."""

    def __init__(self, at_once: int, waiting: int, seconds: float) -> None:
        self._at_once = at_once
        self._waiting = waiting
        self._seconds = seconds
        self._lines: dict[str, _Line] = {}

    @property
    def clients(self) -> int:
        """How many have something running or waiting."""
        return len(self._lines)

    @asynccontextmanager
    async def of(self, client: str | None) -> AsyncIterator[None]:
        """A turn of this client while the block runs; None is not counted. Raises ApiError (RATE_LIMITED)."""
        if client is None:
            yield
            return
        line = self._lines.get(client)
        if line is None:
            line = self._lines[client] = _Line(asyncio.Semaphore(self._at_once))
        if line.there >= self._at_once + self._waiting:
            raise self._too_many()
        line.there += 1
        try:
            await self._wait(line)
            try:
                yield
            finally:
                line.turn.release()
        finally:
            line.there -= 1
            if not line.there:
                del self._lines[client]

    async def _wait(self, line: _Line) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await line.turn.acquire()
        except TimeoutError:
            raise self._too_many() from None

    def _too_many(self) -> ApiError:
        return ApiError(
            ErrorCode.RATE_LIMITED,
            Text(
                f"Dari alamat atau akun Anda paling banyak {self._at_once} pertanyaan dijawab bersamaan, dan "
                f"{self._waiting} lagi boleh menunggu. Tunggu jawaban sebelum bertanya lagi.",
                f"At most {self._at_once} questions from your address or account are answered at once, and "
                f"{self._waiting} more may wait. Wait for answers before asking more.",
            ),
            details={"retryAfterSeconds": 1, "reason": "CONCURRENCY"},
        )
