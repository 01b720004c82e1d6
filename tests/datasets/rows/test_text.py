"""Text is compared by bytes, and folded A-Z only, alike in both engines: every word against every word."""

from typing import TYPE_CHECKING

import pytest

from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.query import Condition, Not, Operator

if TYPE_CHECKING:
    from .conftest import Served

TEXT = (Operator.EQ, Operator.NE, Operator.CONTAINS, Operator.STARTS_WITH, Operator.LT)


@pytest.mark.parametrize("served", ["sorted, key apart"], indirect=True)
async def test_every_word(served: "Served", words: list[str]) -> None:
    for word in words:
        for operator in TEXT:
            for ignore_case in (False, True):
                where = Condition("nama", operator, word, ignore_case)
                expected = [len(served.reference.filtered(where)), len(served.reference.filtered(Not(where)))]
                for reader in (served.sqlite, served.duckdb):
                    counts = [
                        await reader.count(served.snapshot, predicate, Deadline.after(30))
                        for predicate in (where, Not(where))
                    ]
                    assert counts == expected, where
