"""Downloads are made once, whole, and again when somebody emptied the folder."""

import asyncio
import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from satudata.datasets.errors import LimitReached
from satudata.datasets.exports.cache import ExportFormat, ExportStore
from satudata.datasets.files.keys import lake_key
from satudata.datasets.files.store import FileMissing, FileStore

if TYPE_CHECKING:
    from .conftest import Table


async def test_a_second_download_is_the_same_file(table: "Table", tmp_path: Path) -> None:
    store = ExportStore(tmp_path / "exports", table.files)
    first = await store.export(table.snapshot, table.contract, ExportFormat.CSV)
    made = first.stat().st_ino
    again = await store.export(table.snapshot, table.contract, ExportFormat.CSV)
    assert (again, again.stat().st_ino) == (first, made)
    assert first.name.startswith(table.snapshot.sha256)
    first.unlink()
    assert (await store.export(table.snapshot, table.contract, ExportFormat.CSV)).exists()


async def test_many_who_wait_get_one_file(table: "Table", tmp_path: Path) -> None:
    store = ExportStore(tmp_path / "exports", table.files)
    paths = await asyncio.gather(
        *(
            store.export(table.snapshot, table.contract, ExportFormat.XLSX, (("Judul", "x"),))
            for _ in range(5)
        )
    )
    assert len(set(paths)) == 1
    assert list((tmp_path / "exports").iterdir()) == [paths[0]]


async def test_other_lines_are_another_workbook(table: "Table", tmp_path: Path) -> None:
    store = ExportStore(tmp_path / "exports", table.files)
    one = await store.export(table.snapshot, table.contract, ExportFormat.XLSX, (("Judul", "x"),))
    two = await store.export(table.snapshot, table.contract, ExportFormat.XLSX, (("Judul", "y"),))
    assert one != two


async def test_parquet_is_the_lakes_file_when_all_is_public(
    make_table: "Callable[..., Table]", tmp_path: Path
) -> None:
    table = make_table(secret=False)
    path = await ExportStore(tmp_path / "exports", table.files).export(
        table.snapshot, table.contract, ExportFormat.PARQUET
    )
    assert path == table.parquet


async def test_parquet_leaves_out_what_is_not_public(table: "Table", tmp_path: Path) -> None:
    path = await ExportStore(tmp_path / "exports", table.files).export(
        table.snapshot, table.contract, ExportFormat.PARQUET
    )
    found = pq.read_table(path)
    expected = pq.read_table(table.parquet).drop_columns(["rahasia"])
    assert found.column_names == expected.column_names
    assert found.to_pylist() == expected.to_pylist()


async def test_from_a_store_without_local_files(make_table: "Callable[..., Table]", tmp_path: Path) -> None:
    table = make_table(secret=False)
    files = FileStore.from_url("memory:///")
    key = lake_key(table.contract.id, table.snapshot.sha256)
    await files.put_file(key, table.parquet)
    store = ExportStore(tmp_path / "exports", files)
    path = await store.export(table.snapshot, table.contract, ExportFormat.PARQUET)
    assert pq.read_table(path).to_pylist() == pq.read_table(table.parquet).to_pylist()

    await files.delete(key)
    with pytest.raises(FileMissing):
        await store.export(table.snapshot, table.contract, ExportFormat.CSV)


async def test_a_large_download_is_written_in_a_process_of_its_own(
    make_table: "Callable[..., Table]", tmp_path: Path
) -> None:
    table = make_table(rows=12_345)
    apart = await ExportStore(tmp_path / "apart", table.files, thread_cells=0).export(
        table.snapshot, table.contract, ExportFormat.CSV
    )
    here = await ExportStore(tmp_path / "here", table.files, thread_cells=10**9).export(
        table.snapshot, table.contract, ExportFormat.CSV
    )
    assert apart.read_bytes() == here.read_bytes()
    with apart.open(newline="", encoding="utf-8") as file:
        numbers = [int(row["nomor"]) for row in csv.DictReader(file)]
    assert numbers == list(range(12_345))


async def test_a_refusal_comes_back_from_the_process(
    make_long: "Callable[[int], Table]", tmp_path: Path
) -> None:
    table = make_long(40_000)
    store = ExportStore(tmp_path / "exports", table.files, thread_cells=0)
    with pytest.raises(LimitReached) as refused:
        await store.export(table.snapshot, table.contract, ExportFormat.XLSX)
    assert "Parquet" in refused.value.message.en
    assert list((tmp_path / "exports").iterdir()) == []


async def test_the_folder_is_bounded(table: "Table", tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    store = ExportStore(folder, table.files, max_bytes=1)
    one = await store.export(table.snapshot, table.contract, ExportFormat.CSV)
    assert one.exists()  # the newest stays, whatever its size
    os.utime(one, (1, 1))
    two = await store.export(table.snapshot, table.contract, ExportFormat.XLSX)
    assert list(folder.iterdir()) == [two]
