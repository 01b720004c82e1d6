"""What a check costs: against what polars alone needs for the same questions, against Frictionless, and cold.

Run: python tests/bench/check_bench.py [rows] [--ten-million]. One seeded CSV of ten columns (a million rows unless
told otherwise) with eight kinds of error in about one row of a thousand. Every check must find each of them, or
nothing is measured. Times are medians of interleaved runs in one process that has its imports behind it, as the
hub's checker has; their ratios are what counts.

- The floor is one lazy scan from text with the same casts, ranges, pattern, code list, rule and duplicate keys,
  which returns the record numbers of what is wrong; it writes no messages and notices no ragged row.
- Frictionless takes minutes for a million rows: it gets the first ten thousand of the same file, and its time is
  multiplied. It runs in `.venv-peers`, which `make bench` makes.
- Peak memory is that of a fresh process; the command line is measured from its start to its end.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from satudata.validation.checking import check_file
from satudata.validation.contracts.loading import load_contract
from satudata.validation.contracts.model import DataContract
from satudata.validation.references import References, build_list
from satudata.validation.reports.model import Report
from satudata.validation.text import Text

RUNS = 5
CODES = 83_762
PEER_ROWS = 10_000
ROOT = Path(__file__).parents[2]
PEER = ROOT / ".venv-peers" / "bin" / "python"
HEADER = "nomor,kode,nama,periode,status,total,laki,perempuan,kepadatan,catatan\n"

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: dinas-contoh/penduduk
version: 1.0.0
status: active
schema:
  - name: penduduk
    properties:
      - {name: nomor, logicalType: string, required: true, logicalTypeOptions: {pattern: "^R[0-9]{9}$"}}
      - name: kode
        logicalType: string
        required: true
        primaryKey: true
        primaryKeyPosition: 1
        customProperties:
          - {property: codeList, value: contoh/desa}
          - {property: codeFormat, value: PLAIN}
      - {name: nama, logicalType: string, required: true}
      - {name: periode, logicalType: date, required: true, primaryKey: true, primaryKeyPosition: 2}
      - {name: status, logicalType: string, required: true, enum: [{value: tetap}, {value: sementara}]}
      - {name: total, logicalType: integer, required: true, logicalTypeOptions: {minimum: 0, maximum: 10000000}}
      - {name: laki, logicalType: integer, required: true, logicalTypeOptions: {minimum: 0}}
      - {name: perempuan, logicalType: integer, required: true, logicalTypeOptions: {minimum: 0}}
      - {name: kepadatan, logicalType: number, physicalType: "decimal(12,2)"}
      - {name: catatan, logicalType: string}
    quality:
      - {name: jumlah, type: custom, engine: pandera, implementation: total = laki + perempuan}
customProperties:
  - {property: sdi, value: {agency: dinas-contoh, title: {id: Penduduk, en: Population}}}
"""
SET_RULE = {
    "name": "baris",
    "type": "custom",
    "engine": "greatExpectations",
    "severity": "warning",
    "description": "Sedikitnya satu baris.",
    "implementation": {"measure": "row_count", "min": 1},
}
KINDS = ("type", "required", "range", "sum", "pattern", "code", "key", "date")
TOLD = {
    "type": ("row.type", "total"),
    "required": ("row.required", "nama"),
    "range": ("row.range", "perempuan"),
    "sum": ("row.rule", "total"),
    "pattern": ("row.pattern", "nomor"),
    "code": ("row.code", "kode"),
    "key": ("key.duplicate", "kode"),
    "date": ("row.type", "periode"),
}


# -- the file


def make_file(path: Path, rows: int) -> Counter[str]:
    """A CSV of which one row in a thousand has something wrong; how often each kind stands in it."""
    chance = random.Random(20260101)
    sown: Counter[str] = Counter()
    with path.open("w") as file:
        file.write(HEADER)
        for number in range(rows):
            cells = good_cells(number, chance)
            if number > 100 and chance.random() < 0.001:
                kind = chance.choice(KINDS)
                spoil(cells, kind, number, chance)
                sown[kind] += 1
            file.write(",".join(cells))
            file.write("\n")
    return sown


def good_cells(number: int, chance: random.Random) -> list[str]:
    place, month = number % CODES, number // CODES
    men, women = chance.randrange(5_000), chance.randrange(5_000)
    return [
        f"R{number:09d}",
        str(11_00_00_0000 + place),
        f"Desa Contoh {place % 5_000}",
        f"{2000 + month // 12}-{month % 12 + 1:02d}-01",
        "tetap" if number % 7 else "sementara",
        str(men + women),
        str(men),
        str(women),
        f"{chance.randrange(1_000_000) / 100:.2f}",
        f"data contoh nomor {number % 97}",
    ]


