"""The pages over HTTP: both languages, no address outside, forms with their tokens, refusals in words."""

import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from satudata.hub.portal.account import safe_target

Server = Any  # tests/hub/conftest.py
HTML = {"Accept": "text/html"}
DEMO = Path(__file__).parents[3] / "datasets/satudata/datasets/demo"
WAGES = "/datasets/disnakertrans-jabar/upah-minimum"
PAGES = (
    "/",
    "/datasets",
    "/datasets?q=upah",
    WAGES,
    "/agencies",
    "/agencies/bmkg",
    "/docs",
    "/docs/api",
    "/docs/rules",
    "/ide",
    "/login",
)
LOADED = re.compile(r"""<(?:link|script|img|source|iframe)\b[^>]*?(?:href|src)="([^"]+)"[^>]*>""")


@pytest.mark.parametrize("path", PAGES)
def test_both_languages(server: Server, path: str) -> None:
    client = server.client(**HTML)
    indonesian = client.get(path)
    english = client.get(f"/en{path}")
    for page, language, demo in (
        (indonesian, "id", "Ini demo, bukan publikasi resmi."),
        (english, "en", "This is a demo, not an official publication."),
    ):
        assert page.status_code == 200
        assert f'<html lang="{language}">' in page.text
        assert page.headers["content-language"] == language
        assert demo in page.text
        assert len(page.content) < 100_000
    assert 'lang="en" hreflang="en">English</a>' in indonesian.text
    assert 'lang="id" hreflang="id">Bahasa Indonesia</a>' in english.text
    assert "Cari dataset" not in english.text


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_only_from_here_and_hold_nothing_inline(server: Server, path: str) -> None:
    html = server.client(**HTML).get(path).text
    for tag in LOADED.finditer(html):
        if 'rel="alternate"' not in tag[0]:
            assert tag[1].startswith("/static/"), tag[0]
    assert "<style" not in html
    assert " style=" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"\son[a-z]+=", html)


def test_english_home_without_slash(server: Server) -> None:
    answer = server.client().get("/en")
    assert (answer.status_code, answer.headers["location"]) == (308, "/en/")


def test_files_of_pages_may_be_kept_for_a_year(server: Server) -> None:
    client = server.client(**HTML)
    found = re.findall(r'"(/static/[^"]+)"', client.get("/ide").text)
    assert any(address.startswith("/static/portal.css?v=") for address in found)
    for address in found:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_dataset_page_tells_who_what_and_how_checked(server: Server) -> None:
    html = server.client(**HTML).get(WAGES).text
    for words in (
        "Walidata",
        "216 baris, 4 kolom",
        "Lolos pemeriksaan",
        "kode dari daftar kemendagri/kode-wilayah",
    ):
        assert words in html
    assert re.search(r'<td class="num">\d\.\d{3}\.\d{3},\d\d</td>', html)
    assert re.search(r'<td class="num">20\d\d</td>', html)
    english = server.client(**HTML).get(f"/en{WAGES}").text
    assert re.search(r'<td class="num">\d,\d{3},\d{3}\.\d\d</td>', english)
    for extension in ("csv", "xlsx", "parquet"):
        assert f'href="/download/disnakertrans-jabar/upah-minimum/1.{extension}"' in html


def test_rows_are_paged(server: Server) -> None:
    client = server.client(**HTML)
    assert "baris 1–20 dari 216" in client.get(WAGES).text
    last = client.get(f"{WAGES}?offset=200").text
    assert "baris 201–216 dari 216" in last
    assert 'rel="next"' not in last
    assert client.get(f"{WAGES}?offset=banyak&version=").status_code == 200
    assert "baris 0–216 dari 216" not in client.get(f"{WAGES}?offset=9999").text


def test_the_contract_is_one_click_away(server: Server) -> None:
    client = server.client()
    address = re.findall(r'href="([^"]+contract\.yaml)"', client.get(WAGES, headers=HTML).text)[0]
    answer = client.get(address)
    assert answer.headers["content-type"].startswith("application/yaml")
    assert yaml.safe_load(answer.text)["apiVersion"] == "v3.1.0"


@pytest.mark.parametrize(
    "path",
    [
        "/datasets/bmkg/tidak-ada",
        "/agencies/tidak-ada",
        f"{WAGES}?version=99",
        f"{WAGES}/apa",
        "/regions-lama",
    ],
)
def test_what_is_not_there(server: Server, path: str) -> None:
    for prefix, words in (("", "Halaman tidak ditemukan"), ("/en", "Page not found")):
        answer = server.client(**HTML).get(prefix + path)
        assert answer.status_code == 404
        assert f"<h1>{words}</h1>" in answer.text
        assert "Traceback" not in answer.text


