"""From failed cells and checks of a batch to findings: who is told what, once, and when a column is hopeless.

A cell that the cast has told is not told again as empty or unknown. Rows that another code system explains are held
back (`code_system.py`), codes that a spreadsheet has spoilt are told as such (`damage.py`). When more than half of a
batch fails one rule on one column, the column is not what the contract says: that is told once (`mismatch.py`), and
the caller stops reading.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from satudata.validation.casting.columns import CastBatch
from satudata.validation.casting.date_styles import DateStyles
from satudata.validation.contracts.model import Column, DataContract, Severity
from satudata.validation.findings.catalogue import rule
from satudata.validation.findings.collecting import ROWS_SHOWN, Collector, Issue
from satudata.validation.readers.table import ROW
from satudata.validation.references import References
from satudata.validation.rows.check import Row, RowCheck
from satudata.validation.rows.checks import Lists
from satudata.validation.rows.code_system import Described, SystemWatch
from satudata.validation.rows.damage import Damaged, DamageFinder, without_damaged
from satudata.validation.rows.keys import RepeatFinder
from satudata.validation.rows.mismatch import Mismatch, mismatches
from satudata.validation.rows.placeholders import Placeholders
from satudata.validation.rows.running import Failures, RowChecker
from satudata.validation.sets.measures import Measures


class RowFindings:
    """Tells the collector what is wrong in the batches of one file."""

    def __init__(
        self,
        contract: DataContract,
        columns: tuple[Column, ...],
        lists: Lists,
        references: References,
        collector: Collector,
        most: int,
    ) -> None:
        self._contract = contract
        self._columns = columns
        self._lists = lists
        self._references = references
        self._collector = collector
        self._most = most
        self._watches = _watches(columns, lists, references, most)
        self._damage = DamageFinder(columns, lists.books)
        self._date_styles = DateStyles()
        self._placeholders = Placeholders(columns)
        self._mismatches: list[Mismatch] = []

    def add(
        self,
        raw: pl.DataFrame,
        cast: CastBatch,
        checker: RowChecker,
        covered: Mapping[str, list[int]],
    ) -> None:
        """Everything wrong in one batch. `covered` are cells told by the reader, by column. Raises CheckFault."""
        self._date_styles.add(cast.styles, raw[ROW])
        self._placeholders.add(cast.typed, raw[ROW])
        wrong: list[_Wrong] = []
        told = {name: set(positions) for name, positions in covered.items()}
        for problems in cast.problems:
            name = problems.column.name
            wrong.append(_Wrong(problems.code, name, problems.positions, problems.describe))
            told.setdefault(name, set()).update(problems.positions)
        failed_cells = list(checker.run(cast.typed))
        damaged = self._damage.find(failed_cells, cast.typed)
        wrong += (_damaged(each, raw) for each in damaged)
        for failures in without_damaged(failed_cells, damaged):
            if failures.check is None:
                wrong.append(self._empty(failures, told.get(failures.column, set()), raw))
            else:
                wrong.append(self._failed(failures.check, failures, cast, raw))
        failed = {(item.code, item.column): item.positions for item in wrong if item.is_error}
        hopeless = mismatches(failed, raw, self._columns, self._lists, self._references)
        self._mismatches += hopeless
        summed_up = {(code, mismatch.column.name) for mismatch in hopeless for code in mismatch.codes}
        for item in wrong:
            if item.positions:
                rows = raw[ROW].gather(item.positions).to_list()
                most = ROWS_SHOWN if (item.code, item.column) in summed_up else None
                self._collector.add_rows(item.code, item.column, rows, item.describe, item.severity, most)

    @property
    def mismatched(self) -> bool:
        """Whether some column turned out to be another than the contract says."""
        return bool(self._mismatches)

    def finish(
        self, measures: Measures, repeats: Sequence[tuple[RepeatFinder, str]], stopped_after: int | None
    ) -> None:
        """After the last batch that was read: wrong columns, held rows and repeated values.

        `stopped_after` is the number of rows read when the file has more of them.
        """
        for mismatch in self._mismatches:
            self._tell_mismatch(mismatch, stopped_after)
        for issue in self._date_styles.issues():
            self._collector.add(issue)
        for issue, rows in self._placeholders.issues():
            self._collector.add_summary(issue, rows)
        for watch in self._watches:
            watch.tell(self._collector, measures.distinct_values(watch.column.name))
        for finder, code in repeats:
            self._tell_repeats(finder, code)

    def _empty(self, failures: Failures, told: set[int], raw: pl.DataFrame) -> "_Wrong":
        column = self._contract.by_name[failures.column]
        positions = [position for position in failures.positions if position not in told]
        code = "row.required" if column.required else "key.required"
        return _Wrong(
            code, column.name, positions, lambda n: (raw[column.name][positions[n]], {"title": column.title})
        )

    def _failed(self, check: RowCheck, failures: Failures, cast: CastBatch, raw: pl.DataFrame) -> "_Wrong":
        """What is left of the failures when those that another code system explains are held back."""
        name, positions = failures.column, failures.positions

        @cache
        def cells() -> tuple[list[str | None], Sequence[Row]]:
            """Texts and typed rows of as many failures as may be told, all fetched at once."""
            some = positions[: self._most]
            return raw[name].gather(some).to_list(), cast.typed[some].rows(named=True)

        def describe(n: int) -> Described:
            if n < self._most:
                text, row = cells()[0][n], cells()[1][n]
            else:
                text, row = raw[name][positions[n]], cast.typed.row(positions[n], named=True)
            return text, check.describe(text or "", row)

        left = self._sifted(failures, cast.typed, raw, describe)
        if len(left) == len(positions):
            return _Wrong(check.code, name, positions, describe, check.severity)
        rest = [positions[n] for n in left]
        return _Wrong(check.code, name, rest, lambda n: describe(left[n]), check.severity)

    def _sifted(
        self,
        failures: Failures,
        typed: pl.DataFrame,
        raw: pl.DataFrame,
        describe: Callable[[int], Described],
    ) -> Sequence[int]:
        """Which of the failures, by number, no other code system explains."""
        for watch in self._watches:
            if watch.concerns(failures):
                return watch.sift(failures, typed, raw[ROW].gather(failures.positions).to_list(), describe)
        return range(len(failures.positions))

    def _tell_mismatch(self, mismatch: Mismatch, stopped_after: int | None) -> None:
        values = mismatch.values(stopped_after)
        self._collector.add(Issue("column.mismatch", column=mismatch.column.name, values=values))

    def _tell_repeats(self, finder: RepeatFinder, code: str) -> None:
        repeats = finder.repeats()
        if not repeats:
            return
        columns = [self._contract.by_name[name] for name in finder.names]
        names = " + ".join(column.header for column in columns)

        def describe(n: int) -> Described:
            value = " / ".join(str(value) for value in repeats[n].values)
            return value, {"columns": names, "first": repeats[n].first, "title": columns[0].title}

        self._collector.add_rows(code, finder.names[0], [repeat.row for repeat in repeats], describe)


@dataclass(frozen=True, slots=True)
class _Wrong:
    """The rows of a batch that break one rule on one column, by position; `describe` has words for the n-th."""

    code: str
    column: str
    positions: list[int]
    describe: Callable[[int], Described]
    severity: Severity | None = None

    @property
    def is_error(self) -> bool:
        return (self.severity or rule(self.code).severity) is Severity.ERROR


def _damaged(each: Damaged, raw: pl.DataFrame) -> _Wrong:
    def describe(n: int) -> Described:
        return raw[each.column][each.positions[n]], each.values[n]

    return _Wrong("row.damaged", each.column, each.positions, describe, each.severity)


def _watches(
    columns: tuple[Column, ...], lists: Lists, references: References, most: int
) -> list[SystemWatch]:
    name_of = {column.name_of: column.name for column in columns if column.name_of is not None}
    return [
        SystemWatch(column, name_of.get(column.name), lists.books[column.name], references, most)
        for column in columns
        if column.name in lists.books
    ]
