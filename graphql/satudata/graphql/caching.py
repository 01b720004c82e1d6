"""A small least-recently-used cache with room for so many entries and so many bytes."""

from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class BoundedCache(Generic[Key, Value]):
    """What was used longest ago goes first. One entry larger than all the room is not kept."""

    def __init__(self, entries: int, bytes: int) -> None:
        self._entries = entries
        self._bytes = bytes
        self._kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._used = 0

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def used_bytes(self) -> int:
        """Sum of the sizes given to `put`."""
        return self._used

    def get(self, key: Key) -> Value | None:
        """The value, now the most recently used; None when it is not kept."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: Key, value: Value, size: int) -> None:
        """Keep a value that counts as `size` bytes."""
        self.drop(key)
        if size > self._bytes:
            return
        self._kept[key] = (value, size)
        self._used += size
        while self._used > self._bytes or len(self._kept) > self._entries:
            self.drop(next(iter(self._kept)))

    def drop(self, key: Key) -> None:
        """Forget a key, if it is kept."""
        found = self._kept.pop(key, None)
        if found is not None:
            self._used -= found[1]

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._used = 0


class CarriedCache(BoundedCache[Key, Value]):
    """A bounded cache in which what nobody asked for between two turns is let go at the second."""

    def __init__(self, entries: int, bytes: int) -> None:
        super().__init__(entries, bytes)
        self._asked_for: set[Key] = set()

    def get(self, key: Key) -> Value | None:
        """As above; what is found stays at the next turn."""
        found = super().get(key)
        if found is not None:
            self._asked_for.add(key)
        return found

    def put(self, key: Key, value: Value, size: int) -> None:
        """As above; it stays at the next turn."""
        super().put(key, value, size)
        if key in self._kept:
            self._asked_for.add(key)

    def drop(self, key: Key) -> None:
        """As above."""
        super().drop(key)
        self._asked_for.discard(key)

    def clear(self) -> None:
        """As above."""
        super().clear()
        self._asked_for.clear()

    def turn(self) -> None:
        """Let go of what was neither kept nor asked for since the last turn."""
        for key in self._kept.keys() - self._asked_for:
            self.drop(key)
        self._asked_for.clear()