def test_search_filters_that_nobody_knows_find_nothing(server: Server) -> None:
    client = server.client(**HTML)
    assert client.get("/datasets?topic=entah&access=RAHASIA&order=ACAK").status_code == 200
    broken = client.get("/datasets?after=rusak")
    assert broken.status_code == 400
    assert "Permintaan tidak dapat dipakai" in broken.text
    nothing = client.get("/datasets?agency=tidak-ada")
    assert nothing.status_code == 200
    assert "Tidak ada dataset yang cocok." in nothing.text
    attack = client.get("/datasets", params={"q": '"><script>alert(1)</script>'})
    assert "<script>alert" not in attack.text


def test_facets_narrow_and_can_be_taken_off(server: Server) -> None:
    client = server.client(**HTML)
    narrowed = client.get("/datasets?agency=bmkg").text
    assert "2 dataset" in narrowed
    assert 'class="chosen" aria-current="true" href="/datasets"' in narrowed


@pytest.mark.parametrize("path", ["/publish", "/review", "/publish/abc", "/en/review/abc"])
def test_pages_of_staff_ask_for_a_login_first(server: Server, path: str) -> None:
    answer = server.client(**HTML).get(path)
    assert answer.status_code == 303
    prefix = "/en" if path.startswith("/en") else ""
    wanted = path.removeprefix(prefix).replace("/", "%2F")
    assert answer.headers["location"] == f"{prefix}/login?next={wanted}"


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "", None, "a\nb"]
)
def test_login_leads_nowhere_else(target: str | None) -> None:
    assert safe_target(target) == "/"
    assert safe_target("/publish?dataset=a/b") == "/publish?dataset=a/b"


def test_a_wrong_password_is_told_in_the_form(server: Server) -> None:
    with browser_of(server) as client:
        answer = log_in(client, "orang@demo.example", "salah")
        assert answer.status_code == 401
        assert "Surel atau kata sandi tidak cocok" in answer.text
        assert 'value="orang@demo.example"' in answer.text
        assert "salah" not in answer.text.split("<main", 1)[1].replace('id="salah"', "").replace(
            '"salah"', ""
        )


def test_forms_without_their_token_are_refused(server: Server) -> None:
    account = server.account("PRODUCER", "bmkg")
    with browser_of(server) as client:
        assert client.post("/login", data={"email": "a@b.c", "password": "x"}).status_code == 403
        assert log_in(client, account["email"], account["password"]).status_code == 303
        assert client.post("/publish", data={"dataset": "bmkg/gempa-dirasakan"}).status_code == 403
        assert client.post("/logout").status_code == 403
        assert "Keluar" in client.get("/").text
        token = csrf(client.get("/publish").text)
        assert client.post("/logout", data={"csrf_token": token}).status_code == 303
        assert "Keluar" not in client.get("/").text


def test_publish_form_says_what_is_missing(server: Server) -> None:
    account = server.account("PRODUCER", "bmkg")
    with browser_of(server) as client:
        log_in(client, account["email"], account["password"])
        token = csrf(client.get("/publish").text)
        empty = client.post(
            "/publish",
            data={"csrf_token": token, "dataset": "bmkg/gempa-dirasakan", "note": "halo"},
            files={"file": ("", b"")},
        )
        assert empty.status_code == 400
        assert "Pilih berkas yang akan diunggah." in empty.text
        assert ">halo</textarea>" in empty.text
        assert '<option value="bmkg/gempa-dirasakan" selected>' in empty.text
        foreign = client.post(
            "/publish",
            data={"csrf_token": token, "dataset": "bps/impor-pelabuhan"},
            files={"file": ("a.csv", b"a\n1\n")},
        )
        assert foreign.status_code in (400, 403, 404)
        assert "Belum bisa dikirim" in foreign.text


def test_roles_see_their_own_pages(server: Server) -> None:
    steward = server.account("STEWARD", "bmkg")
    with browser_of(server) as client:
        log_in(client, steward["email"], steward["password"])
        assert "tidak berperan sebagai Produsen Data" in client.get("/publish").text
        assert "Tidak ada pengajuan yang menunggu keputusan Anda." in client.get("/review").text
        assert client.get("/review/tidak-ada").status_code == 404
    producer = server.account("PRODUCER", "bmkg")
    with browser_of(server) as client:
        log_in(client, producer["email"], producer["password"])
        assert "tidak berperan sebagai Walidata" in client.get("/review").text


