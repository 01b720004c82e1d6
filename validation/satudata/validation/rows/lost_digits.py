"""Long codes that have been a number: a spreadsheet keeps 15 digits and writes zeros for those behind.

One code may end so by itself, or a few of many. A column has been through a number when three different codes or more
do, and most of its long ones. That is judged in each batch by itself, of many cells by a part of them, evenly spread;
which digits stood there nobody can say.
"""

import polars as pl

_KEPT = 15
_FEWEST = 3
_LOOKED_AT = 10_000
_LONG = f"^[0-9]{{{_KEPT + 1},}}$"
_ROUNDED = f"^[1-9][0-9]{{{_KEPT - 1}}}0+$"


def without_last_digits(cells: pl.Series) -> list[int]:
    """Positions, ascending, of the codes in a column of text that have lost what stood behind the 15th digit."""
    long = cells.filter(cells.str.len_bytes() > _KEPT)
    different = long.gather_every(len(long) // _LOOKED_AT + 1).unique()
    codes = different.filter(different.str.contains(_LONG))
    rounded = codes.str.contains(_ROUNDED).sum()
    if rounded < _FEWEST or rounded * 2 <= len(codes):
        return []
    return cells.str.contains(_ROUNDED).arg_true().to_list()
