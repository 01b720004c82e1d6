"""Small tables in a lake, and stores that make their copies when asked."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from satudata.datasets.files.keys import lake_key
from satudata.datasets.files.store import FileStore
from satudata.datasets.lake.snapshots import snapshot_of, write_snapshot
from satudata.datasets.rows.query import Snapshot
from satudata.datasets.serving.copies import build_copies
from satudata.datasets.serving.store import ServingStore
from satudata.validation.contracts.model import Column, ColumnType, DataContract
from satudata.validation.text import Text


@dataclass
class Lake:
    """A lake in a folder; counts how often copies were made."""

    home: Path
    builds: list[str] = field(default_factory=list)
    opened: list[ServingStore] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.home / "serving"

    @property
    def files(self) -> FileStore:
        return FileStore.from_url((self.home / "files").as_uri())

    def parquet(self, snapshot: Snapshot) -> Path:
        return self.home / "files" / lake_key(snapshot.dataset, snapshot.sha256)

    def copy(self, snapshot: Snapshot, suffix: str) -> Path:
        return self.folder / f"{snapshot.sha256}{suffix}"

    def add(self, name: str, rows: int = 300) -> Snapshot:
        contract = DataContract(
            id=f"contoh/{name}",
            version="1.0.0",
            status="active",
            agency="contoh",
            steward="contoh",
            title=Text(name, name),
            description=Text(name, name),
            columns=(
                Column("kode", "kode", ColumnType.STRING, Text("Kode", "Code"), key_position=1),
                Column("nilai", "nilai", ColumnType.DECIMAL, Text("Nilai", "Value"), precision=12, scale=2),
                Column("tahun", "tahun", ColumnType.INTEGER, Text("Tahun", "Year")),
            ),
            sort=("tahun",),
        )
        typed = self.home / "typed.parquet"
        values = [Decimal(number * 37 % 1000) / 100 for number in range(rows)]
        pq.write_table(
            pa.table(
                {
                    "kode": [f"{name}-{number}" for number in range(rows)],
                    "nilai": pa.array(values, pa.decimal128(12, 2)),
                    "tahun": [2020 + number % 3 if number % 5 else None for number in range(rows)],
                }
            ),
            typed,
        )
        written = write_snapshot(typed, contract, self.home / "snapshot.parquet")
        snapshot = snapshot_of(written, contract, 1)
        self.parquet(snapshot).parent.mkdir(parents=True, exist_ok=True)
        written.path.rename(self.parquet(snapshot))
        return snapshot

    def open(self, *, max_bytes: int | None = None, max_open: int = 64) -> ServingStore:
        files = self.files

        async def build(key: str, snapshot: Snapshot) -> None:
            self.builds.append(snapshot.sha256)
            async with files.local_path(key) as path:
                await asyncio.to_thread(build_copies, path, snapshot, self.folder)

        store = ServingStore(self.folder, files, build, max_bytes=max_bytes, max_open=max_open)
        self.opened.append(store)
        return store


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    made = Lake(tmp_path)
    yield made
    for store in made.opened:
        store.close()


Damage = Callable[[Lake, Snapshot], None]
