"""Checking needs no network: no socket is made while `satudata check` runs, its children included.

Python tells every socket call to an audit hook; a `sitecustomize` on the path of the process (and, by its
environment, of its children) writes each of them to a file.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

FILES = Path(__file__).parent / "files"
HOOK = """
import os, sys
log = os.environ["SATUDATA_TEST_AUDIT"]
with open(log, "a") as file:
    file.write("started\\n")
def hook(event, arguments):
    if event.startswith("socket."):
        with open(log, "a") as file:
            file.write(event + "\\n")
sys.addaudithook(hook)
"""
SET_RULE = {
    "name": "jumlah_baris",
    "type": "custom",
    "engine": "greatExpectations",
    "severity": "warning",
    "description": "Sedikitnya satu baris.",
    "implementation": {"measure": "row_count", "min": 1},
}


@pytest.fixture
def check(tmp_path: Path) -> "Check":
    return Check(tmp_path)


class Check:
    """Runs Python with the hook; the events it saw."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        hooks = folder / "hooks"
        hooks.mkdir()
        (hooks / "sitecustomize.py").write_text(HOOK)
        self.log = folder / "audit.log"
        self.environment = {**os.environ, "PYTHONPATH": str(hooks), "SATUDATA_TEST_AUDIT": str(self.log)}

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def events(self) -> list[str]:
        return self.log.read_text().splitlines()


@pytest.mark.parametrize(
    ("file", "name", "with_set_rules"),
    [
        ("sama-dengan-csv.xlsx", "upah", True),
        pytest.param("titik-koma-angka-indonesia.csv", "upah-indonesia", True, marks=pytest.mark.full),
    ],
)
def test_a_check_opens_no_socket(file: str, name: str, with_set_rules: bool, check: Check) -> None:
    contract = yaml.safe_load((FILES / f"{name}.yaml").read_text("utf-8"))
    if with_set_rules:
        contract["schema"][0].setdefault("quality", []).append(SET_RULE)
    path = check.folder / "kontrak.yaml"
    path.write_text(yaml.safe_dump(contract, sort_keys=False))
    ended = check.run(
        "-m", "satudata.hub.cli", "check", str(FILES / file), "--contract", str(path), "-f", "json"
    )
    assert ended.returncode in (0, 1, 3), ended.stderr
    assert '"rows"' in ended.stdout
    assert check.events(), "the hook did not run"
    assert set(check.events()) == {"started"}


def test_the_hook_sees_a_socket(check: Check) -> None:
    assert check.run("-c", "import socket; socket.socket().close()").returncode == 0
    assert "socket.__new__" in check.events()
