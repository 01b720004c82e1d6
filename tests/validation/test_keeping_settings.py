"""A reading that was guessed is shown, kept in the contract's text, and certain from then on."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.counts import count

from satudata.validation.checking import Preview, preview_file
from satudata.validation.contracts.errors import ContractError
from satudata.validation.contracts.keeping import KeepingError, with_file_settings, with_version
from satudata.validation.contracts.loading import load_contract
from satudata.validation.contracts.model import DataContract
from satudata.validation.readers.detection import Unreadable
from satudata.validation.reports.model import Report, Verdict

Make = Callable[..., DataContract]

COLUMNS = [
    {"name": "wilayah", "logicalType": "string", "required": True, "primaryKey": True},
    {"name": "nilai", "logicalType": "integer"},
]
MESSY = (
    "Tabel 1;;;;\nwilayah;Nilai;;Keterangan;Contoh\nCuraçao;1;;x;y\n"
    + "Aceh;2;;;\n" * 30
    + "Jumlah;61\nSumber: BPS\n"
).encode("cp1252")


@pytest.fixture
def preview(tmp_path: Path) -> Callable[..., Preview]:
    def run(content: bytes | str, contract: DataContract, rows: int = 20) -> Preview:
        path = tmp_path / "data"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return preview_file(path, contract, rows)

    return run


def test_a_preview_shows_the_reading_and_the_first_rows(
    make_contract: Make, preview: Callable[..., Preview]
) -> None:
    shown = preview(MESSY, make_contract(COLUMNS), rows=2)
    assert (shown.header, shown.first_row) == (("wilayah", "Nilai"), 3)
    assert shown.rows == (("Curaçao", "1"), ("Aceh", "2"))
    assert shown.reading.uncertain == ("encoding", "headerRow", "lastColumn", "footerRows")
    assert shown.reading.as_settings() == {
        "format": "csv",
        "encoding": "windows-1252",
        "delimiter": ";",
        "headerRow": 2,
        "lastColumn": 2,
        "footerRows": 2,
    }


def test_a_certain_reading(make_contract: Make, preview: Callable[..., Preview]) -> None:
    shown = preview("wilayah,nilai\nAceh,1\n", make_contract(COLUMNS))
    assert shown.reading.uncertain == ()
    assert shown.reading.as_settings() == {"format": "csv", "encoding": "utf-8", "delimiter": ","}


def test_a_preview_masks_personal_values(make_contract: Make, preview: Callable[..., Preview]) -> None:
    secret = {**COLUMNS[0], "customProperties": [{"property": "personalData", "value": "GENERAL"}]}
    shown = preview(
        "wilayah,nilai\nBudi Santoso,1\n", make_contract([secret, COLUMNS[1]], personalData="GENERAL")
    )
    assert shown.rows == (("Budi******so", "1"),)


def test_a_preview_of_no_table(make_contract: Make, preview: Callable[..., Preview]) -> None:
    with pytest.raises(Unreadable):
        preview(b"%PDF-1.7", make_contract(COLUMNS))


def test_what_was_kept_is_certain(
    make_contract: Make, preview: Callable[..., Preview], check: Callable[..., Report]
) -> None:
    loose = [{**COLUMNS[0], "primaryKey": False}, COLUMNS[1]]
    contract = make_contract(loose)
    assert check(MESSY, contract).verdict is Verdict.REJECTED
    kept = load_contract(with_file_settings(contract.source, preview(MESSY, contract).reading.as_settings()))
    report = check(MESSY, kept)
    assert (report.verdict, report.rules, report.rows) == (Verdict.ACCEPTED, (), 31)


# -- the text of the contract

HEAD = """\
# Kontrak contoh
apiVersion: v3.1.0
kind: DataContract
id: dinas-contoh/tabel   # tidak berubah
version: 1.0.0
status: active
description: {purpose: Contoh.}
"""
TAIL = """\
customProperties:
  # yang berlaku di Indonesia
  - {property: sdi, value: {agency: dinas-contoh, title: {id: Tabel}}}
"""
PROPERTIES = """\
    properties:            # kolom
      - {name: kode, logicalType: string}   # kode

      # nilai
      - {name: nilai, logicalType: integer}
