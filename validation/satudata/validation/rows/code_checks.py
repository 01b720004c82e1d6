"""Row checks of columns bound to a code list: the codes, the names beside them, and names that stand alone.

Rows are first sifted by one comparison with what is certainly right; only the few that are left are looked at for
the rule they break. A wrong pair or name is judged once, however often it stands in the file.
"""

from collections.abc import Callable, Iterable, Mapping

import polars as pl

from satudata.validation.contracts.model import Column
from satudata.validation.findings.catalogue import word
from satudata.validation.rows.check import Row, RowCheck, on
from satudata.validation.rows.codes import SUGGESTED, CodeBook
from satudata.validation.rows.names import NameBook
from satudata.validation.rows.place_names import FOOTNOTE, same_place, without_mark
from satudata.validation.text import Text

_LEVELS = ("COUNTRY", "PROVINCE", "REGENCY", "DISTRICT", "VILLAGE")
_SHOWN = 4
_SOUNDS = r"[^\p{L}\p{N}]+"


def code_check(column: Column, book: CodeBook) -> RowCheck:
    """The code is in force and of the contract's level; else one of three rules is broken."""
    name = column.name
    suggestions: dict[str, Text] = {}

    def unknown(text: str, row: Row) -> Mapping[str, object]:
        code = text.strip()
        if code not in suggestions and len(suggestions) < SUGGESTED:
            suggestions[code] = book.suggestion(code)
        hint = suggestions.get(code, word("hint.none"))
        return {"list": book.title, "edition": book.edition, "example": book.example, "hint": hint}

    def wrong_level(text: str, row: Row) -> Mapping[str, object]:
        entry = book.entry(row[name])
        wanted = word(f"level.{book.binding.level}")
        found = word(f"level.{entry.level}") if entry and entry.level in _LEVELS else word("level.other")
        return {"found": found, "wanted": wanted, "example": book.example}

    def superseded(text: str, row: Row) -> Mapping[str, object]:
        entry = book.entry(row[name])
        successors = [book.written(code) for code in entry.successors] if entry else []
        listed: object = ", ".join(successors) or word("successors.unknown")
        return {"until": entry.valid_to if entry else "", "successors": listed}

    right = on(pl.col(name).is_in(book.right))
    parts = {
        "row.code": RowCheck("row.code", "row.code", name, right, unknown),
        "row.code_level": RowCheck("row.code_level", "row.code_level", name, right, wrong_level),
        "row.code_superseded": RowCheck(
            "row.code_superseded", "row.code_superseded", name, right, superseded
        ),
    }
    return RowCheck(
        "row.code", "row.code", name, right, unknown, reads=(name,), part_of=lambda v: parts[book.fault(v[0])]
    )


def label_check(column: Column, code_column: Column, book: CodeBook) -> RowCheck:
    """The name beside a code is the code's label, in whatever spelling; a former label is told as such."""
    code, name = code_column.name, column.name
    verdicts: dict[tuple[str, str], str | None] = {}

    def verdict(pair: tuple[str, str]) -> str | None:
        if pair not in verdicts:
            verdicts[pair] = _label_fault(book, *pair)
        return verdicts[pair]

    def right(frame: pl.LazyFrame) -> pl.LazyFrame:
        pairs = frame.select(pl.col(code).alias("written"), pl.col(name).alias("name")).collect()
        joined = pairs.join(book.labels, on="written", how="left", maintain_order="left")
        agrees = (joined["name"] == joined["label"]).fill_null(value=True)
        if agrees.all():
            return agrees.to_frame("right").lazy()
        doubtful = joined.filter(~agrees).unique()
        alike = doubtful.filter(_sound("name") == _sound("label"))
        wrong = doubtful.join(alike, on=["written", "name"], how="anti").filter(
            pl.struct("written", "name").map_elements(
                lambda pair: verdict((pair["written"], pair["name"])) is not None, return_dtype=pl.Boolean
            )
        )
        found = pairs.join(
            wrong.with_columns(wrong=True), on=["written", "name"], how="left", maintain_order="left"
        )
        return found.select(pl.col("wrong").is_null().alias("right")).lazy()

    def describe(text: str, row: Row) -> Mapping[str, object]:
        entry = book.entry(row[code])
        return {"code": row[code], "label": entry.label if entry else ""}

    parts = {
        rule: RowCheck(rule, rule, name, right, describe) for rule in ("row.code_name", "row.name_superseded")
    }

    def part_of(values: tuple[str, ...]) -> RowCheck:
        return parts[verdict((values[0], values[1])) or "row.code_name"]

    return RowCheck(
        "row.code_name", "row.code_name", name, right, describe, reads=(code, name), part_of=part_of
    )


def _label_fault(book: CodeBook, code: str, name: str) -> str | None:
    entry = book.entry(code)
    clean = without_mark(name)
    if entry is None or same_place(clean, entry.label):
        return None
    former = any(same_place(clean, label) for label in entry.former_labels)
    return "row.name_superseded" if former else "row.code_name"


def _sound(name: str) -> pl.Expr:
    return pl.col(name).str.to_lowercase().str.replace_all(_SOUNDS, "")


def name_check(column: Column, book: NameBook) -> RowCheck:
    """Each name of a column of names stands for one entry of the list."""
    name = column.name

    def describe(text: str, row: Row) -> Mapping[str, object]:
        found = book.resolve(row[name])
        shown = ", ".join(found.labels[:_SHOWN]) + (", …" if len(found.labels) > _SHOWN else "")
        return {
            "list": book.title,
            "edition": book.edition,
            "label": shown,
            "code": ", ".join(found.codes[:_SHOWN]),
        }

    def right(frame: pl.LazyFrame) -> pl.LazyFrame:
        names = frame.select(pl.col(name)).collect()
        different = names[name].drop_nulls().unique()
        wrong = [value for value in different.to_list() if book.resolve(value).fault is not None]
        return names.lazy().select(~pl.col(name).is_in(wrong).fill_null(value=False))

    rules = ("row.name", "row.near_name", "row.name_ambiguous", "row.name_superseded")
    parts = {rule: RowCheck(rule, rule, name, right, describe) for rule in rules}

    def part_of(values: tuple[str, ...]) -> RowCheck:
        return parts[book.resolve(values[0]).fault or "row.name"]

    return RowCheck("row.name", "row.name", name, right, describe, reads=(name,), part_of=part_of)


def footnote_check(column: Column, labels: Callable[[], Iterable[str]]) -> RowCheck:
    """Names carry no footnote marks, unless a label of the list ends like that too."""
    name = column.name

    def right(frame: pl.LazyFrame) -> pl.LazyFrame:
        names = frame.select(name).collect()[name]
        marked = names.str.contains(FOOTNOTE).fill_null(value=False)
        if marked.any():
            known = [label.casefold() for label in labels() if without_mark(label) != label]
            marked &= ~names.str.to_lowercase().is_in(known).fill_null(value=False)
        return (~marked).alias("right").to_frame().lazy()

    def describe(text: str, row: Row) -> Mapping[str, object]:
        return {"name": without_mark(text.strip())}

    return RowCheck("row.footnote", "row.footnote", name, right, describe)
