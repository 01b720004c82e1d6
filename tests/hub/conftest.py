"""Fixtures of the hub's own tests."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """`cli("agency", "list", input="...")` runs the command line on a home of its own and returns the ended process."""

    def run(
        *arguments: str, input: str = "", timeout: float = 120, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("SATUDATA_", "LC_"))
        }
        return subprocess.run(
            [sys.executable, "-m", "satudata.hub.cli", *arguments],
            env={
                **inherited,
                "LANG": "C.UTF-8",
                "COLUMNS": "200",
                "TERM": "dumb",
                "SATUDATA_HOME": str(tmp_path / "home"),
                **environment,
            },
            cwd=tmp_path,
            input=input,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run
