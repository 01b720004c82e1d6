"""The build step that turns the npm package and our tables of facts into code lists and demo tables."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from satudata.validation.references import References

ROOT = Path(__file__).parents[2]

ISLANDS = """code,regency_code,coordinate,is_populated,is_outermost_small,name
91.03.40001,91.03,"02°29'59.99"" S 140°00'00.00"" E",1,0,Pulau Uji
91.00.40002,,"00°00'00.01"" N 099°59'59.99"" E",0,1,Pulau Coba
"""
SUPERSEDED = "old_code,name,successor,valid_to,basis\n91.01,Kabupaten Lama,93.01,2022-07-25,UU 14/2022\n"


@pytest.fixture
def reference_data(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module of the build hook, expecting a package of five regions and two islands."""
    spec = importlib.util.spec_from_file_location("reference_data", ROOT / "hub/assets/reference_data.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "EXPECTED_ROWS", {"PROVINCE": 2, "REGENCY": 1, "DISTRICT": 1, "VILLAGE": 1})
    monkeypatch.setattr(module, "EXPECTED_ISLANDS", 2)
    return module


@pytest.fixture
def package(tmp_path: Path) -> Path:
    data = tmp_path / "idn-area-data" / "data"
    data.mkdir(parents=True)
    (data / "provinces.csv").write_text("code,name\n91,Papua\n93,Papua Selatan\n")
    (data / "regencies.csv").write_text("code,province_code,name\n93.01,93,Kabupaten Baru\n")
    (data / "districts.csv").write_text("code,regency_code,name\n93.01.01,93.01,Kota\n")
    (data / "villages.csv").write_text("code,district_code,name\n93.01.01.2001,93.01.01,Desa\n")
    (data / "islands.csv").write_text(ISLANDS)
    for path in (data.parent, *data.iterdir()):
        os.utime(path, (1, 1))
    return data.parent


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "superseded.csv").write_text(SUPERSEDED)
    (folder / "former_names.csv").write_text("code,name,basis\n93.01,Kabupaten Kuno,PP 1/2001\n")
    (folder / "bps_provinces.csv").write_text("code,name,kemendagri_code\n94,Papua,91\n")
    (folder / "bps_regencies.csv").write_text("code,name,kemendagri_code\n9401,Kabupaten Baru,93.01\n")
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    return folder


def test_lists_and_demo_tables(
    reference_data: ModuleType, package: Path, reference: Path, tmp_path: Path
) -> None:
    demo = tmp_path / "demo"
    made = reference_data.build(package, reference, demo)
    assert all(path.exists() for path in made)

    references = References(reference)
    current = references.entry("kemendagri/kode-wilayah", "93.01")
    assert current is not None
    assert (current.label, current.level, current.parent, current.superseded) == (
        "Kabupaten Baru",
        "REGENCY",
        "93",
        False,
    )
    old = references.entry("kemendagri/kode-wilayah", "91.01")
    assert old is not None
    assert (old.superseded, old.successors, old.valid_to) == (True, ("93.01",), current.valid_from)
    assert references.info("kemendagri/kode-wilayah").license == "ODbL-1.0"
    assert current.former_labels == ("Kabupaten Kuno",)
    statistical = references.codes("bps/kode-wilayah")
    assert statistical.select("code", "level", "parent").rows() == [
        ("94", "PROVINCE", None),
        ("9401", "REGENCY", "94"),
    ]

    regions = pl.read_parquet(demo / "wilayah.parquet")
    assert regions.columns == ["code", "level", "name", "parent_code"]
    assert regions["code"].to_list() == ["91", "93", "93.01", "93.01.01", "93.01.01.2001"]
    assert (demo / "pulau.csv").read_text().splitlines() == [
        "code,regency_code,name,lintang,bujur,berpenduduk,terluar",
        "91.00.40002,,Pulau Coba,0.000003,99.999997,false,true",
        "91.03.40001,91.03,Pulau Uji,-2.499997,140.000000,true,false",
    ]


def test_nothing_is_made_again_until_a_source_changes(
    reference_data: ModuleType, package: Path, reference: Path, tmp_path: Path
) -> None:
    def times(paths: list[Path]) -> list[int]:
        return [path.stat().st_mtime_ns for path in paths]

    made = reference_data.build(package, reference, tmp_path / "demo")
    before = times(made)
    assert times(reference_data.build(package, reference, tmp_path / "demo")) == before
    (reference / "superseded.csv").write_text(SUPERSEDED.replace("Lama", "Dulu"))
    for path in made:
        os.utime(path, (2, 2))
    assert times(reference_data.build(package, reference, tmp_path / "demo")) != [2_000_000_000] * 3
    old = References(reference).entry("kemendagri/kode-wilayah", "91.01")
    assert old is not None
    assert old.label == "Kabupaten Dulu"
    assert len(list(reference.glob("*.parquet"))) == 2, "files of the edition before are gone"


def test_another_edition_does_not_pass_for_this_one(
    reference_data: ModuleType, package: Path, reference: Path, tmp_path: Path
) -> None:
    villages = package / "data" / "villages.csv"
    villages.write_text(villages.read_text() + "93.01.01.2002,93.01.01,Desa Lain\n")
    with pytest.raises(reference_data.ReferenceDataError, match=r"villages\.csv: 2 rows, expected 1"):
        reference_data.build(package, reference, tmp_path / "demo")


def test_facts_must_fit_the_edition(
    reference_data: ModuleType, package: Path, reference: Path, tmp_path: Path
) -> None:
    (reference / "superseded.csv").write_text(SUPERSEDED.replace("93.01", "93.09"))
    with pytest.raises(reference_data.ReferenceDataError, match=r"superseded\.csv"):
        reference_data.build(package, reference, tmp_path / "demo")
    (reference / "superseded.csv").write_text(SUPERSEDED)
    for name, line in (("former_names", "93.09,x,y"), ("bps_regencies", "9401,x,93.09")):
        facts = reference / f"{name}.csv"
        kept = facts.read_text()
        facts.write_text(f"{kept}{line}\n")
        with pytest.raises(reference_data.ReferenceDataError, match=rf"{name}\.csv: unknown codes"):
            reference_data.build(package, reference, tmp_path / "demo")
        facts.write_text(kept)


def test_a_coordinate_in_another_form_is_an_error(
    reference_data: ModuleType, package: Path, reference: Path, tmp_path: Path
) -> None:
    islands = package / "data" / "islands.csv"
    islands.write_text(ISLANDS.replace("02°29'59.99", "2.4999"))
    with pytest.raises(reference_data.ReferenceDataError, match="coordinates in another form"):
        reference_data.build(package, reference, tmp_path / "demo")
