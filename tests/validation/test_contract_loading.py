from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml

from satudata.validation.contracts.code_lists import require_code_lists
from satudata.validation.contracts.errors import ContractError
from satudata.validation.contracts.loading import load_contract
from satudata.validation.contracts.model import CodeFormat, ColumnType, DataContract, NumberStyle, Severity
from satudata.validation.contracts.schema import contract_json_schema
from satudata.validation.references import References

Document = Callable[..., dict[str, Any]]
YEAR = {"name": "tahun", "logicalType": "integer"}


def problems(document: dict[str, Any] | str) -> dict[str, str]:
    """Codes of the problems by path."""
    text = document if isinstance(document, str) else yaml.safe_dump(document, allow_unicode=True)
    with pytest.raises(ContractError) as raised:
        load_contract(text)
    for problem in raised.value.problems:
        assert problem.message.id
        assert problem.message.en
        assert problem.fix.id
        assert problem.fix.en
    return {problem.path: problem.code for problem in raised.value.problems}


def custom(**values: Any) -> list[dict[str, Any]]:
    return [{"property": name, "value": value} for name, value in values.items()]


def test_a_whole_contract(contract_document: Document) -> None:
    document = contract_document(
        [
            {
                "name": "kode",
                "physicalName": "Kode Wilayah",
                "logicalType": "string",
                "required": True,
                "primaryKey": True,
                "primaryKeyPosition": 1,
                "customProperties": custom(
                    codeList="kemendagri/kode-wilayah",
                    codeSystem="KEMENDAGRI",
                    codeLevel="REGENCY",
                    codeFormat="PADDED4",
                ),
            },
            {
                "name": "tanggal",
                "logicalType": "date",
                "logicalTypeOptions": {
                    "format": "dd/MM/yyyy",
                    "minimum": "2020-01-01",
                    "exclusiveMaximum": "2030-01-01",
                },
            },
            {
                "name": "nilai",
                "businessName": "Nilai impor",
                "logicalType": "number",
                "physicalType": "decimal(18,3)",
                "logicalTypeOptions": {"exclusiveMinimum": 0},
                "customProperties": custom(
                    numberStyle="1.234,56", unit="USD", title={"id": "Nilai", "en": "Value"}
                ),
            },
            {"name": "rasio", "logicalType": "number", "physicalType": "double"},
            {
                "name": "waktu",
                "logicalType": "timestamp",
                "logicalTypeOptions": {"defaultTimezone": "Asia/Jakarta"},
            },
        ],
        rules=[
            {
                "name": "wajar",
                "type": "custom",
                "engine": "pandera",
                "implementation": "nilai < 100",
                "description": "Terlalu besar.",
            },
            {
                "name": "lengkap",
                "type": "custom",
                "engine": "greatExpectations",
                "severity": "error",
                "implementation": {"measure": "null_share.nilai", "max": 0.1},
                "customProperties": custom(message={"id": "Banyak kosong.", "en": "Many empty."}),
            },
            {"type": "text", "description": "Catatan untuk orang."},
        ],
        file={"format": "csv", "delimiter": ";", "headerRow": 3, "footerRows": 1},
        accessLevel="OPEN",
        license="CC-BY-4.0",
        sort=["kode", "tanggal"],
        headline="nilai",
        temporal={"start": "2020-01-01"},
        spatial={"codeSystem": "KEMENDAGRI", "code": 32, "smallestLevel": "REGENCY"},
    )
    document["slaProperties"] = [{"property": "frequency", "value": 1, "unit": "q"}]
    document["authoritativeDefinitions"] = [{"url": "https://example.go.id/data", "type": "source"}]
    contract = load_contract(yaml.safe_dump(document))

    code, day, value, ratio, moment = contract.columns
    assert (code.header, code.is_key, code.code and code.code.format) == (
        "Kode Wilayah",
        True,
        CodeFormat.PADDED4,
    )
    assert (day.date_format, day.minimum, day.maximum) == ("dd/MM/yyyy", date(2020, 1, 1), date(2029, 12, 31))
    assert (value.type, value.precision, value.scale, value.minimum) == (
        ColumnType.DECIMAL,
        18,
        3,
        Decimal("0.001"),
    )
    assert (value.number_style, value.unit, value.title.en) == (NumberStyle.INDONESIAN, "USD", "Value")
    assert ratio.type is ColumnType.FLOAT
    assert moment.time_zone == "Asia/Jakarta"
    assert contract.steward == contract.agency == "dinas-contoh"
    assert contract.stored_order == ("kode", "tanggal")
    assert contract.update_frequency == "P3M"
    assert contract.file.header_row == 3
    assert contract.source_url == "https://example.go.id/data"
    (row_rule,), (set_rule,) = contract.row_rules, contract.set_rules
    assert (row_rule.severity, row_rule.columns, row_rule.message.id) == (
        Severity.ERROR,
        ("nilai",),
        "Terlalu besar.",
    )
    assert (set_rule.severity, set_rule.maximum, set_rule.message.en) == (
        Severity.ERROR,
        Decimal("0.1"),
        "Many empty.",
    )


