"""Attempts to log in are limited per account and address, per address and per account."""

import pytest

from satudata.hub.identity.errors import TooManyAttempts
from satudata.hub.identity.throttle import PER_ACCOUNT, PER_ACCOUNT_AND_ADDRESS, PER_ADDRESS, LoginThrottle


async def test_the_sixth_attempt_on_an_account_from_one_address_is_refused() -> None:
    throttle = LoginThrottle()
    for _ in range(PER_ACCOUNT_AND_ADDRESS.amount):
        await throttle.attempt("sari@dinkes.go.id", "192.0.2.1")
    with pytest.raises(TooManyAttempts) as refused:
        await throttle.attempt("sari@dinkes.go.id", "192.0.2.1")
    assert 0 < refused.value.retry_after <= 301


async def test_others_are_not_locked_out_by_a_stranger() -> None:
    throttle = LoginThrottle()
    for _ in range(PER_ACCOUNT_AND_ADDRESS.amount):
        await throttle.attempt("sari@dinkes.go.id", "192.0.2.1")
    await throttle.attempt("sari@dinkes.go.id", "192.0.2.2")
    await throttle.attempt("budi@dinkes.go.id", "192.0.2.1")


async def test_a_right_password_clears_the_count() -> None:
    throttle = LoginThrottle()
    for _ in range(3):
        for _ in range(PER_ACCOUNT_AND_ADDRESS.amount):
            await throttle.attempt("sari@dinkes.go.id", "192.0.2.1")
        await throttle.succeeded("sari@dinkes.go.id", "192.0.2.1")


async def attempts(accounts: list[str], addresses: list[str]) -> None:
    throttle = LoginThrottle()
    for account, address in zip(accounts, addresses, strict=True):
        await throttle.attempt(account, address)


async def test_one_address_cannot_try_many_accounts() -> None:
    people = [f"person{number}@dinkes.go.id" for number in range(PER_ADDRESS.amount + 1)]
    await attempts(people[:-1], ["192.0.2.1"] * PER_ADDRESS.amount)
    with pytest.raises(TooManyAttempts):
        await attempts(people, ["192.0.2.1"] * len(people))


async def test_many_addresses_cannot_try_one_account_for_ever() -> None:
    addresses = [f"192.0.{number}.1" for number in range(PER_ACCOUNT.amount + 1)]
    with pytest.raises(TooManyAttempts):
        await attempts(["sari@dinkes.go.id"] * len(addresses), addresses)


async def test_an_ipv6_network_counts_as_one_address() -> None:
    addresses = [f"2001:db8::{number:x}" for number in range(PER_ACCOUNT_AND_ADDRESS.amount + 1)]
    with pytest.raises(TooManyAttempts):
        await attempts(["sari@dinkes.go.id"] * len(addresses), addresses)
