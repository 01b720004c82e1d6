"""Reading the codes of an edition from its Parquet file, by DuckDB: no polars, for this runs in the web process."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from satudata.datasets.codes.types import Code
from satudata.datasets.paging import Page, Position, cut

MEMORY = "96MB"

WORD = "(contains(lower(label), ?) OR contains(lower(code), ?))"
COLUMNS = "code, label, level, parent, valid_from, valid_to, successors"


class CodeReader:
    """One small DuckDB, its memory bounded and file footers cached. Calls take turns in a thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._connection = duckdb.connect(":memory:", config={"memory_limit": MEMORY, "threads": 1})
        self._connection.execute("SET parquet_metadata_cache = true")

    async def page(
        self, file: Path, words: tuple[str, ...], first: int, after: Position | None
    ) -> Page[Code]:
        """Codes in order, those whose code or label has every (lower-case) word."""
        where = " AND ".join(["true", *[WORD] * len(words)])
        values: list[Any] = [str(file), *(word for word in words for _ in range(2))]
        counted = await self.rows(f"SELECT count(*) FROM read_parquet(?) WHERE {where}", values)  # noqa: S608 - only WORD
        if after is not None:
            where += " AND code > ?"
            values.append(after[0])
        page = f"SELECT {COLUMNS} FROM read_parquet(?) WHERE {where} ORDER BY code LIMIT {first + 1}"  # noqa: S608 - as above
        rows = await self.rows(page, values)
        return cut([(code_of(row), (row[0],)) for row in rows], first, counted[0][0])

    async def entries(self, file: Path, codes: Collection[str]) -> dict[str, Code]:
        """The codes that the edition has, by code."""
        if not codes:
            return {}
        wanted = f"SELECT {COLUMNS} FROM read_parquet(?) WHERE code IN (SELECT unnest(?))"  # noqa: S608 - a constant
        rows = await self.rows(wanted, [str(file), list(codes)])
        return {row[0]: code_of(row) for row in rows}

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    async def rows(self, statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
        """The answer to one statement."""
        return await asyncio.to_thread(self._run, statement, values)

    def _run(self, statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()


def code_of(row: tuple[Any, ...]) -> Code:
    """A row of `COLUMNS`."""
    code, label, level, parent, valid_from, valid_to, successors = row
    return Code(code, label, level, parent, valid_from, valid_to, tuple(successors or ()))
