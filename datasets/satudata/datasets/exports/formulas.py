"""A column of texts made safe for a CSV that a spreadsheet will open (`satudata.validation.formulas` knows how)."""

from collections.abc import Sequence
from typing import Any

from satudata.validation.formulas import FORMULA_STARTS, looks_like_formula


def defused(values: Sequence[Any]) -> list[Any]:
    """Texts (or None) of a column, an apostrophe before those that look like a formula."""
    return [
        f"'{value}" if value and value[0] in FORMULA_STARTS and looks_like_formula(value) else value
        for value in values
    ]
