"""A report as one HTML file for people: verdict, rules with bars, and the table beside what is wrong in it.

It asks the network for nothing and runs nothing: its policy allows only its own style. Everything of the file is
escaped. The same page can be read, printed and sent by mail.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from satudata.validation.contracts.model import DataContract, Severity
from satudata.validation.findings.catalogue import title_of, word
from satudata.validation.reports.excerpt import Excerpt
from satudata.validation.reports.marking import SIGNS, cells_of, chosen, marked_rows
from satudata.validation.reports.model import Finding, Report
from satudata.validation.text import Language

FINDINGS_SHOWN = 1_000
ROWS_SHOWN = 8
_TEXT_SHOWN = 400


@dataclass(frozen=True, slots=True)
class _Bar:
    """A rule with its count as a share (0 to 100) of the largest, and the number of its first finding shown."""

    title: str
    code: str
    severity: Severity
    column: str | None
    count: int
    share: float
    rows: tuple[int, ...]
    first: int | None


def render_html(
    report: Report,
    language: Language,
    contract: DataContract,
    *,
    file_name: str = "",
    excerpt: Excerpt | None = None,
) -> str:
    """The page in one language; `file_name` is what people call the file."""
    findings = chosen(report.findings, FINDINGS_SHOWN)
    rows = marked_rows(excerpt, findings) if excerpt else ()
    return (
        _environment()
        .get_template("report.html")
        .render(
            language=language,
            say=lambda key, **values: word(f"page.{key}", **values).get(language),
            field=lambda key: word(f"field.{key}").get(language),
            verdict=word(f"verdict.{report.verdict.value}").get(language),
            next=word(f"page.next.{report.verdict.value}").get(language),
            severity_word=lambda severity: word(f"severity.{severity.value}").get(language),
            empty=word("cell.empty").get(language),
            whole_file=word("report.file").get(language),
            number=lambda count: _number(count, language),
            short=_short,
            style=_style(),
            policy=content_policy(),
            report=report,
            errors=report.count(Severity.ERROR),
            warnings=report.count(Severity.WARNING),
            title=contract.title.get(language),
            file_name=file_name,
            bars=_bars(report, findings, language),
            signs=SIGNS,
            findings=findings,
            headers={column.name: column.header for column in contract.columns},
            found=len(report.findings),
            excerpt=excerpt,
            rows=rows,
            cells=cells_of(rows),
        )
    )


def content_policy() -> str:
    """The Content-Security-Policy of the page: nothing from anywhere but its own style."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _bars(report: Report, findings: tuple[Finding, ...], language: Language) -> list[_Bar]:
    most = max((rule.count for rule in report.rules), default=1)
    first: dict[tuple[str, str | None], int] = {}
    for number, finding in enumerate(findings, start=1):
        first.setdefault((finding.code, finding.column), number)
    return [
        _Bar(
            title_of(rule.code).get(language),
            rule.code,
            rule.severity,
            rule.column,
            rule.count,
            round(max(1.0, 100 * rule.count / most), 1),
            rule.rows[:ROWS_SHOWN],
            first.get((rule.code, rule.column)),
        )
        for rule in report.rules
    ]


def _number(count: int, language: Language) -> str:
    return f"{count:,}".replace(",", "." if language == "id" else ",")


def _short(text: str) -> str:
    return text if len(text) <= _TEXT_SHOWN else text[: _TEXT_SHOWN - 1] + "…"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("satudata.validation.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    return _environment().get_template("report.css").render().strip()
