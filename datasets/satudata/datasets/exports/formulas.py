"""Text that a spreadsheet would run: which it is, and how a CSV says that it is not meant so.

Source: OWASP, CSV Injection. Spreadsheets take a cell of a CSV for a formula by its first character.
"""

import re
from collections.abc import Sequence
from typing import Any

_STARTS = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*")


def looks_like_formula(text: str) -> bool:
    """Plain numbers such as `-5`, `+62` or `-1.234,56` are none."""
    return text.startswith(_STARTS) and not _PLAIN_NUMBER.fullmatch(text)


def defused(values: Sequence[Any]) -> list[Any]:
    """Texts (or None) of a column, an apostrophe before those that look like a formula."""
    return [
        f"'{value}" if value and value[0] in _STARTS and looks_like_formula(value) else value
        for value in values
    ]
