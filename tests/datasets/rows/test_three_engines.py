"""SQLite, DuckDB and polars find the same rows, in the same order, for whatever is asked."""

from typing import TYPE_CHECKING

from tests.counts import count
from tests.polars_rows import NUMBER, found, read

from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.query import RowQuery

if TYPE_CHECKING:
    from .conftest import Served

QUESTIONS = count(full=1_500, ordinary=120)


async def test_they_find_the_same_rows(served: "Served") -> None:
    frame = read(served.parquet)
    questions = served.questions(seed=77)
    some, all_of_them = 0, len(frame)
    for _ in range(QUESTIONS):
        query = RowQuery(
            served.snapshot,
            ("nomor",),
            where=questions.predicate(depth=4),
            order=questions.order(),
            first=all_of_them,
        )
        expected = found(frame, query.where, query.order)
        for reader in (served.sqlite, served.duckdb):
            page = await reader.page(query, Deadline.after(30))
            assert page.rows == list(expected.select("nomor").iter_rows()), (query, page.engine)
            assert [position[-1] for position in page.positions] == expected[NUMBER].to_list()
        some += 0 < len(expected) < all_of_them
    assert some > QUESTIONS / 3