"""
SHAPES = {
    "no custom properties": f"schema:\n  - name: tabel\n{PROPERTIES}",
    "properties first": (
        "schema:\n  - properties:\n      - {name: kode, logicalType: string}  # kode\n    name: tabel  # akhir\n"
    ),
    "flow item": (
        f"schema:\n  - name: tabel\n    customProperties:   # cara membaca\n"
        f'      - {{property: file, value: {{format: csv, delimiter: ";"}}}}  # titik koma\n{PROPERTIES}'
    ),
    "block item": (
        "schema:\n  - name: tabel\n    customProperties:\n      - property: file\n        value:\n"
        "          # pemisah\n          delimiter: ';'   # titik koma\n          sheet: Data\n"
        f"          headerRow: 3\n      # habis\n{PROPERTIES}"
    ),
    "no file among them": (
        "schema:\n  - name: tabel\n    customProperties:\n      # lain\n      - property: lain\n        value: 1\n"
        f"{PROPERTIES}"
    ),
    "flow list": (
        f"schema:\n  - name: tabel\n    customProperties: [{{property: lain, value: [1, 2]}}] # lain\n{PROPERTIES}"
    ),
    "empty list": f"schema:\n  - name: tabel\n    customProperties: []\n{PROPERTIES}",
    "empty value": (
        "schema:\n  - name: tabel\n    customProperties:\n    - property: file\n      value: {}\n"
        + PROPERTIES
    ),
    "all in one line": (
        "schema: [{name: tabel, properties: [{name: kode, logicalType: string}, "
        "{name: nilai, logicalType: integer}]}]\n"
    ),
}
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "format": st.sampled_from(["csv", "xlsx", "geojson"]),
        "encoding": st.sampled_from(["utf-8", "windows-1252"]),
        "delimiter": st.sampled_from([",", ";", "\t", "|"]),
        "sheet": st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
        | st.sampled_from(
            ["Data: 1 # a", "yes", "null", "'", '"', "2024", "1e5", "- a", "{a}", "*a", "Lembar 1"]
        ),
        "headerRow": st.integers(5, 1_000),
        "headerRows": st.integers(1, 3),
        "footerRows": st.integers(0, 1_000),
    },
)


def without_file(text: str) -> dict[str, Any]:
    """What the contract says beside its `file` settings."""
    document = yaml.safe_load(text)
    (table,) = document["schema"]
    custom = [item for item in table.pop("customProperties", None) or [] if item["property"] != "file"]
    return {**document, "custom": custom}


@settings(
    max_examples=count(full=60, ordinary=20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(shape=st.sampled_from(sorted(SHAPES)), wanted=SETTINGS, end=st.sampled_from(["\n", "\r\n"]))
def test_settings_are_added_and_nothing_else_changes(shape: str, wanted: dict[str, Any], end: str) -> None:
    text = f"{HEAD}{SHAPES[shape]}{TAIL}".replace("\n", end)
    before = load_contract(text)
    kept = with_file_settings(text, wanted)
    after = load_contract(kept)
    told = {
        "format": after.file.format,
        "encoding": after.file.encoding,
        "delimiter": after.file.delimiter,
        "sheet": after.file.sheet,
        "headerRow": after.file.header_row,
        "headerRows": after.file.header_rows,
        "footerRows": after.file.footer_rows,
    }
    old = {
        "format": before.file.format,
        "delimiter": before.file.delimiter,
        "headerRow": before.file.header_row,
        "sheet": before.file.sheet,
    }
    assert {**dict.fromkeys(told), **old, **wanted} == told
    assert without_file(kept) == without_file(text)
    for comment in re.findall(r"# \w.*", text):
        assert comment in kept
    assert with_file_settings(kept, wanted) == kept


def test_only_one_line_changes() -> None:
    text = f"{HEAD}{SHAPES['flow item']}{TAIL}"
    kept = with_file_settings(text, {"delimiter": "\t", "headerRow": 4})
    changed = [
        (old, new) for old, new in zip(text.splitlines(), kept.splitlines(), strict=True) if old != new
    ]
    assert changed == [
        (
            '      - {property: file, value: {format: csv, delimiter: ";"}}  # titik koma',
            '      - {property: file, value: {format: csv, delimiter: "\\t", headerRow: 4}}  # titik koma',
        )
    ]


def test_nothing_to_keep_changes_nothing() -> None:
    text = f"{HEAD}{SHAPES['block item']}{TAIL}"
    assert with_file_settings(text, {}) == text


def test_what_cannot_be_written_is_said() -> None:
    shared = (
        "schema:\n  - name: tabel\n    customProperties: &sama [{property: file, value: {format: csv}}]\n"
        f"{PROPERTIES}"
    )
    text = f"{HEAD}{shared}{TAIL}lain: *sama\n"
    with pytest.raises(KeepingError):
        with_file_settings(text, {"headerRow": 2})
    with pytest.raises(KeepingError):
        with_file_settings(f"{HEAD}{TAIL}", {"headerRow": 2})
    with pytest.raises(KeepingError):
        with_file_settings("schema: [{customProperties: [{property: file, value: 5}]}]", {"headerRow": 2})
    with pytest.raises(ContractError):
        with_file_settings("a: [", {"headerRow": 2})


@pytest.mark.parametrize("written", ["1.0.0", '"1.0.0"', "'1.0.0'"])
def test_a_version_takes_the_place_of_the_one_before(written: str) -> None:
    text = f"{HEAD}{SHAPES['block item']}{TAIL}".replace("version: 1.0.0", f"version: {written}  # dari kami")
    assert f"version: {written}  # dari kami" in text
    raised = with_version(text, "1.0.1")
    assert raised == text.replace(f"version: {written}", "version: 1.0.1")
    assert load_contract(raised).version == "1.0.1"


def test_a_version_that_cannot_be_written_is_said() -> None:
    for text in ("name: a", "version: [1]", "version: &v 1.0.0\nlain: *v"):
        with pytest.raises(KeepingError):
            with_version(text, "1.0.1")
