"""Downloads of published versions, and of reports and refused files by the people of the agency."""

import csv
import io
from typing import Any

import openpyxl
import polars
import pytest

Server = Any  # tests/hub/conftest.py

SLUG = "disnakertrans-jabar/upah-minimum"
FILE = f"/download/{SLUG}/1"


def test_csv_has_every_row_and_a_good_name(server: Server) -> None:
    answer = server.client().get(f"{FILE}.csv")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert (
        answer.headers["content-disposition"]
        == 'attachment; filename="disnakertrans-jabar-upah-minimum-v1.csv"'
    )
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 216
    assert list(rows[0]) == ["kode_kabupaten_kota", "nama_kabupaten_kota", "tahun", "upah_minimum"]


def test_xlsx_opens_in_a_spreadsheet_program(server: Server) -> None:
    answer = server.client().get(f"{FILE}.xlsx")
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    book = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)
    assert book["data"].max_row == 217
    told = {str(row[0]): str(row[1]) for row in book["info"].iter_rows(values_only=True) if row[0]}
    assert told["Versi / Version"] == "1"
    assert told["Alamat / Address"].endswith(f"/datasets/{SLUG}")
    assert "Demo" in told


def test_parquet_keeps_the_types(server: Server) -> None:
    answer = server.client().get(f"{FILE}.parquet")
    frame = polars.read_parquet(io.BytesIO(answer.content))
    assert frame.height == 216
    assert frame.schema["upah_minimum"] == polars.Decimal(18, 2)
    assert frame.schema["kode_kabupaten_kota"] == polars.String


@pytest.mark.parametrize("format", ["csv", "xlsx", "parquet"])
def test_latest_leads_to_the_number(server: Server, format: str) -> None:
    answer = server.client().get(f"/download/{SLUG}/latest.{format}")
    assert answer.status_code == 302
    assert answer.headers["location"] == f"{FILE}.{format}"


def test_an_unchanged_file_is_not_sent_again(server: Server) -> None:
    client = server.client()
    first = client.get(f"{FILE}.csv")
    again = client.get(f"{FILE}.csv", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert client.get(f"{FILE}.xlsx").headers["etag"] != first.headers["etag"]
    assert first.headers["cache-control"] == "public, max-age=600"


def test_a_broken_download_can_go_on(server: Server) -> None:
    client = server.client()
    whole = client.get(f"{FILE}.parquet").content
    rest = client.get(f"{FILE}.parquet", headers={"Range": "bytes=100-"})
    assert rest.status_code == 206
    assert rest.content == whole[100:]


def test_head_tells_the_size(server: Server) -> None:
    client = server.client()
    answer = client.head(f"{FILE}.csv")
    assert answer.content == b""
    assert int(answer.headers["content-length"]) == len(client.get(f"{FILE}.csv").content)


@pytest.mark.parametrize(
    "path",
    [
        f"/download/{SLUG}/2.csv",
        f"/download/{SLUG}/0.csv",
        f"/download/{SLUG}/1.doc",
        f"/download/{SLUG}/newest.csv",
        f"/download/{SLUG}/99999999999999999999.csv",
        "/download/disnakertrans-jabar/tidak-ada/1.csv",
        f"/download/{SLUG}/..%2F1.csv",
    ],
)
def test_what_is_not_there_is_said_with_a_remedy(server: Server, path: str) -> None:
    for accept, kind in (("*/*", "application/json"), ("text/html", "text/html")):
        answer = server.client(Accept=accept).get(path)
        assert answer.status_code == 404, answer.text
        assert answer.headers["content-type"].startswith(kind)
    assert (
        server.client().get(f"/download/{SLUG}/1.doc").json()["message"]["en"].count("csv, xlsx, parquet")
        == 1
    )


REFUSED = b"kode_kab,jumlah_puskesmas\n1101,dua puluh\n9999,3\n"


@pytest.fixture(scope="module")
def refused(server: Server) -> str:
    """The id of a submission the check has rejected."""
    producer = server.client(server.account("PRODUCER", "kemenkes"))
    submission = server.submit(producer, "kemenkes/puskesmas", REFUSED, "salah ketik “Mei”.csv")
    assert server.wait_for(producer, submission, {"REJECTED", "IN_REVIEW", "FAILED"}) == "REJECTED"
    return str(submission)


def test_a_refused_file_and_its_report_stay_readable_to_the_people_of_the_agency(
    server: Server, refused: str
) -> None:
    for role in ("PRODUCER", "STEWARD"):
        client = server.client(server.account(role, "kemenkes"))
        report = client.get(f"/submissions/{refused}/report.json")
        assert report.headers["content-type"] == "application/json"
        assert report.json()["verdict"] == "REJECTED"
        assert {(item["code"], item["row"]) for item in report.json()["findings"]} >= {
            ("row.type", 2),
            ("row.code", 3),
        }
        file = client.get(f"/submissions/{refused}/file")
        assert file.content == REFUSED
        assert file.headers["content-disposition"].startswith(
            "attachment; filename*=UTF-8''salah%20ketik%20%E2%80%9C"
        )
        assert file.headers["x-content-type-options"] == "nosniff"


def test_others_do_not_learn_that_it_exists(server: Server, refused: str) -> None:
    other = server.client(server.account("STEWARD", "disnakertrans-jabar"))
    for path in (f"/submissions/{refused}/report.json", f"/submissions/{refused}/file"):
        assert server.client().get(path).status_code == 401
        answer = other.get(path)
        missing = other.get(path.replace(refused, "0" * len(refused)))
        assert answer.status_code == missing.status_code == 404
        assert answer.json()["message"] == missing.json()["message"]


def test_the_published_version_stays_up(server: Server, refused: str) -> None:
    assert (
        server.client().get("/download/kemenkes/puskesmas/latest.csv").headers["location"].endswith("/1.csv")
    )
