"""Findings while a check runs: exact counts for each rule and column, and as many findings as the cap allows.

Readers, casts, row and set checks put their issues in here; `checking.py` takes the finished lists out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from satudata.validation.contracts.model import Column, PersonalData, Severity
from satudata.validation.control_characters import visible
from satudata.validation.findings.catalogue import rule
from satudata.validation.reports.model import Finding, RuleResult
from satudata.validation.text import Text

ROWS_SHOWN = 20
VALUE_SHOWN = 200
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong before it becomes a finding; `values` fill the templates of the rule."""

    code: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    severity: Severity | None = None
    """None means the severity of the rule catalogue."""


Describe = Callable[[int], tuple[str | None, Mapping[str, object]]]
"""Value and template values of the n-th row of a list of rows."""


@dataclass(slots=True)
class _Tally:
    count: int = 0
    rows: list[int] = field(default_factory=list)


class Collector:
    """Collects issues. `max_findings` is the cap for one rule code on one column."""

    def __init__(self, columns: Sequence[Column], max_findings: int) -> None:
        self._columns = {column.name: column for column in columns}
        self._order = {column.name: position for position, column in enumerate(columns)}
        self._cap = max_findings
        self._tallies: dict[tuple[str, Severity, str | None], _Tally] = {}
        self._kept: dict[tuple[str, str | None], int] = {}
        self._findings: list[Finding] = []

    def add(self, issue: Issue) -> None:
        """One issue."""
        severity = issue.severity or rule(issue.code).severity
        self._count(issue.code, severity, issue.column, 1, [] if issue.row is None else [issue.row])
        if self.room(issue.code, issue.column):
            self._keep(issue, severity)

    def add_rows(
        self,
        code: str,
        column: str | None,
        rows: Sequence[int],
        describe: Describe,
        severity: Severity | None = None,
        most: int | None = None,
    ) -> None:
        """One issue for each record number in `rows` (ascending).

        `describe(position)` gives value and template values of the n-th of them; it is asked only for
        findings that are kept: as many as the cap leaves room for, or `most` where that is less.
        """
        chosen = severity or rule(code).severity
        self._count(code, chosen, column, len(rows), rows[:ROWS_SHOWN])
        room = self.room(code, column)
        for position in range(min(len(rows), room if most is None else min(room, most))):
            value, values = describe(position)
            self._keep(Issue(code, rows[position], column, value, values), chosen)

    def add_summary(self, issue: Issue, rows: Sequence[int]) -> None:
        """One finding for many rows (ascending record numbers): each of them counts, none is told by itself."""
        severity = issue.severity or rule(issue.code).severity
        self._count(issue.code, severity, issue.column, len(rows), rows[:ROWS_SHOWN])
        self._keep(issue, severity)

    def room(self, code: str, column: str | None) -> int:
        """How many more findings of that rule on that column are kept."""
        return max(0, self._cap - self._kept.get((code, column), 0))

    def has(self, severity: Severity) -> bool:
        return any(found is severity for _, found, _ in self._tallies)

    def rules(self) -> tuple[RuleResult, ...]:
        """Exact counts; errors first, then by code and by column in contract order."""
        keys = sorted(self._tallies, key=lambda key: (_RANK[key[1]], key[0], self._position(key[2])))
        return tuple(
            RuleResult(code, severity, column, tally.count, tuple(tally.rows))
            for code, severity, column in keys
            for tally in (self._tallies[code, severity, column],)
        )

    def findings(self) -> tuple[Finding, ...]:
        """In the order of the file: the whole file first, then by row and column."""
        return tuple(
            sorted(
                self._findings,
                key=lambda finding: (
                    finding.row is not None,
                    finding.row or 0,
                    self._position(finding.column),
                    finding.code,
                ),
            )
        )

    def _position(self, column: str | None) -> tuple[int, str]:
        return self._order.get(column or "", -1 if column is None else len(self._order)), column or ""

    def _count(
        self, code: str, severity: Severity, column: str | None, count: int, rows: Iterable[int]
    ) -> None:
        tally = self._tallies.setdefault((code, severity, column), _Tally())
        tally.count += count
        tally.rows = sorted([*tally.rows, *rows])[:ROWS_SHOWN]

    def _keep(self, issue: Issue, severity: Severity) -> None:
        key = (issue.code, issue.column)
        self._kept[key] = self._kept.get(key, 0) + 1
        value = self._shown(issue.column, issue.value)
        values: dict[str, Any] = {"value": "" if value is None else value, **issue.values}
        message, fix = map(_visible, rule(issue.code).tell(**values))
        self._findings.append(Finding(issue.code, severity, message, fix, issue.row, issue.column, value))

    def _shown(self, column: str | None, value: str | None) -> str | None:
        """The value for the report: shortened, and masked where the contract says the column is personal."""
        if value is None:
            return None
        value = visible(value)
        described = self._columns.get(column or "")
        if described is not None and described.personal_data is not PersonalData.NONE:
            return masked(value)
        return value if len(value) <= VALUE_SHOWN else value[: VALUE_SHOWN - 1] + "…"


def _visible(text: Text) -> Text:
    return Text(visible(text.id), visible(text.en))


def masked(value: str) -> str:
    """First four and last two characters where the value is long enough to hide something, else stars only."""
    if len(value) < 10:
        return "*" * len(value)
    return value[:4] + "*" * (len(value) - 6) + value[-2:]
