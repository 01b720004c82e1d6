"""`verify` finds what was changed, lost or left behind, and removes only what nobody needs."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from satudata.datasets.verification import ProblemKind, verify

DAY = 86_400


def files(hub: Any) -> Path:
    return Path(hub.services.config.home / "files")


async def found(hub: Any, **more: Any) -> list[tuple[ProblemKind, str]]:
    return [(problem.kind, problem.subject) for problem in await verify(hub.services, **more)]


async def test_a_healthy_hub_has_no_problem(grown_hub: Any) -> None:
    assert await verify(grown_hub.services) == []


async def test_a_changed_audit_event_is_found(grown_hub: Any) -> None:
    async with grown_hub.services.database.write() as session:
        await session.execute(text("DROP TRIGGER audit_event_no_update"))
        await session.execute(text("UPDATE audit_event SET actor = 'x' WHERE seq = 2"))
    assert await found(grown_hub) == [(ProblemKind.AUDIT_CHAIN, "audit event 2")]


@pytest.mark.parametrize("folder", ["lake", "raw", "reports"])
async def test_a_changed_file_is_found(grown_hub: Any, folder: str) -> None:
    file = sorted(path for path in (files(grown_hub) / folder).rglob("*") if path.is_file())[0]
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert await found(grown_hub) == [(ProblemKind.CHANGED_FILE, str(file.relative_to(files(grown_hub))))]


@pytest.mark.parametrize("folder", ["lake", "raw", "reports"])
async def test_a_missing_file_is_found(grown_hub: Any, folder: str) -> None:
    file = sorted(path for path in (files(grown_hub) / folder).rglob("*") if path.is_file())[0]
    file.unlink()
    assert await found(grown_hub) == [(ProblemKind.MISSING_FILE, str(file.relative_to(files(grown_hub))))]


async def test_code_lists_are_looked_at_too(grown_hub: Any) -> None:
    folder = grown_hub.services.config.references
    one, two = sorted(folder.glob("*.parquet"))[:2]
    one.unlink()
    two.write_bytes(b"x")
    assert set(await found(grown_hub)) == {
        (ProblemKind.MISSING_FILE, f"references/{one.name}"),
        (ProblemKind.CHANGED_FILE, f"references/{two.name}"),
    }


async def test_orphans_are_listed_and_only_old_ones_removed_when_asked(grown_hub: Any) -> None:
    young, old = (
        files(grown_hub) / "raw" / ("0" * 64),
        files(grown_hub) / "lake" / "dinas" / "contoh" / "lama.parquet",
    )
    for file in (young, old):
        file.write_bytes(b"tak bertuan")
    os.utime(old, (time.time() - 2 * DAY,) * 2)
    orphans = {(ProblemKind.ORPHAN_FILE, str(file.relative_to(files(grown_hub)))) for file in (young, old)}
    assert set(await found(grown_hub)) == orphans
    repaired = await verify(grown_hub.services, repair=True)
    assert {problem.subject: problem.removed for problem in repaired} == {
        "raw/" + "0" * 64: False,
        "lake/dinas/contoh/lama.parquet": True,
    }
    assert (young.exists(), old.exists()) == (True, False)
    assert (await grown_hub.services.versions.get("dinas/contoh", None, grown_hub.producer)).number == 2


async def test_serving_copies_are_not_missed(grown_hub: Any) -> None:
    for copy in grown_hub.services.config.serving.iterdir():
        copy.unlink()
    assert await verify(grown_hub.services) == []
