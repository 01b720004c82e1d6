"""Runs the row checks on a batch with pandera: eager frames, full depth, no coercion.

A check that raises is a mistake of ours (`CheckFault`), not a finding. Cells whose text was not of the type
are null here and were told by the cast; their emptiness is not told again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.config import ValidationDepth, config_context

from satudata.validation.casting.columns import polars_type
from satudata.validation.contracts.model import Column
from satudata.validation.faults import CheckFault
from satudata.validation.rows.check import RowCheck

_EMPTY = "not_nullable"


@dataclass(frozen=True, slots=True)
class Failures:
    """Positions in the batch, ascending, at which one check fails; `check` is None for an empty required cell."""

    column: str
    check: RowCheck | None
    positions: list[int]


class RowChecker:
    """The pandera schema of a contract's columns, ready to run on any number of batches."""

    def __init__(self, columns: tuple[Column, ...], checks: list[RowCheck]) -> None:
        self._checks = {(check.column, check.label): check for check in checks}
        self._answers: dict[tuple[str, str], pl.DataFrame] = {}
        self._schema = pa.DataFrameSchema(
            {
                column.name: pa.Column(
                    polars_type(column),
                    [self._pandera_check(check) for check in checks if check.column == column.name],
                    nullable=not (column.required or column.is_key),
                )
                for column in columns
            },
            strict=True,
        )

    def run(self, typed: pl.DataFrame) -> Iterator[Failures]:
        """What fails in a batch of typed columns. Raises CheckFault."""
        self._answers = self._ask_all(typed.lazy())
        try:
            with config_context(validation_depth=ValidationDepth.SCHEMA_AND_DATA):
                self._schema.validate(typed, lazy=True)
        except pa.errors.SchemaErrors as errors:
            cases = errors.failure_cases
        else:
            return
        if cases["index"].null_count():
            broken = cases.filter(pl.col("index").is_null())
            raise CheckFault(str(broken["check"][0]), str(broken["failure_case"][0])[:300])
        grouped = cases.group_by("column", "check", maintain_order=True).agg(pl.col("index").sort())
        for column, label, positions in grouped.rows():
            if label == _EMPTY:
                yield Failures(column, None, positions)
            else:
                yield from _parted(self._checks[column, label], typed, positions)

    def _ask_all(self, typed: pl.LazyFrame) -> dict[tuple[str, str], pl.DataFrame]:
        """All checks at once, on all cores: pandera by itself asks one after the other, and the broken ones twice."""
        try:
            answers = pl.collect_all([check.right(typed) for check in self._checks.values()])
        except Exception:
            return {}  # pandera asks each by itself, and says which of them cannot run
        return dict(zip(self._checks, answers, strict=True))

    def _pandera_check(self, check: RowCheck) -> pa.Check:
        def right(data: PolarsData) -> pl.LazyFrame:
            answer = self._answers.get((check.column, check.label))
            return check.right(data.lazyframe) if answer is None else answer.lazy()

        # `error` is what pandera writes into the `check` column of its failure cases.
        return pa.Check(right, name=check.label, error=check.label, ignore_na=False)


def _parted(check: RowCheck, typed: pl.DataFrame, positions: list[int]) -> Iterator[Failures]:
    """The rows under the rule that each of them breaks."""
    if check.part_of is None:
        yield Failures(check.column, check, positions)
        return
    rows = typed.select(check.reads)[positions].rows()
    part_of = {values: check.part_of(values) for values in set(rows)}
    by_part: dict[str, tuple[RowCheck, list[int]]] = {}
    for position, values in zip(positions, rows, strict=True):
        part = part_of[values]
        by_part.setdefault(part.code, (part, []))[1].append(position)
    for part, places in by_part.values():
        yield Failures(part.column, part, places)
