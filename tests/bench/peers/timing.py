"""Timing: `wrk` against one system after the other, A B A B, so that a busy machine hits all alike.

`wrk` is one C thread with keep-alive that costs about 10 us of processor time a request; Python clients cost 20 to 50
times that, a large part of what is measured. It is a closed loop: with one connection it tells latency, with eight
throughput. Processor time is that of the server's process trees (user and system, ended children too): other work on
the machine hardly changes it, so believe it first.
"""

import fcntl
import json
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from answers import Checked
from questions import System

LOOP = Path(__file__).parent / "wrk.lua"
LOCK = Path(os.environ.get("BENCH_LOCK", Path(tempfile.gettempdir()) / "bench.lock"))
LONGEST_SECONDS = 10
DRAIN_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of wrk. Latencies and processor time in milliseconds, the latter for each request."""

    per_second: float
    p50: float
    p99: float
    cpu: float
    failed: int
    first_failure: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: int
    connections: tuple[int, ...]


Runs = dict[tuple[str, int, str], list[Run]]
"""By operation, number of connections and system: a run for each round."""


def measure(systems: list[System], operations: dict[str, Checked], plan: Plan) -> Runs:
    """Time every operation on every system that answers it."""
    rng, runs = random.Random(1), Runs()
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(plan.rounds):
            for operation, checked in operations.items():
                able = [system for system in systems if system.name in checked.seconds]
                if not able:
                    continue
                start = turn % len(able)
                order = able[start:] + able[:start]
                bodies = {system.name: _bodies(Path(folder), system, operation) for system in able}
                with _machine():
                    if turn == 0:
                        for system in order:
                            _wrk(system, bodies[system.name], 4, 1, 0)
                            _drain(system)
                    for connections in plan.connections:
                        for system in order:
                            wanted = 2 * connections * checked.seconds[system.name]
                            seconds = max(plan.seconds, min(LONGEST_SECONDS, math.ceil(wanted)))
                            run = _run(system, bodies[system.name], connections, seconds, rng)
                            runs.setdefault((operation, connections, system.name), []).append(run)
            print(f"round {turn + 1} of {plan.rounds}", file=sys.stderr, flush=True)
    return runs


def median(runs: list[Run], name: str) -> float:
    """The median over the rounds of one figure of `Run`."""
    return float(statistics.median(getattr(run, name) for run in runs))


@contextmanager
def _machine() -> Iterator[None]:
    """The machine, shared in turns with whoever else measures on it and takes the same lock."""
    with LOCK.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _bodies(folder: Path, system: System, operation: str) -> Path:
    path = folder / f"{operation}.{system.name}"
    if not path.exists():
        question = system.questions[operation]
        path.write_text("".join(question.body(index) + "\n" for index in range(len(question.variables))))
    return path


def _run(system: System, bodies: Path, connections: int, seconds: int, rng: random.Random) -> Run:
    before = cpu_seconds(system)
    told = _wrk(system, bodies, connections, seconds, rng.randrange(10**6))
    _drain(system)
    spent = cpu_seconds(system) - before
    answered = told["n"] + connections  # wrk leaves the last ones unanswered, but they were worked on
    return Run(
        per_second=told["n"] / (told["us"] / 1e6),
        p50=told["p50"],
        p99=told["p99"],
        cpu=1e3 * spent / answered,
        failed=told["bad"] + told["socket"],
        first_failure=told["first"],
    )


def _wrk(
    system: System, bodies: Path, connections: int, seconds: int, seed: int
) -> dict[str, Any]:  # Any: numbers and a text
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(LOOP)]
    command += [system.url, "--", str(bodies), str(seed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 90, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"wrk gave nothing for {system.name}: {done.stdout[-500:]} {done.stderr[-500:]}")
    told: dict[str, Any] = json.loads(lines[-1])
    return told


def _drain(system: System) -> None:
    """Wait until the server has worked off what wrk left unanswered."""
    end, last = time.monotonic() + DRAIN_SECONDS, cpu_seconds(system)
    while time.monotonic() < end:
        time.sleep(0.2)
        now = cpu_seconds(system)
        if now - last < 0.03:
            return
        last = now


def cpu_seconds(system: System) -> float:
    """User and system time of the system's process trees so far."""
    total = 0.0
    for file in system.pid_files:
        root = psutil.Process(int(file.read_text().split()[0]))
        for process in [root, *root.children(recursive=True)]:
            try:
                total += sum(process.cpu_times()[:4])
            except psutil.NoSuchProcess:
                continue  # ended since it was listed; its time is with its parent now
    return total
