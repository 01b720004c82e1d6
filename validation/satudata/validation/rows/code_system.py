"""Codes of the other system: "these look like BPS codes", told once for a column instead of row by row.

Two lists with the same second name (`kemendagri/kode-wilayah`, `bps/kode-wilayah`) number the same places
differently, and no form tells their codes apart: of 514 regencies 199 have another code, and 164 of those are the
code of some other regency. What tells them apart is the name beside the code, or codes that only the other list has.
Rows that the other list explains are held back over all batches; at the end either they make one finding or they are
told as what they would have been.

A row is explained when its name disagrees with the declared list (or its code is unknown there) and the other list
gives that code to that name; without a name column, when the code is unknown and the other list has it. The column is
judged to follow the other system when at least `LEAST_ROWS` rows or `LEAST_CODES` different codes are explained, they
are at least `SHARE` of the rows that disagree, and, without names, at least `KNOWN` of all different codes of the
column are in the other list. A single wrong name is explained by chance for 1 in 514 regencies, so two are proof.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from satudata.validation.contracts.model import Column
from satudata.validation.findings.collecting import Collector, Issue
from satudata.validation.references import References
from satudata.validation.rows.codes import CodeBook, digits
from satudata.validation.rows.place_names import same_place, without_mark
from satudata.validation.rows.running import Failures

LEAST_ROWS = 3
LEAST_CODES = 2
LEAST_CODES_WITHOUT_NAMES = 3
SHARE = 0.2
KNOWN = 0.9
_EXAMPLES = 3

Described = tuple[str | None, Mapping[str, object]]


@dataclass
class _Held:
    """Explained rows of one rule: all record numbers, and words for as many as may be told."""

    failures: Failures
    rows: list[int] = field(default_factory=list)
    described: list[Described] = field(default_factory=list)


@dataclass
class SystemWatch:
    """Watches one code column; `name` is the column of names beside it, None where the file has none."""

    column: Column
    name: str | None
    book: CodeBook
    references: References
    keep: int
    """How many findings of a rule are told at most."""
    _held: dict[str, _Held] = field(default_factory=dict)
    _disagreeing: int = 0
    """Unknown codes and names that disagree; a row is never both."""
    _examples: dict[str, tuple[int, CodeBook]] = field(default_factory=dict)
    """By code, the first row that the other list explains, and that list."""
    _explained: dict[tuple[str, str | None], CodeBook | None] = field(default_factory=dict)

    @cached_property
    def others(self) -> list[CodeBook]:
        """The current editions of the lists that number the same things differently."""
        binding = self.book.binding
        ending = binding.code_list.partition("/")[2]
        lists = [info.id for info in self.references.lists() if info.id.partition("/")[2] == ending]
        return [
            CodeBook.open(replace(binding, code_list=other, edition=None), self.references)
            for other in lists
            if other != binding.code_list
        ]

    def concerns(self, failures: Failures) -> bool:
        """Whether these rows may speak for another system."""
        code = failures.check.code if failures.check else ""
        known = {(self.column.name, "row.code"), (self.name, "row.code_name")}
        if self.name is not None:
            known.add((self.column.name, "row.code_superseded"))
        return (failures.column, code) in known and bool(self.others)

    def sift(
        self,
        failures: Failures,
        typed: pl.DataFrame,
        rows: Sequence[int],
        describe: Callable[[int], Described],
    ) -> list[int]:
        """Hold back what the other list explains; returns which of the failures (by number) are left to be told.

        `rows` and `describe` give the record number and the words of the n-th failure.
        """
        code = failures.check.code if failures.check else ""
        if code != "row.code_superseded":
            self._disagreeing += len(rows)
        names = [self.column.name, *([self.name] if self.name else [])]
        held = self._held.setdefault(code, _Held(failures))
        left = []
        for number, values in enumerate(typed.select(names)[failures.positions].rows()):
            value, name = values[0], values[1] if self.name else None
            other = self._explaining(value, name)
            if other is None:
                left.append(number)
                continue
            held.rows.append(rows[number])
            if len(held.described) < self.keep:
                held.described.append(describe(number))
            if value not in self._examples or rows[number] < self._examples[value][0]:
                self._examples[value] = rows[number], other
        return left

    def tell(self, collector: Collector, different: pl.Series | None) -> None:
        """After the last batch: one finding, or everything that was held back.

        `different` holds the different codes of the column where they were few enough to be kept.
        """
        rows = sorted({row for held in self._held.values() for row in held.rows})
        if not rows:
            return
        if self._convinced(len(rows), different):
            self._tell_system(collector, rows)
            return
        for code, held in self._held.items():
            check = held.failures.check
            severity = check.severity if check else None
            collector.add_rows(code, held.failures.column, held.rows, held.described.__getitem__, severity)

    def _convinced(self, count: int, different: pl.Series | None) -> bool:
        if count < SHARE * self._disagreeing:
            return False
        if self.name is not None:
            return count >= LEAST_ROWS or len(self._examples) >= LEAST_CODES
        if len(self._examples) < LEAST_CODES_WITHOUT_NAMES:
            return False
        _, other = next(iter(self._examples.values()))
        if different is None or different.is_empty():
            return True
        known = sum(other.alike(value) is not None for value in different.to_list())
        return known >= KNOWN * len(different)

    def _tell_system(self, collector: Collector, rows: list[int]) -> None:
        first = sorted(self._examples.items(), key=lambda item: item[1][0])
        examples = [self._example(value, other) for value, (_, other) in first[:_EXAMPLES]]
        other = first[0][1][1].binding.code_list
        values = {
            "count": len(rows),
            "disagreeing": self._disagreeing,
            "list": self.book.binding.code_list,
            "other": other,
            "examples": "; ".join(examples),
            "system": other.partition("/")[0].upper(),
        }
        collector.add_summary(Issue("row.code_system", column=self.column.name, values=values), rows)

    def _example(self, value: str, other: CodeBook) -> str:
        """`1101 = Kabupaten Simeulue → 11.09`: what the code means there, and that place's code here."""
        entry = other.alike(value)
        label = entry.label if entry else ""
        here = self.book.by_name(label)
        return f"{value} = {label}" + (f" → {here.partition(' ')[0]}" if here else "")

    def _explaining(self, value: str | None, name: str | None) -> CodeBook | None:
        if value is None or (self.name is not None and name is None):
            return None
        if (value, name) not in self._explained:
            self._explained[value, name] = self._explained_by(value, name)
        return self._explained[value, name]

    def _explained_by(self, value: str, name: str | None) -> CodeBook | None:
        here = self.book.alike(value)
        if name is None:
            return next((other for other in self.others if here is None and other.alike(value)), None)
        clean = without_mark(name)
        if here is not None and same_place(clean, here.label):
            return None  # the declared list agrees: only the writing of the code is another
        for other in self.others:
            entry = other.alike(value)
            if (
                entry is not None
                and len(digits(entry.code)) <= len(digits(value))
                and same_place(clean, entry.label)
            ):
                return other
        return None
