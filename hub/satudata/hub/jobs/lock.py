"""The lock that lets exactly one process of a home run its jobs: a file lock, given up by the kernel at death."""

import fcntl
import os
from pathlib import Path


class HomeLock:
    """Not re-entrant; one object per process. Child processes do not keep it (the descriptor is closed on exec)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """True while this process is the one."""
        return self._descriptor is not None

    def acquire(self) -> bool:
        """Take the lock if it is free. True when this process holds it now."""
        if self._descriptor is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give it up; nothing happens when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