def test_written_digits_are_kept() -> None:
    text = """
apiVersion: v3.1.0
kind: DataContract
id: dinas-contoh/tabel
version: 1.0.0
status: active
schema:
  - name: tabel
    properties:
      - name: bulan
        logicalType: string
        quality:
          - {type: library, metric: invalidValues, mustBe: 0, arguments: {validValues: [01, 02, no]}}
        customProperties:
          - {property: missingValues, value: [-, 8888, 09]}
          - {property: numberStyle, value: 1234.56}
customProperties:
  - {property: sdi, value: {agency: dinas-contoh, title: {id: Tabel}, temporal: {start: 2020-01-01}}}
"""
    (column,) = load_contract(text).columns
    assert column.enum == ("01", "02", "no")
    assert column.missing_values == ("-", "8888", "09")


def test_all_problems_come_at_once_each_with_its_path(contract_document: Document) -> None:
    document = contract_document(
        [
            {"name": "Tahun Ini", "logicalType": "integer", "satuan": "orang"},
            {"name": "nilai", "logicalType": "number", "physicalType": "decimal(30,2)"},
            {"name": "nama", "logicalType": "string", "logicalTypeOptions": {"pattern": "(?=x)"}},
            {"name": "kode", "logicalType": "teks"},
            {"name": "tgl", "logicalType": "date", "logicalTypeOptions": {"format": "dd MMMM qq"}},
            {"name": "total_count", "logicalType": "integer"},
            {"name": "pm_25", "logicalType": "integer"},
            {
                "name": "pm25",
                "logicalType": "integer",
                "customProperties": custom(nameOf="kode", codeLevl="REGENCY"),
            },
        ],
        rules=[
            {
                "name": "a",
                "type": "custom",
                "engine": "pandera",
                "implementation": "jumlah > 1",
                "severity": "fatal",
            },
            {
                "name": "b",
                "type": "custom",
                "engine": "greatExpectations",
                "implementation": {"measure": "sum.nama", "min": 1},
            },
            {"name": "c", "type": "sql", "query": "select 1", "mustBe": 1},
        ],
        sort=["tidak_ada"],
        accessLevel="TERBUKA",
    )
    document["id"] = "instansi-lain/tabel"
    document["version"] = "1.0"
    properties = "schema[0].properties"
    assert problems(document) == {
        f"{properties}[0].satuan": "contract.unknown_key",
        f"{properties}[0].name": "contract.column_name",
        f"{properties}[1].physicalType": "contract.decimal",
        f"{properties}[2].logicalTypeOptions.pattern": "contract.pattern",
        f"{properties}[3].logicalType": "contract.choice",
        f"{properties}[4].logicalTypeOptions.format": "contract.date_format",
        f"{properties}[5].name": "contract.reserved",
        f"{properties}[7].name": "contract.collision",
        f"{properties}[7].customProperties[0].value": "contract.name_of",
        f"{properties}[7].customProperties[1].property": "contract.unknown_key",
        "schema[0].quality[0].implementation": "contract.rule_unknown_column",
        "schema[0].quality[0].severity": "contract.choice",
        "schema[0].quality[1].implementation.measure": "contract.measure",
        "schema[0].quality[2].type": "contract.rule_engine",
        "customProperties[0].value.sort[0]": "contract.unknown_column",
        "customProperties[0].value.accessLevel": "contract.choice",
        "id": "contract.id_agency",
        "version": "contract.version",
    }


