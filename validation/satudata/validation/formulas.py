"""Text that a spreadsheet would run: which it is, and how a CSV says that it is not meant so.

Source: OWASP, CSV Injection. Spreadsheets take a cell of a CSV for a formula by its first character.
"""

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*")


def looks_like_formula(text: str) -> bool:
    """Plain numbers such as `-5`, `+62` or `-1.234,56` are none."""
    return text.startswith(FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text)


def defused(text: str) -> str:
    """The text, with an apostrophe before what looks like a formula."""
    return f"'{text}" if looks_like_formula(text) else text
