"""What a check found. The JSON shape is fixed (docs/reports.md) and byte-identical wherever it is made.

Sums, minima and maxima in `measures` are exact and written as strings; counts are JSON numbers.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

from satudata.validation.contracts.model import Severity
from satudata.validation.text import Text


class Verdict(StrEnum):
    """REJECTED: errors. NEEDS_CONFIRMATION: warnings a steward must accept by rule. ACCEPTED: neither."""

    ACCEPTED = "ACCEPTED"
    NEEDS_CONFIRMATION = "NEEDS_CONFIRMATION"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. `row` is the record number a spreadsheet shows (header row = 1), None for the whole file."""

    code: str
    severity: Severity
    message: Text
    fix: Text
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "severity": self.severity.value,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "message": self.message.as_dict(),
            "fix": self.fix.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class RuleResult:
    """Exact count of one rule on one column; `rows` holds the first 20 record numbers.

    A rule over several columns stands under the first column it reads, so that a cell can be shown.
    """

    code: str
    severity: Severity
    column: str | None
    count: int
    rows: tuple[int, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "severity": self.severity.value,
            "column": self.column,
            "count": self.count,
            "rows": list(self.rows),
        }

    @property
    def key(self) -> str:
        """What a steward names to confirm this warning: `code:column`, or the bare code without a column."""
        return f"{self.code}:{self.column}" if self.column else self.code


@dataclass(frozen=True)
class Report:
    """The result of one check of one file against one contract version."""

    verdict: Verdict
    rows: int
    columns: int
    contract_id: str
    contract_version: str
    findings: tuple[Finding, ...] = ()
    rules: tuple[RuleResult, ...] = ()
    editions: dict[str, str] = field(default_factory=dict)
    measures: dict[str, Any] = field(default_factory=lambda: {"rows": 0, "columns": {}})

    def count(self, severity: Severity) -> int:
        """Exact number of findings of that severity, beyond the cap too."""
        return sum(rule.count for rule in self.rules if rule.severity is severity)

    def as_dict(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict.value,
            "rows": self.rows,
            "columns": self.columns,
            "contract": {"id": self.contract_id, "version": self.contract_version},
            "editions": self.editions,
            "counts": {severity.value: self.count(severity) for severity in Severity},
            "findings": [finding.as_dict() for finding in self.findings],
            "rules": [rule.as_dict() for rule in self.rules],
            "measures": self.measures,
        }

    def to_json(self) -> bytes:
        """UTF-8 JSON, two-space indent, final newline."""
        return orjson.dumps(self.as_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    @classmethod
    def from_json(cls, data: bytes) -> "Report":
        """Read back what `to_json` wrote."""
        raw = orjson.loads(data)
        return cls(
            verdict=Verdict(raw["verdict"]),
            rows=raw["rows"],
            columns=raw["columns"],
            contract_id=raw["contract"]["id"],
            contract_version=raw["contract"]["version"],
            findings=tuple(
                Finding(
                    code=item["code"],
                    severity=Severity(item["severity"]),
                    message=Text(**item["message"]),
                    fix=Text(**item["fix"]),
                    row=item["row"],
                    column=item["column"],
                    value=item["value"],
                )
                for item in raw["findings"]
            ),
            rules=tuple(
                RuleResult(
                    item["code"],
                    Severity(item["severity"]),
                    item["column"],
                    item["count"],
                    tuple(item["rows"]),
                )
                for item in raw["rules"]
            ),
            editions=raw["editions"],
            measures=raw["measures"],
        )
