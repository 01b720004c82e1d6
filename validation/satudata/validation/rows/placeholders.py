"""Words for "no data" in text columns, `-` or `tidak ada data`: counted over all batches, told once for the column.

Only what the contract declares as `missingValues` is an empty cell; any other text is a value, and stays one. Columns
whose values the contract knows one by one or by form are not looked at: there such a word is an error anyway. The
words (`placeholders.yaml`) are shown in personal columns too: they say nothing about anybody.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import polars as pl
import yaml

from satudata.validation.contracts.model import Column, ColumnType
from satudata.validation.findings.collecting import Issue

_WORDS_SHOWN = 5


@dataclass(slots=True)
class _Found:
    counts: dict[str, int] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)


class Placeholders:
    """Collects such cells of all batches."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._words = {column.name: _words_in(column) for column in columns if _takes_any_text(column)}
        self._found: dict[str, _Found] = {}

    def add(self, typed: pl.DataFrame, rows: pl.Series) -> None:
        """Take in a batch; `rows` are its record numbers."""
        counts = typed.select(_is_word(name, words).sum() for name, words in self._words.items())
        for name, words in self._words.items():
            if counts[name][0]:
                cells = typed.select(pl.col(name), rows.alias("row")).filter(_is_word(name, words))
                found = self._found.setdefault(name, _Found())
                found.rows += cells["row"].to_list()
                for word, count in cells[name].value_counts(sort=True).rows():
                    found.counts[word] = found.counts.get(word, 0) + count

    def issues(self) -> Iterator[tuple[Issue, list[int]]]:
        """One issue for each column with such cells, and the record numbers of the cells."""
        for name in self._words:
            if name in self._found:
                found = self._found[name]
                common = sorted(found.counts, key=lambda word: (-found.counts[word], word))
                values = {
                    "count": len(found.rows),
                    "found": _listed(common, found.counts),
                    "setting": f"missingValues: {json.dumps(common, ensure_ascii=False)}",
                }
                yield Issue("row.placeholder", column=name, values=values), found.rows


def _takes_any_text(column: Column) -> bool:
    settled = (column.enum, column.pattern, column.code, column.named, column.name_of, column.reference)
    return column.type is ColumnType.STRING and column.geometry is None and not any(settled)


def _words_in(column: Column) -> list[str]:
    """The words that the column's length allows."""
    least, most = column.min_length or 0, column.max_length
    return [word for word in _words() if least <= len(word) and (most is None or len(word) <= most)]


@cache
def _words() -> tuple[str, ...]:
    text = (resources.files(__package__) / "placeholders.yaml").read_text("utf-8")
    return tuple(yaml.load(text, Loader=yaml.CSafeLoader)["words"])


def _is_word(name: str, words: list[str]) -> pl.Expr:
    return pl.col(name).is_in(words)


def _listed(words: list[str], counts: dict[str, int]) -> str:
    """`"-" (12), "NA" (3)`."""
    shown = [f'"{word}" ({counts[word]})' for word in words[:_WORDS_SHOWN]]
    return ", ".join(shown) + (", …" if len(words) > _WORDS_SHOWN else "")
