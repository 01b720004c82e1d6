"""How long a question may take. The engines really stop when it is over, they are not just left behind."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import ClassVar, Self, TypeVar

from satudata.datasets.errors import DomainError
from satudata.validation.text import Text

Answer = TypeVar("Answer")

TOO_LONG = Text(
    id="Pertanyaan ini terlalu lama dijawab dan dihentikan. Persempit dengan `where`, atau unduh datanya.",
    en="This question took too long and was stopped. Narrow it with `where`, or download the data.",
)


@dataclass(eq=False)
class DeadlineExceeded(DomainError):
    """The answer took longer than allowed; the work was stopped."""

    message: Text = TOO_LONG

    default_code: ClassVar[str] = "TIMEOUT"


class Deadline:
    """A moment on the monotonic clock, shared by everything one operation does."""

    __slots__ = ("at",)

    def __init__(self, at: float) -> None:
        self.at = at

    @classmethod
    def after(cls, seconds: float) -> Self:
        return cls(time.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds left, negative when it is over."""
        return self.at - time.monotonic()

    def is_over(self) -> bool:
        return time.monotonic() >= self.at

    def check(self) -> None:
        """Raises DeadlineExceeded when no time is left."""
        if self.is_over():
            raise DeadlineExceeded


async def in_time(working: Awaitable[Answer], deadline: Deadline, message: Text) -> Answer:
    """What it gives. Raises DeadlineExceeded with this message when it takes longer."""
    try:
        async with asyncio.timeout(max(deadline.remaining(), 0)):
            return await working
    except TimeoutError as error:
        raise DeadlineExceeded(message) from error
