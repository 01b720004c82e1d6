"""The column stores: one DuckDB instance a process, with the copies in use attached read-only.

The instance may read and write nothing but the serving folder, loads no extensions, and its configuration is locked.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from satudata.datasets.rows.query import Snapshot
from satudata.datasets.serving.facts import Facts
from satudata.datasets.serving.files import CopyDamaged, duckdb_path

MEMORY_LIMIT = "1GB"


def schema_name(snapshot: Snapshot) -> str:
    """The name a copy is attached by."""
    return f"s_{snapshot.sha256}"


@dataclass(slots=True)
class _Attached:
    users: int = 0
    leaving: bool = False
    """Takes no new users: its file is about to be replaced."""


class ColumnarStore:
    """At most `max_open` copies stay attached when nobody uses them. Threads may share one store."""

    def __init__(self, folder: Path, *, max_open: int = 64) -> None:
        self._folder = folder.absolute()
        self._max_open = max_open
        self._changed = threading.Condition()
        self._attached: OrderedDict[str, _Attached] = OrderedDict()
        self._instance: duckdb.DuckDBPyConnection | None = None

    @contextmanager
    def cursor(self, snapshot: Snapshot) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor in which the snapshot's copy is `schema_name(snapshot)`. Raises CopyDamaged when it is unusable."""
        name = schema_name(snapshot)
        with self._changed:
            while (attached := self._attached.get(name)) is not None and attached.leaving:
                self._changed.wait()
            instance = self._start()
            if attached is None:
                self._attach(instance, name, snapshot)
                attached = self._attached[name] = _Attached()
            attached.users += 1
            self._attached.move_to_end(name)
            self._detach_unused(instance)
            cursor = instance.cursor()
        try:
            yield cursor
        finally:
            cursor.close()
            with self._changed:
                attached.users -= 1
                self._changed.notify_all()

    def is_open(self, sha256: str) -> bool:
        return f"s_{sha256}" in self._attached

    def forget(self, snapshot: Snapshot) -> None:
        """Detach a copy whose file is about to be replaced. Waits for its users: never call it from an event loop."""
        name = schema_name(snapshot)
        with self._changed:
            attached = self._attached.get(name)
            if attached is None or self._instance is None:
                return
            attached.leaving = True
            while attached.users and self._attached.get(name) is attached:
                self._changed.wait()
            if self._attached.get(name) is attached:
                self._detach(self._instance, name)
            self._changed.notify_all()

    def restart(self) -> None:
        """Begin anew with an empty instance: the old one has declared itself broken. Its users get errors."""
        with self._changed:
            self._stop()

    def close(self) -> None:
        with self._changed:
            self._stop()

    def _start(self) -> duckdb.DuckDBPyConnection:
        if self._instance is None:
            scratch = self._folder / f".duckdb-{os.getpid()}"
            self._instance = duckdb.connect(
                ":memory:",
                config={
                    "threads": 1,
                    "memory_limit": MEMORY_LIMIT,
                    "temp_directory": str(scratch),
                    "autoload_known_extensions": False,
                    "autoinstall_known_extensions": False,
                    "python_enable_replacements": False,
                },
            )
            folder = str(self._folder).replace("'", "''")
            self._instance.execute(f"SET allowed_directories = ['{folder}']")
            self._instance.execute("SET enable_external_access = false")
            self._instance.execute("SET lock_configuration = true")
        return self._instance

    def _stop(self) -> None:
        if self._instance is not None:
            self._instance.close()
        self._instance = None
        self._attached.clear()
        self._changed.notify_all()

    def _attach(self, instance: duckdb.DuckDBPyConnection, name: str, snapshot: Snapshot) -> None:
        path = duckdb_path(self._folder, snapshot)
        literal = str(path).replace("'", "''")
        try:
            instance.execute(f"ATTACH '{literal}' AS {name} (READ_ONLY)")
        except duckdb.Error as error:
            raise CopyDamaged(str(error)) from error
        try:
            found = instance.execute(f"SELECT facts FROM {name}.meta").fetchone()  # noqa: S608 - a hash
        except duckdb.Error as error:
            instance.execute(f"DETACH {name}")
            raise CopyDamaged(str(error)) from error
        if found is None or not Facts.from_json(found[0]).fit(snapshot.sha256, snapshot.row_count):
            instance.execute(f"DETACH {name}")
            raise CopyDamaged(f"{path.name} is not a copy of its snapshot")

    def _detach(self, instance: duckdb.DuckDBPyConnection, name: str) -> None:
        self._attached.pop(name, None)
        instance.execute(f"DETACH {name}")

    def _detach_unused(self, instance: duckdb.DuckDBPyConnection) -> None:
        for name in list(self._attached):
            if len(self._attached) <= self._max_open:
                return
            if not self._attached[name].users:
                self._detach(instance, name)
