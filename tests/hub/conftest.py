"""Fixtures of the hub's own tests: the command line, and real servers on copies of the demo home."""

import hashlib
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from satudata.hub.cli import main
from satudata.hub.cli.output import choose_language

Cli = Callable[..., "subprocess.CompletedProcess[str]"]

CREATE = """mutation ($input: CreateUploadInput!) { createUpload(input: $input) {
  upload { id } problems { code message { indonesian } } } }"""
SUBMIT = """mutation ($input: SubmitDataInput!) { submitData(input: $input) {
  submission { id } problems { code message { indonesian } } } }"""


def clean_environment(**extra: str) -> dict[str, str]:
    """This process's environment without settings and locale, so that tests mean the same everywhere."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("SATUDATA_", "LC_"))
    }
    return {**inherited, "LANG": "C.UTF-8", "COLUMNS": "200", "TERM": "dumb", **extra}


@dataclass
class Server:
    """A `satudata serve` process of our own; `process` leads a process group of its own."""

    url: str
    home: Path
    process: "subprocess.Popen[bytes]"
    log: Path
    started: float = 0.0
    """Seconds until /readyz answered 200."""
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The log so far."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def account(self, role: str, agency: str | None = None) -> dict[str, Any]:
        """The demo account that holds `role` (in `agency`)."""
        for account in json.loads((self.home / "demo-credentials.json").read_text()):
            if {"role": role, "agency": agency} in account["roles"]:
                return dict(account)
        raise LookupError(f"{role} of {agency}")

    def client(self, account: dict[str, Any] | None = None, **headers: str) -> httpx.Client:
        """A client, with the account's token when one is given; closed with the server."""
        if account is not None:
            headers["Authorization"] = f"Bearer {account['token']}"
        client = httpx.Client(base_url=self.url, headers=headers, timeout=60)
        self.clients.append(client)
        return client

    def ask(self, client: httpx.Client, document: str, **variables: Any) -> Any:
        """The data of a GraphQL answer; fails on errors."""
        body = client.post("/graphql", json={"query": document, "variables": variables}).json()
        assert "errors" not in body, body
        return body["data"]

    def announce(self, client: httpx.Client, content: bytes, name: str = "data.csv") -> str:
        """Create an upload for this content; its id."""
        digest = hashlib.sha256(content).hexdigest()
        payload = self.ask(client, CREATE, input={"fileName": name, "bytes": len(content), "sha256": digest})
        assert payload["createUpload"]["problems"] == []
        return str(payload["createUpload"]["upload"]["id"])

    def submit(self, client: httpx.Client, dataset: str, content: bytes, name: str = "data.csv") -> str:
        """Upload and submit a file; the submission's id."""
        upload = self.announce(client, content, name)
        assert client.put(f"/uploads/{upload}", content=content).status_code == 200
        wish = {"dataset": dataset, "uploadId": upload, "idempotencyKey": uuid.uuid4().hex}
        payload = self.ask(client, SUBMIT, input=wish)["submitData"]
        assert payload["problems"] == []
        return str(payload["submission"]["id"])

    def state(self, client: httpx.Client, submission: str) -> str:
        """Where a submission is."""
        found = self.ask(client, "query ($id: ID!) { submission(id: $id) { state } }", id=submission)
        return str(found["submission"]["state"])

    def wait_for(self, client: httpx.Client, submission: str, states: set[str], seconds: float = 90) -> str:
        """Poll until the submission is in one of the states; which one."""
        deadline = time.monotonic() + seconds
        while (state := self.state(client, submission)) not in states:
            assert time.monotonic() < deadline, f"still {state}, waiting for {states}"
            time.sleep(0.05)
        return state

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Poll /readyz; fails with the log when the server ends first."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if self.process.poll() is not None:
                break
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    self.started = time.monotonic() - begun
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        pytest.fail(f"the server did not become ready:\n{self.log.read_text()[-4000:]}")

    def kill(self) -> None:
        """SIGKILL the server process alone, as the kernel's memory killer would."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def end(self) -> None:
        """Whatever it takes, its children included."""
        for client in self.clients:
            client.close()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(20)


Serve = Callable[..., Server]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def start_server(home: Path, log: Path, command: str = "serve", **environment: str) -> Server:
    port = free_port()
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "satudata.hub.cli", command, "--port", str(port)],
            env=clean_environment(SATUDATA_HOME=str(home), **environment),
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    return Server(f"http://127.0.0.1:{port}", home, process, log)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """`serve(home, SATUDATA_WORKERS="2")` starts a server, waits until it is ready and ends it after the test."""
    running: list[Server] = []

    def start(home: Path, command: str = "serve", **environment: str) -> Server:
        server = start_server(home, tmp_path / "server.log", command, **environment)
        running.append(server)
        server.wait_until_ready()
        return server

    yield start
    for server in running:
        server.end()


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    """A copy of the demo home for one test alone."""
    return Path(shutil.copytree(demo_home, tmp_path / "home"))


@pytest.fixture(scope="module")
def server(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a copy of the demo home, shared by the tests of a module."""
    folder = tmp_path_factory.mktemp("served")
    server = start_server(Path(shutil.copytree(demo_home, folder / "home")), folder / "server.log")
    server.wait_until_ready()
    yield server
    server.end()


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """`cli("agency", "list", input="...")` runs the command line on a home of its own and returns the ended process."""

    def run(
        *arguments: str, input: str = "", timeout: float = 120, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "satudata.hub.cli", *arguments],
            env=clean_environment(**{"SATUDATA_HOME": str(tmp_path / "home"), **environment}),
            cwd=tmp_path,
            input=input,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Like `cli`, inside this process: two seconds faster a command, for tests with many of them."""

    def run(*arguments: str, input: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
        wanted = clean_environment(**{"SATUDATA_HOME": str(tmp_path / "home"), **environment})
        with monkeypatch.context() as patched:
            for name in set(os.environ) - set(wanted):
                patched.delenv(name)
            for name, value in wanted.items():
                patched.setenv(name, value)
            patched.chdir(tmp_path)
            patched.setattr(sys, "argv", ["satudata", *arguments])
            patched.setattr(sys, "stdin", io.StringIO(input))
            choose_language(None)
            capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
        shown = capsys.readouterr()
        code = ended.value.code if isinstance(ended.value.code, int) else 1
        return subprocess.CompletedProcess(arguments, code, shown.out, shown.err)

    return run
