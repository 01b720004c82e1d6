"""Codes as a column writes them: the entries behind its values, and which of its values a question means.

A version's column holds only codes of the edition it was checked against, of its level where the contract names one.
So a set of codes is told to the row engines by its spans in the order of that list: all villages of a province are one
range of values, whatever the form they are written in.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from satudata.datasets.codes.reader import COLUMNS, CodeReader, code_of
from satudata.datasets.codes.types import Code, CodeQuestion, CodesAsWritten, CodeSpan
from satudata.datasets.errors import InvalidInput
from satudata.datasets.rows.query import And, Condition, Operator, Or, Predicate
from satudata.validation.contracts.model import CodeFormat
from satudata.validation.text import Text

KEPT_ENTRIES = 20_000
KEPT_ANSWERS = 200
MOST_RANGES = 50
MOST_VALUES = 10_000

_BARE = "replace(code, '.', '')"
_WRITTEN = {
    CodeFormat.DOTTED: "code",
    CodeFormat.PLAIN: _BARE,
    CodeFormat.PADDED4: f"{_BARE} || repeat('0', greatest(0, 4 - length({_BARE})))",
}
_GIVEN = "(list_contains(CAST(? AS VARCHAR[]), code) OR list_contains(CAST(? AS VARCHAR[]), written))"
_BELOW = (
    "given AS (SELECT unnest(?) AS given), below(root, code) AS ("
    "SELECT given, code FROM (SELECT given, code FROM given JOIN written ON given = code"
    " UNION SELECT given, code FROM given JOIN written ON given = written)"
    " UNION SELECT root, written.code FROM written JOIN below ON written.parent = below.code)"
)
_SPANS = (
    ", islands AS (SELECT *, place - row_number() OVER (PARTITION BY part ORDER BY place) AS island FROM chosen)"
    " SELECT part, min(written), max(written), count(*) FROM islands GROUP BY part, island ORDER BY 1, 2"
)
_VALUES = " SELECT written FROM chosen WHERE part = ? ORDER BY written"

Spans = Mapping[str, tuple[CodeSpan, ...]]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """SQL up to a table `chosen` of (part, place, written), and its values."""

    text: str
    values: tuple[Any, ...]


class WrittenReader:
    """Reads through a `CodeReader`. Answers are kept: the file of an edition never changes."""

    def __init__(self, reader: CodeReader) -> None:
        self._reader = reader
        self._entries: OrderedDict[tuple[Path, CodeFormat, str], Code | None] = OrderedDict()
        self._answers: OrderedDict[tuple[object, ...], Any] = OrderedDict()  # Any: spans or predicates

    async def entries(self, file: Path, codes: CodesAsWritten, values: Collection[str]) -> dict[str, Code]:
        """The entries behind values of the column, by value; values without one are left out. At most one read."""
        kept, form = self._entries, codes.format
        found: dict[str, Code] = {}
        if missing := [value for value in values if (file, form, value) not in kept]:
            wanted = (
                f"SELECT {_WRITTEN[form]} AS written, {COLUMNS} FROM read_parquet(?)"  # noqa: S608 - constants
                " WHERE written IN (SELECT unnest(?)) ORDER BY code DESC"
            )
            rows = await self._reader.rows(wanted, [str(file), missing])
            found = {row[0]: code_of(row[1:]) for row in rows}
        answer: dict[str, Code] = {}
        for value in values:
            key = (file, form, value)
            entry = kept.get(key) or found.get(value)
            kept[key] = entry
            kept.move_to_end(key)
            if entry is not None:
                answer[value] = entry
        _trim(kept, KEPT_ENTRIES)
        return answer

    async def below(self, file: Path, codes: CodesAsWritten, roots: Sequence[str]) -> Spans:
        """For each code the spans of itself and all below it; unknown ones are left out."""
        key = ("below", file, codes, tuple(roots))
        if key not in self._answers:
            members = " SELECT root AS part, place, written FROM members JOIN below USING (code)"
            self._keep(key, await self._spans(_chosen(file, codes, members, (), tuple(roots))))
        spans: Spans = self._kept(key)
        return spans

    async def condition(
        self, file: Path, codes: CodesAsWritten, column: str, question: CodeQuestion
    ) -> Predicate:
        """The values of the column that are meant.

        Raises InvalidInput for an unknown code in `under`, and for more codes than a condition can hold.
        """
        key = ("condition", file, codes, column, question)
        if key not in self._answers:
            if question.under is not None:
                await self._require_known(file, codes, question.under)
            self._keep(key, await self._condition(column, _asked(file, codes, question)))
        predicate: Predicate = self._kept(key)
        return predicate

    async def _condition(self, column: str, chosen: _Chosen) -> Predicate:
        spans = await self._spans(chosen)
        meant, rest = spans.get("true", ()), spans.get("false", ())
        if sum(span.count > 1 for span in meant) <= MOST_RANGES:
            return condition_of(column, meant)
        for part, these, operator in (("true", meant, Operator.IN), ("false", rest, Operator.NOT_IN)):
            if sum(span.count for span in these) <= MOST_VALUES:
                rows = await self._reader.rows(chosen.text + _VALUES, [*chosen.values, part])
                return Condition(column, operator, tuple(value for (value,) in rows))
        raise InvalidInput(
            Text(
                f"Syarat ini berarti lebih dari {MOST_VALUES:,} kode yang berserakan. Persempit dengan `under`.",
                f"This condition means more than {MOST_VALUES:,} scattered codes. Narrow it with `under`.",
            ),
            (column,),
        )

    async def _spans(self, chosen: _Chosen) -> Spans:
        spans: dict[str, tuple[CodeSpan, ...]] = {}
        for part, *span in await self._reader.rows(chosen.text + _SPANS, list(chosen.values)):
            spans[part] = (*spans.get(part, ()), CodeSpan(*span))
        return spans

    async def _require_known(self, file: Path, codes: CodesAsWritten, given: tuple[str, ...]) -> None:
        known = (
            f"SELECT code, {_WRITTEN[codes.format]} AS written FROM read_parquet(?)"  # noqa: S608 - constants
            " WHERE list_contains(CAST(? AS VARCHAR[]), code) OR list_contains(CAST(? AS VARCHAR[]), written)"
        )
        rows = await self._reader.rows(known, [str(file), list(given), list(given)])
        unknown = sorted(set(given) - {text for row in rows for text in row})
        if unknown:
            raise InvalidInput(
                Text(
                    f"Kode {', '.join(unknown[:5])} tidak ada dalam {codes.code_list}. Periksa penulisannya.",
                    f"{codes.code_list} has no code {', '.join(unknown[:5])}. Check how it is written.",
                ),
                ("under",),
            )

    def _keep(self, key: tuple[object, ...], answer: object) -> None:
        self._answers[key] = answer
        _trim(self._answers, KEPT_ANSWERS)

    def _kept(self, key: tuple[object, ...]) -> Any:
        self._answers.move_to_end(key)
        return self._answers[key]


def as_written(code: str, form: CodeFormat) -> str:
    """A code of a list in the form a column writes it."""
    if form is CodeFormat.DOTTED:
        return code
    bare = code.replace(".", "")
    return bare if form is CodeFormat.PLAIN else bare.ljust(4, "0")


def condition_of(column: str, spans: Sequence[CodeSpan]) -> Predicate:
    """Values of a column that lie in one of the spans."""
    single = tuple(span.first for span in spans if span.count == 1)
    parts: list[Predicate] = [
        And((Condition(column, Operator.GTE, span.first), Condition(column, Operator.LTE, span.last)))
        for span in spans
        if span.count > 1
    ]
    if single or not parts:
        parts.append(Condition(column, Operator.IN, single))
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _asked(file: Path, codes: CodesAsWritten, question: CodeQuestion) -> _Chosen:
    tests = ["true"]
    values: list[Any] = []
    for given, test in ((question.one_of, _GIVEN), (question.none_of, f"NOT {_GIVEN}")):
        if given is not None:
            tests.append(test)
            values += [list(given), list(given)]
    if question.starts_with is not None:
        tests.append("starts_with(code, ?)")
        values.append(question.starts_with)
    if question.levels is not None:
        tests.append("coalesce(list_contains(CAST(? AS VARCHAR[]), level), false)")
        values.append(list(question.levels))
    if question.under is not None:
        tests.append("code IN (SELECT code FROM below)")
    members = f" SELECT CAST({' AND '.join(tests)} AS VARCHAR) AS part, place, written FROM members"  # noqa: S608 - constants
    return _chosen(file, codes, members, tuple(values), question.under)


def _chosen(
    file: Path,
    codes: CodesAsWritten,
    members: str,
    values: tuple[Any, ...],
    roots: tuple[str, ...] | None,
) -> _Chosen:
    leveled = " WHERE level = ?" if codes.level is not None else ""
    text = (
        f"WITH RECURSIVE written AS (SELECT code, {_WRITTEN[codes.format]} AS written, level, parent"  # noqa: S608 - constants
        f" FROM read_parquet(?)){'' if roots is None else ', ' + _BELOW}, members AS ("
        f"SELECT code, written, level, row_number() OVER (ORDER BY written) AS place FROM written{leveled}),"
        f" chosen AS ({members})"
    )
    below = () if roots is None else (list(roots),)
    level = () if codes.level is None else (codes.level,)
    return _Chosen(text, (str(file), *below, *level, *values))


def _trim(kept: OrderedDict[Any, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
