"""Measures are exact whatever the batches; set rules are judged by Great Expectations on one row of them."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import great_expectations as gx
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satudata.validation.contracts.model import Column, ColumnType, DataContract, SetRule, Severity
from satudata.validation.faults import CheckFault
from satudata.validation.reports.model import Report, Verdict
from satudata.validation.sets import judging
from satudata.validation.sets.measures import DISTINCT_LIMIT, Measures
from satudata.validation.text import Text

Check = Callable[..., Report]
Make = Callable[..., DataContract]
TEXT = Text("x", "x")


def column(name: str, kind: ColumnType, **options: Any) -> Column:
    return Column(name=name, header=name, type=kind, title=TEXT, **options)


COLUMNS = (
    column("n", ColumnType.INTEGER),
    column("d", ColumnType.DECIMAL, precision=18, scale=2),
    column("s", ColumnType.STRING),
    column("t", ColumnType.DATE),
)
SCHEMA = {"n": pl.Int64, "d": pl.Decimal(18, 2), "s": pl.String, "t": pl.Date}
rows = st.tuples(
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.decimals(-(10**15), 10**15, places=2),
    st.none() | st.sampled_from("abc"),
    st.none() | st.dates(),
)


@given(st.lists(st.lists(rows, max_size=8), max_size=4))
def test_measures_do_not_depend_on_batches(batches: list[list[tuple[Any, ...]]]) -> None:
    folded = Measures(COLUMNS)
    for batch in batches:
        folded.add(pl.DataFrame(batch, schema=SCHEMA, orient="row"))
    every = [row for batch in batches for row in batch]
    report = folded.as_report()
    assert report["rows"] == len(every)
    for place, described in enumerate(COLUMNS):
        values = [row[place] for row in every if row[place] is not None]
        found = report["columns"][described.name]
        assert (found["count"], found["nulls"]) == (len(values), len(every) - len(values))
        assert found["distinct"] == len(set(values))
        if described.name in "nd" and values:
            assert Decimal(found["sum"]) == sum(map(Decimal, values), Decimal(0))
            assert (Decimal(found["min"]), Decimal(found["max"])) == (min(values), max(values))
        if described.name == "s":
            assert found["categories"] == {value: values.count(value) for value in sorted(set(values))}


def test_the_shape_of_measures(check: Check, make_contract: Make) -> None:
    contract = make_contract(
        [
            {"name": "n", "logicalType": "integer"},
            {"name": "d", "logicalType": "number", "physicalType": "decimal(9,2)"},
            {"name": "f", "logicalType": "number", "physicalType": "double"},
            {"name": "t", "logicalType": "date"},
            {"name": "w", "logicalType": "timestamp"},
            {"name": "s", "logicalType": "string"},
        ]
    )
    report = check("n,d,f,t,w,s\n1,1.5,0.5,2024-01-31,2024-01-31T00:00:00Z,a\n2,,,,,\n", contract)
    columns = report.measures["columns"]
    assert report.measures["rows"] == 2
    assert columns["n"] == {
        "count": 2,
        "nulls": 0,
        "distinct": 2,
        "sum": "3",
        "min": "1",
        "max": "2",
        "categories": None,
    }
    assert (columns["d"]["sum"], columns["f"]["sum"]) == ("1.50", "0.5")
    assert (columns["t"]["max"], columns["w"]["min"]) == ("2024-01-31", "2024-01-31T00:00:00Z")
    assert columns["s"]["categories"] == {"a": 1}


def test_many_different_values_are_not_counted_unless_a_rule_asks() -> None:
    frame = pl.DataFrame({"n": pl.int_range(DISTINCT_LIMIT + 1, eager=True)})
    for wanted, distinct in ((frozenset[str](), None), (frozenset({"n"}), DISTINCT_LIMIT + 1)):
        measures = Measures(COLUMNS[:1], wanted)
        measures.add(frame)
        assert measures.as_report()["columns"]["n"]["distinct"] == distinct


# -- rules


def rule(measure: str, severity: str | None = None, **bounds: float) -> dict[str, Any]:
    name = measure.replace(".", "_")
    described = {
        "name": name,
        "type": "custom",
        "engine": "greatExpectations",
        "description": f"Aturan {name}.",
    }
    return {**described, "implementation": {"measure": measure, **bounds}} | (
        {"severity": severity} if severity else {}
    )


COLUMNS_ODCS = [
    {
        "name": "kode",
        "logicalType": "string",
        "customProperties": [
            {"property": "codeList", "value": "kemendagri/kode-wilayah"},
            {"property": "codeLevel", "value": "REGENCY"},
        ],
    },
    {"name": "status", "logicalType": "string"},
    {"name": "nilai", "logicalType": "integer"},
]
HEADER = "kode,status,nilai\n"
BEFORE = HEADER + "32.01,a,10\n32.71,a,20\n32.73,b,30\n63.02,b,40\n93.01,b,50\n"


def broken(report: Report) -> dict[str, str | None]:
    """Value by measure of the broken set rules."""
    return {
        finding.message.id.partition("(")[2].partition(" = ")[0]: finding.value for finding in report.findings
    }


MEASURES: list[tuple[str, dict[str, float], str]] = [
    ("row_count", {"min": 4}, "3"),
    ("row_count_ratio", {"min": 0.9, "max": 1.1}, "0.6"),
    ("null_share.nilai", {"max": 0.1}, "0.3333"),
    ("distinct.status", {"min": 2}, "1"),
    ("sum.nilai", {"min": 151}, "150"),
    ("mean.nilai", {"max": 40}, "75"),
    ("mean_shift.nilai", {"min": -0.2, "max": 0.2}, "1.5"),
    ("coverage.kode", {"min": 0.95}, "0.6"),
    ("psi.status", {"max": 0.2}, "5.7686"),
]


def test_each_measure(check: Check, make_contract: Make) -> None:
    contract = make_contract(COLUMNS_ODCS, rules=[rule(measure, **bounds) for measure, bounds, _ in MEASURES])
    before = check(BEFORE, contract)
    assert broken(before) == {"sum.nilai": "150"}
    report = check(HEADER + "32.01,a,50\n32.71,a,100\n32.73,a,\n", contract, previous=before.measures)
    assert broken(report) == {measure: value for measure, _, value in MEASURES}
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert {rule.column: rule.count for rule in report.rules} == {None: 2, "kode": 1, "status": 2, "nilai": 4}
    assert broken(check(BEFORE, contract, previous=before.measures)) == {"sum.nilai": "150"}


def test_severity_decides_the_verdict(check: Check, make_contract: Make) -> None:
    rules = [rule("row_count", "error", min=10), rule("null_share.nilai", "info", max=-1)]
    report = check(BEFORE, make_contract(COLUMNS_ODCS, rules=rules))
    assert report.verdict is Verdict.REJECTED
    assert {(found.code, found.severity) for found in report.rules} == {
        ("set.rule", Severity.ERROR),
        ("set.rule", Severity.INFO),
    }
    informed = check(BEFORE, make_contract(COLUMNS_ODCS, rules=rules[1:]))
    assert informed.verdict is Verdict.ACCEPTED


def test_without_a_previous_version_its_rules_are_not_run(check: Check, make_contract: Make) -> None:
    rules = [rule("row_count_ratio", min=2), rule("mean_shift.nilai", min=2), rule("psi.status", max=-1)]
    assert check(BEFORE, make_contract(COLUMNS_ODCS, rules=rules)).verdict is Verdict.ACCEPTED


def test_the_suite_is_a_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[gx.ValidationDefinition] = []
    original = gx.ValidationDefinition.run

    def run(self: gx.ValidationDefinition, **arguments: Any) -> Any:
        ran.append(self)
        return original(self, **arguments)

    monkeypatch.setattr(gx.ValidationDefinition, "run", run)
    rules = [SetRule("a", "row_count", Decimal(1), None, TEXT), SetRule("b", "sum.x", None, Decimal(5), TEXT)]
    assert judging.broken_rules(rules, {"row_count": 0.0, "sum.x": 5.0}) == rules[:1]
    (definition,) = ran
    assert [expectation.meta["rule"] for expectation in definition.suite.expectations] == ["a", "b"]


def test_an_expectation_that_raises_is_a_fault() -> None:
    with pytest.raises(CheckFault):
        judging._require_no_exception(
            "a", {"('metric',)": {"raised_exception": True, "exception_message": "no"}}
        )
    with pytest.raises(CheckFault):
        judging._require_no_exception("a", {"raised_exception": True, "exception_message": "no"})
    judging._require_no_exception("a", {"raised_exception": False, "exception_message": None})


# -- no network, and no heavy import without need


def test_no_socket_is_opened_by_a_check(
    check: Check, make_contract: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []

    def refuse(*arguments: Any, **_: Any) -> Any:
        opened.append(arguments)
        raise OSError("no network in a check")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    report = check(BEFORE, make_contract(COLUMNS_ODCS, rules=[rule("row_count", min=1)]))
    assert report.verdict is Verdict.ACCEPTED
    assert not opened


def imported_after(statement: str, *modules: str) -> dict[str, bool]:
    code = f"import sys, json\n{statement}\nprint(json.dumps({{m: m in sys.modules for m in {modules!r}}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    result: dict[str, bool] = json.loads(done.stdout)
    return result


def test_contracts_references_and_reports_import_nothing_heavy() -> None:
    statement = (
        "import satudata.validation.contracts.loading, satudata.validation.references\n"
        "import satudata.validation.reports.text, satudata.validation.reports.model"
    )
    loaded = imported_after(statement, "polars", "pandas", "pandera", "great_expectations", "pyarrow")
    assert not any(loaded.values())


def test_checking_imports_great_expectations_only_for_set_rules() -> None:
    loaded = imported_after("import satudata.validation.checking", "great_expectations", "pandera")
    assert loaded == {"great_expectations": False, "pandera": True}
