"""Indexes learnt from traffic: which one would help a question, when it has earned being made, and how it is asked.

A question that needs a scan says what index it would have liked. Once such questions have cost a fourth of what the
index costs to make, it is made in the background; from then on row numbers are found in it, when it can be told
beforehand that it leaves few rows to look at.
"""

import math
import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from satudata.datasets.rows import sqlite_engine
from satudata.datasets.rows.conditions import Atom, Formula, Shape, conjuncts, shape, values_of
from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.pages import Find
from satudata.datasets.rows.query import Snapshot
from satudata.datasets.rows.sql import (
    Engine,
    Filter,
    SortKey,
    Source,
    Statement,
    at_most_statement,
    count_statement,
)
from satudata.datasets.rows.values import Stored
from satudata.datasets.serving.files import is_damage
from satudata.datasets.serving.index_store import IndexStore
from satudata.datasets.serving.indexes import IndexCopy, IndexDesign

Answer = TypeVar("Answer")

SQLITE = Source(Engine.SQLITE)
EQUALITIES = ("=", "in")
RANGES = ("<", "<=", ">", ">=")
TEXT_PARTS = ("contains", "starts")
TRIGRAM = 3

LEAST_SECONDS = 0.1
SECONDS_A_CELL = 0.5e-6
SECONDS_A_TEXT = 10e-6
EARNED = 0.25
"""An index is made when scans have cost this part of making it: who asks a thing often will go on asking."""

STEPS_A_ROW = 50
"""Of SQLite's machine, to look at one row that a full-text search found."""

KEPT_ACCOUNTS = 1_000
KEPT_WAYS = 2_000


@dataclass(frozen=True, slots=True)
class Way:
    """How an index copy finds the rows of questions of one shape.

    `seeks` are the places, among the tests that must all hold, of those that the index answers by looking up.
    `most` bounds the rows that equality leaves, for one value of each test. `complete`: nothing else is tested.
    """

    copy: IndexCopy
    seeks: tuple[int, ...]
    most: int
    complete: bool


