"""The report beside the table on the pages of a submission, and the page of rules."""

import re
import time
from typing import Any

import httpx
import pytest

from satudata.validation.findings.catalogue import catalogue

Server = Any  # tests/hub/conftest.py
HTML = {"Accept": "text/html"}
WRONG = (
    "Upah minimum Jawa Barat,,,\n"
    "kode_kabupaten_kota,nama_kabupaten_kota,tahun,upah_minimum\n"
    "3201,Kabupaten Bogor,2024,<b>banyak</b>\n"
    "3202,Kabupaten Sukabumi,2024,3384491.00\n"
    "3203,Kabupaten Cianjur,,2915102.00\n"
)


@pytest.fixture(scope="module")
def page(server: Server) -> tuple[httpx.Client, str]:
    """A browser of the producer, and the address of a rejected submission."""
    account = server.account("PRODUCER", "disnakertrans-jabar")
    client = httpx.Client(base_url=server.url, headers={**HTML, "Sec-Fetch-Site": "same-origin"}, timeout=60)
    server.clients.append(client)
    token = _csrf(client.get("/login").text)
    fields = {
        "csrf_token": token,
        "email": account["email"],
        "password": account["password"],
        "next": "/publish",
    }
    assert client.post("/login", data=fields).status_code == 303
    form = {
        "csrf_token": _csrf(client.get("/publish").text),
        "dataset": "disnakertrans-jabar/upah-minimum",
    }
    sent = client.post("/publish", data=form, files={"file": ("upah.csv", WRONG.encode())})
    assert sent.status_code == 303, sent.text
    address = sent.headers["location"]
    deadline = time.monotonic() + 60
    while 'class="findings"' not in client.get(address).text:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return client, address


def _csrf(html: str) -> str:
    return re.findall(r'name="csrf_token" value="([^"]+)"', html)[0]


def test_wrong_cells_are_marked_in_the_table_and_lead_to_their_findings(
    page: tuple[httpx.Client, str],
) -> None:
    client, address = page
    html = client.get(address).text
    cell = re.search(r'<td class="error" id="(sel-3-3)"><a href="#(temuan-\d+)"[^>]*>(.*?)</a>', html)
    assert cell is not None
    assert "&lt;b&gt;banyak&lt;/b&gt;" in cell[3]
    assert "✕" in cell[3], "not by colour alone"
    assert f'id="{cell[2]}"' in html
    assert f'href="#{cell[1]}"' in html
    empty = re.search(r'id="sel-5-2"><a [^>]*><i>kosong</i>', html)
    assert empty is not None
    assert "<b>banyak" not in html
    for link in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{link}"' in html, link


def test_nothing_on_the_page_is_inline(page: tuple[httpx.Client, str]) -> None:
    client, address = page
    for prefix in ("", "/en"):
        html = client.get(prefix + address).text
        assert " style=" not in html
        assert "<style" not in html
        assert not re.search(r"\son[a-z]+=", html)


def test_how_the_file_was_read_is_told_with_what_was_guessed(page: tuple[httpx.Client, str]) -> None:
    client, address = page
    html = client.get(address).text
    told = html.split("Cara berkas ini dibaca", 1)[1]
    assert "<dd>CSV</dd>" in told
    assert "<dd>koma (,)" in told
    assert re.search(r"<dt>Baris judul kolom</dt><dd>2", told)
    assert "Kabupaten Sukabumi" in told.split("<table", 1)[1]
    english = client.get(f"/en{address}").text
    assert "How this file was read" in english
    assert "comma (,)" in english


def test_the_report_can_be_taken_away_in_the_language_of_the_page(page: tuple[httpx.Client, str]) -> None:
    client, address = page
    html = client.get(f"/en{address}").text
    links = re.findall(r'href="(/submissions/[^"]+/report\.[^"]+)"', html)
    assert [link.rpartition(".")[2] for link in links] == [
        "html?language=en",
        "xlsx?language=en",
        "csv?language=en",
        "json",
    ]
    for link in links:
        assert client.get(link).status_code == 200, link


def test_every_code_leads_to_its_rule(page: tuple[httpx.Client, str]) -> None:
    client, address = page
    linked = set(re.findall(r'href="/docs/rules#([a-z_.]+)"', client.get(address).text))
    assert {"row.type", "row.required"} <= linked
    rules = client.get("/docs/rules").text
    for code in linked:
        assert f'<article class="rule" id="{code}"' in rules


def test_the_page_of_rules_has_all_of_them_in_both_languages(server: Server) -> None:
    client = server.client(**HTML)
    for path, words in (("/docs/rules", "Kode tidak dikenal"), ("/en/docs/rules", "Unknown code")):
        html = client.get(path).text
        assert set(re.findall(r'<article class="rule" id="([a-z_.]+)"', html)) == set(catalogue())
        assert words in html
    assert 'href="/docs/rules"' in client.get("/docs").text
