"""Limits on attempts to log in, counted in the memory of this process (with several HTTP processes, each counts)."""

import ipaddress
import time
from functools import lru_cache

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from satudata.hub.identity.errors import TooManyAttempts

PER_ACCOUNT_AND_ADDRESS = parse("5/5minutes")
PER_ADDRESS = parse("60/5minutes")
PER_ACCOUNT = parse("100/1hour")


class LoginThrottle:
    """Counts every attempt before its password is checked; a right password clears the narrow counter."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def attempt(self, account: str, address: str) -> None:
        """Raises TooManyAttempts when one of the three limits is reached."""
        for limit, keys in self._counters(account, address):
            if not await self._limiter.hit(limit, *keys):
                window = await self._limiter.get_window_stats(limit, *keys)
                raise TooManyAttempts(max(1, int(window.reset_time - time.time()) + 1))

    async def succeeded(self, account: str, address: str) -> None:
        """Forget this account's attempts from this address."""
        limit, keys = self._counters(account, address)[0]
        await self._limiter.clear(limit, *keys)

    def _counters(self, account: str, address: str) -> list[tuple[RateLimitItem, tuple[str, ...]]]:
        network = network_of(address)
        return [
            (PER_ACCOUNT_AND_ADDRESS, ("login", account, network)),
            (PER_ADDRESS, ("login-address", network)),
            (PER_ACCOUNT, ("login-account", account)),
        ]


@lru_cache(4_096)
def network_of(address: str) -> str:
    """The address; for IPv6 its /64, which one subscriber owns whole."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
