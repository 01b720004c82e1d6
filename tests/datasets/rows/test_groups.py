"""Groups by parts of dates and instants, and groups chosen by their figures, against polars and exact decimals."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.counts import count

from satudata.datasets.rows.date_parts import time_zones
from satudata.datasets.rows.deadline import Deadline
from satudata.datasets.rows.query import (
    AggregateQuery,
    DatePart,
    GroupCondition,
    GroupKey,
    GroupOrder,
    Measure,
    MeasureFunction,
    Operator,
)
from satudata.datasets.rows.reader import RowReader

if TYPE_CHECKING:
    from .conftest import Built, CalendarMaker, RowsBuilder, Serve

ROWS = Measure(MeasureFunction.COUNT)
ZONES = ("Asia/Jakarta", "Asia/Jayapura", "UTC", "America/New_York", "Asia/Kolkata")
EVERY = {
    DatePart.HOUR: "1h",
    DatePart.DAY: "1d",
    DatePart.WEEK: "1w",
    DatePart.MONTH: "1mo",
    DatePart.QUARTER: "1q",
    DatePart.YEAR: "1y",
}


def soon() -> Deadline:
    return Deadline.after(30)


def written(value: date | None) -> str | None:
    """A key in output form."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
    return None if value is None else value.isoformat()


def starts(values: list[Any], part: DatePart, zone: str) -> list[str | None]:
    """What polars has each value's part begin with, in output form."""
    if part is DatePart.VALUE:
        return [written(value) for value in values]
    if any(isinstance(value, datetime) for value in values):
        series = pl.Series(values, dtype=pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
    else:
        series = pl.Series(values, dtype=pl.Date)
    return [written(value) for value in series.dt.truncate(EVERY[part]).to_list()]


def counted(keys: list[str | None]) -> list[tuple[str | None, int]]:
    """Keys with how often each occurs, in order, null last."""
    return [(key, keys.count(key)) for key in sorted(set(keys), key=lambda key: (key is None, key or ""))]


@pytest.fixture
async def readers(serve: "Serve", calendar: "CalendarMaker") -> Any:
    """The calendar, and two readers that leave SQLite never (if they can) and always."""
    built = calendar()
    store = serve(built)
    pair = RowReader(store, inline_rows=10**9), RowReader(store, inline_rows=-1)
    yield built, pair
    for reader in pair:
        await reader.close()


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("part", DatePart)
async def test_parts_of_instants(
    part: DatePart, zone: str, readers: "tuple[Built, tuple[RowReader, ...]]"
) -> None:
    built, pair = readers
    query = AggregateQuery(built.snapshot, (ROWS,), by=(GroupKey("waktu", part),), time_zone=zone)
    expected = counted(starts([row["waktu"] for row in built.rows], part, zone))
    assert len(expected) > 50 or part in (DatePart.QUARTER, DatePart.YEAR)
    for reader in pair:
        assert await reader.aggregate(query, soon()) == expected


@pytest.mark.parametrize("part", [part for part in DatePart if part is not DatePart.HOUR])
async def test_parts_of_dates_know_no_zone(
    part: DatePart, readers: "tuple[Built, tuple[RowReader, ...]]"
) -> None:
    built, pair = readers
    expected = counted(starts([row["tanggal"] for row in built.rows], part, "UTC"))
    for zone in ("UTC", "Pacific/Kiritimati"):
        query = AggregateQuery(built.snapshot, (ROWS,), by=(GroupKey("tanggal", part),), time_zone=zone)
        for reader in pair:
            assert await reader.aggregate(query, soon()) == expected


async def test_hours_of_a_date_are_our_mistake(readers: "tuple[Built, tuple[RowReader, ...]]") -> None:
    built, (reader, _) = readers
    query = AggregateQuery(built.snapshot, (ROWS,), by=(GroupKey("tanggal", DatePart.HOUR),))
    with pytest.raises(ValueError, match="HOUR of tanggal"):
        await reader.aggregate(query, soon())


AT = datetime.fromisoformat
MIDNIGHTS = {
    "twice": ("America/Havana", "2020-11-01T12:00:00Z", "2020-11-01T04:00:00Z"),
    "left out": ("America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z"),
    "set back just before": ("America/Sao_Paulo", "2018-02-18T12:00:00Z", "2018-02-18T03:00:00Z"),
    "a day after clocks were set": ("America/New_York", "2021-03-15T12:00:00Z", "2021-03-15T04:00:00Z"),
}


@pytest.mark.parametrize("case", MIDNIGHTS)
async def test_a_day_begins_with_its_first_instant(
    case: str, serve: "Serve", build_rows: "RowsBuilder"
) -> None:
    zone, instant, begins = MIDNIGHTS[case]
    assert await days(serve, build_rows, [AT(instant)], DatePart.DAY, zone) == [begins]


async def test_an_hour_that_comes_twice_is_two(serve: "Serve", build_rows: "RowsBuilder") -> None:
    times = [AT(f"2021-11-07T{hour}:30:00Z") for hour in ("05", "06")]  # both 01:30 in New York
    found = await days(serve, build_rows, times, DatePart.HOUR, "America/New_York")
    assert found == ["2021-11-07T05:00:00Z", "2021-11-07T06:00:00Z"]


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "America/New_York", "Pacific/Kiritimati"])
async def test_the_ends_of_time(zone: str, serve: "Serve", build_rows: "RowsBuilder") -> None:
    """Placeholders such as 9999-12-31 belong to a year that cannot be written everywhere; its key still can."""
    ends = [AT("0001-01-01T00:00:00Z"), AT("9999-12-31T23:59:59.999999Z")]
    for part in EVERY:
        first, last = await days(serve, build_rows, ends, part, zone)
        assert first == "0001-01-01T00:00:00Z"
        assert "9998-12-31Z" < last <= "9999-12-31T23:59:59.999999Z"


