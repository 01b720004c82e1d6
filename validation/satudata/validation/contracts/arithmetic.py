"""How large the numbers of a row rule can get, so that its arithmetic is exact wherever it can be and never overflows.

Whole numbers and decimals are calculated as decimals of 38 digits; where a result might need more, and after a
division, as doubles. Without this, integers would wrap around without a word and decimals would raise on data.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from satudata.validation.contracts.model import Column, ColumnType

DIGITS = 38
LITERAL_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Size:
    """At most so many digits before and after the decimal point."""

    digits: int
    scale: int

    @property
    def fits(self) -> bool:
        return self.digits + self.scale <= DIGITS


DOUBLE: Size | None = None
"""The size of a number that is calculated as a double."""
SMALL = Size(10, 0)
"""Lengths, years, months and days."""


def size_of(column: Column) -> Size | None:
    """The size of a column's numbers."""
    if column.type is ColumnType.INTEGER:
        return Size(19, 0)
    if column.type is ColumnType.DECIMAL:
        return Size((column.precision or 18) - column.scale, column.scale)
    return DOUBLE


def size_of_literal(digits: str) -> Size:
    """The size of a written number."""
    whole, _, fraction = digits.partition(".")
    return Size(max(1, len(whole)), len(fraction))


def together(sizes: Iterable[Size | None]) -> Size | None:
    """One size in which all of these can stand side by side."""
    known = list(sizes)
    exact = [size for size in known if size is not None]
    if len(exact) != len(known):
        return DOUBLE
    return _if_it_fits(Size(max(size.digits for size in exact), max(size.scale for size in exact)))


def added(left: Size | None, right: Size | None) -> Size | None:
    """The size of a sum or a difference."""
    both = together([left, right])
    return DOUBLE if both is None else _if_it_fits(Size(both.digits + 1, both.scale))


def multiplied(left: Size | None, right: Size | None) -> Size | None:
    """The size of a product."""
    if left is None or right is None:
        return DOUBLE
    return _if_it_fits(Size(left.digits + right.digits, left.scale + right.scale))


def _if_it_fits(size: Size) -> Size | None:
    return size if size.fits else DOUBLE
