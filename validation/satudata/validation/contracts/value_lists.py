"""Which columns have a short list of allowed values that are names: the API gives each of them a type of its own.

Values are data and are never rewritten into names: a list with one value that is none stays a column of text.
"""

import re
from collections.abc import Collection

from satudata.validation.contracts.model import Column, ColumnType

MOST = 100
"""Longer lists stay text."""

_NAME = re.compile(r"(?!__)[_A-Za-z][_0-9A-Za-z]*")
_KEYWORDS = frozenset({"true", "false", "null"})


def is_value_list(column: Column) -> bool:
    """Whether the API may show the column's values as names. Codes of a reference list stay codes."""
    return column.type is ColumnType.STRING and column.code is None and are_names(column.enum)


def are_names(values: Collection[str]) -> bool:
    """Whether there are values, not too many, and all are names as they stand. Source: GraphQL specification, 2.9.6."""
    return 0 < len(values) <= MOST and all(
        _NAME.fullmatch(value) and value not in _KEYWORDS for value in values
    )
