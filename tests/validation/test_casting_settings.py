"""The contract's settings for numbers and dates: read, and refused with their path where they make no sense."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from satudata.validation.contracts.errors import ContractError
from satudata.validation.contracts.loading import load_contract
from satudata.validation.contracts.model import DataContract, NumberForm, NumberStyle
from satudata.validation.reports.model import Report

Make = Callable[..., DataContract]
Check = Callable[..., Report]
Document = Callable[..., dict[str, Any]]

VALUES = "schema[0].properties[0].customProperties[0].value"


def described(kind: str, form: str | None = None, **custom: Any) -> dict[str, Any]:
    column: dict[str, Any] = {"name": "x", "logicalType": kind}
    if kind == "number":
        column["physicalType"] = "decimal(18,2)"
    if form is not None:
        column["logicalTypeOptions"] = {"format": form}
    return {
        **column,
        "customProperties": [{"property": key, "value": value} for key, value in custom.items()],
    }


def problems(document: Mapping[str, Any]) -> dict[str, str]:
    with pytest.raises(ContractError) as raised:
        load_contract(yaml.safe_dump(document, allow_unicode=True))
    for problem in raised.value.problems:
        assert problem.message.en
        assert problem.fix.id
    return {problem.path: problem.code for problem in raised.value.problems}


def test_the_settings_are_read(make_contract: Make) -> None:
    contract = make_contract(
        [
            {
                **described("number", numberForms=["UNIT", "PERCENT"], unit="ton", numberStyle="1 234,56"),
                "name": "hasil",
            },
            {**described("date", "d MMMM yyyy", dateFormats=["excel", "dd/MM/yyyy"]), "name": "tanggal"},
            {**described("timestamp", dateFormats=["dd/MM/yyyy hh:mm a z"]), "name": "waktu"},
        ]
    )
    hasil, tanggal, waktu = contract.columns
    assert set(hasil.number_forms) == {NumberForm.UNIT, NumberForm.PERCENT}
    assert hasil.number_style is NumberStyle.SPACED_COMMA
    assert (tanggal.date_format, tanggal.date_formats) == ("d MMMM yyyy", ("excel", "dd/MM/yyyy"))
    assert waktu.date_formats == ("dd/MM/yyyy hh:mm a z",)


@pytest.mark.parametrize(
    ("column", "path", "code"),
    [
        (described("number", numberForms=["PROSEN"]), f"{VALUES}[0]", "contract.choice"),
        (described("number", numberForms="PERCENT"), VALUES, "contract.type"),
        (described("string", numberForms=["PERCENT"]), VALUES, "contract.setting_type"),
        (described("date", numberForms=["PARENTHESES"]), VALUES, "contract.setting_type"),
        (described("number", numberForms=["UNIT"]), VALUES, "contract.needs"),
        (described("string", dateFormats=["excel"]), VALUES, "contract.setting_type"),
        (described("integer", dateFormats=["dd/MM/yyyy"]), VALUES, "contract.setting_type"),
        (described("date", dateFormats=["dd/QQ/yyyy"]), f"{VALUES}[0]", "contract.date_format"),
        (described("date", dateFormats=["excel", "MMMM yyyy"]), f"{VALUES}[1]", "contract.date_part"),
        (described("date", dateFormats=["MM/dd/yyyy", "dd/MM/yyyy"]), VALUES, "contract.date_order"),
        (described("date", "dd/MM/yyyy", dateFormats=["MM/dd/yyyy"]), VALUES, "contract.date_order"),
        (described("timestamp", dateFormats=["dd/MM/yyyy"]), f"{VALUES}[0]", "contract.date_part"),
        (described("timestamp", dateFormats=["dd/MM/yyyy hh:mm"]), f"{VALUES}[0]", "contract.date_format"),
        (described("date", dateFormats=[7]), f"{VALUES}[0]", "contract.type"),
        (
            described("date", "MMMM yyyy"),
            "schema[0].properties[0].logicalTypeOptions.format",
            "contract.date_part",
        ),
        (
            described("date", "dd/MM/yyyy HH:mm"),
            "schema[0].properties[0].logicalTypeOptions.format",
            "contract.date_format",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    contract_document: Document, column: dict[str, Any], path: str, code: str
) -> None:
    assert problems(contract_document([column])) == {path: code}


def test_the_settings_work_on_a_whole_file(make_contract: Make, check: Check) -> None:
    contract = make_contract(
        [
            {
                **described(
                    "number", numberStyle="1.234,56", unit="rupiah", numberForms=["UNIT", "PARENTHESES"]
                ),
                "name": "nilai",
            },
            {**described("date", "dd-MM-yyyy", dateFormats=["d MMMM yyyy", "excel"]), "name": "tanggal"},
        ]
    )
    report = check(
        "nilai;tanggal\nRp 1.000,50;01-08-2024\n(500);1 Agustus 2024\n5 %;45505\n-;2 Agustus\n", contract
    )
    assert [(finding.row, finding.column, finding.code) for finding in report.findings] == [
        (4, "nilai", "row.type"),
        (5, "nilai", "row.type"),
        (5, "tanggal", "row.type"),
    ]
    assert "numberForms: [PARENTHESES, UNIT, PERCENT]" in report.findings[0].fix.id
    assert report.measures["columns"]["nilai"]["sum"] == "500.50"
