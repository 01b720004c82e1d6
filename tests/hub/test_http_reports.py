"""Reports of checks at the gate, in each format: for the people of the agency only, and never a way in."""

import csv
import io
from typing import Any

import openpyxl
import psutil
import pytest

Server = Any  # tests/hub/conftest.py

REFUSED = b"kode_kab,jumlah_puskesmas\n1101,dua puluh\n9999,<script>alert(1)</script>\n"
FORMATS = ("html", "csv", "xlsx")


@pytest.fixture(scope="module")
def refused(server: Server) -> str:
    """The id of a submission the check has rejected."""
    producer = server.client(server.account("PRODUCER", "kemenkes"))
    submission = server.submit(producer, "kemenkes/puskesmas", REFUSED, "salah ketik “Mei”.csv")
    assert server.wait_for(producer, submission, {"REJECTED", "IN_REVIEW", "FAILED"}) == "REJECTED"
    return str(submission)


def test_the_report_as_a_page(server: Server, refused: str) -> None:
    client = server.client(server.account("PRODUCER", "kemenkes"))
    for language, words in (("id", "DITOLAK"), ("en", "REJECTED")):
        answer = client.get(f"/submissions/{refused}/report.html", params={"language": language})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-language"] == language
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["content-disposition"].startswith("inline; filename*=UTF-8''")
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert policy.endswith("frame-ancestors 'none'")
        assert words in answer.text
        assert "salah ketik “Mei”.csv" in answer.text
        assert "<script" not in answer.text


def test_the_findings_as_a_list(server: Server, refused: str) -> None:
    client = server.client(server.account("STEWARD", "kemenkes"), **{"Accept-Language": "en"})
    answer = client.get(f"/submissions/{refused}/report.csv")
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''findings%20salah")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert lines[0][0] == "Row"
    assert ["2", "jumlah_puskesmas", "jumlah_puskesmas", "dua puluh"] in [line[:4] for line in lines]


def test_the_table_with_its_cells_marked(server: Server, refused: str) -> None:
    client = server.client(server.account("PRODUCER", "kemenkes"))
    answer = client.get(f"/submissions/{refused}/report.xlsx?language=id")
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''diperiksa%20salah")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert sheet["B2"].value == "dua puluh"
    assert "bukan bilangan bulat" in sheet["B2"].comment.text


@pytest.mark.parametrize("format", FORMATS)
def test_others_do_not_learn_that_it_exists(server: Server, refused: str, format: str) -> None:
    path = f"/submissions/{refused}/report.{format}"
    assert server.client().get(path).status_code == 401
    other = server.client(server.account("STEWARD", "disnakertrans-jabar"))
    answer, missing = other.get(path), other.get(path.replace(refused, "0" * len(refused)))
    assert answer.status_code == missing.status_code == 404
    assert answer.json()["message"] == missing.json()["message"]


def test_the_process_that_serves_loads_no_reader_for_it(server: Server, refused: str) -> None:
    client = server.client(server.account("PRODUCER", "kemenkes"))
    for format in FORMATS:
        assert client.get(f"/submissions/{refused}/report.{format}").status_code == 200
    process = psutil.Process(server.process.pid)
    mapped = " ".join(found.path for found in process.memory_maps())
    for heavy in ("polars", "pyarrow", "calamine"):
        assert heavy not in mapped
