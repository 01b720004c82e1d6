"""Typed clients as /docs/api teaches them: made from a slice of the schema, compiled strictly, and run on a hub."""

import fcntl
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.node import node_with

HERE = Path(__file__).parent
TAUGHT = Path(__file__).parents[2] / "hub/satudata/hub/portal/api_guide/clients"
DATASETS = "disnakertrans-jabar/upah-minimum,bmkg/gempa-dirasakan,bps/impor-pelabuhan,kemendagri/wilayah"
ANSWERED = {"wage": "5343430.00", "values": ["186625215952", "14906761994"], "level": "PROVINCE"}

Hub = Any  # tests/conftest.py: RunningHub


@pytest.fixture
def project(demo_server: Hub, tmp_path: Path) -> Path:
    """A developer's folder: the schema of four datasets, as one file, and four operations."""
    schema = httpx.get(f"{demo_server.url}/graphql/schema.graphql", params={"dataset": DATASETS})
    assert schema.status_code == 200
    (tmp_path / "schema.graphql").write_text(schema.text)
    shutil.copytree(HERE / "operations", tmp_path / "operations")
    return tmp_path


def run(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> str:
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    return ran.stdout


def test_typescript(project: Path, demo_server: Hub) -> None:
    sources = HERE / "typescript"
    node, environment = node_with(sources)
    (project / "node_modules").symlink_to(sources / "node_modules")
    (project / "src").mkdir()
    for source, target in (
        (TAUGHT / "codegen.ts", "codegen.ts"),
        (sources / "package.json", "package.json"),
        (sources / "tsconfig.json", "tsconfig.json"),
        (sources / "main.ts", "src/main.ts"),
    ):
        shutil.copy(source, project / target)

    run([node, "node_modules/.bin/graphql-codegen", "--config", "codegen.ts"], project, environment)
    run([node, "node_modules/typescript/bin/tsc", "-p", "."], project, environment)

    answer = json.loads(run([node, "dist/main.js", demo_server.url], project, environment))
    assert answer == {**ANSWERED, "at": "2024-01-01T07:52:44.000Z"}


def test_typescript_refuses_what_the_schema_does_not_have(project: Path) -> None:
    node, environment = node_with(HERE / "typescript")
    (project / "node_modules").symlink_to(HERE / "typescript/node_modules")
    shutil.copy(TAUGHT / "codegen.ts", project / "codegen.ts")
    (project / "operations/wages.graphql").write_text(
        "query Wages { data { disnakertransJabar { upahMinimum { gaji } } } }"
    )

    command = [node, "node_modules/.bin/graphql-codegen", "--config", "codegen.ts"]
    ran = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)

    assert ran.returncode != 0
    assert "gaji" in ran.stdout + ran.stderr


def test_python(project: Path, demo_server: Hub) -> None:
    shutil.copy(TAUGHT / "ariadne-codegen.toml", project)
    shutil.copy(HERE / "python/main.py", project)

    run([str(generator()), "--config", "ariadne-codegen.toml"], project)
    cache = HERE / "python/.mypy_cache"
    run([sys.executable, "-m", "mypy", "--strict", f"--cache-dir={cache}", "hub_client", "main.py"], project)

    answer = json.loads(run([sys.executable, "main.py", demo_server.url], project))
    assert answer == {**ANSWERED, "at": "2024-01-01T07:52:44+00:00"}


def generator() -> Path:
    """`ariadne-codegen` in an environment of its own, made once: it needs another graphql-core than the hub."""
    lock = HERE / "python/requirements.lock"
    environment = HERE / "python/.venv"
    done = environment / ".installed"
    with lock.open() as held:  # several test processes may want it at once
        fcntl.flock(held, fcntl.LOCK_EX)
        if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
            run([sys.executable, "-m", "venv", "--clear", str(environment)], HERE)
            pip = [str(environment / "bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
            run([*pip, "--require-hashes", "--no-deps", "-r", str(lock)], HERE)
            done.touch()
    return environment / "bin/ariadne-codegen"
