"""Runs `spreadsheet_child.py` and talks to it: how the sheets of a workbook begin, then the cells of one of them.

Limits of memory, time and disk are set here. A child that dies of one of them, or of the file, is a finding about
the file; one that cannot even start is a fault of ours. No shell, and nothing of our environment but where to find
Python's packages.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

from satudata.validation.faults import CheckFault
from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.detection import FileFormat, Unreadable
from satudata.validation.readers.limits import MAX_COLUMNS
from satudata.validation.readers.sheet_details import Merged

LIMITS = {
    # Address space, of which much is never touched.
    "memory": 2 * 1024 * 1024 * 1024,
    "cells": "12 000 000",
    "disk": 4 * 1024 * 1024 * 1024,
    # Of computing: for any file, and more for each megabyte it holds unpacked.
    "seconds": 5.0,
    "seconds_a_megabyte": 0.25,
    "columns": MAX_COLUMNS,
}
MEMORY = 950 * 1024 * 1024
"""What may really be in use; looked at from here, on systems that tell. A million rows of ten columns need less."""
WALL_SECONDS = 600.0
LOOK_EVERY = 0.05
_MODULE = "satudata.validation.readers.spreadsheet_child"
_KINDS = {FileFormat.XLSX: "Excel", FileFormat.XLS: "Excel 97", FileFormat.ODS: "OpenDocument"}
_ERRORS = "errors.txt"


@dataclass(frozen=True, slots=True)
class SheetBeginning:
    """A sheet and its first rows as text; of sheets that nobody asked for only the name."""

    name: str
    visible: bool
    columns: int
    head: list[list[str]]
    merged: list[Merged]


@dataclass(frozen=True, slots=True)
class SheetCells:
    """The cells below the header, in a CSV file without a header of its own; `first` is the column it begins with."""

    path: Path
    first: int
    columns: int
    rows: int
    merged: list[Merged]


class SpreadsheetProcess:
    """One workbook in its child process."""

    def __init__(self, path: Path, form: FileFormat, folder: Path, process: subprocess.Popen[str]) -> None:
        self._path = path
        self._form = form
        self._folder = folder
        self._process = process
        self._ended_for = ""
        self.pid = process.pid

    def sheets(self, only: str | None) -> list[SheetBeginning]:
        """How the sheets begin, in the order of the workbook. Raises Unreadable, CheckFault."""
        request = {
            "path": str(self._path.resolve()),
            "format": self._form.value,
            "sheet": only,
            "parent": os.getpid(),
            "limits": LIMITS,
        }
        return [
            SheetBeginning(
                sheet["name"],
                sheet["visible"],
                sheet.get("columns", 0),
                [[cell[1:] for cell in row] for row in sheet.get("head", ())],
                [tuple(ranges) for ranges in sheet.get("merged", ())],
            )
            for sheet in self._ask(request)["sheets"]
        ]

    def cells(self, sheet: str, above: int) -> SheetCells:
        """The cells of a sheet below its first `above` rows. Raises Unreadable, CheckFault."""
        path = self._folder / "cells.csv"
        answer = self._ask({"sheet": sheet, "above": above, "to": str(path)})
        merged: list[Merged] = [tuple(ranges) for ranges in answer["merged"]]
        return SheetCells(path, answer["first"], answer["columns"], answer["rows"], merged)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        answered = Event()
        watch = Thread(target=self._watch, args=(answered,), daemon=True)
        watch.start()
        try:
            answer = ""
            if self._process.stdin is not None and self._process.stdout is not None:
                with suppress(BrokenPipeError):
                    self._process.stdin.write(json.dumps(request) + "\n")
                    self._process.stdin.flush()
                answer = self._process.stdout.readline()
        finally:
            answered.set()
            watch.join()
        if not answer.endswith("\n"):
            raise self._died()
        found: dict[str, Any] = json.loads(answer)
        if (refused := found.get("refused")) is not None:
            code, detail, values = refused
            raise self._unreadable(code, detail, **values)
        return found

    def _watch(self, answered: Event) -> None:
        """End the child when it takes too long or too much memory."""
        deadline = monotonic() + WALL_SECONDS
        while not answered.wait(LOOK_EVERY):
            if monotonic() > deadline:
                self._ended_for = "time"
            elif _memory_of(self.pid) > MEMORY:
                self._ended_for = "memory"
            else:
                continue
            self.kill()
            return

    def _unreadable(self, code: str, detail: str, **values: object) -> Unreadable:
        told = word(detail, **values)
        if code == "file.not_a_table":
            return Unreadable(Issue(code, values={"kind": told}))
        return Unreadable(Issue(code, values={"kind": _KINDS[self._form], "detail": told}))

    def _died(self) -> Exception:
        """Why there is no answer."""
        code = self._process.wait()
        errors = (self._folder / _ERRORS).read_text("utf-8", "replace")
        if self._ended_for == "time" or code == -signal.SIGXCPU:
            return self._unreadable("file.unsafe", "detail.time")
        if code == -signal.SIGKILL or "memory allocation of" in errors or "MemoryError" in errors:
            return self._unreadable("file.too_large", "detail.sheet_cells", limit=LIMITS["cells"])
        if code < 0:
            return self._unreadable("file.unreadable", "detail.crash")
        return CheckFault("spreadsheet child", f"ended with {code}: {errors.strip()[-300:]}")

    def kill(self) -> None:
        """End the child and whatever it may have started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


@contextmanager
def spreadsheet_process(path: Path, form: FileFormat, folder: Path) -> Iterator[SpreadsheetProcess]:
    """The child for as long as the context; what it writes lies in `folder`. Raises CheckFault."""
    with (folder / _ERRORS).open("wb") as errors:
        try:
            process = subprocess.Popen(  # noqa: S603 our own module, no input of anybody
                [sys.executable, "-P", "-s", "-m", _MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                env=_environment(),
                encoding="utf-8",
                start_new_session=True,
            )
        except OSError as error:
            raise CheckFault("spreadsheet child", str(error)) from error
    running = SpreadsheetProcess(path, form, folder, process)
    try:
        yield running
    finally:
        running.kill()
        process.communicate()


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(_package_roots()), "LANG": "C.UTF-8", "PYTHONUTF8": "1"}


def _package_roots() -> Sequence[str]:
    """The folders in which the child finds what it imports."""
    roots = [str(Path(__file__).resolve().parents[3])]
    calamine = find_spec("python_calamine")
    if calamine is not None and calamine.origin is not None:
        roots.append(str(Path(calamine.origin).resolve().parents[1]))
    return roots


def _memory_of(pid: int) -> int:
    """Bytes a process has in use; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
