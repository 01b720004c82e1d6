"""Looking for words in text the same way on every database: normalised on our side, `LIKE` on theirs."""

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement

MAX_WORDS = 10


def normalise(text: str) -> str:
    """Lower case, without accents, single spaces: how text is stored for search and how a query is read."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())


def words(text: str | None) -> tuple[str, ...]:
    """The words of a query, without repeats."""
    return tuple(dict.fromkeys(normalise(text or "").split()))[:MAX_WORDS]


def contains(column: Any, word: str) -> ColumnElement[bool]:
    """True where the column's text has `word` in it, taken literally. `column` is any SQL text expression."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    expression: ColumnElement[bool] = column.like(f"%{escaped}%", escape="\\")
    return expression
