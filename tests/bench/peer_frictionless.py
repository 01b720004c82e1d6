"""Frictionless on a file of check_bench.py, run by the Python of `.venv-peers`; prints seconds and errors as JSON.

Run: python peer_frictionless.py FILE CODES. CODES is a file with one known code a line; `-` asks the form of the code
only (a pattern), since a list of 83,762 values is searched from its start for every row. Imports are not counted.
"""

import json
import sys
import time
from pathlib import Path

from frictionless import Checklist, Resource, Schema, checks


def fields(codes: list[str]) -> list[dict[str, object]]:
    wanted = {"required": True}
    code = {**wanted, "enum": codes} if codes else {**wanted, "pattern": "[0-9]{10}"}
    return [
        {"name": "nomor", "type": "string", "constraints": {**wanted, "pattern": "R[0-9]{9}"}},
        {"name": "kode", "type": "string", "constraints": code},
        {"name": "nama", "type": "string", "constraints": wanted},
        {"name": "periode", "type": "date", "constraints": wanted},
        {"name": "status", "type": "string", "constraints": {**wanted, "enum": ["tetap", "sementara"]}},
        {"name": "total", "type": "integer", "constraints": {**wanted, "minimum": 0, "maximum": 10_000_000}},
        {"name": "laki", "type": "integer", "constraints": {**wanted, "minimum": 0}},
        {"name": "perempuan", "type": "integer", "constraints": {**wanted, "minimum": 0}},
        {"name": "kepadatan", "type": "number"},
        {"name": "catatan", "type": "string"},
    ]


def main(path: Path, listed: str) -> None:
    codes = [] if listed == "-" else Path(listed).read_text().split()
    schema = Schema.from_descriptor({"fields": fields(codes), "primaryKey": ["kode", "periode"]})
    resource = Resource(path=path.name, basepath=str(path.parent), schema=schema)
    rule = Checklist(checks=[checks.row_constraint(formula="total == laki + perempuan")])
    started = time.perf_counter()
    report = resource.validate(rule, limit_errors=1_000_000)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "errors": report.stats["errors"]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