async def days(
    serve: "Serve", build_rows: "RowsBuilder", instants: list[datetime], part: DatePart, zone: str
) -> list[str]:
    built = build_rows("waktu", instants)
    reader = RowReader(serve(built))
    query = AggregateQuery(built.snapshot, (), by=(GroupKey("waktu", part),), time_zone=zone)
    found = [key for (key,) in await reader.aggregate(query, soon())]
    await reader.close()
    return found


def test_known_zones() -> None:
    zones = time_zones()
    assert {*ZONES, "Asia/Makassar", "Asia/Pontianak", "Singapore", "EST"} <= zones
    assert not {"WIB", "IST", "BST", "SystemV/EST5", "asia/jakarta", ""} & zones
    assert len(zones) > 550


# ---- having


FIGURES = [
    ROWS,
    *(
        Measure(function, column)
        for column in ("jumlah", "bulat")
        for function in (
            MeasureFunction.COUNT,
            MeasureFunction.SUM,
            MeasureFunction.AVG,
            MeasureFunction.MIN,
            MeasureFunction.MAX,
        )
    ),
]
ORDERED = [
    *FIGURES,
    *(
        Measure(function, column)
        for column in ("jumlah", "bulat")
        for function in (MeasureFunction.MEDIAN, MeasureFunction.DISTINCT_COUNT)
    ),
]
SCALES = {"jumlah": 2, "bulat": 0}


