"""`satudata check` as people and scripts use it: exit codes, formats, languages, and what it does not load."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

Cli = Any  # tests/hub/conftest.py
DEMO = Path(__file__).parents[2] / "datasets/satudata/datasets/demo"
WAGES = ("--contract", str(DEMO / "contracts/upah-minimum.yaml"))
HEADER = "kode_kabupaten_kota,nama_kabupaten_kota,tahun,upah_minimum\n"


@pytest.fixture
def wages(tmp_path: Path) -> tuple[str, str]:
    """The options for the wage contract without its rules about the whole set, whose engine takes long to load."""
    contract = yaml.safe_load((DEMO / "contracts/upah-minimum.yaml").read_text())
    for table in contract["schema"]:
        rules = table.get("quality", [])
        table["quality"] = [rule for rule in rules if rule["engine"] != "greatExpectations"]
        assert table["quality"] != rules
    path = tmp_path / "upah-minimum.yaml"
    path.write_text(yaml.safe_dump(contract, sort_keys=False))
    return ("--contract", str(path))


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("upah-minimum.csv", 0),
        ("luas-penduduk.xlsx", 0),
        ("iklim-harian-bandung.csv", 0),
        ("gempa-dirasakan.json", 0),
        ("puskesmas.csv", 3),
        ("impor-pelabuhan.csv", 0),
        ("capaian-pengadaan.csv", 3),
        ("ispu-bulanan.csv", 0),
        ("wilayah.parquet", 0),
        ("pulau.csv", 0),
    ],
)
def test_files_as_agencies_write_them(command: Cli, file: str, code: int) -> None:
    contract = DEMO / "contracts" / f"{Path(file).stem}.yaml"
    ended = command("check", str(DEMO / file), "--contract", str(contract), "--format", "json")
    assert ended.returncode == code, ended.stderr
    report = json.loads(ended.stdout)
    assert report["verdict"] == {0: "ACCEPTED", 3: "NEEDS_CONFIRMATION"}[code]
    assert report["contract"]["version"] == "1.0.0"


@pytest.mark.parametrize(
    ("content", "exit_code", "rule", "row", "column"),
    [
        (HEADER + "3201,Kabupaten Bogor,2024,4.579.541 rupiah\n", 1, "row.type", 2, "upah_minimum"),
        (
            "kode_kabupaten_kota,tahun,upah_minimum\n3201,2024,1\n",
            1,
            "column.missing",
            None,
            "nama_kabupaten_kota",
        ),
        (HEADER + "3201,Kabupaten Bogor,2024,4000000\n" * 2, 1, "key.duplicate", 3, None),
        (HEADER + "9999,Kabupaten Bogor,2024,4000000\n", 1, "row.code", 2, "kode_kabupaten_kota"),
        ("", 2, "file.empty", None, None),
        ("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", 2, "file.not_a_table", None, None),
    ],
)
def test_wrong_files_are_refused_by_rule_row_and_column_in_both_languages(
    command: Cli,
    tmp_path: Path,
    wages: tuple[str, str],
    content: str,
    exit_code: int,
    rule: str,
    row: int | None,
    column: str | None,
) -> None:
    file = tmp_path / "upah.csv"
    file.write_bytes(content.encode("latin-1"))
    ended = command("check", str(file), *wages, "--format", "json")
    assert ended.returncode == exit_code, ended.stderr
    report = json.loads(ended.stdout)
    assert report["verdict"] == "REJECTED"
    [finding] = [item for item in report["findings"] if item["code"] == rule]
    assert finding["row"] == row
    if column is not None:
        assert finding["column"] == column
    for text in (finding["message"], finding["fix"]):
        assert text["id"]
        assert text["en"]
        assert text["id"] != text["en"]


def test_the_text_report_speaks_the_readers_language(
    command: Cli, tmp_path: Path, wages: tuple[str, str]
) -> None:
    file = tmp_path / "upah.csv"
    file.write_text(HEADER + "3201,Kabupaten Bogor,2024,banyak\n")
    indonesian = command("check", str(file), *wages)
    english = command("check", str(file), *wages, LANG="en_GB.UTF-8")
    chosen = command("check", str(file), *wages, "--language", "en")
    assert indonesian.returncode == english.returncode == 1
    assert english.stdout == chosen.stdout
    assert indonesian.stdout != english.stdout
    for report in (indonesian.stdout, english.stdout):
        assert "row.type" in report
        assert "banyak" in report
        assert "\x1b[" not in report


def test_the_report_can_be_written_to_a_file(command: Cli, tmp_path: Path, wages: tuple[str, str]) -> None:
    shown = command("check", str(DEMO / "upah-minimum.csv"), *wages, "-f", "json")
    written = command("check", str(DEMO / "upah-minimum.csv"), *wages, "-f", "json", "-o", "report.json")
    assert written.stdout == ""
    assert (tmp_path / "report.json").read_text() == shown.stdout


def test_findings_are_capped_and_counts_stay_exact(
    command: Cli, tmp_path: Path, wages: tuple[str, str]
) -> None:
    file = tmp_path / "upah.csv"
    file.write_text(HEADER + "".join(f"3201,Kabupaten Bogor,{2000 + year},x\n" for year in range(20)))
    ended = command("check", str(file), *wages, "-f", "json", "--max-findings", "3")
    report = json.loads(ended.stdout)
    assert len([item for item in report["findings"] if item["code"] == "row.type"]) == 3
    assert [rule["count"] for rule in report["rules"] if rule["code"] == "row.type"] == [20]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["tidak-ada.csv", *WAGES], "tidak-ada.csv"),
        ([str(DEMO / "upah-minimum.csv"), "--contract", "tidak-ada.yaml"], "tidak-ada.yaml"),
        ([str(DEMO / "upah-minimum.csv"), *WAGES, "--previous-version", "tidak-ada"], "report.json"),
        ([str(DEMO / "upah-minimum.csv"), "--contract", str(DEMO / "upah-minimum.csv")], "upah-minimum.csv"),
        ([str(DEMO / "upah-minimum.csv")], "--contract"),
        ([str(DEMO / "upah-minimum.csv"), *WAGES, "--format", "pdf"], "--format"),
        ([str(DEMO / "upah-minimum.csv"), *WAGES, "--language", "jv"], "--language"),
        ([str(DEMO / "upah-minimum.csv"), *WAGES, "--output", "no/such/folder/report.txt"], "no/such/folder"),
        ([str(DEMO / "upah-minimum.csv"), *WAGES, "--references", "tidak-ada"], "tidak-ada"),
    ],
)
def test_wrong_usage_ends_with_exit_code_2_and_names_what_is_wrong(
    command: Cli, arguments: list[str], named: str
) -> None:
    ended = command("check", *arguments)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert named in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_check_can_compare_with_the_version_before(
    command: Cli, tmp_path: Path, wages: tuple[str, str]
) -> None:
    file = str(DEMO / "upah-minimum.csv")
    ok = command("check", file, *wages, "-f", "json", "-o", "report.json")
    assert ok.returncode == 0
    assert command("check", file, *wages, "--previous-version", str(tmp_path)).returncode == 0
    (tmp_path / "report.json").write_text("{}")
    broken = command("check", file, *wages, "--previous-version", str(tmp_path))
    assert broken.returncode == 2
    assert "report.json" in broken.stderr


def test_contract_lint(command: Cli, tmp_path: Path) -> None:
    good = command("contract", "lint", str(DEMO / "contracts/upah-minimum.yaml"))
    assert good.returncode == 0
    assert "disnakertrans-jabar/upah-minimum" in good.stdout
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        (DEMO / "contracts/upah-minimum.yaml").read_text().replace("decimal(18,2)", "decimal(40,2)")
    )
    bad = command("contract", "lint", str(broken), "--language", "en")
    assert bad.returncode == 1
    assert "schema[0].properties[3]" in bad.stderr
    assert command("contract", "lint", "tidak-ada.yaml").returncode == 2


def test_a_check_without_set_rules_starts_quickly_and_loads_no_server(
    tmp_path: Path, wages: tuple[str, str]
) -> None:
    source = (DEMO / "upah-minimum.csv").read_text().splitlines(keepends=True)
    (tmp_path / "data.csv").write_text("".join(source[:201]))
    probe = (
        "import atexit, sys\n"
        "from satudata.hub.cli.main import run\n"
        "heavy = ('starlette', 'uvicorn', 'dbos', 'strawberry', 'sqlalchemy', 'great_expectations')\n"
        "atexit.register(lambda: print(sorted(set(heavy) & set(sys.modules)), file=sys.stderr))\n"
        "sys.argv = ['satudata', 'check', 'data.csv', '-c', 'upah-minimum.yaml', '-f', 'json']\n"
        "run()\n"
    )
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        ended = subprocess.run(
            [sys.executable, "-c", probe],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        seconds.append(time.perf_counter() - started)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert ended.stderr.strip() == "[]"
        assert json.loads(ended.stdout)["rows"] == 200
    assert min(seconds) < 6, seconds  # 2 s on a machine with nothing else to do
