"""Runs statements on the row store, in the calling thread: most take less time than a hop to another thread."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from satudata.datasets.rows.deadline import Deadline, DeadlineExceeded
from satudata.datasets.rows.sql import Statement

STEPS_BETWEEN_LOOKS = 10_000
"""Virtual-machine steps of SQLite, some 0.2 ms, after which it looks at the deadline."""


class TooMuchWork(Exception):
    """More steps were needed than were allowed."""


def run(
    connection: sqlite3.Connection, statement: Statement, values: Sequence[Any], deadline: Deadline
) -> list[tuple[Any, ...]]:
    """All rows of the answer. Raises DeadlineExceeded when SQLite was stopped by it; other errors as they are."""
    return _run(connection, statement, values, deadline.is_over, DeadlineExceeded)


def run_briefly(
    connection: sqlite3.Connection,
    statement: Statement,
    values: Sequence[Any],
    deadline: Deadline,
    *,
    steps: int,
) -> list[tuple[Any, ...]]:
    """As `run`, in about so many steps at most. Raises TooMuchWork when there were more, also at the deadline."""
    looks = steps // STEPS_BETWEEN_LOOKS

    def is_over() -> bool:
        nonlocal looks
        looks -= 1
        return looks < 0 or deadline.is_over()

    return _run(connection, statement, values, is_over, TooMuchWork)


def _run(
    connection: sqlite3.Connection,
    statement: Statement,
    values: Sequence[Any],
    is_over: Callable[[], bool],
    over: type[Exception],
) -> list[tuple[Any, ...]]:
    connection.set_progress_handler(is_over, STEPS_BETWEEN_LOOKS)
    try:
        return connection.execute(statement.text, statement.bind(values)).fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise over from error
        raise
    finally:
        connection.set_progress_handler(None, 0)
