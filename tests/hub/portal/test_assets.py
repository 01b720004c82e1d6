"""Browser assets: what is pinned, what the build hook runs, how the pages find the result."""

import importlib.util
import json
import os
import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from satudata.hub.portal import assets

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "hub/assets"


def hook() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", SOURCES / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_package_is_pinned_and_no_registry_is_named() -> None:
    package = json.loads((SOURCES / "package.json").read_text())
    for version in (package["dependencies"] | package["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), version
    lock = json.loads((SOURCES / "package-lock.json").read_text())
    installed = {name: entry for name, entry in lock["packages"].items() if name}
    assert all("resolved" not in entry for entry in installed.values())
    assert all(entry["integrity"].startswith("sha512-") for entry in installed.values())
    assert lock["packages"][""]["dependencies"] == package["dependencies"]


def test_the_hook_finds_a_node_new_enough_for_vite() -> None:
    npm, environment = hook().node_command()
    node = subprocess.run([npm[0], "--version"], env=environment, capture_output=True, text=True, check=True)
    assert int(node.stdout.lstrip("v").split(".")[0]) >= 20
    assert Path(npm[1]).name == "npm-cli.js"


def test_a_product_is_rebuilt_only_when_a_source_is_newer(tmp_path: Path) -> None:
    older = hook()._older
    source, product = tmp_path / "ide.js", tmp_path / "manifest.json"
    source.write_text("1")
    assert older(product, [source])
    product.write_text("{}")
    for offset, expected in ((-10, False), (0, False), (10, True)):
        stamp = product.stat().st_mtime + offset
        source.touch()
        os.utime(source, (stamp, stamp))
        assert older(product, [source]) is expected


def test_own_files_change_their_address_with_their_content() -> None:
    assert re.fullmatch(r"/static/portal\.css\?v=[0-9a-f]{12}", assets.own_file("portal.css"))
    assert (assets.OWN / "portal.css").stat().st_size < 30_000


def test_the_console_names_its_files_or_is_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = {
        "ide.js": {"file": "assets/ide-1.js", "css": ["assets/ide-1.css"], "imports": ["_editor.js"]},
        "_editor.js": {"file": "assets/editor-2.js", "css": ["assets/editor-2.css"], "imports": ["ide.js"]},
    }
    monkeypatch.setattr(assets, "BUILT", tmp_path)
    assets.island.cache_clear()
    try:
        assert assets.island("ide.js") is None
        assets.island.cache_clear()
        (tmp_path / ".vite").mkdir()
        (tmp_path / ".vite/manifest.json").write_text(json.dumps(manifest))
        found = assets.island("ide.js")
        assert found == assets.Island(
            "/static/app/assets/ide-1.js", ("/static/app/assets/ide-1.css", "/static/app/assets/editor-2.css")
        )
    finally:
        assets.island.cache_clear()
