"""The checker process: one child, there only while there is work, and nothing is lost when it dies."""

import asyncio
import json
import math
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from satudata.datasets.jobs.checker import Checker, CheckerCrashed, ChildError
from satudata.validation.references.folder import References

PARENT = """
import asyncio, sys, time
from satudata.datasets.jobs.checker import Checker

async def main():
    checker = Checker()
    await checker.run(int, 1)
    print(checker.pid, flush=True)
    await checker.run(time.sleep, 600)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.fixture
async def checker() -> AsyncIterator[Checker]:
    made = Checker()
    yield made
    await made.close()


def alive(pid: int) -> bool:
    """Whether the process is there and not a mere entry waiting to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_work_runs_in_one_other_process_at_low_priority(checker: Checker) -> None:
    assert checker.pid is None
    pid = await checker.run(os.getpid)
    assert pid == checker.pid != os.getpid()
    assert await checker.run(os.getpid) == pid
    assert await checker.run(os.nice, 0) == min(os.nice(0) + 10, 19)
    assert await checker.run(math.factorial, 20) == math.factorial(20)


async def test_calls_take_turns(checker: Checker) -> None:
    await checker.run(int, 0)
    begun = time.monotonic()
    await asyncio.gather(*(checker.run(time.sleep, 0.2) for _ in range(3)))
    assert time.monotonic() - begun >= 0.6


async def test_the_child_ends_without_work_and_comes_back_with_it() -> None:
    checker = Checker(idle_seconds=0.1)
    first = await checker.run(os.getpid)
    await until(lambda: checker.pid is None and not alive(first))
    assert await checker.run(os.getpid) != first
    await checker.close()


async def test_the_child_stays_while_work_keeps_coming() -> None:
    checker = Checker(idle_seconds=0.5)
    first = await checker.run(os.getpid)
    for _ in range(4):
        await checker.run(time.sleep, 0.2)
    assert checker.pid == first
    await checker.close()


async def test_a_death_is_told_and_the_next_call_gets_a_new_child(checker: Checker) -> None:
    first = await checker.run(os.getpid)
    with pytest.raises(CheckerCrashed):
        await checker.run(os._exit, 3)
    second = await checker.run(os.getpid)
    assert second != first
    work = asyncio.create_task(checker.run(time.sleep, 600))
    await asyncio.sleep(0)
    os.kill(second, signal.SIGKILL)
    with pytest.raises(CheckerCrashed):
        await work
    assert await checker.run(int, "7") == 7


async def test_exceptions_come_through_and_the_child_lives_on(checker: Checker, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await checker.run(int, "x")
    pid = checker.pid
    info = {
        "title": {"id": "L", "en": "L"},
        "authority": "a",
        "current": "1",
        "license": "",
        "attribution": "",
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"lists": {"a/l": {**info, "editions": {}}}}))
    with pytest.raises(ChildError, match="UnknownEdition"):  # cannot be pickled back
        await checker.run(References(tmp_path).edition, "a/l", "9")
    assert await checker.run(os.getpid) == pid


async def test_giving_up_ends_the_work(checker: Checker) -> None:
    pid = await checker.run(os.getpid)
    work = asyncio.create_task(checker.run(time.sleep, 600))
    await asyncio.sleep(0.05)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await until(lambda: not alive(pid))
    assert await checker.run(int, 1) == 1


async def test_closing_does_not_wait_for_work(checker: Checker) -> None:
    pid = await checker.run(os.getpid)
    work = asyncio.create_task(checker.run(time.sleep, 600))
    await asyncio.sleep(0.05)
    await checker.close()
    with pytest.raises(CheckerCrashed):
        await work
    await until(lambda: not alive(pid))


async def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = await asyncio.create_subprocess_exec(sys.executable, str(script), stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    assert alive(child)
    parent.kill()
    await parent.wait()
    await until(lambda: not alive(child))
