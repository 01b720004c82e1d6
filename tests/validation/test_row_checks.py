"""What is found in rows and cells, and that the message says what, why and what to type instead."""

from collections.abc import Callable
from typing import Any

import pytest

import satudata.validation.rows.running as running
from satudata.validation.checking import check_file
from satudata.validation.contracts.model import DataContract, Severity
from satudata.validation.faults import CheckFault
from satudata.validation.readers.table import BATCH_ROWS
from satudata.validation.references import References
from satudata.validation.reports.model import Finding, Report, Verdict
from satudata.validation.rows.place_names import same_place

Check = Callable[..., Report]
Make = Callable[..., DataContract]
HEADER = "Kode Wilayah,nama,tahun,upah\n"


def custom(**values: Any) -> list[dict[str, Any]]:
    return [{"property": name, "value": value} for name, value in values.items()]


def only(report: Report) -> Finding:
    (finding,) = report.findings
    return finding


@pytest.mark.parametrize(
    ("line", "code", "column", "words"),
    [
        ("3201,Kabupaten Bogor,dua,1", "row.type", "tahun", '"dua" bukan bilangan bulat'),
        ("3201,Kabupaten Bogor,2020,1.555", "row.type", "upah", "paling banyak 2 angka di belakang koma"),
        ("3201,Kabupaten Bogor,2020,x", "row.type", "upah", "misalnya 1234.56"),
        (",Kabupaten Bogor,2020,1", "row.required", "kode", "Sel ini wajib diisi"),
        ("3201,Kabupaten Bogor,1999,1", "row.range", "tahun", "2000 sampai 2030"),
        ("3201,Kabupaten Bogor,2020,-1", "row.range", "upah", "paling kecil 0"),
        ("3201,Kabupaten Bogor,2020,12345678901234567890", "row.range", "upah", "paling banyak 16 angka"),
        ("3299,Kabupaten Bogor,2020,1", "row.code", "kode", "kode wilayah Kemendagri edisi 2025"),
        ("32.01,Kabupaten Bogor,2020,1", "row.code", "kode", "Mungkin maksudnya 3201?"),
        ("Kota Bandung,Kota Bandung,2020,1", "row.code", "kode", "Mungkin maksudnya 3273 (Kota Bandung)?"),
        ("3202,Kabupaten Bogor,2020,1", "row.code", "kode", "Mungkin maksudnya 3201 (Kabupaten Bogor)?"),
        ("32,Jawa Barat,2020,1", "row.code_level", "kode", "adalah provinsi, seharusnya kabupaten/kota"),
        ("9101,Merauke,2020,1", "row.code_superseded", "kode", "Pakai penggantinya: 9301"),
        ("3201,Kota Bogor,2020,1", "row.code_name", "nama", "kode 3201, yaitu Kabupaten Bogor"),
        ("3271,Kota Bogor,2020,2e2", "row.damaged", "upah", "200"),
    ],
)
def test_one_wrong_cell(
    line: str, code: str, column: str, words: str, check: Check, wages: DataContract
) -> None:
    report = check(f"{HEADER}3273,Kota Bandung,2020,-\n{line}\n", wages)
    finding = only(report)
    assert (finding.code, finding.column, finding.row) == (code, column, 3)
    assert words in f"{finding.message.id} {finding.fix.id}"
    assert finding.message.en != finding.message.id
    warning = code in ("row.code_superseded", "row.code_name", "row.damaged")
    assert finding.severity is (Severity.WARNING if warning else Severity.ERROR)
    assert report.verdict is (Verdict.NEEDS_CONFIRMATION if warning else Verdict.REJECTED)
    assert report.editions == {"kemendagri/kode-wilayah": "2025"}


def test_a_cell_of_the_wrong_type_is_not_told_twice(check: Check, wages: DataContract) -> None:
    report = check(f"{HEADER}3201,Kabupaten Bogor,dua ribu,1\n", wages)
    assert [rule.code for rule in report.rules] == ["row.type"]


def test_words_for_missing_do_not_fill_a_required_cell(check: Check, make_contract: Make) -> None:
    column = {"name": "nilai", "logicalType": "integer", "required": True}
    contract = make_contract([{**column, "customProperties": custom(missingValues=["8888"])}])
    finding = only(check("nilai\n1\n8888\n", contract))
    assert (finding.code, finding.row, finding.value) == ("row.required", 3, "8888")


@pytest.mark.parametrize(
    ("options", "value", "code"),
    [
        ({"logicalTypeOptions": {"pattern": "^A[0-9]+$"}}, "B1", "row.pattern"),
        ({"logicalTypeOptions": {"minLength": 2, "maxLength": 3}}, "abcd", "row.length"),
        ({"enum": [{"value": "BAIK"}, {"value": "SEDANG"}]}, "BAIKK", "row.enum"),
        ({"unique": True}, "A1", "row.unique"),
    ],
)
def test_text_rules(
    options: dict[str, Any], value: str, code: str, check: Check, make_contract: Make
) -> None:
    contract = make_contract([{"name": "x", "logicalType": "string", **options}])
    good = {"row.enum": "BAIK", "row.length": "\u00e9\u00e9"}.get(code, "A1")
    finding = only(check(f"x\n{good}\n{value}\n\n", contract))
    assert (finding.code, finding.row, finding.value) == (code, 3, value)
    if code == "row.enum":
        assert "Mungkin maksudnya BAIK?" in finding.fix.id


