"""Downloads made once and kept: a folder of files named by content, so that a repeated download is a file send."""

import asyncio
import hashlib
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from enum import StrEnum
from multiprocessing import get_context
from pathlib import Path

from satudata.datasets.exports.csv_writer import write_csv
from satudata.datasets.exports.kept_files import touch, trim
from satudata.datasets.exports.source import Selection, copy_columns
from satudata.datasets.exports.xlsx_writer import About, check_size, write_xlsx
from satudata.datasets.files.keys import lake_key
from satudata.datasets.files.store import FileStore
from satudata.datasets.rows.query import Snapshot
from satudata.validation.contracts.model import DataContract

MAX_BYTES = 2 << 30
THREAD_CELLS = 200_000
"""Writing more in the process that serves would slow its answers down."""
LAYOUT = 1
"""Raised when a writer changes: kept files of another layout are not used again."""


class ExportFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


class ExportStore:
    """The folder may be emptied at any time. `max_bytes` bounds it: what was asked for longest ago goes first.

    Up to `thread_cells` cells are written in a thread of this process, more in a process of their own.
    """

    def __init__(
        self, folder: Path, files: FileStore, *, max_bytes: int = MAX_BYTES, thread_cells: int = THREAD_CELLS
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._files = files
        self._max_bytes = max_bytes
        self._thread_cells = thread_cells
        self._making: dict[str, asyncio.Task[Path]] = {}

    async def export(
        self, snapshot: Snapshot, contract: DataContract, format: ExportFormat, about: About = ()
    ) -> Path:
        """The finished file. `contract` is the one the version was published with (it says what is public);
        `about` are the lines (label, text) of an XLSX's sheet `info`: title, agency, version, licence, citation.

        The same rows and lines give the same bytes. Open it soon: a trim may remove it (an open file stays readable).
        Raises LimitReached when a sheet cannot hold the rows; FileMissing when the lake has lost the file.
        """
        selection = Selection.of(snapshot, contract)
        if format is ExportFormat.XLSX:
            check_size(selection)
        key = lake_key(snapshot.dataset, snapshot.sha256)
        own = self._files.own_path(key)
        if format is ExportFormat.PARQUET and selection.is_whole and own is not None:
            async with self._files.local_path(key) as path:
                return path
        name = export_name(selection, format, about if format is ExportFormat.XLSX else ())
        task = self._making.get(name)
        if task is None:
            task = self._making[name] = asyncio.create_task(self._made(key, selection, format, about, name))
            task.add_done_callback(lambda _: self._making.pop(name, None))
        return await asyncio.shield(task)

    async def _made(
        self, key: str, selection: Selection, format: ExportFormat, about: About, name: str
    ) -> Path:
        target = self._folder / name
        if await asyncio.to_thread(touch, target):
            return target
        cells = selection.snapshot.row_count * len(selection.columns)
        async with self._files.local_path(key) as parquet:
            make = make_export if cells <= self._thread_cells else make_export_apart
            await asyncio.to_thread(make, parquet, selection, format, about, target)
        await asyncio.to_thread(trim, self._folder, self._max_bytes, target)
        return target


def export_name(selection: Selection, format: ExportFormat, about: About) -> str:
    """Named by what it holds: the rows' hash, and a hash of the columns and lines."""
    described = repr((LAYOUT, selection.names, about)).encode()
    return f"{selection.snapshot.sha256}.{hashlib.sha256(described).hexdigest()[:16]}.{format}"


def make_export(
    parquet: Path, selection: Selection, format: ExportFormat, about: About, target: Path
) -> None:
    """Write `target`, whole or not at all. Picklable, for a child process."""
    with tempfile.TemporaryDirectory(prefix=".making-", dir=target.parent) as scratch:
        part = Path(scratch, "part")
        match format:
            case ExportFormat.CSV:
                write_csv(parquet, selection, part)
            case ExportFormat.XLSX:
                write_xlsx(parquet, selection, part, about)
            case ExportFormat.PARQUET:
                copy_columns(parquet, selection, part)
        part.replace(target)


def make_export_apart(
    parquet: Path, selection: Selection, format: ExportFormat, about: About, target: Path
) -> None:
    """The same in a process of its own, at low priority."""
    context = get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=os.nice, initargs=(10,)) as processes:
        processes.submit(make_export, parquet, selection, format, about, target).result()