def spoil(cells: list[str], kind: str, number: int, chance: random.Random) -> None:
    """One error and no other: a row with a wrong sum has no empty part, an unknown code is no second key."""
    if kind == "type":
        cells[5] = chance.choice(["x", "1.5", "seratus"])
    elif kind == "required":
        cells[2] = ""
    elif kind == "range":
        cells[5:8] = [str(int(cells[6]) - 4), cells[6], "-4"] if int(cells[6]) >= 4 else ["0", "4", "-4"]
    elif kind == "sum":
        cells[5] = str(int(cells[5]) + 1)
    elif kind == "pattern":
        cells[0] = cells[0].replace("R", "r")
    elif kind == "code":
        cells[1] = f"99{number % 10**8:08d}"
    elif kind == "key":
        cells[1], cells[3] = str(11_00_00_0000 + number % 100), "2000-01-01"
    else:
        cells[3] = f"{cells[3][:5]}02-30"


def make_references(folder: Path) -> References:
    codes = [str(11_00_00_0000 + place) for place in range(CODES)]
    frame = pl.DataFrame({"code": codes, "label": [f"Desa Contoh {place % 5_000}" for place in range(CODES)]})
    build_list(folder, "contoh/desa", "1", Text("Desa", "Villages"), "contoh", frame)
    return References(folder)


def contract_without_list() -> DataContract:
    """The same contract with the form of the code in place of the list."""
    document = yaml.safe_load(CONTRACT)
    (code,) = (column for column in document["schema"][0]["properties"] if column["name"] == "kode")
    del code["customProperties"]
    code["logicalTypeOptions"] = {"pattern": "^[0-9]{10}$"}
    return load_contract(yaml.safe_dump(document))


# -- what is measured


def floor(path: Path, codes: pl.Series) -> int:
    """The same questions in one lazy scan; the number of wrong cells."""
    scan = pl.scan_csv(path, infer_schema=False, row_index_name="row", row_index_offset=2)
    numbers = {name: pl.col(name).cast(pl.Int64, strict=False) for name in ("total", "laki", "perempuan")}
    density = pl.col("kepadatan").cast(pl.Decimal(12, 2), strict=False)
    period = pl.col("periode").str.to_date("%Y-%m-%d", strict=False)
    wrong = {
        "pattern": ~pl.col("nomor").str.contains("^R[0-9]{9}$"),
        "code": ~pl.col("kode").is_in(codes.implode()),
        "status": ~pl.col("status").is_in(["tetap", "sementara"]),
        "period": period.is_null(),
        "density": density.is_null() & pl.col("kepadatan").is_not_null(),
        "range": ~numbers["total"].is_between(0, 10_000_000),
        "range men": numbers["laki"] < 0,
        "range women": numbers["perempuan"] < 0,
        "sum": numbers["total"] != numbers["laki"] + numbers["perempuan"],
        "key": pl.struct("kode", "periode").is_duplicated(),
        **{f"type {name}": number.is_null() for name, number in numbers.items()},
        **{f"empty {name}": pl.col(name).is_null() for name in ("nomor", "kode", "nama", "status")},
    }
    rows = scan.select("row", *(expression.alias(name) for name, expression in wrong.items())).collect()
    return sum(rows.filter(pl.col(name)).height for name in wrong)


def assert_all_found(report: Report, sown: Counter[str]) -> None:
    """Recall and precision are one, or the figures below would be of something else than a check."""
    told = {(rule.code, rule.column): rule.count for rule in report.rules}
    wanted = {TOLD[kind]: count for kind, count in sown.items()}
    assert told == wanted, f"told {told}, sown {wanted}"


def timed(runs: dict[str, list[float]], name: str, act: Callable[[], object]) -> None:
    started = time.perf_counter()
    act()
    runs.setdefault(name, []).append(time.perf_counter() - started)


def ratio(runs: dict[str, list[float]], name: str, other: str) -> float:
    """Median of the ratios round by round: what slows the machine down for a while slows both."""
    return statistics.median(a / b for a, b in zip(runs[name][1:], runs[other][1:], strict=True))


def compare(path: Path, references: References, folder: Path) -> dict[str, float]:
    """Medians of interleaved runs."""
    output = folder / "typed.parquet"
    contract, plain = load_contract(CONTRACT), contract_without_list()
    codes = references.codes("contoh/desa")["code"]
    runs: dict[str, list[float]] = {}
    for _ in range(RUNS + 1):
        timed(runs, "polars floor", lambda: floor(path, codes))
        timed(runs, "check", lambda: check_file(path, contract, references))
        timed(runs, "check, form of the code only", lambda: check_file(path, plain, references))
        timed(runs, "check and store", lambda: check_file(path, contract, references, output=output))
    medians = {name: statistics.median(times[1:]) for name, times in runs.items()}  # the first run warms up
    for name, seconds in medians.items():
        print(
            f"  {name:30} {seconds:6.2f} s  {ratio(runs, name, 'polars floor'):5.2f}x  "
            f"{[round(t, 2) for t in runs[name][1:]]}"
        )
    share = ratio(runs, "check", "check, form of the code only") - 1
    print(f"  a list of {CODES:,} codes costs {share:+.1%} (wanted: less than +15 %)")
    print(f"  check / floor: {ratio(runs, 'check', 'polars floor'):.2f} (wanted: at most 2)")
    return medians


