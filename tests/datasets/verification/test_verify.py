"""`verify` finds what was changed, lost or left behind, and removes only what nobody needs."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from satudata.datasets.access.principal import OPERATOR
from satudata.datasets.verification import ProblemKind, verify

DAY = 86_400


@pytest.fixture
async def grown(hub: Any, bad_csv: bytes) -> Any:
    """A hub with a published version, a rejected file, a waiting upload and code lists."""
    from satudata.datasets.jobs.protocol import JobKind

    await hub.services.codes.import_bundled(OPERATOR)
    await hub.published()
    await hub.run(JobKind.CHECK, (await hub.submit(bad_csv)).id)
    await hub.upload(hub.producer, b"menunggu")
    return hub


def files(hub: Any) -> Path:
    return Path(hub.services.config.home / "files")


async def found(hub: Any, **more: Any) -> list[tuple[ProblemKind, str]]:
    return [(problem.kind, problem.subject) for problem in await verify(hub.services, **more)]


async def test_a_healthy_hub_has_no_problem(grown: Any) -> None:
    assert await verify(grown.services) == []


async def test_a_changed_audit_event_is_found(grown: Any) -> None:
    async with grown.services.database.write() as session:
        await session.execute(text("DROP TRIGGER audit_event_no_update"))
        await session.execute(text("UPDATE audit_event SET actor = 'x' WHERE seq = 2"))
    assert await found(grown) == [(ProblemKind.AUDIT_CHAIN, "audit event 2")]


@pytest.mark.parametrize("folder", ["lake", "raw", "reports"])
async def test_a_changed_file_is_found(grown: Any, folder: str) -> None:
    file = sorted(path for path in (files(grown) / folder).rglob("*") if path.is_file())[0]
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert await found(grown) == [(ProblemKind.CHANGED_FILE, str(file.relative_to(files(grown))))]


@pytest.mark.parametrize("folder", ["lake", "raw", "reports"])
async def test_a_missing_file_is_found(grown: Any, folder: str) -> None:
    file = sorted(path for path in (files(grown) / folder).rglob("*") if path.is_file())[0]
    file.unlink()
    assert await found(grown) == [(ProblemKind.MISSING_FILE, str(file.relative_to(files(grown))))]


async def test_code_lists_are_looked_at_too(grown: Any) -> None:
    folder = grown.services.config.references
    one, two = sorted(folder.glob("*.parquet"))[:2]
    one.unlink()
    two.write_bytes(b"x")
    assert set(await found(grown)) == {
        (ProblemKind.MISSING_FILE, f"references/{one.name}"),
        (ProblemKind.CHANGED_FILE, f"references/{two.name}"),
    }


async def test_orphans_are_listed_and_only_old_ones_removed_when_asked(grown: Any) -> None:
    young, old = (
        files(grown) / "raw" / ("0" * 64),
        files(grown) / "lake" / "dinas" / "contoh" / "lama.parquet",
    )
    for file in (young, old):
        file.write_bytes(b"tak bertuan")
    os.utime(old, (time.time() - 2 * DAY,) * 2)
    orphans = {(ProblemKind.ORPHAN_FILE, str(file.relative_to(files(grown)))) for file in (young, old)}
    assert set(await found(grown)) == orphans
    repaired = await verify(grown.services, repair=True)
    assert {problem.subject: problem.removed for problem in repaired} == {
        "raw/" + "0" * 64: False,
        "lake/dinas/contoh/lama.parquet": True,
    }
    assert (young.exists(), old.exists()) == (True, False)
    assert (await grown.services.versions.get("dinas/contoh", None, grown.producer)).number == 1


async def test_serving_copies_are_not_missed(grown: Any) -> None:
    for copy in grown.services.config.serving.iterdir():
        copy.unlink()
    assert await verify(grown.services) == []
