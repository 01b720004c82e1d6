"""Rows at the end of a table that are no records: totals, sources, notes, signatures.

What is surely no record is named here; a row that may be one stays one, and the checks say what is wrong with it.
A total is known by its word, when that word stands nowhere else in its column and the row cannot be a record: an
empty key, a word where a number or a code belongs, or the word for the whole in the place of a name. A footnote is a
row with hardly a text that begins like one, or that its column cannot hold. `table.without_footer` takes them away.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import polars as pl
import yaml

from satudata.validation.contracts.model import Column, ColumnType

LOOKED_AT = 20
"""How many records at the end are looked at."""
_WORD = re.compile(r"[^\W_]+")
_NOTE_SIGN = re.compile(r"\*+\)?\s|\*+\)|[0-9a-z]{1,2}\)\s?|\([0-9*]{1,2}\)|-{2,}|†", re.IGNORECASE)
_PLACEHOLDER_CODE = re.compile(r"[0.]+|9[9.]*")
_SENTENCE = 40
_FORMULA = ("=", "#")
"""How a reader of spreadsheets shows a cell without a result."""
_WORD_BEFORE_DIGITS = re.compile(r"[^0-9]*[^\W\d_]{3}")

Texts = Mapping[str, str]
"""The filled cells of a record by column name, without outer blanks."""
Seen = set[tuple[str, str]]
"""Columns and total words that stand in them somewhere else in the file."""


@dataclass(frozen=True, slots=True)
class Footer:
    """A record that is none: its position among those looked at, and the cell that shows it."""

    position: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class _Words:
    totals: frozenset[str]
    leading: frozenset[str]
    notes: tuple[str, ...]


@cache
def _words() -> _Words:
    text = (resources.files(__package__) / "footer_words.yaml").read_text("utf-8")
    found = yaml.load(text, Loader=yaml.CSafeLoader)
    return _Words(frozenset(found["totals"]), frozenset(found["leading"]), tuple(found["notes"]))


def total_words(batch: pl.DataFrame, columns: Sequence[Column]) -> Seen:
    """The total words that stand alone in cells of a batch."""
    texts = [column.name for column in columns if column.type is ColumnType.STRING]
    among = batch.select(
        pl.col(name).filter(pl.col(name).is_in(_spellings())).unique().implode() for name in texts
    )
    return {
        (name, said) for name in texts for text in among[name][0].to_list() if (said := _total_word(text))
    }


@cache
def _spellings() -> list[str]:
    words = {*_words().totals, "rata-rata", "rata - rata", "grand total", "jumlah total"}
    return sorted(
        {spelling for word in words for spelling in (word, word.upper(), word.capitalize(), word.title())}
    )


def footers_of(tail: pl.DataFrame, columns: Sequence[Column], seen: Seen) -> list[Footer]:
    """Which of these last records are no records: a run that reaches to the end."""
    records = [_filled(record) for record in tail.iter_rows(named=True)]
    recurring = seen | _recurring(records)
    found: list[Footer] = []
    run: list[Footer] = []
    for position in reversed(range(len(records))):
        record = records[position]
        if not record:
            break
        judged = _total(record, columns, recurring) or _note(record, columns)
        if judged is None and not _may_follow(record, columns):
            break
        name, text = judged or next(iter(record.items()))
        run.append(Footer(position, name, text))
        if judged is not None:
            found = list(run)
    return found[::-1]


def _filled(record: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text.strip() for name, text in record.items() if text and text.strip()}


# -- totals


def _total_word(text: str) -> str | None:
    """The words of a text that is nothing but a name for the whole, such as `J U M L A H` or `Total 2024`."""
    if len(text) > _SENTENCE:
        return None
    words = [word.casefold() for word in _WORD.findall(text)]
    if len(words) > 3 and all(len(word) == 1 for word in words):
        words = ["".join(words)]
    words = [word for word in words if not word.isdigit()]
    return " ".join(words) if words and set(words) <= _words().totals else None


def _recurring(records: Sequence[Texts]) -> Seen:
    once: Seen = set()
    twice: Seen = set()
    for record in records:
        for name, text in record.items():
            if said := _total_word(text):
                (twice if (name, said) in once else once).add((name, said))
    return twice


def _total(record: Texts, columns: Sequence[Column], recurring: Seen) -> tuple[str, str] | None:
    """The cell that makes the record a total row."""
    for column in columns:
        text = record.get(column.name, "")
        said = _total_word(text)
        if said is not None and (column.name, said) not in recurring:
            if _cannot_be_record(record, columns, column, text) or _names_the_whole(record, columns, column):
                return column.name, text
        elif said is None and _begins_with_total(text) and _cannot_be_record(record, columns, column, text):
            return column.name, text
    return None


def _begins_with_total(text: str) -> bool:
    words = _WORD.findall(text[:_SENTENCE])
    return bool(words) and words[0].casefold() in _words().leading


def _cannot_be_record(record: Texts, columns: Sequence[Column], column: Column, text: str) -> bool:
    """A key is empty beside the word, or the word stands where something else belongs."""
    return _lacks(record, columns) or (not _allows(column, text) and not _is_allowed_value(column, text))


def _names_the_whole(record: Texts, columns: Sequence[Column], column: Column) -> bool:
    """A total word where the name of a record belongs: in the key, or beside a code that cannot be the country's."""
    if _is_allowed_value(column, record[column.name]):
        return False
    if column.name_of is not None:
        code = next((other for other in columns if other.name == column.name_of), None)
        if code is None or code.code is None:
            return False
        written = record.get(code.name, "")
        country = code.code.level in (None, "COUNTRY")
        return not written or not country or _PLACEHOLDER_CODE.fullmatch(written) is not None
    if column.type is not ColumnType.STRING or column.code is not None:
        return False
    others = [other.name for other in columns if other.type is ColumnType.STRING and other is not column]
    keys = [other.name for other in columns if other.is_key] or [columns[0].name]
    return column.name in keys or (bool(others) and not any(name in record for name in others))


