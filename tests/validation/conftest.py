"""Shared parts of the validation tests: small contracts, a small code list, and checking a file out of bytes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from satudata.validation.checking import check_file
from satudata.validation.contracts.loading import load_contract
from satudata.validation.contracts.model import DataContract
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.opening import open_table
from satudata.validation.readers.reading import Reading
from satudata.validation.references import References, build_list
from satudata.validation.reports.model import Report
from satudata.validation.text import Text

REGIONS = "kemendagri/kode-wilayah"


def custom(**values: Any) -> list[dict[str, Any]]:
    return [{"property": name, "value": value} for name, value in values.items()]


@pytest.fixture(scope="session")
def contract_document() -> Callable[..., dict[str, Any]]:
    """A contract as plain data: columns as ODCS properties, rules as ODCS quality, file settings."""

    def build(
        columns: Sequence[Mapping[str, Any]],
        rules: Sequence[Mapping[str, Any]] = (),
        file: Mapping[str, Any] | None = None,
        **sdi: Any,
    ) -> dict[str, Any]:
        table: dict[str, Any] = {"name": "tabel", "properties": [dict(column) for column in columns]}
        if rules:
            table["quality"] = [dict(rule) for rule in rules]
        if file:
            table["customProperties"] = custom(file=dict(file))
        return {
            "apiVersion": "v3.1.0",
            "kind": "DataContract",
            "id": "dinas-contoh/tabel",
            "version": "1.0.0",
            "status": "active",
            "description": {"purpose": "Contoh untuk uji."},
            "schema": [table],
            "customProperties": custom(
                sdi={"agency": "dinas-contoh", "title": {"id": "Tabel contoh", "en": "Example table"}, **sdi}
            ),
        }

    return build


@pytest.fixture(scope="session")
def make_contract(contract_document: Callable[..., dict[str, Any]]) -> Callable[..., DataContract]:
    def build(columns: Sequence[Mapping[str, Any]], **parts: Any) -> DataContract:
        return load_contract(yaml.safe_dump(contract_document(columns, **parts), allow_unicode=True))

    return build


@pytest.fixture(scope="session")
def references(tmp_path_factory: pytest.TempPathFactory) -> References:
    """Two provinces, six regencies of which one is superseded."""
    rows = [
        ("32", "Jawa Barat", "PROVINCE", None, None, None),
        ("32.01", "Kabupaten Bogor", "REGENCY", "32", None, None),
        ("32.71", "Kota Bogor", "REGENCY", "32", None, None),
        ("32.73", "Kota Bandung", "REGENCY", "32", None, None),
        ("63", "Kalimantan Selatan", "PROVINCE", None, None, None),
        ("63.02", "Kabupaten Kotabaru", "REGENCY", "63", None, None),
        ("91.01", "Kabupaten Merauke", "REGENCY", "91", date(2022, 7, 25), ["93.01"]),
        ("93.01", "Kabupaten Merauke", "REGENCY", "93", None, None),
    ]
    names = ["code", "label", "level", "parent", "valid_to", "successors"]
    folder = tmp_path_factory.mktemp("references")
    title = Text("kode wilayah Kemendagri", "Kemendagri region codes")
    build_list(folder, REGIONS, "2025", title, "kemendagri", pl.DataFrame(rows, schema=names, orient="row"))
    return References(folder)


@pytest.fixture
def check(tmp_path: Path, references: References) -> Callable[..., Report]:
    """Write bytes or text to a file and check it."""

    def run(content: bytes | str, contract: DataContract, name: str = "data.csv", **options: Any) -> Report:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return check_file(path, contract, references, **options)

    return run


@dataclass(frozen=True)
class TableRead:
    """What the readers make of a file: rows begin with their record number; `codes` are code, row and column."""

    rows: list[tuple[Any, ...]]
    issues: list[Issue]
    reading: Reading

    @property
    def codes(self) -> list[tuple[str, int | None, str | None]]:
        return [(issue.code, issue.row, issue.column) for issue in self.issues]


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., TableRead]:
    """Write bytes or text to a file and read it as a table, without casting. Raises Unreadable."""

    def run(content: bytes | str, contract: DataContract, name: str = "data") -> TableRead:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        with open_table(path, contract) as table:
            rows = [row for batch in table.batches for row in batch.rows()]
            return TableRead(rows, [*table.issues, *table.late_issues], table.reading)

    return run


@pytest.fixture(scope="session")
def wages(make_contract: Callable[..., DataContract]) -> DataContract:
    """Wages by regency and year: a code, its name, a key of two columns, an exact decimal."""
    return make_contract(
        [
            {
                "name": "kode",
                "physicalName": "Kode Wilayah",
                "logicalType": "string",
                "required": True,
                "primaryKey": True,
                "primaryKeyPosition": 1,
                "customProperties": custom(codeList=REGIONS, codeLevel="REGENCY", codeFormat="PLAIN"),
            },
            {"name": "nama", "logicalType": "string", "customProperties": custom(nameOf="kode")},
            {
                "name": "tahun",
                "logicalType": "integer",
                "required": True,
                "primaryKey": True,
                "primaryKeyPosition": 2,
                "logicalTypeOptions": {"minimum": 2000, "maximum": 2030},
            },
            {
                "name": "upah",
                "logicalType": "number",
                "physicalType": "decimal(18,2)",
                "logicalTypeOptions": {"minimum": 0},
                "customProperties": custom(missingValues=["-"]),
            },
        ]
    )
