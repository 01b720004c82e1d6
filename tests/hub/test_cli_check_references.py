"""`satudata check --dataset`: the datasets a contract refers to, brought as files."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

Cli = Any  # tests/hub/conftest.py

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: dinas/anak
version: 1.0.0
status: active
schema:
  - name: anak
    properties:
      - {name: npsn, logicalType: string, relationships: [{type: foreignKey, to: dinas.sekolah.npsn}]}
customProperties:
  - {property: sdi, value: {agency: dinas, title: {id: Anak, en: Child}}}
"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "kontrak.yaml").write_text(CONTRACT)
    (tmp_path / "data.csv").write_text("npsn\n20100001\n20100009\n")
    pl.DataFrame({"npsn": ["20100001"]}).write_parquet(tmp_path / "sekolah.parquet")
    return {name: str(tmp_path / name) for name in ("kontrak.yaml", "data.csv", "sekolah.parquet")}


def test_values_are_compared_with_the_file(command: Cli, files: dict[str, str]) -> None:
    arguments = ["check", files["data.csv"], "--contract", files["kontrak.yaml"], "--language", "en"]
    without = command(*arguments)
    assert without.returncode == 3
    assert "--dataset dinas/sekolah=FILE" in without.stdout
    found = command(*arguments, "--dataset", f"dinas/sekolah={files['sekolah.parquet']}")
    assert found.returncode == 1
    assert '"20100009" is not in dinas/sekolah.npsn' in found.stdout


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("dinas/sekolah", "write agency/dataset=FILE"),
        ("dinas/lain={sekolah.parquet}", "It refers to: dinas/sekolah"),
        ("dinas/sekolah={data.csv}", "is not Parquet"),
        ("dinas/sekolah=tidak-ada.parquet", "There is no file tidak-ada.parquet"),
    ],
)
def test_wrong_options_are_usage_errors(option: str, words: str, command: Cli, files: dict[str, str]) -> None:
    for name, path in files.items():
        option = option.replace("{" + name + "}", path)
    arguments = ["check", files["data.csv"], "--contract", files["kontrak.yaml"], "--language", "en"]
    found = command(*arguments, "--dataset", option)
    assert found.returncode == 2
    assert words in found.stderr