# -- footnotes


def _note(record: Texts, columns: Sequence[Column]) -> tuple[str, str] | None:
    """The text that makes the record a footnote."""
    name, text = next(iter(record.items()))
    if len(columns) < 2 or len(record) > (1 if len(columns) == 2 else 2):
        return None
    column = next(column for column in columns if column.name == name)
    if _is_allowed_value(column, text) or text.startswith(_FORMULA):
        return None
    begins = _begins_like_note(text)
    lacks = _lacks(record, columns)
    if begins == "surely" or (begins and lacks) or (len(record) == 1 and _is_strange(column, text, lacks)):
        return name, text
    return None


def _is_strange(column: Column, text: str, lacks: bool) -> bool:
    """Whether a text that stands alone is nothing its column may hold, or rather a sentence."""
    if column.type is not ColumnType.STRING:
        return not _allows(column, text)
    return lacks and (not _allows(column, text) or (len(text) > _SENTENCE and len(text.split()) > 4))


def _begins_like_note(text: str) -> str:
    """`surely` for `Sumber: ...`, `perhaps` for a word that also begins names of places, else nothing."""
    if _NOTE_SIGN.match(text):
        return "perhaps"
    folded = text.casefold()
    for note in _words().notes:
        if folded.startswith(note) and not folded[len(note) :][:1].isalnum():
            return "surely" if folded[len(note) :].lstrip().startswith(":") else "perhaps"
    return ""


def _may_follow(record: Texts, columns: Sequence[Column]) -> bool:
    """Whether the record may be a further line of a footnote above it: a single text, not a number."""
    return len(columns) > 1 and len(record) == 1 and any(map(str.isalpha, next(iter(record.values()))))


# -- what a column may hold


def _lacks(record: Texts, columns: Sequence[Column]) -> bool:
    return any((column.is_key or column.required) and column.name not in record for column in columns)


def _is_allowed_value(column: Column, text: str) -> bool:
    return text in column.enum or text in column.missing_values


def _allows(column: Column, text: str) -> bool:
    """Whether the column may hold such a text, as far as can be said without reading it."""
    if column.type is ColumnType.BOOLEAN:
        return len(text) <= len("tidak")
    if column.type in (ColumnType.DATE, ColumnType.DATETIME):
        return any(map(str.isdigit, text)) and len(text) <= _SENTENCE and not _begins_with_total(text)
    if column.type is not ColumnType.STRING:
        return _WORD_BEFORE_DIGITS.match(text) is None
    if column.code is not None:
        return any(map(str.isdigit, text)) and len(text) <= _SENTENCE
    if column.enum:
        return text in column.enum
    if column.pattern is not None and not pl.Series([text]).str.contains(column.pattern).item():
        return False
    return column.max_length is None or len(text) <= column.max_length
