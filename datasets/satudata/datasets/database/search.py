"""Looking for words in text the same way on every database: normalised on our side, `LIKE` on theirs."""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement

MAX_WORDS = 10
MAX_CHARACTERS = 200
"""Of a query; what comes after is not looked at. SQLite takes no `LIKE` pattern of more than 50,000 bytes."""


def normalise(text: str) -> str:
    """Lower case, without accents, single spaces: how text is stored for search and how a query is read."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())


def query_text(text: str | None) -> str:
    """A query as it is looked for."""
    return normalise((text or "")[:MAX_CHARACTERS])


def words(text: str | None) -> tuple[str, ...]:
    """The words of a query, without repeats."""
    return tuple(dict.fromkeys(query_text(text).split()))[:MAX_WORDS]


def contains(column: Any, word: str) -> ColumnElement[bool]:
    """True where the column's text has `word` in it, taken literally. `column` is any SQL text expression."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    expression: ColumnElement[bool] = column.like(f"%{escaped}%", escape="\\")
    return expression
