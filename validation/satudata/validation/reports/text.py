"""A report as text for people at a terminal: verdict first, then each rule with its first cells and how to fix them.

It shows no more than the JSON report holds; with an excerpt of the table each cell stands among its neighbours
(`row_picture.py`).
"""

import textwrap
from collections.abc import Iterator

from satudata.validation.contracts.model import Severity
from satudata.validation.findings.catalogue import title_of, word
from satudata.validation.reports.excerpt import Excerpt
from satudata.validation.reports.model import Finding, Report, RuleResult, Verdict
from satudata.validation.reports.row_picture import row_picture
from satudata.validation.text import Language

FINDINGS_SHOWN = 5
ROWS_SHOWN = 10
WIDTH = 100
_LEAST_WIDTH = 40
_INDENT = " " * 4

_BOLD, _DIM, _REVERSE, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[7m", "\x1b[0m"
_COLORS = {
    Verdict.ACCEPTED.value: "\x1b[32m",
    Verdict.NEEDS_CONFIRMATION.value: "\x1b[33m",
    Verdict.REJECTED.value: "\x1b[31m",
    Severity.ERROR.value: "\x1b[31m",
    Severity.WARNING.value: "\x1b[33m",
    Severity.INFO.value: "\x1b[36m",
}


def render_text(
    report: Report,
    language: Language,
    color: bool = False,
    *,
    width: int = WIDTH,
    excerpt: Excerpt | None = None,
) -> str:
    """The report in one language, lines at most `width` long; with `color`, ANSI escapes. Ends with a newline."""
    return "\n".join(_Text(report, language, color, max(width, _LEAST_WIDTH), excerpt).lines()) + "\n"


class _Text:
    def __init__(
        self, report: Report, language: Language, color: bool, width: int, excerpt: Excerpt | None
    ) -> None:
        self._report = report
        self._language = language
        self._color = color
        self._width = width
        self._excerpt = excerpt

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
        yield from self._wrapped(self._say(f"report.next.{self._report.verdict.value}"))

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
        yield from self._wrapped(f"{contract}; {size}")
        for code_list, edition in sorted(report.editions.items()):
            for line in self._wrapped(self._say("report.edition", list=code_list, edition=edition)):
                yield self._paint(line, _DIM)

    def _rule(self, rule: RuleResult) -> Iterator[str]:
        yield from self._rule_head(rule)
        findings = [
            finding
            for finding in self._report.findings
            if (finding.code, finding.column, finding.severity) == (rule.code, rule.column, rule.severity)
        ]
        for finding in findings[:FINDINGS_SHOWN]:
            yield from self._finding(finding)
        if rule.count > min(len(findings), FINDINGS_SHOWN):
            left = rule.count - min(len(findings), FINDINGS_SHOWN)
            yield f"{_INDENT}{self._say('report.more', count=self._number(left))}"

    def _rule_head(self, rule: RuleResult) -> Iterator[str]:
        parts = [title_of(rule.code).get(self._language)]
        if rule.column:
            parts.append(self._say("report.column", column=rule.column))
        parts.append(self._say("report.count", count=self._number(rule.count)))
        if len(rule.rows) > 1:
            shown = ", ".join(map(str, rule.rows[:ROWS_SHOWN]))
            more = ", …" if rule.count > min(len(rule.rows), ROWS_SHOWN) else ""
            parts.append(self._say("report.rows", rows=shown + more))
        lines = self._wrapped(f"{'; '.join(parts)}  {rule.code}", "- ", "  ")
        for line in lines:
            line = line.replace(parts[0], self._paint(parts[0], _BOLD), 1)
            yield line.replace(rule.code, self._paint(rule.code, _DIM), 1)

    def _finding(self, finding: Finding) -> Iterator[str]:
        where = self._say("report.file") if finding.row is None else self._say("report.row", row=finding.row)
        message = _one_line(finding.message.get(self._language))
        yield from self._wrapped(f"{where}: {message}", _INDENT, _INDENT + "  ")
        yield from self._picture(finding)
        fix = _one_line(finding.fix.get(self._language))
        yield from self._wrapped(f"→ {fix}", _INDENT + "  ", _INDENT + "    ")

    def _picture(self, finding: Finding) -> Iterator[str]:
        excerpt = self._excerpt
        if excerpt is None or finding.row is None or finding.column is None:
            return
        cells, place = excerpt.rows.get(finding.row), excerpt.places.get(finding.column)
        if cells is None or place is None:
            return
        picture = row_picture(
            [_one_line(header) for header in excerpt.headers],
            [_one_line(cell) for cell in cells],
            place,
            width=self._width - len(_INDENT) - 2,
            empty=f"({self._say('cell.empty')})",
        )
        paint = _COLORS[finding.severity.value]
        before, marked, after = picture.cells
        indent = _INDENT + "  "
        yield indent + self._paint(picture.headers, _DIM)
        yield (indent + before + self._paint(marked, _BOLD, _REVERSE, paint) + after).rstrip()
        yield indent + self._paint(picture.carets, paint)

    def _wrapped(self, text: str, first: str = "", rest: str = "") -> list[str]:
        return textwrap.wrap(
            text,
            self._width,
            initial_indent=first,
            subsequent_indent=rest,
            break_on_hyphens=False,
            drop_whitespace=True,
        )

    def _say(self, key: str, **values: object) -> str:
        return word(key, **values).get(self._language)

    def _number(self, count: int) -> str:
        return f"{count:,}".replace(",", "." if self._language == "id" else ",")

    def _paint(self, text: str, *codes: str) -> str:
        return f"{''.join(codes)}{text}{_RESET}" if self._color else text


def _one_line(text: str) -> str:
    """Cells may hold line breaks and control characters; a terminal must not obey them."""
    return "".join(character if character.isprintable() else " " for character in text)
