"""The layout rules that tools do not keep: namespace folders, graphql-core unshadowed, no per-dataset code."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPONENTS = ("hub", "graphql", "datasets", "validation")
DEMO = ROOT / "datasets/satudata/datasets/demo"


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name]


@pytest.mark.parametrize("component", COMPONENTS)
def test_namespace_folders_have_no_init(component: str) -> None:
    assert not (ROOT / component / "__init__.py").exists(), "this would shadow installed packages"
    assert not (ROOT / component / "satudata" / "__init__.py").exists(), "satudata is a namespace package"
    package = ROOT / component / "satudata" / component
    assert (package / "__init__.py").exists()
    assert (package / "py.typed").exists()


def test_graphql_core_is_not_shadowed_from_the_root() -> None:
    code = "import graphql; print(graphql.__version__, graphql.__file__)"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    version, file = result.stdout.split()
    assert version.startswith("3.")
    assert "site-packages" in file


def test_every_package_folder_says_what_it_is() -> None:
    for component in COMPONENTS:
        for init in (ROOT / component / "satudata" / component).rglob("__init__.py"):
            assert init.read_text(encoding="utf-8").strip().startswith('"""'), f"{init} has no docstring"


def test_no_code_for_a_single_dataset() -> None:
    """The hub knows no dataset by name: the demo's slugs stand only in demo folders, docs and tests."""
    manifest = yaml.safe_load((DEMO / "manifest.yaml").read_text(encoding="utf-8"))
    slugs = [dataset["slug"] for dataset in manifest["datasets"]]
    assert len(slugs) == 10
    names = [name for slug in slugs for name in (slug, slug.split("/")[1])]
    allowed = (
        DEMO,
        ROOT / "hub/satudata/hub/demo/examples",
        ROOT / "docs",
        ROOT / "tests",
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        ROOT / ".gitignore",
    )
    # These are words of the language too; only with their agency do they name a dataset.
    generic = {"wilayah", "pulau", "puskesmas"}
    for path in tracked_files():
        if path.suffix in {".png", ".xlsx", ".parquet"} or any(
            path.is_relative_to(place) for place in allowed
        ):
            continue
        if path.name in {"reference_data.py", "README.md"} or not path.exists():
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        found = [name for name in names if name not in generic and name in text]
        assert not found, f"{path.relative_to(ROOT)} names {found}"


def test_modules_hold_one_idea() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for component in COMPONENTS
        for path in (ROOT / component / "satudata").rglob("*.py")
        if (count := path.read_text(encoding="utf-8").count("\n")) > 450
    }
    assert not long, "modules that may hold two ideas"


def test_lock_files_hold_hashes_and_no_addresses() -> None:
    for name in (
        "requirements.lock",
        "requirements-dev.lock",
        "requirements-build.lock",
        "tests/bench/requirements-peers.lock",
        "tests/clients/python/requirements.lock",
        "tests/bench/peers/datasette/requirements.lock",
    ):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text, f"{name} names a host"
    for name in (
        "hub/assets/package-lock.json",
        "tests/bench/peers/postgraphile/package-lock.json",
        "tests/clients/typescript/package-lock.json",
    ):
        lock = (ROOT / name).read_text(encoding="utf-8")
        assert '"resolved"' not in lock, f"{name} names a registry"


def test_the_makefile_explains_itself() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "test", "test-all", "check", "bench", "bench-peers"):
        assert f"make {target}" in shown
