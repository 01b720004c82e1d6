"""Sheets this program itself puts into a workbook, so that a reader can leave them alone when it comes back."""

from satudata.validation.text import Text

SUMMARY_SHEET = Text(id="Ringkasan pemeriksaan", en="Check summary")
"""Name of the second sheet of an annotated report (`reports/summary_sheet.py`)."""


def is_own_sheet(name: str) -> bool:
    """Whether a sheet of that name is ours and holds no data."""
    return name.strip().casefold() in (SUMMARY_SHEET.id.casefold(), SUMMARY_SHEET.en.casefold())
