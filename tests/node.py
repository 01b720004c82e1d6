"""Programs from npm that tests run: pinned by a lock file beside the test, installed when they are first needed.

node, environment = node_with(HERE / "audit")
subprocess.run([node, "run.mjs"], cwd=HERE / "audit", env=environment)
"""

import fcntl
import importlib.util
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]
INPUTS = ("package.json", "package-lock.json", ".npmrc")


@cache
def build_hook() -> ModuleType:
    """The build hook, which knows where Node is."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hub/assets/hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def node_with(folder: Path) -> tuple[str, dict[str, str]]:
    """Node and its environment, once `folder/node_modules` holds what the lock file there asks for."""
    (node, npm), environment = build_hook().node_command()
    installed = folder / "node_modules" / ".package-lock.json"
    with (folder / "package.json").open() as lock:  # several test processes may want it at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        newest = max((folder / name).stat().st_mtime for name in INPUTS)
        if not installed.exists() or installed.stat().st_mtime < newest:
            command = [node, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=folder, env=environment, check=True, stdout=sys.stderr, timeout=300)
            installed.touch()
    return node, environment
