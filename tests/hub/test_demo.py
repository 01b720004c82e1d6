"""`satudata demo`: what it makes, what it leaves alone, and that it goes on where it was cut off."""

import json
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from satudata.hub.demo.manifest import load_manifest

Cli = Any  # tests/hub/conftest.py
Server = Any

SEED = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from satudata.hub.demo.manifest import load_manifest
from satudata.hub.demo.seeding import seed_home
from satudata.hub.settings import load_settings

whole = load_manifest()
part = replace(whole, datasets=tuple(item for item in whole.datasets if item.slug in sys.argv[2:]))
asyncio.run(seed_home(load_settings(home=Path(sys.argv[1])), part, lambda progress: print(progress, flush=True)))
"""
PART = ("bmkg/iklim-harian-bandung", "kemenkes/puskesmas")


def test_the_accounts_are_random_complete_and_private(demo_home: Path) -> None:
    path = demo_home / "demo-credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    accounts = json.loads(path.read_text())
    assert all(set(account) == {"email", "password", "token", "roles"} for account in accounts)
    held = {(role["role"], role["agency"]) for account in accounts for role in account["roles"]}
    agencies = {agency.slug for agency in load_manifest().agencies}
    assert held == {("SECRETARIAT", None), ("STANDARDS_AUTHORITY", None)} | {
        (role, agency) for role in ("PRODUCER", "STEWARD") for agency in agencies
    }
    for secret in ("password", "token"):
        assert len({account[secret] for account in accounts}) == len(accounts)


def test_every_step_was_taken_by_a_person_with_the_role(demo_home: Path, home: Path, serve: Any) -> None:
    server = serve(home)
    client = server.client(server.account("STEWARD", "kemenkes"))
    document = """{ submissions(dataset: "kemenkes/puskesmas") { nodes {
      submittedBy steps { actor role toState reason } } } }"""
    [submission] = server.ask(client, document)["submissions"]["nodes"]
    assert submission["submittedBy"] == "Produsen Data kemenkes (demo)"
    reviewed = {step["toState"]: step for step in submission["steps"]}
    assert list(reviewed) == ["UPLOADED", "CHECKING", "IN_REVIEW", "APPROVED", "PUBLISHED"]
    assert reviewed["APPROVED"]["role"] == "STEWARD"
    assert reviewed["APPROVED"]["actor"] == "Walidata kemenkes (demo)"
    assert "26 kode lama" in reviewed["APPROVED"]["reason"]
    page = client.get("/", headers={"Accept": "text/html"}).text
    assert "demo" in page.lower()


def test_a_finished_home_is_served_at_once(home: Path, serve: Any) -> None:
    before = (home / "demo-credentials.json").read_bytes()
    server = serve(home, "demo")
    assert server.started < 20, f"{server.started:.1f} s"  # 5 s on a machine with nothing else to do
    assert (home / "demo-credentials.json").read_bytes() == before
    shown = server.log.read_text()
    assert "upahMinimum" in shown
    assert server.url in shown
    query = shown.split("-d '")[1].split("'")[0]
    answer = (
        server.client().post("/graphql", content=query, headers={"Content-Type": "application/json"}).json()
    )
    wages = answer["data"]["data"]["disnakertransJabar"]["upahMinimum"]
    assert wages == {"totalCount": 27, "aggregate": {"upahMinimum": {"sum": "91004430.00"}}}


def test_a_folder_that_is_no_demo_is_left_alone(cli: Cli, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "catalogue.sqlite").write_bytes(b"somebody's hub")
    ended = cli("demo", "--seed-only")
    assert ended.returncode == 2
    assert str(home) in ended.stderr
    assert "--home" in ended.stderr
    assert [path.name for path in home.iterdir()] == ["catalogue.sqlite"]


@pytest.mark.parametrize("name", ["SATUDATA_DATABASE_URL", "SATUDATA_FILES_URL"])
def test_figures_of_the_demo_never_go_into_another_database_or_store(
    command: Cli, tmp_path: Path, name: str
) -> None:
    ended = command("demo", "--seed-only", **{name: f"sqlite:///{tmp_path}/production.sqlite"})
    assert ended.returncode == 2
    assert name in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_told_before_anything_is_made(cli: Cli, tmp_path: Path, demo_server: Any) -> None:
    port = demo_server.url.rsplit(":", 1)[1]
    ended = cli("demo", "--port", port)
    assert ended.returncode == 2
    assert f"127.0.0.1:{port}" in ended.stderr
    assert not (tmp_path / "home").exists()


def seed(home: Path, datasets: int) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", SEED, str(home), *PART[:datasets]]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def credentials(home: Path) -> list[dict[str, Any]]:
    path = home / "demo-credentials.json"
    found: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []
    return found


def counts(home: Path) -> dict[str, int]:
    with sqlite3.connect(f"file:{home}/catalogue.sqlite?mode=ro", uri=True, timeout=30) as database:
        return {
            table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("agency", "person", "version", "submission")
        }


MOMENTS: dict[str, tuple[int, Callable[[Path], bool]]] = {
    "between accounts": (1, lambda home: len(credentials(home)) == 3),
    "between datasets": (2, lambda home: len(credentials(home)) == 16 and counts(home)["version"] == 1),
}


@pytest.mark.parametrize(
    "moment", [pytest.param("between accounts", marks=pytest.mark.full), "between datasets"]
)
def test_interrupted_seeding_goes_on_where_it_stopped(tmp_path: Path, command: Cli, moment: str) -> None:
    home = tmp_path / "home"
    datasets, reached = MOMENTS[moment]
    process = subprocess.Popen(
        [sys.executable, "-c", SEED, str(home), *PART[:datasets]], stdout=subprocess.DEVNULL
    )
    while not reached(home):
        assert process.poll() is None, "it was over before"
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    assert json.loads((home / "demo.json").read_text()) == {"demo": True, "finished": False}
    before = credentials(home)

    for _ in range(2):
        ended = seed(home, datasets)
        assert ended.returncode == 0, ended.stderr
        assert json.loads((home / "demo.json").read_text()) == {"demo": True, "finished": True}
        assert credentials(home)[: len(before)] == before
        assert counts(home) == {"agency": 7, "person": 16, "version": datasets, "submission": datasets}
    assert command("verify").returncode == 0
