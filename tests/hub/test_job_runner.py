"""The job runner on its own: real DBOS in a home of its own, with jobs whose steps only write down that they ran."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from satudata.datasets.jobs.protocol import JobBody, JobKind, JobStatus, StepFunction
from satudata.datasets.services import Services
from satudata.hub.jobs.runner import JobRunner
from satudata.hub.settings import load_settings

STEPS = {JobKind.CHECK: ("check", "record"), JobKind.PUBLISH: ("snapshot", "copies", "release")}


@dataclass
class Diary:
    """Stands where the services stand: its jobs append a line to a file for every step they run."""

    path: Path
    waiting: list[tuple[JobKind, str]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    loops: set[int] = field(default_factory=set)
    purged: int = 0
    cleared: int = 0

    @property
    def bodies(self) -> dict[JobKind, JobBody]:
        return {kind: _Body(kind, self) for kind in JobKind}

    async def pending_jobs(self) -> list[tuple[JobKind, str]]:
        return list(self.waiting)

    @property
    def credentials(self) -> "Diary":
        return self

    async def purge_sessions(self) -> int:
        self.purged += 1
        return 0

    async def clear_lost_work(self) -> None:
        self.cleared += 1

    def write(self, line: str) -> None:
        with self.path.open("a") as file:
            file.write(line + "\n")

    @property
    def lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []


class _Body:
    def __init__(self, kind: JobKind, diary: Diary) -> None:
        self.kind = kind
        self.diary = diary
        self.steps = tuple((name, self._step(name)) for name in STEPS[kind])

    def _step(self, name: str) -> StepFunction:
        async def step(submission_id: str) -> None:
            self.diary.loops.add(id(asyncio.get_running_loop()))
            if submission_id in self.diary.broken:
                self.diary.write(f"{name} {submission_id} broke")
                raise ValueError("always")
            self.diary.write(f"{name} {submission_id}")

        return step

    async def fail(self, submission_id: str, reference: str) -> None:
        self.diary.write(f"failed {submission_id} {reference}")


@asynccontextmanager
async def running(home: Path, diary: Diary) -> AsyncIterator[JobRunner]:
    runner = JobRunner(load_settings(home=home))
    runner.begin(cast(Services, diary))
    try:
        yield runner
    finally:
        await runner.close()


async def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for a condition (a function, or a function giving an awaitable) with a deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if await value if asyncio.iscoroutine(value) else value:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"not within {seconds} s")


def ended(runner: JobRunner, kind: JobKind, submission: str) -> Callable[[], Any]:
    async def check() -> bool:
        return await runner.status(kind, submission) in (JobStatus.DONE, JobStatus.FAILED)

    return check


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path / "diary.txt")


async def test_a_job_runs_its_steps_in_order_once_and_on_our_loop(tmp_path: Path, diary: Diary) -> None:
    async with running(tmp_path, diary) as runner:
        await until(lambda: runner.running_here)
        assert await runner.status(JobKind.PUBLISH, "a") is JobStatus.UNKNOWN
        await asyncio.gather(*(runner.start(JobKind.PUBLISH, "a") for _ in range(3)))
        await until(ended(runner, JobKind.PUBLISH, "a"))
        await runner.start(JobKind.PUBLISH, "a")
        assert await runner.status(JobKind.PUBLISH, "a") is JobStatus.DONE
    assert diary.lines == ["snapshot a", "copies a", "release a"]
    assert diary.loops == {id(asyncio.get_running_loop())}


async def test_stopping_while_it_is_starting_leaves_nothing_behind(tmp_path: Path, diary: Diary) -> None:
    for turns in (0, 1, 3, 10):
        async with running(tmp_path, diary) as runner:
            for _ in range(turns):
                await asyncio.sleep(0)
        assert not runner.running_here
    diary.waiting.append((JobKind.CHECK, "a"))
    async with running(tmp_path, diary):
        await until(lambda: diary.lines == ["check a", "record a"])


async def test_a_home_whose_job_database_is_broken_goes_on_trying(tmp_path: Path, diary: Diary) -> None:
    (tmp_path / "jobs.sqlite").write_bytes(b"this is no database" * 100)
    diary.waiting.append((JobKind.CHECK, "a"))
    async with running(tmp_path, diary) as runner:
        await until(lambda: (tmp_path / "jobs.lock").exists())
        assert runner.healthy
        (tmp_path / "jobs.sqlite").unlink()
        await until(lambda: diary.lines == ["check a", "record a"])


async def test_a_row_without_a_job_gets_one(tmp_path: Path, diary: Diary) -> None:
    diary.waiting.append((JobKind.CHECK, "lost"))
    async with running(tmp_path, diary) as runner:
        await until(lambda: diary.lines == ["check lost", "record lost"])
        await until(ended(runner, JobKind.CHECK, "lost"))
    assert (diary.purged, diary.cleared) == (1, 1)


async def test_a_step_that_keeps_failing_is_told_and_can_be_asked_for_again(
    tmp_path: Path, diary: Diary
) -> None:
    diary.broken.add("bad")
    async with running(tmp_path, diary) as runner:
        await until(lambda: runner.running_here)
        await runner.start(JobKind.CHECK, "bad")
        await until(ended(runner, JobKind.CHECK, "bad"))
        assert await runner.status(JobKind.CHECK, "bad") is JobStatus.FAILED
        assert diary.lines == ["check bad broke"] * 4 + ["failed bad check:bad"]
        diary.broken.clear()
        await runner.start(JobKind.CHECK, "bad")
        await until(ended(runner, JobKind.CHECK, "bad"))
        assert await runner.status(JobKind.CHECK, "bad") is JobStatus.DONE
    assert diary.lines[-2:] == ["check bad", "record bad"]


async def test_one_runner_of_a_home_works_and_another_takes_over(tmp_path: Path, diary: Diary) -> None:
    async with running(tmp_path, diary) as second_to_be, running(tmp_path, diary) as other:
        await until(lambda: second_to_be.running_here or other.running_here)
        first, second = (second_to_be, other) if second_to_be.running_here else (other, second_to_be)
        await second.start(JobKind.CHECK, "a")
        assert not second.running_here
        assert second.healthy
        assert diary.lines == []
        await first.close()
        await until(lambda: second.running_here)
        await second.start(JobKind.CHECK, "a")
        await until(ended(second, JobKind.CHECK, "a"))
    assert diary.lines == ["check a", "record a"]


SLOW = """
import asyncio, sys
from pathlib import Path
from satudata.datasets.jobs.protocol import JobKind
from satudata.hub.jobs.runner import JobRunner
from satudata.hub.settings import load_settings

