"""`satudata check` in every format, and the same report from the command line, the API and the gate."""

import csv
import io
import json
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

Cli = Any  # tests/hub/conftest.py
Server = Any
DEMO = Path(__file__).parents[2] / "datasets/satudata/datasets/demo"
HEADER = "kode_kabupaten_kota,nama_kabupaten_kota,tahun,upah_minimum\n"
WRONG = HEADER + "3201,Kabupaten Bogor,2024,banyak\n3299,x,2024,1\n"


@pytest.fixture
def wages(tmp_path: Path) -> tuple[str, ...]:
    """A wrong file, and the wage contract without its rules about the whole set, whose engine takes long to load."""
    contract = yaml.safe_load((DEMO / "contracts/upah-minimum.yaml").read_text())
    for table in contract["schema"]:
        table["quality"] = [rule for rule in table["quality"] if rule["engine"] != "greatExpectations"]
    (tmp_path / "upah-minimum.yaml").write_text(yaml.safe_dump(contract, sort_keys=False))
    (tmp_path / "upah.csv").write_text(WRONG)
    return ("check", "upah.csv", "--contract", "upah-minimum.yaml")


def test_the_format_is_read_off_the_name_of_the_output(
    command: Cli, tmp_path: Path, wages: tuple[str, ...]
) -> None:
    for name in ("a.html", "a.csv", "a.xlsx", "a.json", "a.txt", "a.HTM", "a"):
        ended = command(*wages, "-o", name)
        assert ended.returncode == 1, ended.stderr
        assert ended.stdout == ""
    assert (tmp_path / "a.html").read_text().startswith('<!doctype html>\n<html lang="id">')
    assert (tmp_path / "a.HTM").read_text() == (tmp_path / "a.html").read_text()
    assert json.loads((tmp_path / "a.json").read_text())["verdict"] == "REJECTED"
    assert (tmp_path / "a.txt").read_text() == (tmp_path / "a").read_text()
    assert (tmp_path / "a.txt").read_text().startswith("DITOLAK")
    lines = list(csv.reader((tmp_path / "a.csv").read_text("utf-8-sig").splitlines()))
    assert lines[1][:4] == ["2", "upah_minimum", "upah_minimum", "banyak"]
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert sheet["D2"].value == "banyak"
    assert sheet["D2"].comment is not None


def test_what_is_asked_for_counts_more_than_the_name(
    command: Cli, tmp_path: Path, wages: tuple[str, ...]
) -> None:
    assert command(*wages, "--format", "json", "-o", "a.html").returncode == 1
    assert json.loads((tmp_path / "a.html").read_text())["rows"] == 2
    assert json.loads(command(*wages, "-f", "json").stdout)["rows"] == 2
    assert command(*wages, "-f", "html", "--language", "en").stdout.startswith(
        '<!doctype html>\n<html lang="en">'
    )


def test_the_text_shows_the_cell_among_its_neighbours(command: Cli, wages: tuple[str, ...]) -> None:
    lines = command(*wages).stdout.splitlines()
    place = next(index for index, line in enumerate(lines) if "Baris 2:" in line and "banyak" in line)
    assert lines[place + 1].split(" │ ")[-1] == "upah_minimum"
    assert "Kabupaten Bogor" in lines[place + 2]
    assert lines[place + 3].strip() == "^^^^^^"


def test_a_workbook_can_go_through_a_pipe(cli: Cli, tmp_path: Path, wages: tuple[str, ...]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "satudata.hub.cli", *wages, "-f", "xlsx"],
        cwd=tmp_path,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr
    assert openpyxl.load_workbook(io.BytesIO(ended.stdout)).worksheets[0]["D2"].value == "banyak"
    assert ended.stderr == b"", "nobody is at a terminal"


def test_progress_is_told_where_it_is_asked_for(command: Cli, wages: tuple[str, ...]) -> None:
    told = command(*wages, "--progress", "--language", "en").stderr.splitlines()
    assert told[0] == "loading the checker"
    assert told[1].startswith("reading")


def test_at_a_terminal_progress_comes_before_the_checker_and_a_workbook_is_refused(
    tmp_path: Path, wages: tuple[str, ...]
) -> None:
    code, shown = at_terminal([*wages], tmp_path)
    assert code == 1
    assert shown.startswith("memuat pemeriksa")
    assert "\x1b[31mDITOLAK" in shown
    assert "\x1b[7m" in shown
    code, shown = at_terminal([*wages, "-f", "xlsx"], tmp_path)
    assert code == 2
    assert "--output laporan.xlsx" in shown


def test_what_was_guessed_is_kept_in_the_contract_when_asked(
    command: Cli, tmp_path: Path, wages: tuple[str, ...]
) -> None:
    contract = tmp_path / "upah-minimum.yaml"
    before = contract.read_text()
    text = before.replace("headerRow: 1", "footerRows: 0")
    assert text != before
    contract.write_text(f"# milik kami\n{text}")
    (tmp_path / "upah.csv").write_text(
        f"Upah minimum 2024,,,\n{HEADER}3201,Kabupaten Bogor,2024,4579541.00\n"
    )
    assert command(*wages).returncode == 3
    assert contract.read_text() == f"# milik kami\n{text}", "only when asked"
    kept = command(*wages, "--keep-reading")
    assert kept.returncode == 3
    assert "headerRow: 2" in kept.stderr
    assert contract.read_text().startswith("# milik kami\n")
    again = command(*wages, "--keep-reading")
    assert again.returncode == 0, again.stdout
    assert "kontrak tidak diubah" in again.stderr


def at_terminal(arguments: list[str], folder: Path) -> tuple[int, str]:
    """Run the command line in a terminal of 80 columns; its exit code and all it wrote."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "LANG": "C.UTF-8", "TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
    environment.pop("LC_ALL", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "satudata.hub.cli", *arguments],
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
    )
    os.close(theirs)
    pieces: list[bytes] = []

    def read() -> None:
        while True:
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # the other end is closed
                return
            if not piece:
                return
            pieces.append(piece)

    reader = threading.Thread(target=read)
    reader.start()
    code = process.wait(120)
    reader.join(10)
    os.close(ours)
    return code, b"".join(pieces).decode()


# -- the same bytes everywhere

REPORT = """query ($id: ID!) { submission(id: $id) { report { json } } }"""


def test_the_report_is_the_same_from_the_command_line_the_api_and_the_gate(
    cli: Cli, server: Server, tmp_path: Path
) -> None:
    content = b"kode_kab,jumlah_puskesmas\n1101,dua puluh\n9999,3\n"
    (tmp_path / "puskesmas.csv").write_bytes(content)
    producer = server.client(server.account("PRODUCER", "kemenkes"))
    submission = server.submit(producer, "kemenkes/puskesmas", content, "puskesmas.csv")
    assert server.wait_for(producer, submission, {"REJECTED", "IN_REVIEW", "FAILED"}) == "REJECTED"
    gate = producer.get(f"/submissions/{submission}/report.json").content
    told = server.ask(producer, REPORT, id=submission)["submission"]["report"]["json"]
    contract = str(DEMO / "contracts/puskesmas.yaml")
    ended = cli(
        "check",
        "puskesmas.csv",
        "-c",
        contract,
        "-f",
        "json",
        "--references",
        str(server.home / "references"),
    )
    assert ended.returncode == 1, ended.stderr
    assert ended.stdout.encode() == gate
    assert told == json.loads(gate)
