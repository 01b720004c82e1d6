"""One row check: an expression that says which rows are right, and the words for the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from satudata.validation.contracts.model import Severity

Row = Mapping[str, Any]
Right = Callable[[pl.LazyFrame], pl.LazyFrame]
Describe = Callable[[str, Row], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class RowCheck:
    """`right` gives one boolean for each row; `describe(text, typed row)` the template values of a wrong one.

    A check that stands for several rules has `part_of`: it gets the values of the columns `reads` in a wrong row and
    names the rule that is broken.
    """

    label: str
    code: str
    column: str
    right: Right
    describe: Describe
    severity: Severity | None = None
    reads: tuple[str, ...] = ()
    part_of: Callable[[tuple[Any, ...]], "RowCheck"] | None = None


def on(expression: pl.Expr) -> Right:
    """Null is right: empty cells are the business of `required`."""
    return lambda frame: frame.select(expression.fill_null(value=True))
