"""How a file was read: every choice that a contract's `file` settings could fix, and which of them were guessed.

A reader makes one for its table (`Table.reading`). The report does not carry it; it is shown beside the first
rows before a file is sent, and written into the contract by `contracts/keeping.py` once somebody has confirmed it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from satudata.validation.contracts.model import FileSettings
from satudata.validation.readers.header_row import HeaderRow

Settings = dict[str, str | int]
"""A contract's `file` settings by their names in the contract."""

_FIELDS = {
    "format": "format",
    "encoding": "encoding",
    "delimiter": "delimiter",
    "sheet": "sheet",
    "headerRow": "header_row",
    "headerRows": "header_rows",
    "firstColumn": "first_column",
    "lastColumn": "last_column",
    "footerRows": "footer_rows",
}
_USUAL = {"headerRow": 1, "headerRows": 1, "firstColumn": 1, "footerRows": 0}


@dataclass(frozen=True, slots=True)
class Reading(FileSettings):
    """The settings a file was read with; None where a choice does not arise."""

    uncertain: tuple[str, ...] = ()
    """Names, as in the contract, of the settings that were guessed."""

    def with_header(self, header: HeaderRow) -> "Reading":
        """The same with what the header says of rows and columns."""
        return replace(
            self,
            header_row=header.index + 1,
            header_rows=header.rows,
            first_column=header.first + 1,
            last_column=header.last,
            uncertain=(*self.uncertain, *header.uncertain),
        )

    def with_footer(self, rows: int, *, uncertain: bool) -> "Reading":
        """The same with so many rows at the end that are not data."""
        added = ("footerRows",) if uncertain else ()
        return replace(self, footer_rows=rows, uncertain=(*self.uncertain, *added))

    def as_settings(self) -> Settings:
        """The `file` settings by which such a file is read in just this way; what goes without saying is left out."""
        said = {name: getattr(self, field) for name, field in _FIELDS.items()}
        return {
            name: value
            for name, value in said.items()
            if value is not None and (value != _USUAL.get(name) or name in self.uncertain)
        }

    def guessed(self) -> Settings:
        """Those of `as_settings` that were guessed: what a contract has to say for the doubt to end."""
        return {name: value for name, value in self.as_settings().items() if name in self.uncertain}

    def settled_by(self, file: FileSettings) -> bool:
        """Whether these settings of a contract say all that was guessed."""
        return all(getattr(file, _FIELDS[name]) == value for name, value in self.guessed().items())

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:  # Any: JSON
        """The reading that `dataclasses.asdict` made these fields of."""
        return cls(**{**fields, "uncertain": tuple(fields["uncertain"])})
