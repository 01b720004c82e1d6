"""Fixtures shared by all tests: a demo home made once, a real server process on it, and the no-skips rule of CI."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.counts import FULL

from satudata.datasets.jobs.checker import Checker


@dataclass(frozen=True)
class RunningHub:
    """A server process of our own on 127.0.0.1, with the demo accounts of its home."""

    url: str
    home: Path
    process: "subprocess.Popen[bytes]"

    @property
    def credentials(self) -> list[dict[str, Any]]:
        """The demo accounts: email, password, token, roles."""
        accounts: list[dict[str, Any]] = json.loads((self.home / "demo-credentials.json").read_text())
        return accounts

    def account(self, role: str, agency: str | None = None) -> dict[str, Any]:
        """The account that holds `role` (in `agency`)."""
        for account in self.credentials:
            for grant in account["roles"]:
                if grant["role"] == role and (agency is None or grant["agency"] == agency):
                    return account
        raise LookupError(f"no demo account is {role} of {agency}")

    def graphql(
        self, query: str, variables: dict[str, Any] | None = None, token: str | None = None
    ) -> dict[str, Any]:
        """POST a document and return the whole response body."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = httpx.post(
            f"{self.url}/graphql",
            json={"query": query, "variables": variables or {}},
            headers=headers,
            timeout=60,
        )
        body: dict[str, Any] = response.json()
        return body


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start_hub(home: Path, *arguments: str) -> RunningHub:
    """Run `satudata serve` on `home` and wait until it is ready; its log is in `home/server.log`."""
    port = free_port()
    environment = {**os.environ, "SATUDATA_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    log = (home / "server.log").open("ab")
    command = [sys.executable, "-m", "satudata.hub.cli", "serve", "--port", str(port), *arguments]
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    hub = RunningHub(f"http://127.0.0.1:{port}", home, process)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{hub.url}/readyz", timeout=5).status_code == 200:
                return hub
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    stop_hub(hub)
    raise RuntimeError(f"the server did not start:\n{(home / 'server.log').read_text()[-4000:]}")


def stop_hub(hub: RunningHub, how: signal.Signals = signal.SIGTERM) -> None:
    """End the server and what it started; SIGKILL ends it without warning."""
    if hub.process.poll() is None:
        if how is signal.SIGKILL:
            os.killpg(hub.process.pid, signal.SIGKILL)
        else:
            hub.process.send_signal(how)
        try:
            hub.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(hub.process.pid, signal.SIGKILL)
            hub.process.wait(20)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with all ten demo datasets published by `satudata demo --seed-only`; made once, copy it before use."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    home = shared / "demo-home"
    with (shared / "demo-home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "demo-home.done").exists():
            shutil.rmtree(home, ignore_errors=True)
            seeding = subprocess.run(
                [sys.executable, "-m", "satudata.hub.cli", "demo", "--seed-only"],
                env={**os.environ, "SATUDATA_HOME": str(home)},
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )
            assert seeding.returncode == 0, seeding.stdout[-3000:] + seeding.stderr[-3000:]
            (shared / "demo-home.done").touch()
    return home


@pytest.fixture(scope="session")
def demo_server(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A server on a copy of the demo home, for a whole test process. Tests may publish, not destroy."""
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(demo_home, home)
    hub = start_hub(home)
    yield hub
    stop_hub(hub)


@pytest.fixture(scope="module")
def module_demo_server(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A server on a copy of the demo home for one test module, which may change what it likes."""
    home = tmp_path_factory.mktemp("module") / "home"
    shutil.copytree(demo_home, home)
    hub = start_hub(home)
    yield hub
    stop_hub(hub)


@pytest.fixture
def fresh_demo_server(demo_home: Path, tmp_path: Path) -> Iterator[RunningHub]:
    """A server on a copy of the demo home for one test alone."""
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    hub = start_hub(home)
    yield hub
    stop_hub(hub)


@pytest.fixture(scope="session")
def idle_children() -> "Iterator[list[tuple[ProcessPoolExecutor, int | None]]]":
    """Processes of checkers that are closed by now."""
    idle: list[tuple[ProcessPoolExecutor, int | None]] = []
    yield idle
    for pool, _ in idle:
        pool.shutdown()


@pytest.fixture
def warm_checkers(idle_children: "list[tuple[ProcessPoolExecutor, int | None]]") -> Iterator[None]:
    """A checker takes over the process of one before: loading its libraries costs each new one over a second."""
    start, close = Checker._start, Checker.close

    async def start_warm(checker: Checker) -> ProcessPoolExecutor:
        if not idle_children:
            return await start(checker)
        pool, checker.pid = idle_children.pop()
        checker._pool = pool
        return pool

    async def close_warm(checker: Checker) -> None:
        if checker._pool is not None and not checker._turn.locked():
            checker._stay()
            idle_children.append((checker._pool, checker.pid))
            checker._pool = checker.pid = None
        await close(checker)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Checker, "_start", start_warm)
        patch.setattr(Checker, "close", close_warm)
        yield


@pytest.fixture(scope="session")
def full() -> bool:
    """True in `make test-all`: run the heavy counts."""
    return FULL


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """In CI a skipped test is a failure: it would be a line of the issue nobody checked."""
    if os.environ.get("SATUDATA_TEST_NO_SKIPS") == "1" and terminalreporter.stats.get("skipped"):
        terminalreporter.section("skipped tests are failures here (SATUDATA_TEST_NO_SKIPS=1)")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if (
        os.environ.get("SATUDATA_TEST_NO_SKIPS") == "1"
        and reporter
        and reporter.stats.get("skipped")
        and not exitstatus
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
