"""Names of places: beside a code, and alone in a column bound by name. Aliases, old names, near misses, footnotes."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from satudata.validation.checking import check_file
from satudata.validation.contracts.model import BareNames, CodeBinding, DataContract, Severity
from satudata.validation.references import References
from satudata.validation.reports.model import Report, Verdict
from satudata.validation.rows.names import NameBook
from satudata.validation.rows.place_names import same_place, without_mark

Make = Callable[..., DataContract]
Check = Callable[..., Report]
REGIONS = "kemendagri/kode-wilayah"


@pytest.fixture(scope="module")
def lists() -> References:
    return References(Path(str(files("satudata.datasets"))) / "reference")


@pytest.fixture(scope="module")
def books(lists: References) -> dict[str, NameBook]:
    def book(level: str, bare: BareNames | None = None) -> NameBook:
        return NameBook.open(CodeBinding(REGIONS, level=level, bare=bare), lists)

    return {
        "provinces": book("PROVINCE"),
        "regencies": book("REGENCY"),
        "bare": book("REGENCY", BareNames.REGENCY),
        "cities": book("REGENCY", BareNames.CITY),
        "villages": book("VILLAGE"),
    }


def column(name: str, **settings: Any) -> dict[str, Any]:
    custom = [{"property": key, "value": value} for key, value in settings.items()]
    return {"name": name, "logicalType": "string", "customProperties": custom}


@pytest.fixture
def check_names(tmp_path: Path, lists: References, make_contract: Make) -> Check:
    """Check a column of names bound to the regencies by name."""

    def run(names: list[str], **settings: Any) -> Report:
        bound = {"codeList": REGIONS, "codeLevel": "REGENCY", "codeMatch": "NAME", **settings}
        path = tmp_path / "data.csv"
        path.write_text("wilayah\n" + "\n".join(names) + "\n")
        return check_file(path, make_contract([column("wilayah", **bound)]), lists)

    return run


# -- names alone


@pytest.mark.parametrize(
    ("book", "name", "code"),
    [
        ("provinces", "DKI Jakarta", "31"),
        ("provinces", "D I YOGYAKARTA", "34"),
        ("provinces", "DI Yogyakarta", "34"),
        ("provinces", "Daerah Istimewa Yogyakarta", "34"),
        ("provinces", "Kep. Riau", "21"),
        ("provinces", "KEPRI", "21"),
        ("provinces", "KEP. BANGKA BELITUNG", "19"),
        ("provinces", "Babel", "19"),
        ("provinces", "Prov. Nanggroe Aceh Darussalam", "11"),
        ("provinces", "NTT", "53"),
        ("provinces", "Sum. Barat", "13"),
        ("regencies", "Kab. Bogor", "32.01"),
        ("regencies", "KOTA BOGOR", "32.71"),
        ("regencies", "Kodya Surabaya", "35.78"),
        ("regencies", "Surabaya", "35.78"),
        ("regencies", "Jakarta Selatan", "31.74"),
        ("regencies", "Kota Adm. Jakarta Selatan", "31.74"),
        ("regencies", "Kab. Adm. Kep. Seribu", "31.01"),
        ("regencies", "Fakfak", "92.03"),
        ("regencies", "Tojo Una-Una", "72.09"),
        ("regencies", "Pangkajene dan Kepulauan", "73.10"),
        ("regencies", "Penukal Abab Lematang Ilir (PALI)", "16.12"),
        ("regencies", "Nduga *", "95.08"),
        ("bare", "Bogor", "32.01"),
        ("bare", "Banjar", "63.03"),
        ("cities", "Bogor", "32.71"),
    ],
)
def test_spellings_that_are_certain(book: str, name: str, code: str, books: dict[str, NameBook]) -> None:
    found = books[book].resolve(name)
    assert (found.codes, found.fault) == ((code,), None)


@pytest.mark.parametrize(
    ("book", "name", "fault", "labels"),
    [
        ("regencies", "Bogor", "row.name_ambiguous", {"Kabupaten Bogor", "Kota Bogor"}),
        ("regencies", "Banjar", "row.name_ambiguous", {"Kota Banjar", "Kabupaten Banjar"}),
        ("regencies", "Pontianak", "row.name_ambiguous", {"Kota Pontianak", "Kabupaten Mempawah"}),
        ("villages", "Sidomulyo", "row.name_ambiguous", {"Sidomulyo", "Sido Mulyo"}),
        ("regencies", "Kabupaten Pontianak", "row.name_superseded", {"Kabupaten Mempawah"}),
        ("regencies", "Toba Samosir", "row.name_superseded", {"Kabupaten Toba"}),
        ("regencies", "KAB. MAMUJU UTARA", "row.name_superseded", {"Kabupaten Pasangkayu"}),
        ("bare", "Pontianak", "row.name_superseded", {"Kabupaten Mempawah"}),
        ("provinces", "Irian Jaya Barat", "row.name_superseded", {"Papua Barat"}),
        ("regencies", "Kota Baru", "row.near_name", {"Kabupaten Kotabaru"}),
        ("regencies", "Kota Bandug", "row.near_name", {"Kota Bandung"}),
        ("regencies", "Kab. Bogorr", "row.near_name", {"Kabupaten Bogor"}),
        ("provinces", "Jawa Tengh", "row.near_name", {"Jawa Tengah"}),
        ("provinces", "Jawa", "row.name", set()),
        ("regencies", "Indonesia", "row.name", set()),
        ("regencies", "Kota Aceh Selatan", "row.name", set()),
    ],
)
def test_names_that_are_told(
    book: str, name: str, fault: str, labels: set[str], books: dict[str, NameBook]
) -> None:
    found = books[book].resolve(name)
    assert found.fault == fault
    assert set(found.labels) == labels


def test_every_label_of_a_list_stands_for_its_own_code(books: dict[str, NameBook]) -> None:
    for name in ("provinces", "regencies", "bare", "cities"):
        book = books[name]
        assert [book.resolve(label).codes for _, label, _ in book.entries] == [
            (code,) for code, _, _ in book.entries
        ]
        assert {book.resolve(label.upper()).fault for _, label, _ in book.entries} == {None}


def test_findings_of_a_column_of_names(check_names: Check) -> None:
    report = check_names(["Kab. Bogor", "Bogor", "Toba Samosir", "Kota Baru", "Atlantis", "Kab. Nduga *", ""])
    assert [(item.code, item.row, item.severity.value) for item in report.findings] == [
        ("row.name_ambiguous", 3, "warning"),
        ("row.name_superseded", 4, "warning"),
        ("row.near_name", 5, "warning"),
        ("row.name", 6, "error"),
        ("row.footnote", 7, "warning"),
    ]
    told = [f"{item.message.id} {item.fix.id}" for item in report.findings]
    assert "Kabupaten Bogor, Kota Bogor" in told[0]
    assert "bareNames: REGENCY" in told[0]
    assert "kini Kabupaten Toba (12.12)" in told[1]
    assert "Kabupaten Kotabaru (63.02)" in told[2]
    assert "edisi 300.2.2-2430-2025" in told[3]
    assert 'Tulis "Kab. Nduga" saja' in told[4]
    assert all(item.message.id != item.message.en for item in report.findings)
    assert report.editions == {REGIONS: "300.2.2-2430-2025"}


def test_the_contract_setting_ends_the_doubt(check_names: Check) -> None:
    assert check_names(["Bogor", "Kota Bogor"], bareNames="REGENCY").verdict is Verdict.ACCEPTED


# -- names beside codes


@pytest.fixture
def check_pairs(tmp_path: Path, lists: References, make_contract: Make) -> Check:
    def run(*pairs: tuple[str, str]) -> Report:
        columns = [
            column("kode", codeList=REGIONS, codeLevel="REGENCY", codeFormat="PLAIN"),
            column("nama", nameOf="kode"),
        ]
        path = tmp_path / "data.csv"
        path.write_text("kode,nama\n" + "".join(f"{code},{name}\n" for code, name in pairs))
        return check_file(path, make_contract(columns), lists)

    return run


def test_a_name_beside_a_code_may_be_short_but_not_another(check_pairs: Check) -> None:
    report = check_pairs(
        ("3201", "Bogor"),
        ("3271", "Bogor"),
        ("6302", "Kota Baru"),
        ("3174", "KOTA JAKARTA SELATAN"),
        ("3201", "Kota Bogor"),
        ("1212", "Toba Samosir"),
        ("9508", "Nduga *"),
        ("9508", "NDUGA 1)"),
        ("3273", ""),
    )
    assert [(item.code, item.row) for item in report.findings] == [
        ("row.code_name", 6),
        ("row.name_superseded", 7),
        ("row.footnote", 8),
        ("row.footnote", 9),
    ]
    assert {item.severity for item in report.findings} == {Severity.WARNING}


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Nduga *", "Nduga"),
        ("Papua 1)", "Papua"),
        ("Papua¹", "Papua"),
        ("Papua (1)", "Papua"),
        ("Papua [a]", "Papua"),
        ("Papua †", "Papua"),
        ("Aceh**.", "Aceh"),
        ("Sumatera (Utara)", "Sumatera (Utara)"),
        ("Blok 12", "Blok 12"),
        ("Kota A.", "Kota A."),
    ],
)
def test_footnote_marks(name: str, clean: str) -> None:
    assert without_mark(name) == clean


def test_all_villages_have_their_own_names(tmp_path: Path, lists: References, make_contract: Make) -> None:
    """83,762 villages with their names in capitals."""
    villages = lists.codes(REGIONS).filter(pl.col("level") == "VILLAGE")
    path = tmp_path / "desa.csv"
    villages.select(kode="code", nama=pl.col("label").str.to_uppercase()).write_csv(path)
    contract = make_contract(
        [column("kode", codeList=REGIONS, codeLevel="VILLAGE"), column("nama", nameOf="kode")]
    )
    report = check_file(path, contract, lists)
    assert report.rows == 83_762
    assert "Teuw*" in villages["label"], "a label that ends like a footnote mark is a label all the same"
    assert {rule.code: rule.count for rule in report.rules} == {}


def test_same_place_is_symmetric_in_spelling() -> None:
    assert same_place("OKU", "Kabupaten Ogan Komering Ulu")
    assert not same_place("OKU Timur", "Kabupaten Ogan Komering Ulu")
