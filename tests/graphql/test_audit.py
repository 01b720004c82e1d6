"""The server audits of the npm package graphql-http, against a running hub: all of them pass, none is left out."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.node import node_with

AUDIT = Path(__file__).parent / "audit"


def test_all_audits_pass(demo_server: Any) -> None:
    node, environment = node_with(AUDIT)

    ran = subprocess.run(
        [node, "run.mjs", f"{demo_server.url}/graphql"],
        cwd=AUDIT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    results = json.loads(ran.stdout)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61  # of graphql-http 1.23.1, which the lock file names; its 1.22.4 had 60
