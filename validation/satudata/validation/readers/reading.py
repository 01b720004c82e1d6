"""How a file was read: every choice that a contract's `file` settings could fix, and which of them were guessed.

A reader makes one for its table (`Table.reading`). The report does not carry it; it is shown beside the first
rows before a file is sent, and written into the contract by `contracts/keeping.py` once somebody has confirmed it.
"""

from dataclasses import dataclass, replace

from satudata.validation.contracts.model import FileSettings
from satudata.validation.readers.header_row import HeaderRow

Settings = dict[str, str | int]
"""A contract's `file` settings by their names in the contract."""


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
        said = {
            "format": (self.format, None),
            "encoding": (self.encoding, None),
            "delimiter": (self.delimiter, None),
            "sheet": (self.sheet, None),
            "headerRow": (self.header_row, 1),
            "headerRows": (self.header_rows, 1),
            "firstColumn": (self.first_column, 1),
            "lastColumn": (self.last_column, None),
            "footerRows": (self.footer_rows, 0),
        }
        return {
            name: value
            for name, (value, usual) in said.items()
            if value is not None and (value != usual or name in self.uncertain)
        }
