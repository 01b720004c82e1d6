"""Codes that a spreadsheet has spoilt: `11.1` for 11.10, `101` for 0101, `20254860.0`, `3.27E+15`, `1-Mar`.

A cell counts as damaged only when it is wrong as it stands (by code list, pattern, length or allowed values) and a
known kind of damage leads from it to a value that is right, or when its form gives the damage away. Nothing is
ever repaired: the finding names what is probably meant. `values_of` knows what is right, `damages_of` tries the
kinds; `DamageFinder` runs them over the cells that failed. Long codes that end in zeros (`lost_digits.py`) are the
one kind told of right values too.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from satudata.validation.contracts.date_formats import BLANKS, calendar_names, one_of
from satudata.validation.contracts.model import Column, ColumnType, PersonalData, Severity
from satudata.validation.findings.catalogue import word
from satudata.validation.rows.codes import CodeBook
from satudata.validation.rows.lost_digits import without_last_digits
from satudata.validation.rows.running import Failures
from satudata.validation.text import Text

HIDDEN = frozenset({"row.code", "row.pattern", "row.length", "row.enum"})
"""Rules that a damaged cell breaks too; the damage says more than they do."""

_LONGEST = 24
_MEANT_SHOWN = 3
_ZEROS = 6
"""So many lost zeros in front are looked for."""
_AT_ONCE = 20_000
_AS_IT_STANDS, _DATED = 90, 99
"""Places of the last kinds that are tried."""

_EXPONENT = re.compile(r"(?P<whole>[0-9])(?:[.,](?P<rest>[0-9]+))?[eE]\+?(?P<power>[0-9]{1,3})")
_GIVEN_AWAY = r"^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,3}$"
_QUOTED = re.compile(r"=?(?P<quote>[\"'“‘’`])(?P<inside>[^\"'”’`]*)[\"'”’`]?")
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_BLANK = re.compile(f"[{BLANKS}]")
_FLOAT = re.compile(r"(?P<whole>[0-9]+)[.,]0{1,4}")
_GROUPED = re.compile(rf"[0-9]{{1,3}}(?P<sign>[.,{BLANKS}])[0-9]{{3}}(?:(?P=sign)[0-9]{{3}})*")
_FRACTION = re.compile(r"(?P<whole>[0-9]+)[.,](?P<rest>[0-9]+)")
_NUMBER = r"^[0-9]+(?:\.[0-9]+)?$"

_MONTH = f"(?P<name>{one_of(calendar_names().months)})"
_DATES = tuple(
    re.compile(shape)
    for shape in (
        rf"(?P<day>[0-9]{{1,2}})[-/ ]{_MONTH}(?:[-/ ](?P<year>[0-9]{{2,4}}))?",
        rf"{_MONTH}[-/ ](?P<short>[0-9]{{2}})",
        r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})(?:[ T]00:00:00)?",
        r"(?P<day>[0-9]{1,2})[-/](?P<month>[0-9]{1,2})[-/](?P<year>[0-9]{2,4})(?: 00:00(?::00)?)?",
    )
)
_SURELY_DATES = re.compile(
    rf"[0-9]{{1,2}}-{_MONTH}|{_MONTH.replace('?P<name>', '?:')}-[0-9]{{2}}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} 00:00:00"
)


@dataclass(frozen=True, slots=True)
class Values:
    """What a column holds, asked of many texts at once (column `text`)."""

    right: pl.Expr
    wanted: pl.Expr
    """Among right values: those of the level the contract wants."""
    listed: bool
    """Whether all right values are known one by one."""
    alike: Callable[[str], str | None]
    """The code with the same digits, however it is written."""


@dataclass(frozen=True, slots=True)
class Damage:
    """`kind` is a word of `words.yaml`; `meant` are the right values that lead to this cell, likeliest first."""

    kind: str
    meant: tuple[str, ...] = ()


_ROUNDED = Damage("damage.digits")


@dataclass(frozen=True, slots=True)
class Damaged:
    """Damaged cells of one column in a batch: positions, ascending, and what fills the message of each."""

    column: str
    severity: Severity
    positions: list[int]
    values: list[Mapping[str, object]]


def without_damaged(failures: Iterable[Failures], damaged: Sequence[Damaged]) -> Iterator[Failures]:
    """The failures without the cells that are told as damaged: what else is wrong with those says less."""
    told = {each.column: set(each.positions) for each in damaged if each.severity is Severity.ERROR}
    for failed in failures:
        cells = told.get(failed.column)
        if cells and failed.check is not None and failed.check.code in HIDDEN:
            left = [position for position in failed.positions if position not in cells]
            failed = Failures(failed.column, failed.check, left)
        if failed.positions:
            yield failed


def knows_values(column: Column, book: CodeBook | None) -> bool:
    """Whether the contract says enough of a text column to call a value of it damaged."""
    fixed = column.min_length is not None and column.min_length == column.max_length
    known = book is not None or column.pattern is not None or bool(column.enum) or fixed
    return column.type is ColumnType.STRING and known


def values_of(column: Column, book: CodeBook | None) -> Values:
    """What the contract knows of a column for which `knows_values` holds.

    Patterns run in polars, where none can take forever.
    """
    text = pl.col("text")
    least, most = column.min_length or 0, column.max_length or 10 * _LONGEST
    right = text.str.len_chars().is_between(least, most)
    wanted = pl.lit(value=True)
    if book is not None:
        right = right & text.map_batches(book.lists, return_dtype=pl.Boolean)
        wanted = text.map_batches(book.has_in_force, return_dtype=pl.Boolean)
    if column.pattern is not None:
        right = right & text.str.contains(column.pattern)
    if column.enum:
        right = right & text.is_in(list(column.enum))
    listed = book is not None or bool(column.enum)
    if not listed and column.pattern is None:
        right = right & text.str.contains("^[0-9]+$")

    def alike(value: str) -> str | None:
        entry = book.alike(value) if book is not None else None
        return book.written(entry.code) if book is not None and entry is not None else None

    return Values(right, wanted, listed, alike)


def damages_of(cells: Sequence[str], values: Values) -> dict[str, Damage]:
    """For each cell that is not right and that a known damage explains: which one it is."""
    looked_at = [cell for cell in dict.fromkeys(cells) if len(cell) <= _LONGEST]
    damages: dict[str, Damage] = {}
    for begin in range(0, len(looked_at), _AT_ONCE):
        some = looked_at[begin : begin + _AT_ONCE]
        found = _right_ones([tried for cell in some for tried in _tries(cell, listed=values.listed)], values)
        for cell in some:
            damage = _best(found[cell]) if cell in found else _by_form(cell, values)
            if damage is not None:
                damages[cell] = damage
    return damages


@dataclass(frozen=True, slots=True)
class _Tried:
    """A text that the cell may have been; `place` orders the kinds of one cell."""

    cell: str
    kind: str
    text: str
    place: int


@dataclass(frozen=True, slots=True)
class _Found:
    kind: str
    text: str
    place: int
    wanted: bool


def _tries(cell: str, *, listed: bool) -> Iterator[_Tried]:
    if not cell.isdecimal():
        for place, (kind, text) in enumerate(_undone(cell, listed=listed)):
            yield _Tried(cell, kind, text, place)
        for text in _from_date(cell):
            yield _Tried(cell, "damage.date", text, _DATED)
    yield _Tried(cell, "damage.zeros", cell, _AS_IT_STANDS)


def _right_ones(tries: list[_Tried], values: Values) -> dict[str, list[_Found]]:
    """The right values that damage may have made into each cell, those with the fewest zeros put in first."""
    frame = pl.DataFrame(
        {"text": [tried.text for tried in tries], "is_date": [tried.place == _DATED for tried in tries]},
        schema={"text": pl.String, "is_date": pl.Boolean},
    ).with_row_index("nth")
    right = values.right.fill_null(value=False)
    hits = (
        pl.concat([frame.select("nth", "text", marked=pl.lit(None, pl.String)), _with_zeros(frame)])
        .filter(right)
        .with_columns(wanted=values.wanted)
    )
    # Where another sign would do as well as a zero that was put in, the zero explains nothing.
    other_sign = hits.select(text=pl.col("marked")).select(right).to_series()
    found: dict[str, list[_Found]] = {}
    for nth, text, _, wanted in hits.filter(~other_sign).rows():
        tried = tries[nth]
        if text != tried.cell:
            found.setdefault(tried.cell, []).append(_Found(tried.kind, text, tried.place, wanted))
    return found


def _with_zeros(frame: pl.DataFrame) -> pl.DataFrame:
    """The numbers among the texts with the zeros a number loses in front and behind."""
    numbers = frame.filter(pl.col("text").str.contains(_NUMBER) & ~pl.col("is_date"))
    text = pl.col("text")
    point = pl.when(text.str.contains(".", literal=True) | (pl.col("behind") == "")).then(pl.lit(""))
    number = pl.concat_str(text, point.otherwise(pl.lit(".")))
    return _LOST_ZEROS.join(numbers, how="cross").select(
        "nth",
        text=pl.concat_str("front", number, "behind"),
        marked=pl.concat_str("marked_front", number, "marked_behind"),
    )


def _lost_zeros() -> pl.DataFrame:
    """Zeros in front and behind, the fewest first; in the marked ones the outermost zero is another sign."""
    numbers = [(front, behind) for front in range(_ZEROS + 1) for behind in range(4) if front or behind]
    return pl.DataFrame(
        {
            "front": ["0" * front for front, _ in numbers],
            "behind": ["0" * behind for _, behind in numbers],
            "marked_front": ["~" + "0" * (front - 1) if front else "" for front, _ in numbers],
            "marked_behind": [
                "0" * behind if front else "0" * (behind - 1) + "~" for front, behind in numbers
            ],
        }
    )


_LOST_ZEROS = _lost_zeros()


def _best(found: list[_Found]) -> Damage:
    first = min(found, key=lambda each: each.place)
    same = [each for each in found if each.place == first.place]
    wanted = [each.text for each in same if each.wanted] or [each.text for each in same]
    return Damage(first.kind, tuple(dict.fromkeys(wanted))[:_MEANT_SHOWN])


def _by_form(cell: str, values: Values) -> Damage | None:
    """Damage that shows although no right value leads to the cell, or only one in another writing."""
    if cell.isdecimal():
        return None
    for kind, rest in _undone(cell, listed=values.listed):
        if rest != cell and (alike := values.alike(rest)) is not None:
            return Damage(kind, (alike,))
    if _EXPONENT.fullmatch(cell) and ("." in cell or "," in cell or "+" in cell):
        return Damage("damage.scientific")
    return Damage("damage.date") if _SURELY_DATES.fullmatch(cell) else None


def _undone(cell: str, *, listed: bool) -> Iterator[tuple[str, str]]:
    """The cell with one kind of damage undone, for each kind that it may have; zeros are found afterwards."""
    if match := _QUOTED.fullmatch(cell):
        yield "damage.quote", match["inside"].strip()
    if _UNSEEN.search(cell):
        yield "damage.unseen", _UNSEEN.sub("", cell).strip()
    if _GROUPED.fullmatch(cell):
        yield "damage.thousands", re.sub(r"[^0-9]", "", cell)
    if match := _FLOAT.fullmatch(cell):
        yield "damage.float", match["whole"]
    if _BLANK.search(cell):
        yield "damage.blanks", _BLANK.sub("", cell)
    if match := _FRACTION.fullmatch(cell):
        yield "damage.comma" if "," in cell else "damage.zeros", f"{match['whole']}.{match['rest']}"
    if match := _EXPONENT.fullmatch(cell):
        digits, power = match["whole"] + (match["rest"] or ""), int(match["power"])
        # Digits that would have to be made up are only believed when the list has that code.
        missing = power + 1 - len(digits)
        if missing == 0 or (listed and 0 < missing < _LONGEST):
            yield "damage.exponent", digits + "0" * missing


def _from_date(cell: str) -> Iterator[str]:
    """Codes of two or three numbers that a spreadsheet would take for this date: 9-May was 5-9."""
    for shape in _DATES:
        if match := shape.fullmatch(cell):
            parts = match.groupdict()
            name = parts.get("name")
            month = calendar_names().months[name.lower()] if name else int(parts["month"])
            other = int(parts["short"] if "short" in parts else parts["day"])
            year = parts.get("year")
            orders: list[tuple[int, ...]] = [(month, other), (other, month)]
            if year:
                short = int(year) % 100
                orders += [(other, month, short), (month, other, short), (short, month, other)]
            for numbers in orders:
                for sign in "-./":
                    yield sign.join(str(number) for number in numbers)
                    yield sign.join(f"{number:02d}" for number in numbers)


class DamageFinder:
    """Looks for damage among the cells of a batch that failed."""

    def __init__(self, columns: Sequence[Column], books: Mapping[str, CodeBook]) -> None:
        self._columns = {column.name: column for column in columns}
        self._books = books
        self._known = [column.name for column in columns if knows_values(column, books.get(column.name))]
        self._values: dict[str, Values] = {}
        self._loose = [
            column.name
            for column in columns
            if column.type is ColumnType.STRING
            and (column.is_key or column.unique)
            and column.name not in self._known
        ]

    def find(self, failures: Sequence[Failures], typed: pl.DataFrame) -> list[Damaged]:
        """Damaged cells: errors where the value failed; warnings where it is right but for its last digits, or where
        a key is in scientific notation.
        """
        failed = self._failed_places(failures)
        rounded = {name: places for name in self._known if (places := without_last_digits(typed[name]))}
        return [
            *self._among(failed, rounded, typed),
            *self._among_right_ones(failed, rounded),
            *self._in_loose_keys(typed),
        ]

    def _failed_places(self, failures: Sequence[Failures]) -> dict[str, set[int]]:
        by_column: dict[str, set[int]] = {}
        for failed in failures:
            if failed.check is not None and failed.check.code in HIDDEN and failed.column in self._known:
                by_column.setdefault(failed.column, set()).update(failed.positions)
        return by_column

    def _among(
        self, failed: Mapping[str, set[int]], rounded: Mapping[str, list[int]], typed: pl.DataFrame
    ) -> Iterator[Damaged]:
        for name, positions in failed.items():
            places = sorted(positions)
            cells = typed[name].gather(places)
            told = dict.fromkeys(typed[name].gather(rounded.get(name, [])), self._told(name, _ROUNDED))
            damages = damages_of(cells.unique(maintain_order=True).to_list(), self._of(name))
            told |= {cell: self._told(name, damage) for cell, damage in damages.items()}
            found = [(place, told[cell]) for place, cell in zip(places, cells, strict=True) if cell in told]
            if found:
                yield Damaged(
                    name, Severity.ERROR, [place for place, _ in found], [values for _, values in found]
                )

    def _among_right_ones(
        self, failed: Mapping[str, set[int]], rounded: Mapping[str, list[int]]
    ) -> Iterator[Damaged]:
        """Of values that are known one by one, a right one is not damaged."""
        for name, positions in rounded.items():
            places = [place for place in positions if place not in failed.get(name, ())]
            if places and not self._of(name).listed:
                yield Damaged(name, Severity.WARNING, places, [self._told(name, _ROUNDED)] * len(places))

    def _of(self, name: str) -> Values:
        if name not in self._values:
            self._values[name] = values_of(self._columns[name], self._books.get(name))
        return self._values[name]

    def _in_loose_keys(self, typed: pl.DataFrame) -> Iterator[Damaged]:
        for name in self._loose:
            cells = typed[name]
            if not cells.str.contains_any(["E+", "e+"]).any():
                continue
            places = cells.str.contains(_GIVEN_AWAY).arg_true().to_list()
            if places:
                told = self._told(name, Damage("damage.scientific"))
                yield Damaged(name, Severity.WARNING, places, [told] * len(places))

    def _told(self, name: str, damage: Damage) -> Mapping[str, object]:
        personal = self._columns[name].personal_data is not PersonalData.NONE
        meant = (
            word("hint.none")
            if personal or not damage.meant
            else word("damage.meant", meant=_either(damage.meant))
        )
        return {"damage": word(damage.kind), "meant": meant, "cells": word("cells.text")}


def _either(values: Sequence[str]) -> Text:
    joint = word("joint.or")
    return Text(joint.id.join(values), joint.en.join(values))
