"""Passwords as argon2id hashes. Hashing runs in a thread, two at a time, because each takes 64 MiB and 0.1 s."""

import asyncio
import secrets

from pwdlib import PasswordHash

MIN_LENGTH = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class Passwords:
    """Hashes and verifies. One object per process, so that the limit of two holds for all callers."""

    def __init__(self, concurrency: int = 2) -> None:
        self._hasher = PasswordHash.recommended()
        self._slots = asyncio.Semaphore(concurrency)
        self._dummy: str | None = None

    async def hash(self, password: str) -> str:
        """The hash to store."""
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """(right, new hash to store when parameters changed). `stored` None takes as long and is never right."""
        async with self._slots:
            if stored is None:
                await asyncio.to_thread(self._verify_dummy, password)
                return False, None
            return await asyncio.to_thread(self._hasher.verify_and_update, password, stored)

    def _verify_dummy(self, password: str) -> None:
        if self._dummy is None:
            self._dummy = self._hasher.hash(secrets.token_urlsafe(16))
        self._hasher.verify(password, self._dummy)


def generate_password(groups: int = 4) -> str:
    """A random password people can read aloud: `groups` times five letters and digits, without look-alikes."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(groups))