def against_frictionless(path: Path, references: References, folder: Path, rows: int, ours: float) -> None:
    if not PEER.exists():
        print(f"  frictionless: not measured, {PEER.parent.parent.name} is not there (make bench makes it)")
        return
    part, listed = folder / "part.csv", folder / "codes.txt"
    with path.open() as whole, part.open("w") as file:
        for _ in range(PEER_ROWS + 1):
            file.write(whole.readline())
    listed.write_text("\n".join(references.codes("contoh/desa")["code"]))
    scale = rows / PEER_ROWS
    for words, codes in (("code list as enum", str(listed)), ("form of the code only", "-")):
        script = Path(__file__).with_name("peer_frictionless.py")
        ended = subprocess.run(
            [str(PEER), str(script), str(part), codes],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        if ended.returncode:
            print(f"  frictionless, {words}: failed: {ended.stderr.strip().splitlines()[-1]}")
            continue
        found = json.loads(ended.stdout)
        print(
            f"  frictionless, {words}: {found['seconds']:.2f} s for {PEER_ROWS:,} rows, {found['errors']} errors; "
            f"times {scale:.0f}: {found['seconds'] * scale:.0f} s, {found['seconds'] * scale / ours:.0f}x our check"
        )


def peak_of_a_check(path: Path, lists: Path) -> tuple[float, float]:
    """Seconds and peak memory in GB of one check in a fresh process, imports included."""
    ended = subprocess.run(
        [sys.executable, __file__, "--only", str(path), str(lists)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, peak = map(float, ended.stdout.split())
    return seconds, peak


def only(path: Path, lists: Path) -> None:
    """What the fresh process does."""
    started = time.perf_counter()
    check_file(path, load_contract(CONTRACT), References(lists))
    seconds = time.perf_counter() - started
    # Not ru_maxrss: a new process inherits that of the one which started it.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    print(seconds, int(status["VmHWM"].split()[0]) * 1_024 / 1e9)


def cold(folder: Path, lists: Path) -> None:
    """`satudata check` of 200 rows, from the start of the process to its end."""
    path = folder / "small.csv"
    make_file(path, 200)
    document: dict[str, Any] = yaml.safe_load(CONTRACT)
    for words, rules, wanted in (("without set rules", [], 2), ("with set rules", [SET_RULE], 6)):
        document["schema"][0]["quality"] = [*yaml.safe_load(CONTRACT)["schema"][0]["quality"], *rules]
        contract = folder / "contract.yaml"
        contract.write_text(yaml.safe_dump(document))
        command = [sys.executable, "-m", "satudata.hub.cli", "check", str(path), "-c", str(contract)]
        seconds = []
        for _ in range(RUNS):
            started = time.perf_counter()
            ended = subprocess.run([*command, "--references", str(lists)], capture_output=True, check=False)
            seconds.append(time.perf_counter() - started)
            assert ended.returncode in (0, 1), ended.stderr.decode()
        print(
            f"  200 rows from the command line {words}: {statistics.median(seconds):.2f} s "
            f"(wanted: at most {wanted}), of {[round(t, 2) for t in seconds]}"
        )


def main(rows: int, ten_million: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="satudata-bench-") as name:
        folder, lists = Path(name), Path(name) / "references"
        path = folder / "data.csv"
        sown = make_file(path, rows)
        references = make_references(lists)
        report = check_file(path, load_contract(CONTRACT), references)
        assert_all_found(report, sown)
        print(
            f"{rows:,} rows x 10 columns, {path.stat().st_size / 1e6:.0f} MB, {sum(sown.values())} errors, all found"
        )
        medians = compare(path, references, folder)
        against_frictionless(path, references, folder, rows, medians["check"])
        seconds, peak = peak_of_a_check(path, lists)
        print(f"  peak memory of a fresh process: {peak:.2f} GB (wanted: at most 1.2), {seconds:.1f} s")
        cold(folder, lists)
        if ten_million:
            large = folder / "large.csv"
            make_file(large, 10_000_000)
            seconds, peak = peak_of_a_check(large, lists)
            print(f"10,000,000 rows: peak {peak:.2f} GB (wanted: at most 3.5), {seconds:.1f} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--only"]:
        only(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        parser = argparse.ArgumentParser(description="What a check costs.")
        parser.add_argument("rows", nargs="?", type=int, default=1_000_000)
        parser.add_argument("--ten-million", action="store_true", help="check ten million rows too (minutes)")
        arguments = parser.parse_args()
        main(arguments.rows, arguments.ten_million)
