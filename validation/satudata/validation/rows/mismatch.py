"""A column that is not what the contract says: more than half of a batch fails one rule on it.

One finding tells how many of how many rows, and why that may be: text where numbers are wanted, another way to write
dates or numbers, another code list, the values of another column. The guess looks at a sample of the failing cells
only; it never changes a value.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from satudata.validation.casting.cells import read_cell
from satudata.validation.contracts.model import (
    CodeBinding,
    CodeFormat,
    Column,
    ColumnType,
    NumberStyle,
    PersonalData,
)
from satudata.validation.findings.catalogue import rule, word
from satudata.validation.findings.collecting import masked
from satudata.validation.readers.table import ROW
from satudata.validation.references import References
from satudata.validation.rows.checks import Lists
from satudata.validation.rows.codes import CodeBook
from satudata.validation.text import Text

LEAST_ROWS = 1_000
"""Smaller batches are told cell by cell."""
_SAMPLE = 200
_MOST = 0.9
_NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT)
_DATES = (
    "yyyy-MM-dd",
    "dd-MM-yyyy",
    "dd/MM/yyyy",
    "dd.MM.yyyy",
    "d-M-yyyy",
    "d/M/yyyy",
    "MM/dd/yyyy",
    "yyyy/MM/dd",
    "yyyyMMdd",
    "d MMMM yyyy",
)
_NOT_OF_ONE_COLUMN = frozenset({"row.rule", "row.footer", "row.cells"})


@dataclass(frozen=True, slots=True)
class Mismatch:
    """`count` of the rows `first` to `last` break the rule `code`; `codes` are all that most rows break."""

    column: Column
    code: str
    codes: tuple[str, ...]
    count: int
    rows: int
    first: int
    last: int
    why: Text
    remedy: Text

    def values(self, stopped_after: int | None) -> dict[str, object]:
        """Template values; `stopped_after` is the number of rows read when the check ended early."""
        stop = (
            word("mismatch.none") if stopped_after is None else word("mismatch.stopped", rows=stopped_after)
        )
        return {
            "header": self.column.header,
            "count": self.count,
            "rows": self.rows,
            "first": self.first,
            "last": self.last,
            "rule": rule(self.code).title,
            "why": Text(self.why.id + stop.id, self.why.en + stop.en),
            "hint": self.remedy,
        }


def mismatches(
    failed: Mapping[tuple[str, str], Sequence[int]],
    raw: pl.DataFrame,
    columns: Sequence[Column],
    lists: Lists,
    references: References,
) -> list[Mismatch]:
    """The columns of a batch of which more than half fails; `failed` are positions by rule and column."""
    if raw.height < LEAST_ROWS:
        return []
    by_name = {column.name: column for column in columns}
    bad: dict[str, list[str]] = {}
    for (code, name), positions in failed.items():
        if len(positions) * 2 > raw.height and name in by_name and code not in _NOT_OF_ONE_COLUMN:
            bad.setdefault(name, []).append(code)
    guess = _Guess(raw, [by_name[name] for name in bad], columns, lists, references)
    found = []
    for name, codes in bad.items():
        worst = max(codes, key=lambda code: len(failed[code, name]))
        positions = failed[worst, name]
        why, remedy = guess.about(by_name[name], worst, positions)
        found.append(
            Mismatch(
                by_name[name],
                worst,
                tuple(codes),
                len(positions),
                raw.height,
                raw[ROW][0],
                raw[ROW][-1],
                why,
                remedy,
            )
        )
    return found


Guessed = tuple[Text, Text]
"""Why, and what to do."""


class _Guess:
    def __init__(
        self,
        raw: pl.DataFrame,
        bad: Sequence[Column],
        columns: Sequence[Column],
        lists: Lists,
        references: References,
    ) -> None:
        self._raw = raw
        self._bad = bad
        self._columns = columns
        self._lists = lists
        self._references = references

    def about(self, column: Column, code: str, positions: Sequence[int]) -> Guessed:
        """The first explanation that fits nine in ten of the sampled cells."""
        if code in ("row.required", "key.required"):
            return word("guess.empty"), word("remedy.empty")
        texts = self._sample(column, positions)
        if not texts:
            return word("guess.none"), word("remedy.none")
        example = masked(texts[0]) if column.personal_data is not PersonalData.NONE else texts[0][:60]
        for guess in self._guesses(column, code, texts, example):
            if guess is not None:
                return guess
        return word("guess.example", example=example), word("remedy.none")

    def _guesses(self, column: Column, code: str, texts: list[str], example: str) -> Iterator[Guessed | None]:
        yield self._swapped(column, texts)
        if code == "row.type" and column.type in _NUMBERS:
            yield _number_style(column, texts, example)
            yield _text_in_numbers(column, texts, example)
        if code == "row.type" and column.type is ColumnType.DATE:
            yield _date_format(column, texts, example)
        if code == "row.code":
            yield from self._code_guesses(column, texts, example)
        if code == "row.enum":
            yield _other_capitals(column, texts, example)

    def _sample(self, column: Column, positions: Sequence[int]) -> list[str]:
        """Different texts among the failing cells."""
        step = max(1, len(positions) // (_SAMPLE * 5))
        cells = self._raw[column.name].gather(list(positions[::step]))
        different = cells.drop_nulls().str.strip_chars().unique(maintain_order=True).head(_SAMPLE)
        return [text for text in different.to_list() if text]

    # -- another column

    def _swapped(self, column: Column, texts: list[str]) -> Guessed | None:
        """The values are those of another column that does not have its own either."""
        for other in self._bad:
            if other.name == column.name or not self._tells_apart(other):
                continue
            if self._fit(other, texts):
                return word("guess.swapped", other=other.header), word("remedy.swapped", other=other.header)
        return None

    def _tells_apart(self, column: Column) -> bool:
        """Whether a text can be wrong for the column at all."""
        bound = (column.code, column.named, column.pattern, column.geometry, column.reference)
        return column.type is not ColumnType.STRING or any(bound) or bool(column.enum)

    def _fit(self, column: Column, texts: list[str]) -> bool:
        return _most(self._fits(column, text) for text in texts)

    def _fits(self, column: Column, text: str) -> bool:
        cell = read_cell(text, column)
        if cell.problem is not None or cell.value is None:
            return False
        value = cell.value
        if column.enum and str(value) not in column.enum:
            return False
        if column.pattern is not None and not pl.Series([text]).str.contains(column.pattern)[0]:
            return False
        if column.name in self._lists.books and self._lists.books[column.name].entry(text) is None:
            return False
        if column.name in self._lists.names and not self._lists.names[column.name].resolve(text).codes:
            return False
        if column.reference is not None and column.geometry is None:
            known = self._lists.foreign.get(column.name)
            return known is not None and value in known.values
        low, high = column.minimum, column.maximum
        return (low is None or value >= low) and (high is None or value <= high)  # type: ignore[operator] # one type

    # -- another code list

    def _code_guesses(self, column: Column, texts: list[str], example: str) -> Iterator[Guessed | None]:
        binding = column.code
        if binding is None:
            return
        book = self._lists.books[column.name]
        for form in CodeFormat:
            if form is not binding.format and self._known(replace(binding, format=form), texts):
                shown = word("guess.code_format", format=form.value, example=example)
                yield shown, word("remedy.code_format", format=form.value, example=book.example)
        if _most(book.by_name(text) is not None for text in texts):
            yield word("guess.names", example=example), word("remedy.names")
        for info in self._references.lists():
            other = replace(binding, code_list=info.id, edition=None, level=None)
            if info.id != binding.code_list and self._known(other, texts):
                yield word("guess.code_list", other=info.id), word("remedy.code_list", other=info.id)

    def _known(self, binding: CodeBinding, texts: list[str]) -> bool:
        book = CodeBook.open(binding, self._references)
        return _most(book.entry(text) is not None for text in texts)


def _number_style(column: Column, texts: list[str], example: str) -> Guessed | None:
    for style in NumberStyle:
        if style is not column.number_style and _read_by(replace(column, number_style=style), texts):
            values = {"style": style.value, "example": example}
            return word("guess.number_style", **values), word("remedy.number_style", **values)
    return None


def _text_in_numbers(column: Column, texts: list[str], example: str) -> Guessed | None:
    """Cells that begin with a letter."""
    if not _most(text[0].isalpha() for text in texts):
        return None
    return word("guess.text", example=example), word("remedy.none")


def _date_format(column: Column, texts: list[str], example: str) -> Guessed | None:
    for form in _DATES:
        if form != (column.date_format or _DATES[0]) and _read_by(replace(column, date_format=form), texts):
            values = {"format": form, "example": example}
            return word("guess.date_format", **values), word("remedy.date_format", **values)
    return None


def _other_capitals(column: Column, texts: list[str], example: str) -> Guessed | None:
    folded = {value.casefold() for value in column.enum}
    if not _most(text.casefold() in folded for text in texts):
        return None
    return word("guess.capitals", example=example), word("remedy.capitals")


def _read_by(column: Column, texts: list[str]) -> bool:
    cells = [read_cell(text, column) for text in texts]
    return _most(cell.problem is None and cell.value is not None for cell in cells)


def _most(verdicts: Iterable[bool]) -> bool:
    """Nine in ten."""
    given = list(verdicts)
    return sum(given) >= _MOST * len(given)