def test_the_entry_of_a_code_needs_its_name(contract_document: Document) -> None:
    codes = [{"property": "codeList", "value": "kemendagri/kode-wilayah"}]
    document = contract_document(
        [
            {"name": "wilayah_entry", "logicalType": "string"},
            {"name": "wilayah", "logicalType": "string", "customProperties": codes},
            {"name": "kota_entry", "logicalType": "string"},
            {"name": "kota", "logicalType": "string"},
        ]
    )

    assert problems(document) == {"schema[0].properties[0].name": "contract.collision"}


def test_a_typing_error_gets_a_suggestion(contract_document: Document) -> None:
    document = contract_document([{"name": "tahun", "logicalType": "integer", "requird": True}])
    with pytest.raises(ContractError) as raised:
        load_contract(yaml.safe_dump(document))
    (problem,) = raised.value.problems
    assert problem.fix.id == "Yang dikenal di sini: required. Perbaiki atau hapus kunci itu."


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"minimum": "x"}, "contract.bound"),
        ({"minimum": 10**30}, "contract.bound"),
        ({"multipleOf": 5}, "contract.not_checked"),
    ],
)
def test_bounds_that_cannot_be_run(contract_document: Document, options: dict[str, Any], code: str) -> None:
    found = problems(contract_document([{**YEAR, "logicalTypeOptions": options}]))
    assert found.pop(f"schema[0].properties[0].logicalTypeOptions.{next(iter(options))}") in (
        code,
        "contract.type",
    )
    assert not found


def test_other_odcs_versions_are_refused(contract_document: Document) -> None:
    document = contract_document([YEAR])
    document["apiVersion"] = "v3.0.2"
    assert problems(document) == {"apiVersion": "contract.api_version"}


def test_a_contract_without_the_profile_is_refused(contract_document: Document) -> None:
    document = contract_document([YEAR])
    del document["customProperties"]
    assert problems(document) == {"customProperties": "contract.no_sdi"}


def test_two_columns_cannot_share_a_header_or_a_key_position(contract_document: Document) -> None:
    key = {"primaryKey": True, "primaryKeyPosition": 1}
    document = contract_document([{**YEAR, **key}, {**YEAR, **key, "name": "thn", "physicalName": "TAHUN "}])
    assert problems(document) == {
        "schema[0].properties[1].physicalName": "contract.duplicate",
        "schema[0].properties[1].primaryKeyPosition": "contract.key_position",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list",
        "a: [",
        "a: 1\na: 2",
        "x: !!python/object/apply:os.system [echo]",
        "a: &a [*a]",
        "a: " + "[" * 100 + "]" * 100,
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "\n".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}' if n else '*a'] * 10)}]" for n in range(8)),
        "a: " + "9" * 5000,
        "x" * 1_000_001,
    ],
)
def test_hostile_yaml_is_refused_without_harm(text: str) -> None:
    assert set(problems(text).values()) <= {"contract.yaml", "contract.too_large"}


def test_a_syntax_error_names_the_line() -> None:
    with pytest.raises(ContractError) as raised:
        load_contract("id: a/b\nversion: [1\nkind: x\n")
    assert raised.value.problems[0].message.id.startswith("Baris 3:")


def test_code_lists_must_be_there(make_contract: Callable[..., DataContract], references: References) -> None:
    column = {"name": "kode", "logicalType": "string"}
    good = make_contract([{**column, "customProperties": custom(codeList="kemendagri/kode-wilayah")}])
    assert require_code_lists(good, references) == {"kemendagri/kode-wilayah": "2025"}
    other_list = make_contract([{**column, "customProperties": custom(codeList="bps/kbli")}])
    other_edition = make_contract(
        [{**column, "customProperties": custom(codeList="kemendagri/kode-wilayah", codeEdition="1")}]
    )
    for contract, code in ((other_list, "contract.code_list"), (other_edition, "contract.code_edition")):
        with pytest.raises(ContractError) as raised:
            require_code_lists(contract, references)
        assert [problem.code for problem in raised.value.problems] == [code]


def test_the_profile_schema_is_offered_to_editors() -> None:
    schema = contract_json_schema()
    assert {"sdi", "file", "column", "quality"} <= set(schema["properties"])