def test_integer_choices_and_double_bounds(check: Check, make_contract: Make) -> None:
    contract = make_contract(
        [
            {"name": "kelas", "logicalType": "integer", "enum": [{"value": 1}, {"value": 2}]},
            {
                "name": "rasio",
                "logicalType": "number",
                "physicalType": "double",
                "logicalTypeOptions": {"minimum": 0.5, "maximum": 1},
            },
            {"name": "hari", "logicalType": "date", "logicalTypeOptions": {"exclusiveMinimum": "2024-01-01"}},
            {
                "name": "waktu",
                "logicalType": "timestamp",
                "logicalTypeOptions": {"maximum": "2024-01-01T00:00:00Z"},
            },
        ]
    )
    report = check(
        "kelas,rasio,hari,waktu\n1,0.5,2024-01-02,2024-01-01T00:00:00Z\n"
        "3,0.49,2024-01-01,2024-01-01T00:00:00.000001Z\n",
        contract,
    )
    assert [(finding.code, finding.column) for finding in report.findings] == [
        ("row.enum", "kelas"),
        ("row.range", "rasio"),
        ("row.range", "hari"),
        ("row.range", "waktu"),
    ]


RULED = [
    {"name": "jumlah", "logicalType": "integer"},
    {"name": "laki", "logicalType": "integer"},
    {"name": "perempuan", "logicalType": "integer"},
]


def test_row_rules_name_their_cells_and_null_passes(check: Check, make_contract: Make) -> None:
    rule = {
        "name": "jumlah_benar",
        "type": "custom",
        "engine": "pandera",
        "severity": "warning",
        "implementation": "jumlah = laki + perempuan",
        "customProperties": custom(message={"id": "Jumlah tidak cocok.", "en": "The sum is wrong."}),
    }
    report = check("jumlah,laki,perempuan\n3,1,2\n4,1,2\n4,,2\n,1,2\n", make_contract(RULED, rules=[rule]))
    finding = only(report)
    assert (finding.code, finding.column, finding.row, finding.value) == ("row.rule", "jumlah", 3, "4")
    assert finding.message.en == "The sum is wrong. (jumlah = 4, laki = 1, perempuan = 2)"
    assert report.verdict is Verdict.NEEDS_CONFIRMATION


def test_a_rule_may_ask_for_emptiness(check: Check, make_contract: Make) -> None:
    rule = {
        "name": "lengkap",
        "type": "custom",
        "engine": "pandera",
        "implementation": "jumlah is not null or laki is null",
    }
    report = check("jumlah,laki,perempuan\n,1,\n,,1\n", make_contract(RULED, rules=[rule]))
    finding = only(report)
    assert (finding.row, finding.column) == (2, "jumlah")
    assert "jumlah kosong" in finding.message.id


def test_rules_and_keys_of_missing_columns_are_left_out(check: Check, wages: DataContract) -> None:
    report = check("Kode Wilayah,tahun\n3201,2020\n3201,2020\n", wages)
    assert {(rule.code, rule.column) for rule in report.rules} == {
        ("column.missing", "nama"),
        ("column.missing", "upah"),
        ("key.duplicate", "kode"),
    }
    report = check("Kode Wilayah,nama,upah\n3201,,\n3201,,\n", wages)
    assert {(rule.code, rule.column) for rule in report.rules} == {("column.missing", "tahun")}


# -- keys


def test_repeated_keys_name_the_first_row(check: Check, wages: DataContract) -> None:
    lines = ["3201,,2020,1", "3271,,2020,1", "3201,,2021,1", "3201,,2020,2", "3201,,2020,3"]
    report = check(HEADER + "\n".join(lines), wages)
    assert [(finding.row, finding.value) for finding in report.findings] == [
        (5, "3201 / 2020"),
        (6, "3201 / 2020"),
    ]
    assert "sudah dipakai di baris 2" in report.findings[0].message.id
    assert report.rules[0].count == 2


def test_repeated_keys_are_found_across_batches(check: Check, make_contract: Make) -> None:
    contract = make_contract([{"name": "id", "logicalType": "integer", "primaryKey": True}])
    lines = [str(number) for number in range(BATCH_ROWS + 5)]
    lines[-1] = "7"
    finding = only(check("id\n" + "\n".join(lines), contract))
    assert (finding.code, finding.row, finding.column) == ("key.duplicate", BATCH_ROWS + 6, "id")
    assert "di baris 9" in finding.message.id


