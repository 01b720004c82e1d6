"""Checks one file against its contract: the public entry of this component.

Read, cast, check rows, find repeated keys, fold measures, judge the set, report. Whatever the file holds, the
answer is a report; an exception here means that the contract cannot be used (ContractError) or that the hub is
at fault (CheckFault).
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from satudata.validation.casting.columns import cast_batch
from satudata.validation.contracts.code_lists import require_code_lists
from satudata.validation.contracts.model import Column, DataContract, SetRule, Severity
from satudata.validation.findings.collecting import Collector, Issue
from satudata.validation.previewing import Preview as Preview
from satudata.validation.previewing import preview_file as preview_file
from satudata.validation.readers.detection import Unreadable
from satudata.validation.readers.opening import open_table
from satudata.validation.readers.table import ROW, Table
from satudata.validation.references import References
from satudata.validation.reports.model import Report, Verdict
from satudata.validation.rows.checks import Lists, bounds_text, checks_of
from satudata.validation.rows.codes import CodeBook
from satudata.validation.rows.foreign_keys import ForeignValues, NoForeignValues
from satudata.validation.rows.keys import RepeatFinder
from satudata.validation.rows.names import NameBook
from satudata.validation.rows.running import RowChecker
from satudata.validation.rows.telling import RowFindings
from satudata.validation.sets.measures import Measures
from satudata.validation.sets.ratios import rule_values
from satudata.validation.storing import TypedTable
from satudata.validation.text import Text

MAX_FINDINGS = 1_000
PROBE_ROWS = 50_000
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class CheckProgress:
    """`stage` is a CheckStage of the API; `done` and `total` count rows, `total` where it is known."""

    stage: str
    done: int
    total: int | None = None


def check_file(
    path: Path,
    contract: DataContract,
    references: References,
    *,
    file_name: str | None = None,
    previous: Mapping[str, Any] | None = None,
    foreign: Mapping[str, Path] | None = None,
    output: Path | None = None,
    max_findings: int = MAX_FINDINGS,
    progress: Callable[[CheckProgress], None] | None = None,
) -> Report:
    """Check `path` and report. The typed table is written to `output` unless the verdict is REJECTED.

    `previous` is `measures` of the previous version's report; `foreign` gives for each column that the contract
    refers to (`agency/dataset.column`) the Parquet file of that dataset; `max_findings` caps the findings of one
    rule on one column, counts stay exact. `file_name` is what people call the file; it never decides what the
    file is.
    Raises ContractError when a code list of the contract is not in `references`, CheckFault when a check of
    ours cannot run.
    """
    editions = require_code_lists(contract, references)
    check = _Check(contract, references, previous, foreign or {}, max_findings, progress or (lambda _: None))
    try:
        check.run(path, output)
    except Unreadable as unreadable:
        check.give_up(unreadable)
    return check.report(editions)


def report_is_unreadable(report: Report) -> bool:
    """Whether the file could not be read as a table at all, as against a table with mistakes."""
    return any(rule.code.startswith("file.") and rule.severity is Severity.ERROR for rule in report.rules)


class _Check:
    def __init__(
        self,
        contract: DataContract,
        references: References,
        previous: Mapping[str, Any] | None,
        foreign: Mapping[str, Path],
        max_findings: int,
        progress: Callable[[CheckProgress], None],
    ) -> None:
        self._contract = contract
        self._previous = previous
        self._foreign = foreign
        self._max_findings = max_findings
        self._progress = progress
        self._references = references
        self._collector = Collector(contract.columns, max_findings)
        self._measures = Measures((), frozenset())
        self._rows = 0
        self._columns = 0
        self._unreadable = False
        self._stopped = False

    # -- the way of a file

    def run(self, path: Path, output: Path | None) -> None:
        self._progress(CheckProgress("READING", 0))
        with ExitStack() as stack:
            table = stack.enter_context(open_table(path, self._contract))
            self._columns = len(table.columns)
            typed_table = stack.enter_context(TypedTable(output, self._contract.columns)) if output else None
            self._run_batches(table, typed_table)
            # What readers tell at the end needs the whole file: not after an early stop.
            for issue in chain(table.issues, () if self._stopped else table.late_issues):
                self._collector.add(issue)
            if not self._rows and not self._collector.has(Severity.ERROR):
                raise Unreadable(Issue("file.no_rows"))
            if typed_table is not None and not self._collector.has(Severity.ERROR):
                self._progress(CheckProgress("STORING", self._rows, self._rows))
                typed_table.keep()

    def _run_batches(self, table: Table, typed_table: TypedTable | None) -> None:
        columns = table.columns
        lists = self._lists(columns)
        checker = RowChecker(columns, checks_of(columns, self._contract.row_rules, lists))
        told = RowFindings(
            self._contract, columns, lists, self._references, self._collector, self._max_findings
        )
        repeats = self._repeat_finders(columns)
        self._measures = Measures(columns, _exactly_counted(self._contract))
        raws = with_probe(table.batches)
        casts = ((raw, cast_batch(raw, columns, table.formula_positions(raw))) for raw in raws)
        self._progress(CheckProgress("CASTING", 0))
        with ThreadPoolExecutor(1) as helper:
            for raw, cast in ahead(casts, helper):
                measured = helper.submit(self._measures.add, cast.typed)
                self._progress(CheckProgress("ROW_CHECKS", self._rows))
                told.add(raw, cast, checker, table.covered_positions(raw))
                for finder, _ in repeats:
                    finder.add(cast.typed, raw[ROW])
                self._rows += raw.height
                if typed_table is not None and not table.missing and not self._collector.has(Severity.ERROR):
                    typed_table.add(cast.typed)
                measured.result()
                if told.mismatched:
                    self._stopped = any(rest.height for rest in raws)
                    break
        told.finish(self._measures, repeats, self._rows if self._stopped else None)
        if not self._stopped:
            self._judge_set(lists.books)

    def _lists(self, columns: tuple[Column, ...]) -> Lists:
        """What the columns at hand are compared with; a dataset that cannot be compared with is told."""
        books = {
            column.name: CodeBook.open(column.code, self._references)
            for column in columns
            if column.code is not None
        }
        names = {
            column.name: NameBook.open(column.named, self._references)
            for column in columns
            if column.named is not None
        }
        foreign: dict[str, ForeignValues] = {}
        for column in columns:
            if column.reference is None:
                continue
            try:
                foreign[column.name] = ForeignValues.open(column, self._foreign)
            except NoForeignValues as absent:
                values = {
                    "header": column.header,
                    "target": str(column.reference),
                    "dataset": column.reference.dataset,
                    "why": absent.why,
                }
                self._collector.add(Issue("column.reference", column=column.name, values=values))
        return Lists(books, names, foreign)

    def give_up(self, unreadable: Unreadable) -> None:
        """The file turned out not to be a table: only that is told, with what was found so far."""
        self._unreadable = True
        for issue in unreadable.issues:
            self._collector.add(issue)

    def report(self, editions: dict[str, str]) -> Report:
        rules = self._collector.rules()
        severities = {rule.severity for rule in rules}
        verdict = Verdict.ACCEPTED
        if Severity.ERROR in severities:
            verdict = Verdict.REJECTED
        elif Severity.WARNING in severities:
            verdict = Verdict.NEEDS_CONFIRMATION
        return Report(
            verdict=verdict,
            rows=0 if self._unreadable else self._rows,
            columns=0 if self._unreadable else self._columns,
            contract_id=self._contract.id,
            contract_version=self._contract.version,
            findings=self._collector.findings(),
            rules=rules,
            editions=editions,
            measures={"rows": 0, "columns": {}} if self._unreadable else self._measures.as_report(),
        )

    # -- over all batches

    def _repeat_finders(self, columns: tuple[Column, ...]) -> list[tuple[RepeatFinder, str]]:
        present = {column.name for column in columns}
        key = tuple(column.name for column in self._contract.key)
        finders = [(RepeatFinder(key), "key.duplicate")] if key and present >= set(key) else []
        unique = [column.name for column in columns if column.unique and (column.name,) != key]
        return finders + [(RepeatFinder((name,)), "row.unique") for name in unique]

    def _judge_set(self, books: Mapping[str, CodeBook]) -> None:
        if not self._contract.set_rules or not self._rows:
            return
        self._progress(CheckProgress("SET_CHECKS", self._rows, self._rows))
        values = rule_values(self._contract, self._measures, self._previous, books)
        # Importing Great Expectations takes seconds: only a contract with set rules pays for it.
        from satudata.validation.sets.judging import broken_rules

        for rule in broken_rules(self._contract.set_rules, values):
            self._collector.add(_set_issue(rule, values[rule.measure]))


def with_probe(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The batches, the beginning of the first one by itself: a hopeless column is found there and costs little."""
    for first in batches:
        yield first.head(PROBE_ROWS)
        if first.height > PROBE_ROWS:
            yield first.slice(PROBE_ROWS)
        break
    yield from batches


def ahead(items: Iterator[Item], helper: Executor) -> Iterator[Item]:
    """The items; from the second one on `helper` makes the next while the caller works on one.

    The first stays alone: the caller may want no more of them.
    """
    yield from islice(items, 1)
    coming = helper.submit(next, items, None)
    while (item := coming.result()) is not None:
        coming = helper.submit(next, items, None)
        yield item


def _exactly_counted(contract: DataContract) -> frozenset[str]:
    """Columns whose distinct values a set rule needs."""
    wanted = (rule.measure.partition(".") for rule in contract.set_rules)
    return frozenset(name for kind, _, name in wanted if kind in ("distinct", "coverage"))


def _set_issue(rule: SetRule, value: float | None) -> Issue:
    shown = format(Decimal(repr(round(value or 0.0, 4))).normalize(), "f")
    _, _, column = rule.measure.partition(".")
    values = {
        "rule": Text(rule.message.id, rule.message.get("en")),
        "measure": rule.measure,
        "bounds": bounds_text(rule.minimum, rule.maximum),
    }
    return Issue("set.rule", column=column or None, value=shown, values=values, severity=rule.severity)
