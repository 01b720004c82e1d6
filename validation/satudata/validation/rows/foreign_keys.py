"""Foreign keys: the values of a column against a column of a published dataset.

The caller brings the Parquet file of the dataset's newest version; only the one column is read. What is compared are
typed values, so `007` in a text column is not `7`, and 7 in a number column is 7.00 in the other.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from satudata.validation.casting.columns import polars_type
from satudata.validation.contracts.model import Column
from satudata.validation.findings.catalogue import word
from satudata.validation.rows.check import Row, RowCheck, on
from satudata.validation.text import Text

_SUGGESTED = 50
_FAMILY = 2_000
_CLOSE = 0.75


class NoForeignValues(Exception):
    """The target cannot be compared with: `why` says it in both languages."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


@dataclass(frozen=True)
class ForeignValues:
    """The different values of the target column, in the type of the referring one."""

    target: str
    values: pl.Series

    @classmethod
    def open(cls, column: Column, foreign: Mapping[str, Path]) -> "ForeignValues":
        """What `column` refers to. Raises NoForeignValues."""
        target = str(column.reference)
        path = foreign.get(target)
        if path is None:
            raise NoForeignValues(word("reference.unpublished"))
        name = target.rpartition(".")[2]
        if name not in pl.read_parquet_schema(path):
            raise NoForeignValues(word("reference.no_column"))
        found = pl.read_parquet(path, columns=[name])[name].drop_nulls().unique()
        wanted = polars_type(column)
        if found.dtype == wanted:
            return cls(target, found)
        if (found.dtype == pl.String) != (wanted == pl.String) or found.dtype.is_temporal():
            raise NoForeignValues(word("reference.other_type"))
        cast = found.cast(wanted, strict=False).drop_nulls()
        return cls(target, cast)

    @cached_property
    def one(self) -> pl.Series:
        """As one list value for `is_in`."""
        return self.values.implode()

    def near(self, value: str) -> str | None:
        """A published value that is written almost like this one; looked for among those that begin alike."""
        texts = self._texts
        for length in (len(value), 4, 2, 0):
            family = texts.filter(texts.str.starts_with(value[:length])) if length else texts
            if 0 < len(family) <= _FAMILY:
                close: list[str] = difflib.get_close_matches(value, family.to_list(), n=1, cutoff=_CLOSE)
                if close:
                    return close[0]
        return None

    @cached_property
    def _texts(self) -> pl.Series:
        return self.values.cast(pl.String).sort()


def reference_check(column: Column, foreign: ForeignValues) -> RowCheck:
    """The value stands in the published column."""
    suggestions: dict[str, Text] = {}

    def describe(text: str, row: Row) -> Mapping[str, object]:
        value = str(row[column.name])
        if value not in suggestions and len(suggestions) < _SUGGESTED:
            close = foreign.near(value)
            suggestions[value] = word("hint.value", near=close) if close else word("hint.none")
        return {"target": foreign.target, "hint": suggestions.get(value, word("hint.none"))}

    right = on(pl.col(column.name).is_in(foreign.one))
    return RowCheck("row.reference", "row.reference", column.name, right, describe)
