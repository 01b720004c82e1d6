"""Cost budgets of the API, counted in the memory of this process (with several HTTP processes, each counts).

A visitor's is counted by network address, a known person's by person, and people who work for an agency share the
agency's. Programs on this machine itself have none; behind a proxy, name it in SATUDATA_TRUSTED_PROXIES, or everybody
seems to be on this machine.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache

from satudata.datasets.access.principal import Principal
from satudata.graphql.budget import Quota
from satudata.hub.identity.throttle import network_of

WINDOW_SECONDS = 60
KEPT_CLIENTS = 20_000


class Bucket:
    """A budget that is full at first and fills evenly (`satudata.graphql.budget.Budget`)."""

    __slots__ = ("_at", "_clock", "_left", "quota")

    def __init__(self, quota: Quota, clock: Callable[[], float]) -> None:
        self.quota = quota
        self._clock = clock
        self._left = float(quota.cost)
        self._at = clock()

    @property
    def remaining(self) -> int:
        self._fill()
        return int(self._left)

    @property
    def reset_seconds(self) -> int:
        missing = self.quota.cost - self._left
        return -int(-missing * self.quota.seconds // self.quota.cost)

    def take(self, cost: int) -> float:
        self._fill()
        if cost <= self._left:
            self._left -= cost
            return 0.0
        return (min(cost, self.quota.cost) - self._left) * self.quota.seconds / self.quota.cost

    def give_back(self, cost: int) -> None:
        self._left += cost

    def _fill(self) -> None:
        now = self._clock()
        back = (now - self._at) * self.quota.cost / self.quota.seconds
        self._left = min(float(self.quota.cost), self._left + back)
        self._at = now


class Budgets:
    """The buckets of the clients seen last. `costs` gives the cost a minute by kind of client; 0 is no limit."""

    def __init__(self, costs: dict[str, int], clock: Callable[[], float] = time.monotonic) -> None:
        self._quotas = {
            name: Quota(name, cost, WINDOW_SECONDS) if cost else None for name, cost in costs.items()
        }
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], Bucket] = OrderedDict()

    def of(self, principal: Principal, address: str) -> Bucket | None:
        """The budget a request counts against; None when there is no limit."""
        kind, client = _client(principal, address)
        quota = self._quotas[kind]
        if quota is None or (kind == "anonymous" and is_this_machine(address)):
            return None
        bucket = self._buckets.get((kind, client))
        if bucket is None:
            bucket = self._buckets[kind, client] = Bucket(quota, self._clock)
            if len(self._buckets) > KEPT_CLIENTS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end((kind, client))
        return bucket


def client_name(principal: Principal, address: str) -> str | None:
    """Under what name the open streams of a client are counted; None for programs on this machine itself."""
    if principal.person_id is not None:
        return f"person {principal.person_id}"
    return None if is_this_machine(address) else f"network {network_of(address)}"


@lru_cache(4_096)
def is_this_machine(address: str) -> bool:
    """True for loopback addresses."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _client(principal: Principal, address: str) -> tuple[str, str]:
    if principal.person_id is None:
        return "anonymous", network_of(address)
    agencies = sorted(grant.agency for grant in principal.grants if grant.agency is not None)
    return ("agency", agencies[0]) if agencies else ("token", principal.person_id)
