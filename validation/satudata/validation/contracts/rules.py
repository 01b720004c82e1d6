"""ODCS quality entries into row rules (`engine: pandera`) and set rules (`engine: greatExpectations`).

A quality entry the hub would not run is a problem, not a silent comment; only `type: text` is for people.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from satudata.validation.contracts.columns import text_at
from satudata.validation.contracts.document import Node, written
from satudata.validation.contracts.errors import Problems
from satudata.validation.contracts.expressions import parse_expression
from satudata.validation.contracts.model import Column, ColumnType, RowRule, SetRule, Severity
from satudata.validation.contracts.tokens import ExpressionError
from satudata.validation.text import Text

SET_MEASURES = ("row_count", "row_count_ratio")
COLUMN_MEASURES = ("null_share", "distinct", "sum", "mean", "mean_shift", "coverage", "psi")

_NUMERIC = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT)
_ROW_ENGINES = ("pandera",)
_SET_ENGINES = ("greatExpectations", "great-expectations")


def read_rules(
    table: Node, columns: Mapping[str, Column], problems: Problems
) -> tuple[tuple[RowRule, ...], tuple[SetRule, ...]]:
    """Row and set rules of the schema object and of its columns, in file order."""
    row_rules: list[RowRule] = []
    set_rules: list[SetRule] = []
    places = [
        *table.items("quality"),
        *(q for column in table.items("properties") for q in column.items("quality")),
    ]
    names: set[str] = set()
    for place in places:
        kind = place.text("type") or "library"
        if kind == "text" or _is_allowed_values(place):
            continue
        engine = place.text("engine")
        if kind != "custom" or engine not in (*_ROW_ENGINES, *_SET_ENGINES):
            path = place.at("engine" if kind == "custom" else "type").path
            problems.add("contract.rule_engine", path, found=engine or kind)
            continue
        name = _name(place, names, problems)
        if engine in _ROW_ENGINES:
            rule = _row_rule(name, place, columns, problems)
            row_rules += [rule] if rule else []
        else:
            measured = _set_rule(name, place, columns, problems)
            set_rules += [measured] if measured else []
    return tuple(row_rules), tuple(set_rules)


def _is_allowed_values(place: Node) -> bool:
    return place.text("metric") == "invalidValues" and place.at("arguments").at("validValues").present


def _name(place: Node, names: set[str], problems: Problems) -> str:
    name = place.text("name") or ""
    path = place.at("name").path
    if not name:
        problems.add("contract.missing", path, key="name")
    elif not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        problems.add("contract.value", path, detail=f"{name!r}: snake_case")
    elif name in names:
        problems.add("contract.duplicate", path, value=name)
    names.add(name)
    return name


def _row_rule(name: str, place: Node, columns: Mapping[str, Column], problems: Problems) -> RowRule | None:
    severity = _severity(place, Severity.ERROR, problems)
    implementation = place.at("implementation")
    if not isinstance(implementation.value, str):
        implementation = implementation.at("expression")
    if not isinstance(implementation.value, str):
        problems.add("contract.missing", implementation.path, key="expression")
        return None
    try:
        expression = parse_expression(implementation.value, columns)
    except ExpressionError as error:
        problems.add(error.code, implementation.path, position=error.position + 1, **error.values)
        return None
    return RowRule(
        name=name,
        expression=implementation.value.strip(),
        message=_message(place, name),
        severity=severity,
        columns=expression.columns,
    )


def _set_rule(name: str, place: Node, columns: Mapping[str, Column], problems: Problems) -> SetRule | None:
    severity = _severity(place, Severity.WARNING, problems)
    implementation = place.at("implementation")
    measure = implementation.text("measure") or ""
    if not _measurable(measure, columns):
        allowed = ", ".join([*SET_MEASURES, *(f"{kind}.<column>" for kind in COLUMN_MEASURES)])
        problems.add(
            "contract.measure", implementation.at("measure").path, found=measure or "-", allowed=allowed
        )
        return None
    minimum = _number(implementation.at("min"), problems)
    maximum = _number(implementation.at("max"), problems)
    if minimum is None and maximum is None:
        problems.add("contract.missing", implementation.at("min").path, key="min / max")
        return None
    return SetRule(name, measure, minimum, maximum, _message(place, name), severity)


def _measurable(measure: str, columns: Mapping[str, Column]) -> bool:
    kind, dot, name = measure.partition(".")
    if not dot:
        return kind in SET_MEASURES
    column = columns.get(name)
    if column is None or kind not in COLUMN_MEASURES:
        return False
    if kind in ("sum", "mean", "mean_shift"):
        return column.type in _NUMERIC
    if kind == "coverage":
        return column.code is not None
    return kind != "psi" or column.type is ColumnType.STRING


def _number(place: Node, problems: Problems) -> Decimal | None:
    if not place.present:
        return None
    try:
        number = Decimal(written(place.value) or "")
    except InvalidOperation:
        problems.add("contract.type", place.path, found=str(place.value)[:60], wanted="number")
        return None
    return number


def _message(place: Node, name: str) -> Text:
    description = place.text("description")
    return text_at(place.custom().get("message")) or (
        Text(description, "") if description else Text(name, name)
    )


def _severity(place: Node, default: Severity, problems: Problems) -> Severity:
    found = place.text("severity")
    if found is None:
        return default
    if found not in list(Severity):
        problems.add("contract.choice", place.at("severity").path, found=found, allowed=", ".join(Severity))
        return default
    return Severity(found)
