"""What other datasets cost: one hub with 10, 1,000 and 100,000 published datasets that share one small snapshot.

Run: python tests/bench/scale_bench.py [datasets ...]. One dataset is published by the real services; the others are
its rows in the catalogue, copied with names of their own. Each size is measured in a process of its own, in process,
document in, JSON bytes out: a row by key, a document never seen on a dataset never asked for, the first request after
a publication made the hub look again, and the memory of the process.

Targets: the row within 10 % at every size, a new document in 5 ms, 4 kB a dataset nobody asks for, and at 5,000
datasets no request slower by more than 5 ms because something was published.
"""

import asyncio
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from graphql_bench import CONTRACT, measure, publish

from satudata.datasets.config import DatasetsConfig
from satudata.datasets.database.epoch import raise_epoch
from satudata.datasets.jobs.inline import InlineJobs
from satudata.datasets.migrations import upgrade
from satudata.datasets.services import Services, open_services
from satudata.graphql.config import ApiConfig
from satudata.graphql.service import GraphQLApi

SIZES = (10, 1_000, 5_000, 100_000)
RUNS = 1_500
NEW_DOCUMENTS = 200
PUBLICATIONS = 30


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--measure"]:
        asyncio.run(_measure(Path(arguments[1]), int(arguments[2])))
        return 0
    sizes = sorted(map(int, arguments)) or SIZES
    print(f"{'datasets':>9} {'row by key':>12} {'new document':>14} {'after publishing':>18} {'memory':>9}")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        asyncio.run(_publish_one(home))
        there = 1
        for size in sizes:
            _copy(home / "catalogue.sqlite", there, size)
            there = size
            subprocess.run([sys.executable, __file__, "--measure", str(home), str(size)], check=True)
    return 0


async def _publish_one(home: Path) -> None:
    config = DatasetsConfig(home=home)
    await upgrade(config.database)
    services = await open_services(config)
    services.attach_jobs(InlineJobs(services.job))
    await publish(services)
    await services.close()


def _copy(catalogue: Path, there: int, size: int) -> None:
    """Datasets number `there` to `size` - 1: the same contract, submission and version under other names."""
    name, key = "'pengukuran' || i", "printf('%032x', i)"
    renamed = "replace({0}, 'pengukuran', 'pengukuran' || i)"
    columns: Mapping[str, Mapping[str, str]] = {
        "dataset": {"id": key, "slug": renamed.format("slug"), "field": name},
        "contract_version": {"id": key, "dataset_id": key, "yaml": renamed.format("yaml")},
        "submission": {"id": key, "dataset_id": key, "idempotency_key": key},
        "version": {"id": key, "dataset_id": key, "submission_id": key},
    }
    with sqlite3.connect(catalogue) as connection:
        for table, changed in columns.items():
            names = [column for _, column, *_ in connection.execute(f"PRAGMA table_info({table})")]
            values = ", ".join(changed.get(column, column) for column in names)
            original = f"(SELECT * FROM {table} ORDER BY rowid LIMIT 1)"
            connection.execute(
                "WITH RECURSIVE number(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM number WHERE i + 1 < ?) "
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {original}, number WHERE i < ?",
                (there, size, size),
            )
    connection.close()


async def _measure(home: Path, size: int) -> None:
    services = await open_services(DatasetsConfig(home=home))
    services.attach_jobs(InlineJobs(services.job))
    api = GraphQLApi(services, ApiConfig("http://127.0.0.1:8000", b"bench" * 8, "0"))
    row = _document("pengukuran", "nomor nama harga")
    await measure(api, row, 100)
    clock, _ = await measure(api, row, RUNS)
    rng = random.Random(1)
    asked = rng.sample(range(1, size), min(NEW_DOCUMENTS, size - 1))
    new = [(await measure(api, _document(f"pengukuran{i}", f"x{i}: nomor"), 1))[0][0] for i in asked]
    after = []
    for _ in range(PUBLICATIONS):
        await _something_published(services)
        after += (await measure(api, row, 1))[0]
    memory = int(_status("VmRSS")) / 1_000
    print(
        f"{size:>9,} {statistics.median(clock):>9.3f} ms {statistics.median(new):>11.2f} ms "
        f"{max(after):>15.2f} ms {memory:>6.0f} MB",
        flush=True,
    )
    await api.close()
    await services.close()


async def _something_published(services: Services) -> None:
    """What a publication tells every process: that it must look again."""
    async with services.database.write() as session:
        number = await raise_epoch(session, datetime.now(UTC))
    services.epoch.noticed(number)


def _document(dataset: str, selection: str) -> str:
    return f"{{ data {{ dinasContoh {{ {dataset}(where: {{nomor: {{eq: 777}}}}) {{ nodes {{ {selection} }} }} }} }} }}"


def _status(name: str) -> str:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith(name))


if __name__ == "__main__":
    assert "pengukuran" in CONTRACT
    sys.exit(main(sys.argv[1:]))