def test_an_empty_part_of_a_key(check: Check, make_contract: Make) -> None:
    contract = make_contract(
        [
            {"name": "a", "logicalType": "string", "primaryKey": True, "primaryKeyPosition": 1},
            {"name": "b", "logicalType": "string", "primaryKey": True, "primaryKeyPosition": 2},
        ]
    )
    report = check("a,b\n1,\n1,\n1,2\n", contract)
    assert [(rule.code, rule.column, rule.rows) for rule in report.rules] == [("key.required", "b", (2, 3))]


# -- counts and caps


def test_findings_are_capped_and_counts_are_exact(check: Check, make_contract: Make) -> None:
    contract = make_contract(
        [{"name": "a", "logicalType": "integer"}, {"name": "b", "logicalType": "integer"}]
    )
    report = check("a,b\n" + "x,y\n" * 50, contract, max_findings=7)
    assert len(report.findings) == 14
    assert [(rule.count, rule.rows) for rule in report.rules] == [(50, tuple(range(2, 22)))] * 2
    assert report.count(Severity.ERROR) == 100
    assert [finding.row for finding in report.findings[:3]] == [2, 2, 3]


def test_values_of_personal_columns_are_masked_everywhere(check: Check, make_contract: Make) -> None:
    contract = make_contract(
        [
            {
                "name": "nik",
                "logicalType": "string",
                "logicalTypeOptions": {"pattern": "^[0-9]{16}$"},
                "customProperties": custom(personalData="GENERAL"),
            },
            {"name": "umur", "logicalType": "integer"},
        ],
        rules=[
            {"name": "a", "type": "custom", "engine": "pandera", "implementation": "umur < 10 or nik = 'x'"}
        ],
    )
    report = check("nik,umur\n320101234567890X,50\n320101234567890X,1\n", contract)
    assert {rule.code for rule in report.rules} == {"row.pattern", "row.rule"}
    assert b"01234567890X" not in report.to_json()
    assert report.measures["columns"]["nik"]["categories"] is None
    assert report.findings[0].value == "3201**********0X"


# -- our own mistakes


def test_a_check_that_raises_is_a_fault_not_a_finding(
    check: Check, wages: DataContract, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(frame: Any) -> Any:
        raise ZeroDivisionError("oops")

    original = running.RowChecker.__init__

    def with_a_bug(self: Any, columns: Any, checks: Any) -> None:
        bug = running.RowCheck("row.rule x", "row.rule", "kode", broken, lambda text, row: {})
        original(self, columns, [*checks, bug])

    monkeypatch.setattr(running.RowChecker, "__init__", with_a_bug)
    with pytest.raises(CheckFault, match="oops"):
        check(f"{HEADER}3201,,2020,1\n", wages)


def test_a_contract_of_another_folder_of_codes_is_a_contract_error(
    tmp_path: Any, wages: DataContract
) -> None:
    from satudata.validation.contracts.errors import ContractError

    with pytest.raises(ContractError):
        check_file(tmp_path / "x.csv", wages, References(tmp_path))


@pytest.mark.parametrize(
    ("name", "label", "same"),
    [
        ("KAB. BOGOR", "Kabupaten Bogor", True),
        ("Bogor", "Kota Bogor", True),
        ("Kota Bogor", "Kabupaten Bogor", False),
        ("Kota Baru", "Kabupaten Kotabaru", True),
        ("Kotabaru", "Kabupaten Kotabaru", True),
        ("DKI Jakarta", "Daerah Khusus Ibukota Jakarta", True),
        ("Prov. D I Yogyakarta", "Daerah Istimewa Yogyakarta", True),
        ("Prov. Nanggroe Aceh Darussalam", "Aceh", True),
        ("Kep. Bangka Belitung", "Kepulauan Bangka Belitung", True),
        ("Kota Adm. Jakarta Barat", "Kota Administrasi Jakarta Barat", True),
        ("Jawa Timur", "Jawa Barat", False),
    ],
)
def test_names_of_places(name: str, label: str, same: bool) -> None:
    assert same_place(name, label) is same


@pytest.mark.parametrize(
    ("pattern", "value", "meant"),
    [
        ("^[A-Z]{2}[0-9]{3}$", "ab123", "AB123"),
        ("^[A-Z]{2}[0-9]{3}$", "ab-12 3", "AB123"),
        ("^[a-z]+$", "SMA", "sma"),
        ("^[0-9]{8}$", "abc", None),
    ],
)
def test_a_text_that_nearly_has_the_form_is_shown_in_it(
    pattern: str, value: str, meant: str | None, check: Check, make_contract: Make
) -> None:
    column = {"name": "x", "logicalType": "string", "logicalTypeOptions": {"pattern": pattern}}
    fix = only(check(f"x\n{value}\n", make_contract([column]))).fix.id
    assert ("Mungkin maksudnya" in fix) is (meant is not None)
    assert meant is None or f"Mungkin maksudnya {meant}?" in fix
