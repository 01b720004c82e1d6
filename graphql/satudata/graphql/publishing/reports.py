"""Reports of checks as the API shows them: declares the fields of a `satudata.validation.reports.model.Report`."""

from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from satudata.datasets.paging import Page
from satudata.graphql.context import Info
from satudata.graphql.cursors import Position
from satudata.graphql.directives import CONNECTION, mark
from satudata.graphql.enums import Severity, Verdict
from satudata.graphql.paging import After, Connection, First, ListCursors, connection, size_of
from satudata.graphql.scalars import Count
from satudata.graphql.texts import TextType
from satudata.validation.findings.catalogue import title_of
from satudata.validation.reports.model import Report, RuleResult


def _title(
    root: strawberry.Parent[RuleResult],
) -> Any:  # Any: a Text, where the field is declared as TextType
    return title_of(root.code)


@strawberry.type(name="RuleResult", description="How often one rule was broken in one column.")
class RuleResultType:
    code: str = strawberry.field(description="Code of the rule. Example: `row.range`.")
    severity: Severity = strawberry.field(description="How much it weighs.")
    column: str | None = strawberry.field(description="The column; null for rules about the whole file.")
    count: Count = strawberry.field(description="How many times, exact.")
    rows: list[Count] = strawberry.field(
        description="The first 20 rows, as a spreadsheet counts them (the header is row 1)."
    )
    title: TextType = strawberry.field(resolver=_title, description="What the rule asks.")


@strawberry.type(name="Finding", description="One thing wrong in a file: where, what, and how to fix it.")
class FindingType:
    code: str = strawberry.field(description="Code of the rule. Example: `row.range`.")
    severity: Severity = strawberry.field(description="How much it weighs.")
    row: Count | None = strawberry.field(
        description="The row, as a spreadsheet counts it (the header is row 1); null for the whole file."
    )
    column: str | None = strawberry.field(description="The column; null where it is not about one.")
    value: str | None = strawberry.field(description="What stands in the cell, as text.")
    message: TextType = strawberry.field(description="What is wrong.")
    fix: TextType | None = strawberry.field(description="What to write instead.")


def _errors(root: strawberry.Parent[Report]) -> Count:
    return Count(root.count(Severity.ERROR))


def _warnings(root: strawberry.Parent[Report]) -> Count:
    return Count(root.count(Severity.WARNING))


def _json(root: strawberry.Parent[Report]) -> Any:  # Any: the report's own JSON
    return root.as_dict()


def _findings(
    root: strawberry.Parent[Report],
    info: Info,
    severity: Annotated[Severity | None, strawberry.argument(description="Only of this severity.")] = None,
    first: First = 100,
    after: After = None,
) -> Any:  # Any: a connection of Finding for a field declared as one of FindingType
    cursors = ListCursors(info, "findings", root.contract_id, severity.value if severity else "")
    start, size = _start(cursors.position(after)), size_of(first)
    found = [finding for finding in root.findings if severity is None or finding.severity is severity]
    items = tuple(found[start : start + size])
    page = Page(
        items=items,
        positions=tuple((start + index + 1,) for index in range(len(items))),
        total=len(found),
        has_next=start + size < len(found),
    )
    return connection(page, cursors, after)


def _start(position: Position | None) -> int:
    return int(position[0]) if position else 0


@strawberry.type(name="Report", description="What a check found in a file.")
class ReportType:
    verdict: Verdict = strawberry.field(description="Whether the file is accepted.")
    rows: Count = strawberry.field(description="How many rows the file has, its header not counted.")
    errors: Count = strawberry.field(resolver=_errors, description="How many errors there are, exact.")
    warnings: Count = strawberry.field(resolver=_warnings, description="How many warnings there are, exact.")
    rules: list[RuleResultType] = strawberry.field(
        description=(
            "Every rule that was broken, by column. A warning is confirmed by `code:column`, or by `code` alone "
            "(`ReviewSubmissionInput.confirmedRules`)."
        )
    )
    findings: Connection[FindingType] = strawberry.field(
        resolver=_findings,
        description="Single findings in the order of the file, at most 1,000 for each rule and column.",
        metadata=mark(size=CONNECTION),
    )
    json: JSON = strawberry.field(
        resolver=_json, description="The whole report, as `satudata check --format json` writes it."
    )
