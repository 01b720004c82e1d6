"""The index copies of one process: found in the folder, opened, made one at a time in a thread of their own."""

import logging
import os
import sqlite3
import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from satudata.datasets.rows.query import Snapshot
from satudata.datasets.serving.indexes import (
    IndexCopy,
    IndexDesign,
    IndexMaking,
    Unsuitable,
    index_path,
    index_paths,
    only_maker,
)

MAX_INDEXES = 8
"""Of one snapshot. A new one takes the place of one that nobody used for `UNUSED_SECONDS`."""

UNUSED_SECONDS = 24 * 3600.0
TOUCH_SECONDS = 60.0

logger = logging.getLogger(__name__)


class IndexStore:
    """Use it from one thread. At most `max_open` snapshots have their index copies open."""

    def __init__(self, folder: Path, *, max_open: int = 64) -> None:
        self._folder = folder
        self._max_open = max_open
        self._open: OrderedDict[str, list[IndexCopy]] = OrderedDict()
        self._unsuitable: OrderedDict[Path, None] = OrderedDict()
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="index")
        self._making: IndexMaking | None = None
        self._made: Future[str] | None = None

    def of(self, snapshot: Snapshot) -> list[IndexCopy]:
        """Those that stand in the folder. A list of its own until that changes."""
        made = self._made
        if made is not None and made.done():
            self._made = None
            self.forget(made.result())
        copies = self._open.get(snapshot.sha256)
        if copies is None:
            copies = self._look(snapshot)
        self._open.move_to_end(snapshot.sha256)
        return copies

    def use(self, copy: IndexCopy) -> None:
        """Note on the file that it was of use."""
        now = time.monotonic()
        if now - copy.touched > TOUCH_SECONDS:
            copy.touched = now
            with suppress(OSError):
                os.utime(copy.path)

    def drop(self, snapshot: Snapshot, copy: IndexCopy) -> None:
        """It turned out to be broken."""
        copy.path.unlink(missing_ok=True)
        self.forget(snapshot.sha256)

    def discard(self, snapshot: Snapshot) -> None:
        """All of a snapshot, which were made of a row store that is broken."""
        for path in index_paths(self._folder, snapshot.sha256):
            path.unlink(missing_ok=True)
        self.forget(snapshot.sha256)

    def forget(self, sha256: str) -> None:
        """Look at the folder again when it is needed."""
        for copy in self._open.pop(sha256, ()):
            copy.connection.close()

    def learn(self, snapshot: Snapshot, design: IndexDesign) -> None:
        """Have that index made in the background, unless one is being made; another process may have made it."""
        path = index_path(self._folder, snapshot, design)
        if path in self._unsuitable or self._made is not None:
            return
        if path.exists() or not self._has_room(snapshot):
            if path not in {copy.path for copy in self.of(snapshot)}:
                self.forget(snapshot.sha256)
            return
        self._making = IndexMaking(self._folder, snapshot, design)
        self._made = self._maker.submit(self._make, self._making, path, snapshot.sha256)

    def wait(self) -> None:
        """Until the index that is being made is there, if one is."""
        if self._made is not None:
            self._made.result()

    def close(self) -> None:
        """Stops what is being made."""
        if self._making is not None:
            self._making.stop()
        self._maker.shutdown(cancel_futures=True)
        for sha256 in list(self._open):
            self.forget(sha256)

    def _look(self, snapshot: Snapshot) -> list[IndexCopy]:
        copies = self._open[snapshot.sha256] = []
        for path in index_paths(self._folder, snapshot.sha256):
            copy = IndexCopy.open(path, snapshot)
            if copy is None:
                path.unlink(missing_ok=True)  # it is made anew when it is missed
            else:
                copies.append(copy)
        while len(self._open) > self._max_open:
            self.forget(next(iter(self._open)))
        return copies

    def _has_room(self, snapshot: Snapshot) -> bool:
        paths = index_paths(self._folder, snapshot.sha256)
        if len(paths) < MAX_INDEXES:
            return True
        with suppress(FileNotFoundError):  # another process may be faster
            oldest = min(paths, key=lambda path: path.stat().st_mtime)
            if time.time() - oldest.stat().st_mtime > UNUSED_SECONDS:
                oldest.unlink()
                return True
        return False

    def _make(self, making: IndexMaking, path: Path, sha256: str) -> str:
        """In the thread; tells of which snapshot there may be a new one."""
        try:
            with only_maker(self._folder) as alone:
                if alone:
                    making.run()
        except (Unsuitable, sqlite3.Error, OSError) as error:
            if not making.stopped:
                logger.warning("index not made: %s", error)
                self._unsuitable[path] = None
                while len(self._unsuitable) > 1_000:
                    self._unsuitable.popitem(last=False)
        return sha256
