"""`satudata check` on the ten real files: the exit code of each is fixed, and the report is that of the library."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

EXIT_CODES = {
    "01": 0,
    "02": 1,  # 72 decimal points among commas
    "02-corrected": 3,
    "03": 3,
    "04": 0,
    "05": 0,
    "06": 3,
    "07": 3,
    "08": 3,
    "09": 0,
    "10": 3,
}
# One process runs them all: loading the engine of the set rules eleven times would take a minute.
WORKER = """
import json, sys
from satudata.hub.cli import main
for file, contract, report in json.load(sys.stdin):
    sys.argv = ["satudata", "check", file, "--contract", contract, "--format", "json", "--output", report]
    code = None
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    print(json.dumps(code), flush=True)
"""


@pytest.fixture(scope="module")
def ended(
    sample: Callable[[str], Any], corrected_poverty: Any, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, tuple[int, bytes]]:
    """Exit code and report of each."""
    folder = tmp_path_factory.mktemp("commands")
    tasks, reports = [], {}
    for name in EXIT_CODES:
        found = corrected_poverty if name == "02-corrected" else sample(name)
        contract, reports[name] = folder / f"{name}.yaml", folder / f"{name}.json"
        contract.write_text(found.contract, "utf-8")
        tasks.append([str(found.path), str(contract), str(reports[name])])
    done = subprocess.run(
        [sys.executable, "-c", WORKER],
        input=json.dumps(tasks),
        env={**os.environ, "SATUDATA_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    codes = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: (code, Path(reports[name]).read_bytes()) for name, code in zip(reports, codes, strict=True)}


@pytest.mark.parametrize("name", EXIT_CODES)
def test_the_exit_code_and_the_report(
    name: str,
    ended: Mapping[str, tuple[int, bytes]],
    check_sample: Callable[..., Any],
    corrected_poverty: Any,
) -> None:
    code, report = ended[name]
    assert code == EXIT_CODES[name]
    checked = check_sample("02", corrected_poverty) if name == "02-corrected" else check_sample(name)
    assert report == checked.report.to_json()
