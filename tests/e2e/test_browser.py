"""A real browser on a real server: read, query, publish, review; by keyboard, without JavaScript, on a small screen."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from tests.counts import FULL

Hub = Any  # tests/conftest.py: RunningHub
CHROMIUM = Path("/usr/bin/chromium")
ROOT = Path(__file__).parents[2]
AXE = ROOT / "hub/assets/node_modules/axe-core/axe.min.js"
DEMO = ROOT / "datasets/satudata/datasets/demo"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WAGES = "disnakertrans-jabar/upah-minimum"
PUBLIC_PAGES = (
    "/",
    "/datasets",
    "/datasets?q=upah",
    "/datasets?q=tidak+ada+yang+begini",
    f"/datasets/{WAGES}",
    "/datasets/bmkg/gempa-dirasakan?offset=40",
    "/agencies",
    "/agencies/bmkg",
    "/docs",
    "/docs/api",
    "/docs/rules",
    "/login",
    "/alamat-yang-tidak-ada",
)
CONSOLE_TIMEOUT = 30_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield launched
        launched.close()


@dataclass
class Watch:
    """What a browser context did that it should not have done."""

    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext, url: str) -> None:
        context.on("request", lambda request: self._asked(request.url, url))
        context.on("console", lambda message: self._said(message.type, message.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _asked(self, address: str, url: str) -> None:
        if not address.startswith((f"{url}/", "blob:", "data:")):
            self.outside.append(address)

    def _said(self, kind: str, text: str) -> None:
        if kind == "error":
            self.complaints.append(text)


@pytest.fixture
def watch() -> Watch:
    return Watch()


def open_page(browser: Browser, hub: Hub, watch: Watch, **options: Any) -> Page:
    context = browser.new_context(base_url=hub.url, locale="id-ID", timezone_id="Asia/Jakarta", **options)
    watch.follow(context, hub.url)
    context.set_default_timeout(15_000)
    return context.new_page()


def log_in(page: Page, account: dict[str, Any], to: str) -> None:
    page.goto(to)
    page.get_by_label("Surel").fill(account["email"])
    page.get_by_label("Kata sandi").fill(account["password"])
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("button", name="Keluar")).to_be_visible()


def upload(page: Page, dataset: str, name: str, content: bytes) -> None:
    page.get_by_label("Dataset").select_option(dataset)
    page.get_by_label("Berkas", exact=True).set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Unggah dan periksa").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_reading_from_home_to_a_query(browser: Browser, demo_server: Hub, watch: Watch) -> None:
    page = open_page(browser, demo_server, watch)
    page.goto("/")
    expect(page.get_by_text("Ini demo, bukan publikasi resmi.")).to_be_visible()
    page.get_by_label("Cari dataset").fill("upah minimum")
    page.get_by_role("button", name="Cari").click()
    expect(page.locator("mark").first).to_have_text(re.compile("upah|minimum", re.IGNORECASE))
    page.get_by_role("link", name=re.compile("upah minimum", re.IGNORECASE)).first.click()
    expect(page).to_have_url(f"{demo_server.url}/datasets/{WAGES}")
    table = page.locator("table.data")
    expect(table.locator("tbody tr")).to_have_count(20)
    expect(table.locator("tbody tr").first).to_contain_text(re.compile(r"\d\.\d{3}\.\d{3},00"))
    expect(page.get_by_role("main")).to_contain_text("216 baris")

    page.get_by_text("Kueri di balik halaman ini").click()
    page.get_by_role("link", name="Jalankan Baris data").click()
    expect(page.locator(".graphiql-query-editor .monaco-editor").first).to_be_visible(timeout=CONSOLE_TIMEOUT)
    page.locator("button.graphiql-execute-button").click()
    expect(page.locator(".result-window")).to_contain_text("namaKabupatenKota", timeout=CONSOLE_TIMEOUT)
    assert watch.outside == []
    assert watch.complaints == []


def test_typing_a_query_in_the_console(browser: Browser, demo_server: Hub, watch: Watch) -> None:
    page = open_page(browser, demo_server, watch)
    page.goto("/ide")
    editor = page.locator(".graphiql-query-editor .monaco-editor").first
    expect(editor).to_be_visible(timeout=CONSOLE_TIMEOUT)
    editor.click()
    page.keyboard.press("Control+A")
    # The editor closes braces by itself.
    page.keyboard.type("{ hub { datasetCount")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".result-window")).to_contain_text(
        re.compile(r"datasetCount.*10", re.DOTALL), timeout=CONSOLE_TIMEOUT
    )
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.type('subscription { submission(id: "x") { state')
    page.keyboard.press("Control+Enter")
    expect(page.locator(".result-window")).to_contain_text("bukan id Submission", timeout=CONSOLE_TIMEOUT)
    assert watch.outside == []
    assert watch.complaints == []


@pytest.mark.xdist_group("publishing")
def test_publish_and_review(browser: Browser, fresh_demo_server: Hub, watch: Watch) -> None:
    hub = fresh_demo_server
    original = (DEMO / "upah-minimum.csv").read_text()
    edited = original.replace("Kabupaten Bogor,2024,4579541.00", "Kabupaten Bogor,2024,4579542.50")
    assert edited != original

    producer = open_page(browser, hub, watch)
    log_in(producer, hub.account("PRODUCER", "disnakertrans-jabar"), "/publish")
    upload(producer, WAGES, "upah ralat.csv", edited.encode())
    # The page follows the check by itself.
    expect(producer.locator("#keadaan")).to_contain_text("Menunggu walidata", timeout=60_000)
    expect(producer.get_by_role("main")).to_contain_text("Lolos pemeriksaan")
    producer.goto("/publish")
    expect(producer.get_by_role("link", name="upah ralat.csv")).to_be_visible()

    steward = open_page(browser, hub, watch)
    log_in(steward, hub.account("STEWARD", "disnakertrans-jabar"), "/review")
    steward.get_by_role("row", name=re.compile("upah ralat.csv")).get_by_role("link").first.click()
    steward.get_by_label("Alasan").fill("Sesuai surat ralat.")
    steward.get_by_role("button", name="Terima").click()
    expect(steward.locator("#keadaan")).to_contain_text("Disetujui")
    steward.get_by_role("button", name="Tayangkan sekarang").click()
    expect(steward.locator("#keadaan")).to_contain_text("Ditayangkan", timeout=60_000)
    steward.get_by_role("link", name="Lihat versi 2").click()
    expect(steward.get_by_role("main")).to_contain_text("2, ditayangkan")

    reader = open_page(browser, hub, watch)
    reader.goto(f"/datasets/{WAGES}")
    versions = reader.get_by_role("region", name="Versi")
    expect(versions).to_contain_text("Digantikan")
    reader.get_by_role("link", name="Versi 1").click()
    expect(reader.get_by_role("main")).to_contain_text("Anda melihat versi 1, bukan yang terbaru.")
    assert watch.outside == []
    assert watch.complaints == []


def test_a_wrong_file_is_explained_and_its_fix_replaces_it(
    browser: Browser, demo_server: Hub, watch: Watch
) -> None:
    hub = demo_server
    good = (DEMO / "upah-minimum.csv").read_text().splitlines(keepends=True)
    wrong = [*good]
    wrong[4] = wrong[4].rsplit(",", 1)[0] + ",tiga juta\n"
    page = open_page(browser, hub, watch)
    log_in(page, hub.account("PRODUCER", "disnakertrans-jabar"), "/publish")
    upload(page, WAGES, "salah.csv", "".join(wrong).encode())
    expect(page.locator("#keadaan")).to_contain_text("Ditolak", timeout=60_000)
    finding = page.locator("table.findings tbody tr").first
    expect(finding).to_contain_text("upah_minimum")
    expect(finding).to_contain_text("tiga juta")
    expect(finding.locator("td").first).to_have_text("5")
    report = page.request.get(
        page.get_by_role("link", name="Laporan lengkap (JSON)").get_attribute("href") or ""
    )
    assert report.json()["verdict"] == "REJECTED"
    kept = page.request.get(page.get_by_role("link", name="salah.csv").get_attribute("href") or "")
    assert kept.text() == "".join(wrong)

    page.get_by_role("link", name="Unggah perbaikannya").click()
    expect(page.get_by_label("Dataset")).to_have_value(WAGES)
    upload(page, WAGES, "benar.csv", "".join(good).encode())
    expect(page.locator("#keadaan")).to_contain_text("Menunggu walidata", timeout=60_000)
    expect(page.get_by_role("main")).to_contain_text("salah.csv")
    assert watch.complaints == []


def test_wrong_cells_are_marked_and_lead_to_their_explanation(
    browser: Browser, demo_server: Hub, watch: Watch
) -> None:
    hub = demo_server
    wrong = (DEMO / "upah-minimum.csv").read_text().splitlines(keepends=True)
    wrong[4] = wrong[4].rsplit(",", 1)[0] + ",tiga juta\n"
    wrong[200] = "9999" + wrong[200][4:]
    page = open_page(browser, hub, watch, viewport={"width": 1280, "height": 800})
    log_in(page, hub.account("PRODUCER", "disnakertrans-jabar"), "/publish")
    upload(page, WAGES, "bertanda.csv", "".join(wrong).encode())
    expect(page.locator("#keadaan")).to_contain_text("Ditolak", timeout=60_000)
    cell = page.locator("table.sheet td.error").filter(has_text="tiga juta")
    expect(cell).to_contain_text("✕1")
    cell.get_by_role("link").focus()
    told = page.locator("table.findings tbody tr").first
    expect(told).to_have_class(re.compile("lit"))
    table, findings = page.locator(".beside > .pane").all()
    left, right = table.bounding_box(), findings.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"], "side by side on a wide screen"

    plain = browser.new_context(
        base_url=hub.url,
        viewport={"width": 320, "height": 640},
        java_script_enabled=False,
        storage_state=page.context.storage_state(),
    ).new_page()
    plain.goto(page.url)
    # The last one: the row in which the code stands, far down in the table.
    plain.locator("table.sheet td.error").filter(has_text="9999").first.get_by_role("link").press("Enter")
    expect(plain).to_have_url(re.compile(r"#temuan-\d+$"))
    expect(plain.locator("table.findings tr:target")).to_contain_text("9999")
    expect(plain.locator("table.findings tr:target")).to_be_in_viewport()
    plain.context.close()

    report = page.get_by_role("link", name="Laporan untuk dibaca (HTML)")
    page.goto(hub.url + (report.get_attribute("href") or ""))
    expect(page.get_by_text("DITOLAK")).to_be_visible()
    header = page.locator("header")
    assert header.evaluate("element => getComputedStyle(element).borderLeftWidth") == "6px", (
        "it has its style"
    )
    page.get_by_role("link", name=re.compile("tiga juta")).click()
    expect(page.locator("#f1")).to_be_in_viewport()
    assert watch.outside == []
    assert watch.complaints == []


def test_warnings_are_accepted_one_by_one(browser: Browser, demo_server: Hub, watch: Watch) -> None:
    hub = demo_server
    page = open_page(browser, hub, watch)
    log_in(page, hub.account("PRODUCER", "kemenkes"), "/publish")
    upload(page, "kemenkes/puskesmas", "puskesmas.csv", (DEMO / "puskesmas.csv").read_bytes())
    expect(page.locator("#keadaan")).to_contain_text("Menunggu walidata", timeout=60_000)
    expect(page.get_by_role("main")).to_contain_text("26 peringatan")
    address = page.url.removeprefix(hub.url).replace("/publish/", "/review/")

    steward = open_page(browser, hub, watch)
    log_in(steward, hub.account("STEWARD", "kemenkes"), address)
    steward.get_by_label("Alasan").fill("Data menurut pembagian wilayah lama.")
    steward.get_by_role("button", name="Terima").click()
    expect(steward.get_by_role("alert")).to_contain_text("row.code_superseded")
    expect(steward.get_by_label("Alasan")).to_have_value("Data menurut pembagian wilayah lama.")
    for box in steward.get_by_role("checkbox").all():
        box.check()
    steward.get_by_role("button", name="Terima").click()
    expect(steward.locator("#keadaan")).to_contain_text(re.compile("Disetujui|Menunggu pembina data"))
    expect(steward.locator(".timeline")).to_contain_text("Data menurut pembagian wilayah lama.")


def test_returned_with_findings(browser: Browser, demo_server: Hub, watch: Watch) -> None:
    hub = demo_server
    page = open_page(browser, hub, watch)
    log_in(page, hub.account("PRODUCER", "disnakertrans-jabar"), "/publish")
    upload(page, WAGES, "upah.csv", (DEMO / "upah-minimum.csv").read_bytes())
    expect(page.locator("#keadaan")).to_contain_text("Menunggu walidata", timeout=60_000)
    address = page.url.removeprefix(hub.url).replace("/publish/", "/review/")

    steward = open_page(browser, hub, watch)
    log_in(steward, hub.account("STEWARD", "disnakertrans-jabar"), address)
    steward.get_by_role("button", name="Kembalikan").click()
    expect(steward.get_by_role("alert")).to_be_visible()
    steward.get_by_label("Alasan").fill("Angka Kota Depok belum diperbarui.")
    steward.get_by_text("Tunjuk sel yang perlu diperbaiki").click()
    steward.get_by_label("Baris", exact=True).first.fill("20")
    steward.get_by_label("Kolom", exact=True).first.select_option("upah_minimum")
    steward.get_by_label("Catatan").first.fill("Lihat keputusan terbaru.")
    steward.get_by_role("button", name="Kembalikan").click()
    expect(steward.locator("#keadaan")).to_contain_text("Dikembalikan")

    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Angka Kota Depok belum diperbarui.")
    expect(page.get_by_role("main")).to_contain_text("Lihat keputusan terbaru.")
    expect(page.get_by_role("link", name="Unggah perbaikannya")).to_be_visible()


def test_publishing_works_without_javascript(browser: Browser, demo_server: Hub, watch: Watch) -> None:
    hub = demo_server
    page = open_page(browser, hub, watch, java_script_enabled=False)
    log_in(page, hub.account("PRODUCER", "disnakertrans-jabar"), "/publish")
    upload(page, WAGES, "tanpa javascript.csv", (DEMO / "upah-minimum.csv").read_bytes())
    # The page asks to be loaded again while the check runs.
    expect(page.locator("#keadaan")).to_contain_text("Menunggu walidata", timeout=60_000)
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_role("link", name="Masuk")).to_be_visible()


def test_pages_hold_without_javascript(browser: Browser, demo_server: Hub, watch: Watch) -> None:
    page = open_page(browser, demo_server, watch, java_script_enabled=False)
    page.goto(f"/datasets/{WAGES}")
    expect(page.locator("table.data tbody tr")).to_have_count(20)
    page.get_by_role("link", name="Berikutnya").click()
    expect(page.get_by_role("main")).to_contain_text("baris 21–40 dari 216")
    page.goto("/ide")
    page.get_by_role("link", name="Buka formulir kueri").click()
    page.get_by_label("Kueri GraphQL").fill("{ hub { datasetCount } }")
    page.get_by_role("button", name="Kirim kueri").click()
    expect(page.locator("body")).to_contain_text('"datasetCount":10')


def dresses(path: str) -> list[tuple[str, str]]:
    """Languages and colours in which a page is looked at: both, or ordinarily now the one, now the other."""
    both = [("", "light"), ("/en", "dark")]
    return both if FULL else [both[PUBLIC_PAGES.index(path) % 2]]


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_public_pages_are_accessible_small_and_light(
    browser: Browser, demo_server: Hub, watch: Watch, path: str
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: build the assets first (pip install -e .)")
    for prefix, scheme in dresses(path):
        page = open_page(
            browser, demo_server, watch, viewport={"width": 320, "height": 640}, color_scheme=scheme
        )
        response = page.goto(prefix + path)
        assert response is not None
        assert len(response.body()) < 100_000
        assert page.locator("html").get_attribute("lang") == ("en" if prefix else "id")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        for summary in page.locator("main details").all():
            summary.evaluate("element => { element.open = true; }")
        assert violations(page) == []
        page.context.close()
    assert watch.outside == []


def test_pages_of_staff_are_accessible(browser: Browser, demo_server: Hub, watch: Watch) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: build the assets first (pip install -e .)")
    hub = demo_server
    page = open_page(browser, hub, watch, viewport={"width": 320, "height": 640})
    log_in(page, hub.account("PRODUCER", "kemenkes"), "/publish")
    upload(page, "kemenkes/puskesmas", "puskesmas.csv", (DEMO / "puskesmas.csv").read_bytes())
    expect(page.locator("#keadaan")).to_contain_text("Menunggu walidata", timeout=60_000)
    address = page.url.removeprefix(hub.url)
    for path in ("/publish", address, *([f"/en{address}"] if FULL else [])):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert violations(page) == []
    steward = open_page(browser, hub, watch, viewport={"width": 320, "height": 640})
    log_in(steward, hub.account("STEWARD", "kemenkes"), "/review")
    for path in ("/review", address.replace("/publish/", "/review/")):
        steward.goto(path)
        for details in steward.locator("main details").all():
            details.evaluate("element => { element.open = true; }")
        assert steward.evaluate("document.documentElement.scrollWidth") <= 320
        assert violations(steward) == []


def test_the_keyboard_reaches_the_content_first(browser: Browser, demo_server: Hub, watch: Watch) -> None:
    page = open_page(browser, demo_server, watch)
    page.goto("/datasets")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Cari dataset")).to_be_focused()
    page.keyboard.type("gempa")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("gempa")


def test_the_snippets_of_a_page_run(browser: Browser, demo_server: Hub, watch: Watch) -> None:
    page = open_page(browser, demo_server, watch)
    page.goto(f"/datasets/{WAGES}")
    page.get_by_text("Kueri di balik halaman ini").click()
    query = page.locator(".behind .query").first
    document = query.locator("pre").first.inner_text()
    answer = httpx.get(f"{demo_server.url}/graphql?{urlencode({'query': document})}", timeout=30).json()
    assert "errors" not in answer
    rows = answer["data"]["data"]["disnakertransJabar"]["upahMinimum"]
    assert rows["totalCount"] == 216
    curl = query.locator("pre").nth(1).text_content() or ""
    body = json.loads(curl.split("--data '", 1)[1].rstrip("'"))
    assert httpx.post(f"{demo_server.url}/graphql", json=body, timeout=30).json() == answer


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and its best practices, one line each."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [
        f"{item['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for item in found["violations"]
        for node in item["nodes"]
    ]
