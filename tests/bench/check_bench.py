"""How long a check takes against what polars alone needs for the same questions, on a seeded CSV of a million rows.

Run: python tests/bench/check_bench.py [rows]. Prints seconds (median of interleaved runs) and their ratio. The
floor is one lazy scan from text with the same casts, ranges, pattern, code list, rule and duplicate keys, which
returns the record numbers of what is wrong; it writes no messages, measures nothing and notices no ragged row.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

from satudata.validation.checking import check_file
from satudata.validation.contracts.loading import load_contract
from satudata.validation.contracts.model import DataContract
from satudata.validation.references import References, build_list
from satudata.validation.text import Text

RUNS = 5
CODES = 83_762

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


def make_file(path: Path, rows: int) -> None:
    """Rows of which one in a thousand has something wrong."""
    chance = random.Random(20260101)
    with path.open("w") as file:
        file.write("nomor,kode,nama,periode,status,total,laki,perempuan,kepadatan,catatan\n")
        for number in range(rows):
            place, month = number % CODES, number // CODES
            men, women = chance.randrange(5_000), chance.randrange(5_000)
            total = str(men + women)
            if chance.random() < 0.001:
                total = chance.choice(["x", "", "-4", str(men)])
            file.write(
                f"R{number:09d},{11_00_00_0000 + place},Desa Contoh {place % 5_000},"
                f"{2000 + month // 12}-{month % 12 + 1:02d}-01,tetap,{total},{men},{women},"
                f"{chance.randrange(1_000_000) / 100:.2f},data contoh nomor {number % 97}\n"
            )


def make_references(folder: Path) -> References:
    codes = [str(11_00_00_0000 + place) for place in range(CODES)]
    frame = pl.DataFrame({"code": codes, "label": [f"Desa Contoh {place % 5_000}" for place in range(CODES)]})
    build_list(folder, "contoh/desa", "1", Text("Desa", "Villages"), "contoh", frame)
    return References(folder)


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
        "sum": numbers["total"] != numbers["laki"] + numbers["perempuan"],
        "key": pl.struct("kode", "periode").is_duplicated(),
        **{f"type {name}": number.is_null() for name, number in numbers.items()},
        **{f"empty {name}": pl.col(name).is_null() for name in ("nomor", "kode", "nama", "status")},
    }
    rows = scan.select("row", *(expression.alias(name) for name, expression in wrong.items())).collect()
    return sum(rows.filter(pl.col(name)).height for name in wrong)


def timed(runs: dict[str, list[float]], name: str, act: Callable[[], object]) -> None:
    started = time.perf_counter()
    act()
    runs.setdefault(name, []).append(time.perf_counter() - started)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        make_file(path, rows)
        references = make_references(Path(folder) / "references")
        output = path.with_suffix(".parquet")
        contract: DataContract = load_contract(CONTRACT)
        codes = references.codes("contoh/desa")["code"]
        runs: dict[str, list[float]] = {}
        print(check_file(path, contract, references).rules)
        floor(path, codes)
        for _ in range(RUNS):
            timed(runs, "floor", lambda: floor(path, codes))
            timed(runs, "check", lambda: check_file(path, contract, references))
            timed(runs, "check and store", lambda: check_file(path, contract, references, output=output))
    medians = {name: statistics.median(times) for name, times in runs.items()}
    for name, seconds in medians.items():
        print(
            f"{name:16} {seconds:6.2f} s  {seconds / medians['floor']:5.2f}x  {[round(t, 2) for t in runs[name]]}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
