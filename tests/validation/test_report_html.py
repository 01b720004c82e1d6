"""The report as one page: complete, small, quiet on the network, and nothing of the file gets out of its text."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from satudata.validation.contracts.model import DataContract
from satudata.validation.reports.excerpting import make_excerpt
from satudata.validation.reports.html import content_policy, render_html
from satudata.validation.reports.model import Report

Check = Callable[..., Report]
Make = Callable[..., DataContract]
HEADER = "Kode Wilayah,nama,tahun,upah\n"
EVIL = "<script>alert(1)</script>"


class Page(HTMLParser):
    """Tags with attributes, ids, links, and the texts of marked cells."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.tags if "id" in attributes]

    @property
    def links(self) -> list[str]:
        return [attributes["href"] or "" for tag, attributes in self.tags if tag == "a"]


@pytest.fixture
def page(check: Check, wages: DataContract, tmp_path: Path) -> Callable[..., str]:
    def make(content: str, language: str = "id", contract: DataContract = wages) -> str:
        report = check(content, contract)
        excerpt = make_excerpt(report, tmp_path / "data.csv", contract)
        return render_html(report, language, contract, file_name="upah.csv", excerpt=excerpt)  # type: ignore[arg-type]

    return make


def test_verdict_rules_and_cells_in_both_languages(page: Callable[..., str]) -> None:
    content = HEADER + "3201,Kabupaten Bogor,dua,1\n9101,Kabupaten Merauke,2020,1\n"
    for language, words in (
        ("id", ("DITOLAK", '"dua" bukan bilangan bulat.', "Kode lama", "kesalahan", "peringatan")),
        ("en", ("REJECTED", '"dua" is not a whole number.', "Superseded code", "error", "warning")),
    ):
        html = page(content, language)
        found = Page(html)
        assert f'<html lang="{language}">' in html
        for word in words:
            assert word in found.text
        assert "upah.csv" in found.text
        assert "✕1" in found.text
        assert "c2-2" in found.ids


def test_every_link_leads_to_a_place_on_the_page(page: Callable[..., str]) -> None:
    found = Page(page(HEADER + "3201,Kabupaten Bogor,dua,1\n3299,x\n3201,a,2020,-1\n3201,b,2020,-1\n"))
    assert len(found.ids) == len(set(found.ids))
    assert found.links
    for link in found.links:
        assert link.startswith("#")
        assert link[1:] in found.ids
    assert "c3" in found.ids, "a record with too few cells is marked at its number"


def test_nothing_is_asked_of_the_network_and_nothing_runs(page: Callable[..., str]) -> None:
    html = page(HEADER + "3201,Kabupaten Bogor,dua,1\n")
    found = Page(html)
    assert not {"script", "link", "img", "iframe", "form", "object"} & {tag for tag, _ in found.tags}
    assert not [name for _, attributes in found.tags for name in attributes if name in ("style", "src")]
    assert "url(" not in html
    assert not re.findall(r"https?://", html)
    policy = next(
        attributes["content"]
        for tag, attributes in found.tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == content_policy()
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_cells_headers_and_names_are_escaped(
    page: Callable[..., str], check: Check, make_contract: Make, tmp_path: Path
) -> None:
    contract = make_contract(
        [
            {"name": "a", "logicalType": "string"},
            {"name": "b", "physicalName": "<b>B</b>", "logicalType": "integer"},
        ]
    )
    html = page(f'a,<b>B</b>\n"""><img src=x>",{EVIL}\n', contract=contract)
    assert EVIL not in html
    assert "<img" not in html
    assert "<b>B</b>" not in html
    assert EVIL in Page(html).text
    report = check("a\n", contract)
    assert "<i>x" not in render_html(report, "id", contract, file_name="<i>x.csv")


def test_bars_show_the_counts_in_proportion(page: Callable[..., str]) -> None:
    rows = "3201,Bogor,dua,1\n" * 4 + "3299,x,2020,1\n"
    widths = [
        float(attributes["width"] or 0)
        for tag, attributes in Page(page(HEADER + rows)).tags
        if tag == "rect" and attributes.get("class") != "rail"
    ]
    assert max(widths) == 100
    assert 25 in widths


def test_a_thousand_findings_stay_under_a_megabyte(page: Callable[..., str]) -> None:
    rows = (
        f"3201,Kabupaten Bogor,{f'tahun {number}' if number % 3 else 2000},1\n" for number in range(4_500)
    )
    html = page(HEADER + "".join(rows))
    assert html.count('<li id="f') == 1_000
    assert len(html.encode()) < 1_000_000
    assert "Tidak semua baris yang bermasalah muat" in html


def test_a_file_without_findings_and_one_that_is_no_table(page: Callable[..., str]) -> None:
    good = page(HEADER + "3201,Kabupaten Bogor,2020,1\n")
    assert "DITERIMA" in good
    assert "<table" not in good
    bad = page("%PDF-1.7\n")
    assert "DITOLAK" in bad
    assert "file.not_a_table" in bad
