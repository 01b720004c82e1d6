"""Real agency files, original bytes, outside the repository: the folder is named by SATUDATA_REAL_DATA."""

import csv
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from satudata.validation.checking import check_file
from satudata.validation.contracts.loading import load_contract
from satudata.validation.references import References
from satudata.validation.reports.model import Report, Verdict

CONTRACTS = Path(__file__).parent / "contracts"
FILES = {
    "01": ("01_disnaker_jabar_upah_minimum.csv", "01_upah_minimum.yaml"),
    "02": ("02_bps_klasifikasi_kemiskinan.csv", "02_kemiskinan.yaml"),
    "03": ("03_dlh_dki_ispu.csv", "03_ispu_harian.yaml"),
    "04": ("04_bmkg_iklim_harian_bandung_2024.csv", "04_iklim_bandung.yaml"),
    "05": ("05_kementan_produksi_tanaman_pangan.xlsx", "05_tanaman_pangan.yaml"),
    "06": ("06_kemenkes_puskesmas.csv", "06_puskesmas.yaml"),
    "07": ("07_bps_impor_pelabuhan.csv", "07_impor.yaml"),
    "08": ("08_bmkg_gempa_dirasakan.json", "08_gempa.yaml"),
    "09": ("09_diskominfo_jabar_katalog_opendata.json", "09_katalog.yaml"),
    "10": ("10_lkpp_capaian_pengadaan_provinsi.csv", "10_capaian.yaml"),
}


@dataclass(frozen=True)
class Sample:
    """A real file and the text of our contract for it."""

    path: Path
    contract: str


@dataclass(frozen=True)
class CheckedSample:
    report: Report
    rows: pl.DataFrame | None
    """Typed rows as they would be published; None when the file was refused."""


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder that holds `samples/`."""
    named = os.environ.get("SATUDATA_REAL_DATA")
    if not named:
        pytest.skip("SATUDATA_REAL_DATA is not set: it names the folder of the real sample files")
    folder = Path(named)
    assert (folder / "samples").is_dir(), f"SATUDATA_REAL_DATA={named} holds no samples/"
    return folder


@pytest.fixture(scope="session")
def sample(real_data: Path) -> Callable[[str], Sample]:
    """`sample("01")`: the file of that number and its contract."""

    def find(number: str) -> Sample:
        file, contract = FILES[number]
        return Sample(real_data / "samples" / file, (CONTRACTS / contract).read_text("utf-8"))

    return find


@pytest.fixture(scope="session")
def references() -> References:
    """The code lists that come with the hub."""
    return References(Path(str(files("satudata.datasets"))) / "reference")


@pytest.fixture(scope="session")
def check_sample(
    sample: Callable[[str], Sample], references: References, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., CheckedSample]:
    """`check_sample("01")` checks a sample by its contract and the bundled code lists, once for the whole run.

    Another file or contract than the sample's own is given as a `Sample`.
    """
    folder = tmp_path_factory.mktemp("samples")
    done: dict[Sample, CheckedSample] = {}

    def check(number: str, other: Sample | None = None) -> CheckedSample:
        found = other or sample(number)
        if found not in done:
            output = folder / f"{len(done)}.parquet"
            report = check_file(found.path, load_contract(found.contract), references, output=output)
            accepted = report.verdict is not Verdict.REJECTED
            assert output.exists() is accepted
            done[found] = CheckedSample(report, pl.read_parquet(output) if accepted else None)
        return done[found]

    return check


@pytest.fixture(scope="session")
def raw(sample: Callable[[str], Sample]) -> Callable[..., list[list[str]]]:
    """`raw("02", ";")`: the records of a CSV sample as Python's own reader sees them; record 1 is at index 0."""

    def read(number: str, delimiter: str = ",", encoding: str = "utf-8-sig") -> list[list[str]]:
        with sample(number).path.open(encoding=encoding, newline="") as file:
            return list(csv.reader(file, delimiter=delimiter))

    return read


@pytest.fixture(scope="session")
def corrected_poverty(sample: Callable[[str], Sample], tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Sample 02 as its producer would send it again: the 72 decimal points written as the commas of the rest."""
    found = sample("02")
    lines = found.path.read_text("ascii").split("\n")
    for index, line in enumerate(lines[1:], start=1):
        cells = line.split(";")
        cells[2:4] = [cell.replace(".", ",") for cell in cells[2:4]]
        lines[index] = ";".join(cells)
    path = tmp_path_factory.mktemp("corrected") / found.path.name
    path.write_text("\n".join(lines), "ascii", newline="")
    return Sample(path, found.contract)