home = Path(sys.argv[1])
diary = home / "diary.txt"

def write(line):
    with diary.open("a") as file:
        file.write(line + "\\n")

class Body:
    kind = JobKind.PUBLISH
    def __init__(self):
        self.steps = tuple((name, self.step(name)) for name in ("snapshot", "copies", "release"))
    def step(self, name):
        async def run(submission):
            write(f"{name} {submission} begins")
            if name == "copies":
                await asyncio.sleep(3600)
            write(f"{name} {submission} ends")
        return run
    async def fail(self, submission, reference):
        write("failed")

class Stand:
    bodies = {JobKind.PUBLISH: Body()}
    @property
    def credentials(self):
        return self
    async def purge_sessions(self):
        return 0
    async def pending_jobs(self):
        return [(JobKind.PUBLISH, "a")]

async def main():
    runner = JobRunner(load_settings(home=home))
    runner.begin(Stand())
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.close()

asyncio.run(main())
"""


@pytest.mark.parametrize("how", ["killed", "stopped"])
async def test_a_job_goes_on_with_the_step_that_was_cut_off(tmp_path: Path, diary: Diary, how: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SLOW, str(tmp_path), stdin=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    await until(lambda: "copies a begins" in diary.lines)
    if how == "killed":
        process.send_signal(signal.SIGKILL)
    else:
        process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 20) == (-signal.SIGKILL if how == "killed" else 0)
    assert diary.lines == ["snapshot a begins", "snapshot a ends", "copies a begins"]
    async with running(tmp_path, diary) as runner:
        await until(ended(runner, JobKind.PUBLISH, "a"))
        assert await runner.status(JobKind.PUBLISH, "a") is JobStatus.DONE
    assert diary.lines[3:] == ["copies a", "release a"]


async def test_a_cancelled_job_begins_no_further_step(tmp_path: Path, diary: Diary) -> None:
    async with running(tmp_path, diary) as runner:
        await until(lambda: runner.running_here)
        await runner.cancel(JobKind.CHECK, "never started")
        await runner.start(JobKind.CHECK, "a")
        await runner.cancel(JobKind.CHECK, "a")
        await until(ended(runner, JobKind.CHECK, "a"))
        before = diary.lines
        await runner.start(JobKind.CHECK, "a")
        await until(lambda: diary.lines == [*before, "check a", "record a"])
        await until(ended(runner, JobKind.CHECK, "a"))
