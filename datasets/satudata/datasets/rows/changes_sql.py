"""The statement that finds what two attached copies do not have in common. DuckDB only; it has no parameters.

Names come from contracts and are quoted, copies are attached by their hash; no value is written into the text.
"""

from collections.abc import Iterable, Sequence

from satudata.datasets.rows.comparable import SharedColumn
from satudata.datasets.rows.query import SnapshotColumn
from satudata.datasets.rows.sql import Statement
from satudata.datasets.serving.facts import ROW, TABLE


def changes_statement(
    older: str, newer: str, shared: Sequence[SharedColumn], key: Sequence[str]
) -> Statement:
    """(row number in the older copy, in the newer one), 0 where the row is not; added, removed, then changed rows.

    Rows are followed by `key`, columns of `shared`, or compared whole where it is empty.
    """
    columns = [f"c{index}" for index in range(len(shared))]
    both = (
        f"o AS ({_values(older, [(column, column.older) for column in shared])}), "
        f"n AS ({_values(newer, [(column, column.newer) for column in shared])})"
    )
    keyed = [name for name, column in zip(columns, shared, strict=True) if column.name in key]
    found = f"WITH {both} {_by_key(columns, keyed)}" if keyed else f"WITH {both}, {_whole(columns)}"
    return Statement(
        f"{found} ORDER BY CASE WHEN older = 0 THEN 0 WHEN newer = 0 THEN 1 ELSE 2 END, "
        "CASE WHEN newer = 0 THEN older ELSE newer END",
        (),
    )


def _values(schema: str, columns: Iterable[tuple[SharedColumn, SnapshotColumn]]) -> str:
    values = "".join(f", {shared.sql(column)} AS c{index}" for index, (shared, column) in enumerate(columns))
    return f"SELECT {ROW}{values} FROM {schema}.{TABLE}"  # noqa: S608 - names are quoted, see above


def _by_key(columns: Sequence[str], key: Sequence[str]) -> str:
    same = " AND ".join(f"o.{name} = n.{name}" for name in key)
    differs = "".join(f" OR o.{name} IS DISTINCT FROM n.{name}" for name in columns if name not in key)
    return (
        f"SELECT coalesce(o.{ROW}, 0) AS older, coalesce(n.{ROW}, 0) AS newer FROM o FULL JOIN n ON {same} "  # noqa: S608 - as above
        f"WHERE o.{ROW} IS NULL OR n.{ROW} IS NULL{differs}"
    )


def _whole(columns: Sequence[str]) -> str:
    """Of rows that stand more often in one copy, the last ones there are those it has too many of."""
    row = ", ".join(columns)

    def surplus(side: str, numbers: str, more: str) -> str:
        same = " AND ".join(f"{side}.{name} IS NOT DISTINCT FROM surplus.{name}" for name in columns)
        group = ", ".join(f"{side}.{name}" for name in columns)
        return (
            f"SELECT {numbers} FROM {side} JOIN surplus ON {same} WHERE {more} > 0 "  # noqa: S608 - as above
            f"QUALIFY row_number() OVER (PARTITION BY {group} ORDER BY {side}.{ROW} DESC) <= {more}"
        )

    return (
        f"surplus AS MATERIALIZED (SELECT {row}, count(*) FILTER (is_newer) - count(*) FILTER (NOT is_newer) AS more "  # noqa: S608 - as above
        f"FROM (SELECT {row}, true AS is_newer FROM n UNION ALL SELECT {row}, false FROM o) "
        f"GROUP BY {row} HAVING more <> 0) "
        f"{surplus('n', f'0 AS older, n.{ROW} AS newer', 'more')} "
        f"UNION ALL {surplus('o', f'o.{ROW}, 0', '-more')}"
    )
