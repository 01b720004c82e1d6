"""The named measures that set rules put bounds on (`mean_shift.upah`, `coverage.kode`), out of folded measures.

A measure that cannot be known, such as a shift without a previous version, is None and its rule is not run.
"""

from collections.abc import Mapping
from decimal import Decimal
from math import log
from typing import Any

from satudata.validation.contracts.model import DataContract
from satudata.validation.rows.codes import CodeBook
from satudata.validation.sets.measures import Measures

_LEAST_SHARE = 1e-4
"""Stands in for a category that one of the two versions does not have."""


def rule_values(
    contract: DataContract,
    measures: Measures,
    previous: Mapping[str, Any] | None,
    books: Mapping[str, CodeBook],
) -> dict[str, float | None]:
    """The value of each measure that the set rules of the contract name."""
    report = measures.as_report()
    wanted = dict.fromkeys(rule.measure for rule in contract.set_rules)
    return {measure: _value(measure, report, measures, previous or {}, books) for measure in wanted}


def _value(
    measure: str,
    report: Mapping[str, Any],
    measures: Measures,
    previous: Mapping[str, Any],
    books: Mapping[str, CodeBook],
) -> float | None:
    kind, _, name = measure.partition(".")
    if kind == "row_count":
        return float(report["rows"])
    if kind == "row_count_ratio":
        return _divided(report["rows"], previous.get("rows"))
    column = report["columns"].get(name)
    if column is None:
        return None
    before = previous.get("columns", {}).get(name)
    if kind == "null_share":
        return _divided(column["nulls"], report["rows"])
    if kind == "distinct":
        return None if column["distinct"] is None else float(column["distinct"])
    if kind == "sum":
        return None if column["sum"] is None else float(column["sum"])
    if kind == "mean":
        return _mean(column)
    if kind == "mean_shift":
        now, then = _mean(column), _mean(before)
        return None if now is None or not then else now / then - 1
    if kind == "coverage":
        return _coverage(measures, name, books.get(name))
    return _psi(column["categories"], before["categories"] if before else None)


def _divided(part: Any, whole: Any) -> float | None:
    return float(Decimal(part) / Decimal(whole)) if whole else None


def _mean(column: Mapping[str, Any] | None) -> float | None:
    if column is None or column["sum"] is None or not column["count"]:
        return None
    return float(Decimal(column["sum"]) / Decimal(column["count"]))


def _coverage(measures: Measures, name: str, book: CodeBook | None) -> float | None:
    """Share of the codes in force (at the contract's level) that the column has."""
    present = measures.distinct_values(name)
    if book is None or present is None or book.valid_at_level.is_empty():
        return None
    valid = book.valid_at_level
    return float(valid.is_in(present.implode()).sum()) / len(valid)


def _psi(now: Mapping[str, int] | None, then: Mapping[str, int] | None) -> float | None:
    """Population stability index of two sets of category counts: 0 when alike, above 0.2 when far apart."""
    if not now or not then:
        return None
    total_now, total_then = sum(now.values()), sum(then.values())
    index = 0.0
    for category in sorted({*now, *then}):
        share_now = max(now.get(category, 0) / total_now, _LEAST_SHARE)
        share_then = max(then.get(category, 0) / total_then, _LEAST_SHARE)
        index += (share_now - share_then) * log(share_now / share_then)
    return index
