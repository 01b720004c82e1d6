"""Answers as bytes to be sent again: each with its entity tag, in the codings clients asked for, kept within bounds."""

import hashlib

from satudata.graphql.caching import BoundedCache
from satudata.graphql.compression import LEAST, Coding, compressed
from satudata.graphql.negotiation import MediaType

_OVERHEAD = 1_000
"""Bytes of memory an entry takes beside its key and bodies."""

Key = tuple[bool, bytes, MediaType, str]
"""Posted or not, the question as it was sent (body or query string), media type, language."""


class Answer:
    """A whole response body. Its tag is strong: other bytes, another tag, and so in each coding."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self._coded: dict[Coding, bytes] = {}
        self._tag: str | None = None

    @property
    def size(self) -> int:
        """Bytes of all codings made so far."""
        return len(self.body) + sum(len(coded) for coded in self._coded.values())

    def tag(self, coding: Coding | None) -> str:
        """The entity tag, quotes included."""
        if self._tag is None:
            self._tag = hashlib.sha256(self.body).hexdigest()[:32]
        return f'"{self._tag}"' if self.coding(coding) is None else f'"{self._tag}-{coding}"'

    async def coded(self, coding: Coding | None) -> bytes:
        """The bytes in that coding; as they are when they are few."""
        chosen = self.coding(coding)
        if chosen is None:
            return self.body
        if chosen not in self._coded:
            self._coded[chosen] = await compressed(self.body, chosen)
        return self._coded[chosen]

    def coding(self, wanted: Coding | None) -> Coding | None:
        """The coding used when `wanted` is: none for few bytes."""
        return wanted if len(self.body) > LEAST else None


class AnswerCache:
    """What anybody may be told, of the newest epoch asked about. Asked before anything is parsed."""

    def __init__(self, bytes: int) -> None:
        self._room = bytes
        self._kept: BoundedCache[Key, Answer] = BoundedCache(max(bytes // _OVERHEAD, 0), bytes)
        self._epoch = -1

    @property
    def is_on(self) -> bool:
        return self._room > 0

    @property
    def used_bytes(self) -> int:
        """Bytes of what is kept, keys included."""
        return self._kept.used_bytes

    def get(self, epoch: int, key: Key) -> Answer | None:
        """The answer given before in this epoch."""
        if epoch != self._epoch:
            self._kept.clear()
            self._epoch = epoch
        return self._kept.get(key)

    def put(self, epoch: int, key: Key, answer: Answer) -> None:
        """Keep an answer made in that epoch, or count it anew after a coding was added."""
        if epoch == self._epoch:
            self._kept.put(key, answer, answer.size + len(key[1]) + _OVERHEAD)
