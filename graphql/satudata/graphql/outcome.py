"""The answer to one GraphQL request, ready to be sent or shown."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import orjson


class ErrorCode(StrEnum):
    """The closed list of `errors[].extensions.code`."""

    BAD_INPUT = "BAD_INPUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    COST_LIMIT = "COST_LIMIT"
    RATE_LIMITED = "RATE_LIMITED"
    TIMEOUT = "TIMEOUT"
    INTERNAL = "INTERNAL"


@dataclass(frozen=True)
class ExecutionOutcome:
    """`body` is the whole response (`{"data": ..., "errors": [...]}`) as UTF-8 JSON.

    `started` is False when the request was refused before any field ran (parse, validation, variables, limits);
    the response then has no `data`. `errors` are in response form: message, locations, path, extensions.
    """

    body: bytes
    errors: tuple[dict[str, Any], ...] = ()
    started: bool = True
    mutation_refused: bool = False
    """Refused because it is a mutation where only queries may be sent."""
    price: int | None = None
    """What the operation costs; None when it was not looked at."""
    shared: bool = False
    """Every visitor is told these bytes until the epoch changes: a query without errors, not about the schema."""

    @cached_property
    def data(self) -> dict[str, Any] | None:
        """`data` parsed again, for pages that render it; None when nothing ran or everything was nulled."""
        result: dict[str, Any] | None = orjson.loads(self.body).get("data")
        return result

    @property
    def codes(self) -> tuple[str, ...]:
        """`extensions.code` of every error, in order."""
        return tuple(error["extensions"]["code"] for error in self.errors)
