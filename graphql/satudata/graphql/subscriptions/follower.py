"""Who follows a subscription, and what its source tells."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from satudata.datasets.access.principal import ANONYMOUS, Principal
from satudata.graphql.budget import Budget
from satudata.graphql.errors import ApiError
from satudata.graphql.outcome import ErrorCode
from satudata.validation.text import Language, Text

Again = Callable[[], Awaitable[Principal | None]]
"""Who the credentials of a request stand for now; None when they are good no more."""


@dataclass(slots=True)
class Follower:
    """`principal` is who it was when last asked; `again` is None for visitors."""

    principal: Principal = ANONYMOUS
    language: Language = "id"
    again: Again | None = None
    budget: Budget | None = None
    last_event_id: str | None = None
    """The id of the last event it had, when it comes back."""

    async def now(self) -> Principal:
        """Who it is now, with the roles in force. Raises ApiError (UNAUTHENTICATED) when it is nobody any more."""
        if self.again is not None:
            found = await self.again()
            if found is None or found.person_id != self.principal.person_id:
                raise ApiError(ErrorCode.UNAUTHENTICATED, _ENDED)
            self.principal = found
        return self.principal


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a source. `read` gives the value of the subscription's field, a domain record, by the rights the
    follower has now; NotFound means that it is not told."""

    read: Callable[[], Awaitable[Any]]  # Any: what the field's declared type describes
    id: str | None = None
    """For coming back after it (`Last-Event-ID`)."""
    only_news: bool = False
    """Not worth telling when the answer is the same as the one before."""


_ENDED = Text(
    "Token atau sesi Anda tidak berlaku lagi. Masuk kembali atau pakai token lain, lalu berlangganan lagi.",
    "Your token or session is valid no more. Sign in again or use another token, and subscribe anew.",
)
