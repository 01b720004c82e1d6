"""Passwords: hashed with argon2id, two at a time, as slow for people who do not exist."""

import asyncio
import time

from satudata.hub.identity.passwords import MIN_LENGTH, Passwords, generate_password


async def test_the_right_password_and_no_other() -> None:
    passwords = Passwords()
    stored = await passwords.hash("kuda laut biru")
    assert stored.startswith("$argon2id$")
    assert (await passwords.verify("kuda laut biru", stored))[0]
    assert not (await passwords.verify("kuda laut biru ", stored))[0]


async def test_an_unknown_person_takes_as_long_as_a_known_one() -> None:
    passwords = Passwords()
    stored = await passwords.hash("kuda laut biru")
    await passwords.verify("x", None)

    async def seconds(stored: str | None) -> float:
        started = time.perf_counter()
        for _ in range(3):
            assert not (await passwords.verify("salah", stored))[0]
        return time.perf_counter() - started

    known, unknown = await seconds(stored), await seconds(None)
    assert 0.3 < known / unknown < 3


async def test_two_are_hashed_at_a_time_and_the_loop_turns_meanwhile() -> None:
    passwords = Passwords(concurrency=2)
    hashing = asyncio.gather(*(passwords.hash("kuda laut biru") for _ in range(4)))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0)
        turns += 1
    assert len(set(await hashing)) == 4
    assert turns > 10


def test_generated_passwords_are_long_enough_and_differ() -> None:
    made = {generate_password() for _ in range(100)}
    assert len(made) == 100
    assert all(len(password) >= 2 * MIN_LENGTH and not set("lIO01") & set(password) for password in made)
