"""A report as text for people at a terminal: verdict first, then each rule with its first rows and how to fix them.

It shows no more than the JSON report holds; that one is for machines.
"""

from collections.abc import Iterator

from satudata.validation.contracts.model import Severity
from satudata.validation.findings.catalogue import title_of, word
from satudata.validation.reports.model import Finding, Report, RuleResult, Verdict
from satudata.validation.text import Language

FINDINGS_SHOWN = 5
ROWS_SHOWN = 10

_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_COLORS = {
    Verdict.ACCEPTED.value: "\x1b[32m",
    Verdict.NEEDS_CONFIRMATION.value: "\x1b[33m",
    Verdict.REJECTED.value: "\x1b[31m",
    Severity.ERROR.value: "\x1b[31m",
    Severity.WARNING.value: "\x1b[33m",
    Severity.INFO.value: "\x1b[36m",
}


def render_text(report: Report, language: Language, color: bool = False) -> str:
    """The report in one language; with `color`, ANSI escapes. Ends with a newline."""
    return "\n".join(_Text(report, language, color).lines()) + "\n"


class _Text:
    def __init__(self, report: Report, language: Language, color: bool) -> None:
        self._report = report
        self._language = language
        self._color = color

    def lines(self) -> Iterator[str]:
        yield from self._head()
        for severity in Severity:
            rules = [rule for rule in self._report.rules if rule.severity is severity]
            if rules:
                yield ""
                yield self._paint(self._say(f"report.{severity.value}"), _BOLD, _COLORS[severity.value])
                for rule in rules:
                    yield from self._rule(rule)
        yield ""
        yield self._say(f"report.next.{self._report.verdict.value}")

    def _head(self) -> Iterator[str]:
        report = self._report
        verdict = self._paint(
            self._say(f"verdict.{report.verdict.value}"), _BOLD, _COLORS[report.verdict.value]
        )
        counts = self._say(
            "report.counts",
            errors=self._number(report.count(Severity.ERROR)),
            warnings=self._number(report.count(Severity.WARNING)),
        )
        yield f"{verdict}  {counts}"
        size = self._say("report.size", rows=self._number(report.rows), columns=self._number(report.columns))
        contract = self._say("report.contract", contract=report.contract_id, version=report.contract_version)
        yield f"{contract}; {size}"
        for code_list, edition in sorted(report.editions.items()):
            yield self._paint(self._say("report.edition", list=code_list, edition=edition), _DIM)

    def _rule(self, rule: RuleResult) -> Iterator[str]:
        parts = [self._paint(title_of(rule.code).get(self._language), _BOLD)]
        if rule.column:
            parts.append(self._say("report.column", column=rule.column))
        parts.append(self._say("report.count", count=self._number(rule.count)))
        if len(rule.rows) > 1:
            shown = ", ".join(map(str, rule.rows[:ROWS_SHOWN]))
            more = ", …" if rule.count > min(len(rule.rows), ROWS_SHOWN) else ""
            parts.append(self._say("report.rows", rows=shown + more))
        yield f"- {'; '.join(parts)}  {self._paint(rule.code, _DIM)}"
        findings = [
            finding
            for finding in self._report.findings
            if (finding.code, finding.column, finding.severity) == (rule.code, rule.column, rule.severity)
        ]
        for finding in findings[:FINDINGS_SHOWN]:
            yield from self._finding(finding)
        if rule.count > min(len(findings), FINDINGS_SHOWN):
            left = rule.count - min(len(findings), FINDINGS_SHOWN)
            yield f"    {self._say('report.more', count=self._number(left))}"

    def _finding(self, finding: Finding) -> Iterator[str]:
        where = self._say("report.file") if finding.row is None else self._say("report.row", row=finding.row)
        yield f"    {where}: {_one_line(finding.message.get(self._language))}"
        yield f"      → {_one_line(finding.fix.get(self._language))}"

    def _say(self, key: str, **values: object) -> str:
        return word(key, **values).get(self._language)

    def _number(self, count: int) -> str:
        return f"{count:,}".replace(",", "." if self._language == "id" else ",")

    def _paint(self, text: str, *codes: str) -> str:
        return f"{''.join(codes)}{text}{_RESET}" if self._color else text


def _one_line(text: str) -> str:
    """Cells may hold line breaks and control characters; a terminal must not obey them."""
    return "".join(character if character.isprintable() else " " for character in text)