def test_a_submission_is_for_its_agency_only(server: Server) -> None:
    producer, other = server.account("PRODUCER", "dlh-jakarta"), server.account("PRODUCER", "bps")
    with browser_of(server) as client:
        log_in(client, producer["email"], producer["password"])
        token = csrf(client.get("/publish").text)
        sent = client.post(
            "/publish",
            data={"csrf_token": token, "dataset": "dlh-jakarta/ispu-bulanan", "note": "uji"},
            files={"file": ("uji.csv", b"")},
        )
        assert sent.status_code == 303
        address = sent.headers["location"]
        page = until(client, address, "Ditolak")
        assert "Laporan lengkap (JSON)" in page
        assert client.get(re.findall(r'href="(/submissions/[^"]+/file)"', page)[0]).content == b""
    with browser_of(server) as client:
        log_in(client, other["email"], other["password"])
        assert client.get(address).status_code == 404


def test_a_last_slash_leads_to_the_page_and_never_away(server: Server) -> None:
    client = server.client(**HTML)
    away = client.get("/datasets/?q=gempa", headers={"Host": "jahat.example"})
    assert (away.status_code, away.headers["location"]) == (308, "/datasets?q=gempa")
    for address in ("//jahat.example/", "/%2F%2Fjahat.example/", "/\\jahat.example/"):
        found = client.get(f"{server.url}{address}")
        assert not found.headers.get("location", "/x").startswith(("//", "/\\", "http"))


def test_a_version_that_is_no_number_is_not_there(server: Server) -> None:
    for version in ("abc", "-1", "99999999999"):
        page = server.client(**HTML).get(f"/datasets/bmkg/gempa-dirasakan?version={version}")
        assert page.status_code == 404


def test_a_form_sent_twice_is_one_submission_and_a_strange_decision_is_none(server: Server) -> None:
    producer, steward = server.account("PRODUCER", "bmkg"), server.account("STEWARD", "bmkg")
    with browser_of(server) as client:
        log_in(client, producer["email"], producer["password"])
        form = client.get("/publish").text
        fields = {
            "csrf_token": csrf(form),
            "dataset": "bmkg/gempa-dirasakan",
            "idempotency_key": re.findall(r'name="idempotency_key" value="([^"]+)"', form)[0],
        }
        content = (DEMO / "gempa-dirasakan.json").read_bytes()
        both = [
            client.post("/publish", data=fields, files={"file": ("gempa.json", content)}) for _ in range(2)
        ]
        assert [answer.status_code for answer in both] == [303, 303]
        assert both[0].headers["location"] == both[1].headers["location"]
    address = both[0].headers["location"].replace("/publish/", "/review/")
    with browser_of(server) as client:
        log_in(client, steward["email"], steward["password"])
        deadline = time.monotonic() + 60
        while 'name="decision"' not in (page := client.get(address).text):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        data = {"csrf_token": csrf(page), "expected_state": "IN_REVIEW", "decision": "ZZZ", "reason": "x"}
        assert client.post(address, data=data).status_code == 409
        assert 'name="decision"' in client.get(address).text


def test_a_withdrawn_version_leaves_a_tombstone(server: Server) -> None:
    steward = server.client(server.account("STEWARD", "lkpp"))
    server.ask(
        steward,
        """mutation ($input: WithdrawVersionInput!) {
          withdrawVersion(input: $input) { version { state } problems { code } } }""",
        input={"dataset": "lkpp/capaian-pengadaan", "number": 1, "reason": "Angka Papua tertukar."},
    )
    client = server.client(**HTML)
    for address in ("/datasets/lkpp/capaian-pengadaan", "/datasets/lkpp/capaian-pengadaan?version=1"):
        page = client.get(address)
        assert page.status_code == 200
        assert "Versi 1 ditarik" in page.text
        assert "Angka Papua tertukar." in page.text
        assert "/download/" not in page.text
        assert 'class="data"' not in page.text


def browser_of(server: Server) -> httpx.Client:
    """A client with a cookie jar that asks for pages as a browser does."""
    return httpx.Client(base_url=server.url, headers={**HTML, "Sec-Fetch-Site": "same-origin"}, timeout=60)


def csrf(html: str) -> str:
    return re.findall(r'name="csrf_token" value="([^"]+)"', html)[0]


def log_in(client: httpx.Client, email: str, password: str) -> httpx.Response:
    token = csrf(client.get("/login").text)
    return client.post(
        "/login", data={"csrf_token": token, "email": email, "password": password, "next": "/"}
    )


def until(client: httpx.Client, address: str, words: str, seconds: float = 60) -> str:
    """The page once it says so."""
    deadline = time.monotonic() + seconds
    while words not in (page := client.get(address).text):
        assert time.monotonic() < deadline, page
        time.sleep(0.1)
    return page
