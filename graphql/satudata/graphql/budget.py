"""Budgets: how much cost a client may ask for in a while. The unit is that of `cost.py`; a request costs at least 1.

Who has which budget, and where it is counted, is the hub's to say (`Budget` is its port). Told in every response as
`RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10), in the body only when asked for.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from satudata.graphql.errors import ApiError
from satudata.graphql.outcome import ErrorCode
from satudata.validation.text import Text


@dataclass(frozen=True, slots=True)
class Quota:
    """So much cost in so many seconds; it comes back evenly."""

    name: str
    cost: int
    seconds: int


class Budget(Protocol):
    """What is left of one client's quota."""

    @property
    def quota(self) -> Quota:
        """The quota it is filled from."""

    @property
    def remaining(self) -> int:
        """Cost left now."""

    @property
    def reset_seconds(self) -> int:
        """Seconds until all of it is back."""

    def take(self, cost: int) -> float:
        """0.0 when it was granted; else nothing is taken, and these are the seconds until it would be."""

    def give_back(self, cost: int) -> None:
        """Undo a `take`."""


def spend(budget: Budget, price: int, taken: int) -> int:
    """Take what is missing of a request's price, and say how much. Raises ApiError (RATE_LIMITED)."""
    cost = max(price - taken, 0)
    wait = budget.take(cost)
    if wait:
        raise _over(budget, price, math.ceil(wait))
    return cost


def cost_details(budget: Budget | None, price: int) -> dict[str, int]:
    """`extensions.cost` of a response; without a budget there is only the price."""
    if budget is None:
        return {"requested": price}
    return {
        "requested": price,
        "limit": budget.quota.cost,
        "remaining": budget.remaining,
        "resetSeconds": budget.reset_seconds,
    }


def headers_of(budget: Budget) -> list[tuple[bytes, bytes]]:
    """`RateLimit` and `RateLimit-Policy`."""
    quota = budget.quota
    return [
        (b"ratelimit-policy", f'"{quota.name}";q={quota.cost};w={quota.seconds}'.encode()),
        (b"ratelimit", f'"{quota.name}";r={budget.remaining};t={budget.reset_seconds}'.encode()),
    ]


def _over(budget: Budget, price: int, wait: int) -> ApiError:
    quota = budget.quota
    return ApiError(
        ErrorCode.RATE_LIMITED,
        Text(
            f"Jatah biaya habis: {quota.cost} dalam {quota.seconds} detik. Coba lagi setelah {wait} detik; dengan "
            "token jatahnya lebih besar, dan seluruh dataset dapat diunduh di /download.",
            f"The budget is used up: {quota.cost} in {quota.seconds} seconds. Try again after {wait} seconds; a token "
            "has a larger one, and whole datasets can be downloaded at /download.",
        ),
        details={"retryAfterSeconds": wait, "cost": cost_details(budget, price)},
    )