class Learning:
    """Of one reader; use it from one event loop. Questions that look at more than `inline_rows` rows are refused."""

    def __init__(self, indexes: IndexStore, inline_rows: int) -> None:
        self._indexes = indexes
        self._inline_rows = inline_rows
        self._spent: OrderedDict[tuple[str, IndexDesign], float] = OrderedDict()
        self._ways: OrderedDict[tuple[Any, ...], tuple[list[IndexCopy], list[Way]]] = OrderedDict()

    def knows(self, snapshot: Snapshot) -> bool:
        """Whether anything was learnt about it."""
        return bool(self._indexes.of(snapshot))

    def count(self, snapshot: Snapshot, formula: Formula, deadline: Deadline) -> int | None:
        """How many rows match, when an index leaves few; None otherwise. Raises DeadlineExceeded."""
        return self._ask(snapshot, formula, (), lambda way, tests: self._count(way, formula, tests, deadline))

    def numbers(
        self, snapshot: Snapshot, formula: Formula | None, find: Find, deadline: Deadline
    ) -> list[int] | None:
        """Row numbers of the page that `find` (which tests all of `formula`) is looking for; None when no index helps.

        Raises DeadlineExceeded.
        """
        return self._ask(
            snapshot, formula, find.keys, lambda way, tests: self._numbers(way, tests, find, deadline)
        )

    def spent(
        self, snapshot: Snapshot, formula: Formula | None, keys: tuple[SortKey, ...], seconds: float
    ) -> None:
        """A scan has answered, in so many seconds, what an index might answer."""
        there = {copy.design for copy in self._indexes.of(snapshot)}
        design = next((one for one in designs(snapshot, formula, keys) if one not in there), None)
        if design is None:
            return
        account = snapshot.sha256, design
        total = self._spent[account] = self._spent.pop(account, 0.0) + seconds
        while len(self._spent) > KEPT_ACCOUNTS:
            self._spent.popitem(last=False)
        if total >= max(LEAST_SECONDS, EARNED * _seconds_to_make(snapshot, design)):
            self._indexes.learn(snapshot, design)

    def _ask(
        self,
        snapshot: Snapshot,
        formula: Formula | None,
        keys: tuple[SortKey, ...],
        answer: Callable[[Way, list[Formula]], Answer | None],
    ) -> Answer | None:
        copies = self._indexes.of(snapshot)
        if not copies:
            return None
        tests = conjuncts(formula)
        for way in self._ways_of(snapshot, copies, formula, tests, keys):
            try:
                found = answer(way, tests)
            except sqlite3.DatabaseError as error:
                if is_damage(error):
                    self._indexes.drop(snapshot, way.copy)
                return None  # a scan answers, or tells what is wrong with the question
            if found is not None:
                self._indexes.use(way.copy)
                return found
        return None

    def _numbers(self, way: Way, tests: list[Formula], find: Find, deadline: Deadline) -> list[int] | None:
        words = _search(way, tests)
        if words is None and way.copy.design.trigrams is not None:
            return None
        statement = find.statement_of_index(SQLITE, matched=words is not None, few=False)
        values = [*([] if words is None else [words]), *find.values]
        connection = way.copy.connection
        try:
            if self._is_in_order(way, statement, find):
                steps = self._inline_rows * STEPS_A_ROW
                found = sqlite_engine.run_briefly(connection, statement, values, deadline, steps=steps)
            elif self._leaves_few(way, tests, words, deadline):
                statement = find.statement_of_index(SQLITE, matched=words is not None, few=True)
                found = sqlite_engine.run(connection, statement, values, deadline)
            else:
                return None
        except sqlite_engine.TooMuchWork:
            return None
        return [number for (number,) in found]

    def _is_in_order(self, way: Way, statement: Statement, find: Find) -> bool:
        """Whether the index yields the rows, and no others, in the order asked for, from the place asked for."""
        can_begin = find.position is None or (bool(find.keys) and not find.keys[0].nullable)
        if not way.complete or not can_begin or find.places > self._inline_rows:
            return False
        return way.copy.streams(statement.text, len(statement.slots))

    def _count(self, way: Way, formula: Formula, tests: list[Formula], deadline: Deadline) -> int | None:
        words = _search(way, tests)
        if not self._leaves_few(way, tests, words, deadline):
            return None
        statement = count_statement(SQLITE, Filter(shape(formula)), words is not None)
        values = [*([] if words is None else [words]), *values_of(formula)]
        [[rows]] = sqlite_engine.run(way.copy.connection, statement, values, deadline)
        return int(rows)

    def _leaves_few(self, way: Way, tests: list[Formula], words: str | None, deadline: Deadline) -> bool:
        """Whether so few rows are left by what the index looks up that each may be looked at."""
        seeks = [tests[place] for place in way.seeks]
        if way.copy.design.trigrams is not None:
            if words is None:
                return False
            statement, values = at_most_statement(None), list[Stored]([words])
        else:
            lists = (len(test.values) for test in seeks if isinstance(test, Atom) and test.kind == "in")
            if way.most * math.prod(lists) <= self._inline_rows:
                return True
            if not seeks:
                return False
            statement = at_most_statement(("and", *map(shape, seeks)))
            values = [value for test in seeks for value in values_of(test)]
        limit = self._inline_rows + 1
        [[rows]] = sqlite_engine.run(way.copy.connection, statement, [*values, limit], deadline)
        return bool(rows < limit)

    def _ways_of(
        self,
        snapshot: Snapshot,
        copies: list[IndexCopy],
        formula: Formula | None,
        tests: list[Formula],
        keys: tuple[SortKey, ...],
    ) -> list[Way]:
        """The ways for questions of this shape, the most promising first; worked out once."""
        at = snapshot.sha256, None if formula is None else shape(formula), keys
        known = self._ways.get(at)
        if known is None or known[0] is not copies:
            ways = [way for copy in copies if (way := _way(copy, formula, tests, keys)) is not None]
            ways.sort(key=lambda way: (way.most, not way.complete))
            known = self._ways[at] = copies, ways
            while len(self._ways) > KEPT_WAYS:
                self._ways.popitem(last=False)
        return known[1]