def figure(measure: Measure, values: list[Any]) -> Decimal | int | None:
    """A figure of a group, exact."""
    if measure.column is None:
        return len(values)
    filled = sorted(Decimal(value) for value in values if value is not None)
    if measure.function is MeasureFunction.COUNT:
        return len(filled)
    if measure.function is MeasureFunction.DISTINCT_COUNT:
        return len(set(filled))
    if not filled:
        return None
    match measure.function:
        case MeasureFunction.MIN:
            return filled[0]
        case MeasureFunction.MAX:
            return filled[-1]
        case MeasureFunction.MEDIAN:
            return (filled[(len(filled) - 1) // 2] + filled[len(filled) // 2]) / 2
    with localcontext() as context:
        context.prec = 80
        total = sum(filled, Decimal(0))
        if measure.function is MeasureFunction.SUM:
            return total
        unit = Decimal(1).scaleb(-SCALES[measure.column] - 6)
        return (total / len(filled)).quantize(unit, ROUND_HALF_EVEN)


def shown(measure: Measure, value: Decimal | int | None) -> Any:
    """A figure in output form."""
    if value is None or isinstance(value, int):
        return value
    scale = SCALES[measure.column or ""]
    if measure.function in (MeasureFunction.AVG, MeasureFunction.MEDIAN):
        text = f"{value:.{scale + 6}f}"
        return text.removeprefix("-") if Decimal(text) == 0 else text
    return f"{value:.{scale}f}" if scale else int(value)


def passes(value: Decimal | int | None, operator: Operator, given: Any) -> bool:
    if operator is Operator.IS_NULL:
        return (value is None) is given
    if value is None:
        return False
    tests = {
        Operator.EQ: lambda: value == given,
        Operator.NE: lambda: value != given,
        Operator.LT: lambda: value < given,
        Operator.LTE: lambda: value <= given,
        Operator.GT: lambda: value > given,
        Operator.GTE: lambda: value >= given,
        Operator.IN: lambda: value in given,
        Operator.NOT_IN: lambda: value not in given,
    }
    return bool(tests[operator]())


OPERATORS = [op for op in Operator if op not in (Operator.CONTAINS, Operator.STARTS_WITH)]


class Opened:
    """The calendar with its readers, asked from a loop of its own: hypothesis runs plain functions."""

    def __init__(self, built: "Built", store: Any) -> None:
        self.built = built
        self._runner = asyncio.Runner()
        self._readers = RowReader(store, inline_rows=10**9), RowReader(store, inline_rows=-1)

    def answers(self, query: AggregateQuery) -> list[list[tuple[Any, ...]]]:
        return [self._runner.run(reader.aggregate(query, soon())) for reader in self._readers]

    def close(self) -> None:
        for reader in self._readers:
            self._runner.run(reader.close())
        self._runner.close()

    def groups(self, query: AggregateQuery) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
        """The rows of each group, as polars puts them together."""
        rows = self.built.rows
        keys = {
            f"k{index}": starts([row[key.column] for row in rows], key.part, query.time_zone)
            if key.column in ("waktu", "tanggal")
            else [row[key.column] for row in rows]
            for index, key in enumerate(query.by)
        }
        frame = pl.DataFrame({**keys, "row": list(range(len(rows)))}).group_by(list(keys)).agg("row")
        return {row[:-1]: [rows[index] for index in row[-1]] for row in frame.rows()}

    def expected(self, query: AggregateQuery) -> list[tuple[Any, ...]]:
        """Groups that pass, in order, cut."""

        def figure_of(group: list[dict[str, Any]], measure: Measure) -> Decimal | int | None:
            return figure(measure, [row[measure.column or "nomor"] for row in group])

        kept = [
            (key, group)
            for key, group in self.groups(query).items()
            if all(passes(figure_of(group, c.measure), c.operator, c.value) for c in query.having)
        ]
        for term in reversed((*query.order, GroupOrder())):
            if term.measure is None:
                for place in reversed(range(len(query.by))):
                    kept = sort_by([(item[0][place], item) for item in kept], term)
            else:
                kept = sort_by([(figure_of(item[1], term.measure), item) for item in kept], term)
        kept = kept[query.offset :][: query.first]
        return [
            (*key, *(shown(measure, figure_of(group, measure)) for measure in query.measures))
            for key, group in kept
        ]


def sort_by(items: list[tuple[Any, Any]], term: GroupOrder) -> list[Any]:
    """Stable: equal ones stay as they were."""
    filled = [item for item in items if item[0] is not None]
    filled.sort(key=lambda item: item[0], reverse=term.descending)
    empty = [item for item in items if item[0] is None]
    return [item for _, item in (empty + filled if term.nulls_first else filled + empty)]


@pytest.fixture
def opened(serve: "Serve", calendar: "CalendarMaker") -> Iterator[Opened]:
    built = calendar()
    made = Opened(built, serve(built))
    yield made
    made.close()


KEYS = [
    GroupKey("provinsi"),
    GroupKey("tahun"),
    GroupKey("aktif"),
    *(GroupKey("waktu", part) for part in DatePart),
    *(GroupKey("tanggal", part) for part in DatePart if part is not DatePart.HOUR),
]


@settings(
    max_examples=count(full=400, ordinary=40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_random_groups(opened: Opened, data: st.DataObject) -> None:
    draw = data.draw
    by = tuple(draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique_by=lambda k: k.column)))
    zone = draw(st.sampled_from(ZONES))
    plain = AggregateQuery(opened.built.snapshot, (), by=by, time_zone=zone)
    groups = list(opened.groups(plain).values())

    def value(measure: Measure) -> Any:
        """Most often one that some group has."""
        rows = draw(st.sampled_from(groups))
        real = figure(measure, [row[measure.column or "nomor"] for row in rows])
        near = Decimal(real or 0) + draw(st.sampled_from([Decimal(0), Decimal("1E-8"), Decimal("-0.5"), 1]))
        if measure.function is MeasureFunction.COUNT:
            return int(near)
        return draw(st.sampled_from([near, near, Decimal(2) ** 70, -(Decimal(10) ** 40)]))

    having = []
    for measure in draw(st.lists(st.sampled_from(FIGURES), max_size=3)):
        operator = draw(st.sampled_from(OPERATORS))
        if operator is Operator.IS_NULL:
            given: Any = draw(st.booleans())
        elif operator in (Operator.IN, Operator.NOT_IN):
            given = tuple(value(measure) for _ in range(draw(st.integers(0, 4))))
        else:
            given = value(measure)
        having.append(GroupCondition(measure, operator, given))
    measures = draw(st.lists(st.sampled_from(ORDERED), max_size=4, unique=True))
    order = [
        GroupOrder(measure, draw(st.booleans()), draw(st.booleans()))
        for measure in draw(st.lists(st.sampled_from([None, *ORDERED]), max_size=3, unique=True))
        if measure is None or measure.function is not MeasureFunction.AVG  # ordered by what rounding hides
    ]
    query = AggregateQuery(
        opened.built.snapshot,
        tuple(measures),
        by=by,
        having=tuple(having),
        order=tuple(order),
        first=draw(st.none() | st.integers(0, 9)),
        offset=draw(st.sampled_from([0, 0, 2])),
        time_zone=zone,
    )
    expected = opened.expected(query)
    for answer in opened.answers(query):
        assert answer == expected, query


@settings(
    max_examples=count(full=100, ordinary=10),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(instants=st.lists(st.datetimes(datetime(1970, 1, 1), datetime(2037, 1, 1)), min_size=1, max_size=30))
def test_random_instants(serve: "Serve", build_rows: "RowsBuilder", instants: list[datetime]) -> None:
    given = [instant.replace(tzinfo=UTC) for instant in instants]
    for zone in ("Asia/Jayapura", "Europe/Berlin"):
        for part in (DatePart.HOUR, DatePart.DAY, DatePart.WEEK):
            found = asyncio.run(days(serve, build_rows, given, part, zone))
            assert found == sorted(set(starts(given, part, zone)), key=str)


async def test_an_average_is_compared_as_it_is_answered(serve: "Serve", build_rows: "RowsBuilder") -> None:
    """1/3 is answered as 0.333333, so it equals that; ties go to the even digit, below zero too."""
    for values, answer in (
        ([1, 0, 0], "0.333333"),
        ([1, *[0] * 127], "0.007812"),  # 0.0078125
        ([3, *[0] * 127], "0.023438"),  # 0.0234375
        ([-1, *[0] * 127], "-0.007812"),
        ([-3, *[0] * 127], "-0.023438"),
        ([2**63 - 1, 2**63 - 1], f"{2**63 - 1}.000000"),
        ([-(2**63), -(2**63)], f"{-(2**63)}.000000"),
    ):
        built = build_rows("bulat", values)
        reader = RowReader(serve(built))
        average = Measure(MeasureFunction.AVG, "bulat")
        same, step = Decimal(answer), Decimal("0.000001")
        with localcontext() as context:
            context.prec = 40
            kept = {
                (Operator.EQ, same): True,
                (Operator.EQ, same + step): False,
                (Operator.GTE, same): True,
                (Operator.GT, same): False,
                (Operator.GT, same - step / 10): True,
                (Operator.LTE, same): True,
                (Operator.LT, same + step / 10): True,
                (Operator.NE, same): False,
                (Operator.IN, (same, same + 1)): True,
            }
        for (operator, value), stays in kept.items():
            query = AggregateQuery(
                built.snapshot,
                (average,),
                by=(GroupKey("provinsi"),),
                having=(GroupCondition(average, operator, value),),
            )
            found = await reader.aggregate(query, soon())
            assert found == ([("11.01", answer)] if stays else []), (values[0], operator, value)
        await reader.close()


async def test_a_sum_beyond_64_bits_is_compared_exactly(serve: "Serve", build_rows: "RowsBuilder") -> None:
    built = build_rows("bulat", [2**63 - 1] * 3)
    reader = RowReader(serve(built))
    total = Measure(MeasureFunction.SUM, "bulat")
    exact = 3 * (2**63 - 1)
    for value, stays in ((exact, True), (exact - 1, False), (Decimal(exact) + Decimal("0.1"), False)):
        having = (GroupCondition(total, Operator.EQ, value),)
        query = AggregateQuery(built.snapshot, (total,), by=(GroupKey("provinsi"),), having=having)
        assert await reader.aggregate(query, soon()) == ([("11.01", exact)] if stays else [])
    await reader.close()


async def test_figures_of_floats(serve: "Serve", build_rows: "RowsBuilder") -> None:
    built = build_rows("rasio", [0.1, 0.2, 0.4, None])
    reader = RowReader(serve(built))
    for function, operator, value, stays in (
        (MeasureFunction.MIN, Operator.GTE, Decimal("0.1"), True),
        (MeasureFunction.MIN, Operator.GT, Decimal("0.11"), False),
        (MeasureFunction.MAX, Operator.LT, Decimal("0.4000001"), True),
        (MeasureFunction.AVG, Operator.GT, Decimal("0.23"), True),
        (MeasureFunction.AVG, Operator.GT, Decimal("0.24"), False),
        (MeasureFunction.COUNT, Operator.EQ, 3, True),
    ):
        having = (GroupCondition(Measure(function, "rasio"), operator, value),)
        query = AggregateQuery(built.snapshot, (ROWS,), by=(GroupKey("provinsi"),), having=having)
        assert await reader.aggregate(query, soon()) == ([("11.01", 4)] if stays else []), (function, value)
    await reader.close()


@pytest.mark.parametrize(
    "measure",
    [
        Measure(MeasureFunction.SUM, "rasio"),
        Measure(MeasureFunction.MEDIAN, "bulat"),
        Measure(MeasureFunction.MAX, "nama"),
    ],
)
async def test_a_figure_groups_are_not_chosen_by_is_our_mistake(
    measure: Measure, readers: "tuple[Built, tuple[RowReader, ...]]"
) -> None:
    built, (reader, _) = readers
    having = (GroupCondition(measure, Operator.GT, 1),)
    query = AggregateQuery(built.snapshot, (ROWS,), by=(GroupKey("provinsi"),), having=having)
    with pytest.raises(ValueError, match=measure.function):
        await reader.aggregate(query, soon())


def test_having_needs_groups(calendar: "CalendarMaker") -> None:
    with pytest.raises(ValueError, match="groups"):
        AggregateQuery(calendar().snapshot, (ROWS,), having=(GroupCondition(ROWS, Operator.GT, 1),))
