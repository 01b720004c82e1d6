"""Code columns against the reference lists: membership, level, superseded codes, labels, and what may be meant.

Lists are written one way (`32.01`), files another (`3201`, province `3200`): a `CodeBook` holds the list in the
writing of the column, so that values are looked up as they stand in the file.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from satudata.validation.contracts.model import CodeBinding, CodeFormat
from satudata.validation.findings.catalogue import word
from satudata.validation.references import CodeEntry, References
from satudata.validation.references.folder import code_entry
from satudata.validation.rows.place_names import place_name
from satudata.validation.text import Text

SUGGESTED = 50
"""How many different wrong values of a column get a suggestion; looking costs time."""
_FAMILY = 400
NOT_DIGITS = "[^0-9]"
_NAMED = 10_000
"""Longer lists are not searched by name."""


@dataclass(frozen=True)
class CodeBook:
    """One edition of a code list in the writing of one column."""

    binding: CodeBinding
    edition: str
    title: Text
    codes: pl.DataFrame
    """The list, with its codes as the column writes them in `written`."""
    _families: dict[str, list[str]] = field(default_factory=dict, repr=False)

    @classmethod
    def open(cls, binding: CodeBinding, references: References) -> "CodeBook":
        """Raises UnknownCodeList, UnknownEdition."""
        edition = references.edition(binding.code_list, binding.edition)
        codes = references.codes(binding.code_list, edition)
        written = codes.with_columns(_written(pl.col("code"), binding.format).alias("written"))
        return cls(binding, edition, references.info(binding.code_list).title, written)

    @cached_property
    def right(self) -> pl.Series:
        """Codes in force at the level of the contract, as one list value for `is_in`."""
        return self.valid_at_level.implode()

    @cached_property
    def valid_at_level(self) -> pl.Series:
        """Codes in force at the level of the contract."""
        level = pl.lit(value=True) if self.binding.level is None else pl.col("level") == self.binding.level
        return self.codes.filter(pl.col("valid_to").is_null() & level)["written"]

    @cached_property
    def labels(self) -> pl.DataFrame:
        """`written` and `label` of every code."""
        return self.codes.select("written", "label").unique("written", keep="first", maintain_order=True)

    def lists(self, values: pl.Series) -> pl.Series:
        """Which of a few values are codes of the list: `is_in` would go through the whole list for them."""
        return pl.Series([value in self._positions for value in values], dtype=pl.Boolean)

    def has_in_force(self, values: pl.Series) -> pl.Series:
        """Which of a few values are codes in force at the level of the contract."""
        return pl.Series([value in self._in_force for value in values], dtype=pl.Boolean)

    def fault(self, value: str) -> str:
        """The rule that a value outside `right` breaks."""
        position = self._positions.get(value)
        if position is None:
            return "row.code"
        if self.binding.level not in (None, self.codes["level"][position]):
            return "row.code_level"
        return "row.code_superseded"

    def entry(self, value: str) -> CodeEntry | None:
        """The list's entry for a value of the column."""
        position = self._positions.get(value)
        return None if position is None else code_entry(self._bare.row(position, named=True))

    def alike(self, value: str) -> CodeEntry | None:
        """The entry in force at the column's level with the same digits, however the value is written."""
        found = self._rewritten(value)
        return None if found is None else self.entry(found)

    def written(self, code: str) -> str:
        """A code of the list in the writing of the column."""
        return pl.select(_written(pl.lit(code), self.binding.format)).item() or code

    @property
    def example(self) -> str:
        """A code of the wanted level in the writing of the column."""
        valid = self.valid_at_level
        return str(valid[0]) if len(valid) else str(self.codes["written"][0])

    def suggestion(self, value: str) -> Text:
        """What may be meant instead of an unknown code: another writing, a name, or a neighbour. May be empty."""
        near = self._rewritten(value) or self.by_name(value) or self._neighbour(value)
        return word("hint.value", near=near) if near else word("hint.none")

    def by_name(self, value: str) -> str | None:
        """The one code whose label is that name, with the label; None where there are none or several."""
        places = self._by_name.get(place_name(value).whole, []) if not value[:1].isdigit() else []
        if len(places) != 1:
            return None
        code, label = self.codes.select("written", "label").row(places[0])
        return f"{code} ({label})"

    @cached_property
    def _bare(self) -> pl.DataFrame:
        return self.codes.drop("written")

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {code: position for position, code in enumerate(self.codes["written"].to_list())}

    @cached_property
    def _in_force(self) -> frozenset[str]:
        return frozenset(self.valid_at_level.to_list())

    @cached_property
    def _by_digits(self) -> Mapping[str, str]:
        valid = self.valid_at_level.filter(self.valid_at_level.str.contains("^[0-9]"))
        bare = valid.str.replace_all(NOT_DIGITS, "") if valid.str.contains(NOT_DIGITS).any() else valid
        return dict(zip(bare.to_list(), valid.to_list(), strict=True))

    @cached_property
    def _by_name(self) -> Mapping[str, list[int]]:
        places: dict[str, list[int]] = {}
        if len(self.valid_at_level) <= _NAMED:
            for code in self.valid_at_level.to_list():
                position = self._positions[code]
                places.setdefault(place_name(self.codes["label"][position]).whole, []).append(position)
        return places

    def _rewritten(self, value: str) -> str | None:
        """The code in force with the same digits, however the value is written."""
        found = digits(value)
        return self._by_digits.get(found) if found else None

    def _neighbour(self, value: str) -> str | None:
        """The closest code among those that begin alike."""
        for length in (4, 2):
            close = difflib.get_close_matches(value, self._family(value[:length]), n=1, cutoff=0.7)
            if close and (entry := self.entry(close[0])) is not None:
                return f"{close[0]} ({entry.label})"
        return None

    def _family(self, beginning: str) -> list[str]:
        """The codes in force that begin so; none where they are too many to be compared one by one."""
        if beginning not in self._families:
            family = self.valid_at_level.filter(self.valid_at_level.str.starts_with(beginning))
            self._families[beginning] = family.to_list() if len(family) <= _FAMILY else []
        return self._families[beginning]


def digits(value: str) -> str:
    """The digits of a code, without its dots."""
    return re.sub(NOT_DIGITS, "", value)


def _written(code: pl.Expr, form: CodeFormat) -> pl.Expr:
    if form is CodeFormat.DOTTED:
        return code
    bare = code.str.replace_all(".", "", literal=True)
    return bare if form is CodeFormat.PLAIN else bare.str.pad_end(4, "0")
