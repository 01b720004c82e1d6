"""The settings that bind a column to a list: by code or by name, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from satudata.validation.contracts.code_lists import require_code_lists
from satudata.validation.contracts.errors import ContractError
from satudata.validation.contracts.model import BareNames, CodeBinding, DataContract
from satudata.validation.references import References

Make = Callable[..., DataContract]
REGIONS = "kemendagri/kode-wilayah"


def column(kind: str = "string", **settings: Any) -> dict[str, Any]:
    custom = [{"property": key, "value": value} for key, value in settings.items()]
    return {"name": "wilayah", "logicalType": kind, "customProperties": custom}


def test_a_column_is_bound_by_code_unless_it_says_by_name(make_contract: Make) -> None:
    by_code = make_contract([column(codeList=REGIONS, codeMatch="CODE")]).columns[0]
    assert (by_code.code, by_code.named) == (CodeBinding(REGIONS), None)
    settings = {"codeLevel": "REGENCY", "codeMatch": "NAME", "bareNames": "REGENCY"}
    by_name = make_contract([column(codeList=REGIONS, **settings)]).columns[0]
    assert by_name.code is None
    assert by_name.named == CodeBinding(REGIONS, level="REGENCY", bare=BareNames.REGENCY)


@pytest.mark.parametrize(
    ("described", "codes"),
    [
        (column(codeMatch="NAME"), ["contract.needs"]),
        (column(bareNames="CITY"), ["contract.needs"]),
        (column(codeList=REGIONS, bareNames="CITY"), ["contract.needs"]),
        (column(codeList=REGIONS, codeMatch="LABEL"), ["contract.choice"]),
        (column("integer", codeList=REGIONS, codeMatch="NAME"), ["contract.code_type"]),
    ],
)
def test_settings_that_do_not_go_together(described: Any, codes: list[str], make_contract: Make) -> None:
    with pytest.raises(ContractError) as refused:
        make_contract([described])
    assert [problem.code for problem in refused.value.problems] == codes


def test_a_column_of_names_has_no_codes_for_others_to_name(make_contract: Make) -> None:
    other = {
        "name": "nama",
        "logicalType": "string",
        "customProperties": [{"property": "nameOf", "value": "wilayah"}],
    }
    with pytest.raises(ContractError) as refused:
        make_contract([column(codeList=REGIONS, codeMatch="NAME"), other])
    assert [problem.code for problem in refused.value.problems] == ["contract.name_of"]


def test_lists_of_names_must_be_there_too(make_contract: Make, references: References) -> None:
    contract = make_contract([column(codeList=REGIONS, codeMatch="NAME")])
    assert require_code_lists(contract, references) == {REGIONS: "2025"}
    with pytest.raises(ContractError):
        require_code_lists(make_contract([column(codeList="a/b", codeMatch="NAME")]), references)