def designs(snapshot: Snapshot, formula: Formula | None, keys: tuple[SortKey, ...]) -> list[IndexDesign]:
    """Indexes that would help, the best first."""
    tests = conjuncts(formula)
    equal = {test.column for test in tests if isinstance(test, Atom) and _is_equality(test)}
    ranges = [test.column for test in tests if isinstance(test, Atom) and _is_range(test)]
    mentioned = {*_columns(formula), *(key.column for key in keys)}
    leading = tuple(column.name for column in snapshot.columns if column.name in equal)
    following: tuple[tuple[str, bool], ...] = tuple(
        (key.column, key.descending) for key in keys if key.column not in equal
    )
    if not keys:
        following = tuple((name, False) for name in ranges[:1] if name not in equal)
    found = []
    unbounded = bool(keys) and any(not _is_on(test, keys[0].column, RANGES) for test in tests)
    if leading or (following and not unbounded):
        taken = {*leading, *(name for name, _ in following)}
        found.append(IndexDesign(leading, following, _others(snapshot, mentioned - taken)))
    text = next((test for test in tests if isinstance(test, Atom) and _words(test) is not None), None)
    if text is not None:
        others = _others(snapshot, mentioned - {text.column})
        found.append(IndexDesign(others=others, trigrams=text.column))
    return found


def _others(snapshot: Snapshot, names: set[str]) -> tuple[str, ...]:
    return tuple(column.name for column in snapshot.columns if column.name in names)


def _seconds_to_make(snapshot: Snapshot, design: IndexDesign) -> float:
    cells = snapshot.row_count * (2 + len(design.columns))
    texts = snapshot.row_count if design.trigrams is not None else 0
    return cells * SECONDS_A_CELL + texts * SECONDS_A_TEXT


def _columns(formula: Formula | None) -> set[str]:
    def named(part: Shape) -> set[str]:
        if part[0] in ("and", "or", "not"):
            return set().union(*map(named, part[1:]))
        return {part[1]}

    return set() if formula is None else named(shape(formula))


def _is_equality(test: Atom) -> bool:
    return test.kind in EQUALITIES and not test.fold


def _is_range(test: Atom) -> bool:
    return test.kind in RANGES and not test.fold


def _is_on(test: Formula, column: str, kinds: tuple[str, ...]) -> bool:
    return isinstance(test, Atom) and test.column == column and test.kind in kinds and not test.fold


def _way(
    copy: IndexCopy, formula: Formula | None, tests: list[Formula], keys: tuple[SortKey, ...]
) -> Way | None:
    design = copy.design
    if not {*_columns(formula), *(key.column for key in keys)} <= set(design.columns):
        return None
    if design.trigrams is not None:
        place = next((index for index, test in enumerate(tests) if _is_on_text(test, design.trigrams)), None)
        return None if place is None else Way(copy, (place,), copy.most[0], len(tests) == 1)
    seeks: list[int] = []
    most = copy.most[0]
    columns = [*design.equal, *(name for name, _ in design.sorted)]
    for count, name in enumerate(columns):
        equal = next((i for i, test in enumerate(tests) if _is_on(test, name, EQUALITIES)), None)
        if equal is None:
            seeks += [i for i, test in enumerate(tests) if _is_on(test, name, RANGES)]
            break
        seeks.append(equal)
        if count < len(design.equal):
            most = copy.most[count + 1]
    leads = bool(keys) and design.sorted[:1] == ((keys[0].column, keys[0].descending),)
    if not seeks and (design.equal or not leads):
        return None
    return Way(copy, tuple(seeks), most, len(seeks) == len(tests))


def _is_on_text(test: Formula, column: str) -> bool:
    return isinstance(test, Atom) and test.column == column and test.kind in TEXT_PARTS


def _search(way: Way, tests: list[Formula]) -> str | None:
    """What to look for in the trigrams of the way's index copy; None when it has none, or the text is too short."""
    if way.copy.design.trigrams is None:
        return None
    test = tests[way.seeks[0]]
    return _words(test) if isinstance(test, Atom) else None


def _words(test: Atom) -> str | None:
    """The full-text search for what a text must hold to pass; None when it is too short, or not of that kind."""
    if test.kind not in TEXT_PARTS:
        return None
    text = str(test.values[0])
    if len(text) < TRIGRAM or "\0" in text:
        return None
    parts = dict.fromkeys(text[at : at + TRIGRAM] for at in range(len(text) - TRIGRAM + 1))
    return " AND ".join('"' + part.replace('"', '""') + '"' for part in parts)
