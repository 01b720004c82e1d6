"""A table with everything that can go wrong in it, both its copies, and its questions answered in plain Python."""

import functools
import math
import random
import string
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from satudata.datasets.files.keys import lake_key
from satudata.datasets.files.store import FileStore
from satudata.datasets.lake.snapshots import snapshot_of, write_snapshot
from satudata.datasets.rows.query import (
    AggregateQuery,
    And,
    Condition,
    Measure,
    MeasureFunction,
    Not,
    Operator,
    Or,
    OrderTerm,
    Predicate,
    RowQuery,
    Snapshot,
)
from satudata.datasets.rows.reader import RowReader
from satudata.datasets.serving.copies import build_copies
from satudata.datasets.serving.store import ServingStore
from satudata.validation.contracts.model import Column, ColumnType, DataContract
from satudata.validation.text import Text

Row = dict[str, Any]

BEFORE_1970 = datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)
FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
WORDS = [
    *(
        "Ağrı",
        "ağrı",
        "AĞRI",
        "İstanbul",
        "istanbul",
        "\u212a",
        "K",
        "k",
        "Σίσυφος",
        "σίσυφος",
        "ß",
        "SS",
        "日本",
    ),
    *("", " ", "%", "_", "a_b", "a%b", "A\\b", "'", '"', "Bandung", "bandung", "BANDUNG", "Ban", "Band\tung"),
    *(
        "a\x00b",
        "\x00",
        "\ud7ff",
        "\ue000",
        "\U0010ffff",
        "\U0010ffffz",
        "😀 senyum",
        "-1",
        "=1+1",
        "10",
        "9",
    ),
]


def _column(
    name: str, kind: ColumnType, *, required: bool = False, key: int | None = None, scale: int = 0
) -> Column:
    return Column(
        name=name,
        header=name,
        type=kind,
        title=Text(name, name),
        required=required,
        key_position=key,
        precision=18 if kind is ColumnType.DECIMAL else None,
        scale=scale,
    )


def make_contract(sort: tuple[str, ...], key: tuple[str, ...]) -> DataContract:
    """All types; `provinsi`, `tahun` and `nomor` are required, everything else may be null."""
    position = {name: index for index, name in enumerate(key, start=1)}
    columns = (
        _column("provinsi", ColumnType.STRING, required=True, key=position.get("provinsi")),
        _column("tahun", ColumnType.INTEGER, required=True, key=position.get("tahun")),
        _column("nomor", ColumnType.INTEGER, required=True, key=position.get("nomor")),
        _column("nama", ColumnType.STRING, key=position.get("nama")),
        _column("jumlah", ColumnType.DECIMAL, scale=2),
        _column("besar", ColumnType.DECIMAL, scale=18),
        _column("bulat", ColumnType.INTEGER),
        _column("rasio", ColumnType.FLOAT),
        _column("aktif", ColumnType.BOOLEAN),
        _column("tanggal", ColumnType.DATE),
        _column("waktu", ColumnType.DATETIME),
    )
    return DataContract(
        id="contoh/semua",
        version="1.0.0",
        status="active",
        agency="contoh",
        steward="contoh",
        title=Text("Semua", "All"),
        description=Text("Semua", "All"),
        columns=columns,
        sort=sort,
    )


def _maybe(rng: random.Random, value: Any) -> Any:
    return None if rng.random() < 0.15 else value


def random_rows(rng: random.Random, count: int) -> list[Row]:
    cents = [10**18 - 1, 1 - 10**18, *(rng.randrange(-500, 500) for _ in range(40))]
    numbers = rng.sample(range(-count, count * 3), count)
    return [
        {
            "provinsi": f"{rng.randrange(11, 15)}.{rng.randrange(1, 4):02d}",
            "tahun": rng.randrange(2018, 2024),
            "nomor": number,
            "nama": _maybe(rng, rng.choice(WORDS) + rng.choice(["", "", rng.choice(WORDS)])),
            "jumlah": _maybe(rng, Decimal(rng.choice(cents)).scaleb(-2)),
            "besar": _maybe(rng, Decimal(rng.randrange(-(10**18) + 1, 10**18)).scaleb(-18)),
            "bulat": _maybe(rng, rng.choice([-(2**63), 2**63 - 1, 0, rng.randrange(-9, 9), 2**53 + 1])),
            "rasio": _maybe(
                rng, rng.choice([rng.uniform(-2, 2), 0.1, 0.5, -0.0, 1e300, -1e-300, math.inf, -math.inf])
            ),
            "aktif": _maybe(rng, rng.random() < 0.5),
            "tanggal": _maybe(
                rng, date(2020, 1, 1) + timedelta(days=rng.choice([rng.randrange(-40, 40), -700_000]))
            ),
            "waktu": _maybe(
                rng,
                datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)
                + timedelta(microseconds=rng.randrange(-9, 3_000_000)),
            ),
        }
        for number in numbers
    ]


ARROW = {
    ColumnType.STRING: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.FLOAT: pa.float64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.DATETIME: pa.timestamp("us", "UTC"),
}


def write_typed(contract: DataContract, rows: list[Row], path: Path) -> Path:
    """A typed Parquet file as a check writes it."""
    arrays = {}
    for column in contract.columns:
        kind = ARROW.get(column.type) or pa.decimal128(column.precision, column.scale)
        arrays[column.name] = pa.array([row[column.name] for row in rows], kind)
    pq.write_table(pa.table(arrays), path)
    return path


@dataclass
class Reference:
    """The same questions, answered slowly and plainly. `rows` are in stored order."""

    contract: DataContract
    snapshot: Snapshot
    rows: list[Row]

    def matches(self, row: Row, predicate: Predicate | None) -> bool | None:
        match predicate:
            case None:
                return True
            case And(parts):
                return _all(self.matches(row, part) for part in parts)
            case Or(parts):
                return _not(_all(_not(self.matches(row, part)) for part in parts))
            case Not(part):
                return _not(self.matches(row, part))
            case Condition(column, operator, value, ignore_case):
                return _test(row[column], operator, value, ignore_case)

    def filtered(self, predicate: Predicate | None) -> list[tuple[int, Row]]:
        return [(n, row) for n, row in enumerate(self.rows, start=1) if self.matches(row, predicate) is True]

    def found(self, query: RowQuery) -> list[int]:
        """Row numbers of all matching rows in the asked order."""

        def compare(left: tuple[int, Row], right: tuple[int, Row]) -> int:
            for term in query.order:
                difference = _compare_term(left[1][term.column], right[1][term.column], term)
                if difference:
                    return difference
            return left[0] - right[0]

        return [number for number, _ in sorted(self.filtered(query.where), key=functools.cmp_to_key(compare))]

    def output(self, number: int, columns: Iterable[str]) -> tuple[Any, ...]:
        return tuple(self.written(name, self.rows[number - 1][name]) for name in columns)

    def written(self, name: str, value: Any) -> Any:
        column = self.contract.by_name[name]
        if value is None:
            return None
        match column.type:
            case ColumnType.DECIMAL:
                return f"{value:.{column.scale}f}"
            case ColumnType.FLOAT:
                return value if math.isfinite(value) else None
            case ColumnType.DATE:
                return value.isoformat()
            case ColumnType.DATETIME:
                return value.isoformat().replace("+00:00", "Z")
            case _:
                return value

    def aggregate(self, query: AggregateQuery) -> list[tuple[Any, ...]]:
        """Groups in order of their keys (nulls last)."""
        groups: dict[tuple[Any, ...], list[Row]] = {} if query.by else {(): []}
        for _, row in self.filtered(query.where):
            groups.setdefault(tuple(row[by.column] for by in query.by), []).append(row)

        def compare(left: tuple[Any, ...], right: tuple[Any, ...]) -> int:
            for mine, other in zip(left, right, strict=True):
                difference = _compare_term(mine, other, OrderTerm(""))
                if difference:
                    return difference
            return 0

        return [
            (
                *(self.written(by.column, value) for by, value in zip(query.by, key, strict=True)),
                *(self.measured(measure, groups[key]) for measure in query.measures),
            )
            for key in sorted(groups, key=functools.cmp_to_key(compare))
        ]

    def measured(self, measure: Measure, rows: list[Row]) -> Any:
        if measure.column is None:
            return len(rows)
        name = measure.column
        scale = self.contract.by_name[name].scale
        values = sorted((row[name] for row in rows if row[name] is not None), key=_sortable)
        match measure.function:
            case MeasureFunction.COUNT:
                return len(values)
            case MeasureFunction.DISTINCT_COUNT:
                return len(set(values))
            case MeasureFunction.TRUE_COUNT:
                return sum(values)
        if not values:
            return None
        match measure.function:
            case MeasureFunction.MIN:
                return self.written(name, values[0])
            case MeasureFunction.MAX:
                return self.written(name, values[-1])
        with localcontext() as context:
            context.prec = 200
            total = sum(map(Decimal, values), Decimal(0))
            middle = (Decimal(values[(len(values) - 1) // 2]) + Decimal(values[len(values) // 2])) / 2
            unit = Decimal(1).scaleb(-scale - 6)
            match measure.function:
                case MeasureFunction.SUM:
                    return self.written(name, total if scale else int(total))
                case MeasureFunction.AVG:
                    average = (total / len(values)).quantize(unit, ROUND_HALF_EVEN)
                    return f"{average:.{scale + 6}f}".replace(f"-{0:.{scale + 6}f}", f"{0:.{scale + 6}f}")
                case MeasureFunction.MEDIAN:
                    return f"{middle:.{scale + 6}f}"
        raise AssertionError(measure)


def _all(results: Iterable[bool | None]) -> bool | None:
    seen = list(results)
    return False if False in seen else None if None in seen else True


def _not(result: bool | None) -> bool | None:
    return None if result is None else not result


def _sortable(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _test(stored: Any, operator: Operator, value: Any, ignore_case: bool) -> bool | None:
    if operator is Operator.IS_NULL:
        return (stored is None) == value
    if stored is None:
        return None
    if ignore_case and isinstance(stored, str):
        stored = stored.translate(FOLD)
        value = (
            tuple(item.translate(FOLD) for item in value)
            if isinstance(value, tuple)
            else value.translate(FOLD)
        )
    stored = _sortable(stored)
    value = tuple(map(_sortable, value)) if isinstance(value, tuple) else _sortable(value)
    match operator:
        case Operator.EQ:
            return bool(stored == value)
        case Operator.NE:
            return bool(stored != value)
        case Operator.IN:
            return stored in value
        case Operator.NOT_IN:
            return stored not in value
        case Operator.LT:
            return bool(stored < value)
        case Operator.LTE:
            return bool(stored <= value)
        case Operator.GT:
            return bool(stored > value)
        case Operator.GTE:
            return bool(stored >= value)
        case Operator.CONTAINS:
            return value in stored
        case Operator.STARTS_WITH:
            return bool(stored.startswith(value))
    raise AssertionError(operator)


def _compare_term(left: Any, right: Any, term: OrderTerm) -> int:
    if left is None or right is None:
        if left is right:
            return 0
        return (1 if left is None else -1) * (-1 if term.nulls_first else 1)
    left, right = _sortable(left), _sortable(right)
    return ((left > right) - (left < right)) * (-1 if term.descending else 1)


class Questions:
    """Random predicates and orders over the table."""

    def __init__(self, reference: Reference, seed: int) -> None:
        self.reference = reference
        self.rng = random.Random(seed)

    def predicate(self, depth: int = 3) -> Predicate:
        kind = self.rng.random()
        if depth == 0 or kind < 0.4:
            return self.condition()
        if kind < 0.5:
            return Not(self.predicate(depth - 1))
        parts = tuple(self.predicate(depth - 1) for _ in range(self.rng.randrange(0, 4)))
        return And(parts) if kind < 0.8 else Or(parts)

    def condition(self) -> Condition:
        column = self.rng.choice(self.reference.contract.columns)
        text = column.type is ColumnType.STRING
        operators = [op for op in Operator if text or op not in (Operator.CONTAINS, Operator.STARTS_WITH)]
        operator = self.rng.choice(operators)
        ignore_case = text and self.rng.random() < 0.4
        if operator is Operator.IS_NULL:
            return Condition(column.name, operator, self.rng.random() < 0.5)
        if operator in (Operator.IN, Operator.NOT_IN):
            values = tuple(self.value(column) for _ in range(self.rng.randrange(0, 6)))
            return Condition(column.name, operator, values, ignore_case)
        value = self.value(column)
        if operator in (Operator.CONTAINS, Operator.STARTS_WITH):
            start = self.rng.randrange(0, len(value) + 1) if operator is Operator.CONTAINS else 0
            value = value[start : start + self.rng.randrange(0, 4)]
        return Condition(column.name, operator, value, ignore_case)

    def value(self, column: Column) -> Any:
        stored = [row[column.name] for row in self.reference.rows if row[column.name] is not None]
        value = self.rng.choice(stored)
        if self.rng.random() < 0.6:
            return value
        match column.type:
            case ColumnType.STRING:
                return self.rng.choice([value.upper(), value.lower(), value[:1], value + "z", ""])
            case ColumnType.INTEGER:
                return self.rng.choice([value + 1, 2**63, -(2**63) - 1, 10**30, value - 1])
            case ColumnType.DECIMAL:
                off = self.rng.choice(
                    [Decimal("0.001"), Decimal("-0.001"), Decimal("1E-30"), Decimal("1E+30")]
                )
                with localcontext() as context:
                    context.prec = 200
                    return value + off
            case ColumnType.FLOAT:
                return self.rng.choice([math.nextafter(value, 9.0), 0.0, -0.0, 3.5])
            case ColumnType.BOOLEAN:
                return not value
            case ColumnType.DATE:
                return date.fromordinal(max(1, value.toordinal() + self.rng.choice([-1, 1])))
            case ColumnType.DATETIME:
                return (value + timedelta(microseconds=1)).astimezone(tz=None)

    def order(self) -> tuple[OrderTerm, ...]:
        names = [column.name for column in self.reference.contract.columns]
        if self.rng.random() < 0.3:  # the stored order, or a part of it, more or less
            names = list(self.reference.snapshot.stored_order) or names
            return tuple(
                OrderTerm(name, self.rng.random() < 0.15, self.rng.random() < 0.15)
                for name in names[: self.rng.randrange(0, len(names) + 1)]
            )
        chosen = self.rng.choices(names, k=self.rng.randrange(0, 4))
        return tuple(OrderTerm(name, self.rng.random() < 0.5, self.rng.random() < 0.3) for name in chosen)


LAYOUTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "sorted, key apart": (("provinsi", "tahun"), ("nomor",)),
    "sorted by its key": ((), ("tahun", "provinsi", "nomor")),
    "sorted by what may be null": (("provinsi", "nama", "tahun"), ("nomor",)),
    "not sorted": ((), ()),
}


@dataclass(frozen=True)
class Built:
    """A table in the lake with its copies made. Tests open it through stores of their own."""

    contract: DataContract
    rows: list[Row]
    """In stored order."""
    snapshot: Snapshot
    home: Path

    def open(self) -> ServingStore:
        files = FileStore.from_url((self.home / "files").as_uri())
        folder = self.home / "serving"

        async def build(key: str, wanted: Snapshot) -> None:
            async with files.local_path(key) as path:
                build_copies(path, wanted, folder)

        return ServingStore(folder, files, build)


def build_table(contract: DataContract, rows: list[Row], home: Path) -> Built:
    home.mkdir(exist_ok=True)
    typed = write_typed(contract, rows, home / "typed.parquet")
    written = write_snapshot(typed, contract, home / "snapshot.parquet")
    snapshot = snapshot_of(written, contract, 1)
    kept = home / "files" / lake_key(contract.id, written.sha256)
    kept.parent.mkdir(parents=True, exist_ok=True)
    written.path.rename(kept)
    build_copies(kept, snapshot, home / "serving")
    ordered = list(rows)
    for name in reversed(snapshot.stored_order):
        term = OrderTerm(name)
        ordered.sort(
            key=functools.cmp_to_key(lambda a, b, t=term: _compare_term(a[t.column], b[t.column], t))
        )
    return Built(contract, ordered, snapshot, home)


TableMaker = Callable[[str, int], Built]


@pytest.fixture(scope="session")
def make_table(tmp_path_factory: pytest.TempPathFactory) -> TableMaker:
    """So many random rows in one of the layouts; made once a session."""

    @functools.cache
    def make(layout: str, count: int) -> Built:
        rows = random_rows(random.Random(layout), count)
        return build_table(make_contract(*LAYOUTS[layout]), rows, tmp_path_factory.mktemp("table"))

    return make


CalendarMaker = Callable[[], Built]


@pytest.fixture(scope="session")
def calendar(tmp_path_factory: pytest.TempPathFactory) -> CalendarMaker:
    """600 rows whose dates and instants lie years apart, and close together where clocks are set; small numbers."""

    @functools.cache
    def make() -> Built:
        rng = random.Random("calendar")
        rows = random_rows(rng, 600)
        changes = [datetime(2021, 3, 14, 7, tzinfo=UTC), datetime(2021, 11, 7, 6, tzinfo=UTC)]
        for row in rows:
            day = date(1970, 1, 1) + timedelta(days=rng.randrange(-9_000, 24_000))
            spread = rng.choice([300_000, 2_000_000_000])
            instant = rng.choice(changes) + timedelta(seconds=rng.randrange(-spread, 300_000), microseconds=7)
            row |= {
                "tanggal": _maybe(rng, day),
                "waktu": _maybe(rng, instant),
                "bulat": _maybe(rng, rng.randrange(-3, 4)),
                "jumlah": None
                if row["tahun"] == 2018
                else _maybe(rng, Decimal(rng.randrange(-99, 99)) / 100),
            }
        return build_table(make_contract(("tahun",), ("nomor",)), rows, tmp_path_factory.mktemp("calendar"))

    return make


ReferenceMaker = Callable[[DataContract, list[Row], Path], Reference]


@pytest.fixture
def write_version() -> ReferenceMaker:
    """Adds a table to a home, with its copies; other tables of the dataset may be there."""

    def make(contract: DataContract, rows: list[Row], home: Path) -> Reference:
        built = build_table(contract, rows, home)
        return Reference(built.contract, built.snapshot, built.rows)

    return make


RowsBuilder = Callable[[str, list[Any]], Built]


@pytest.fixture
def build_rows(tmp_path: Path) -> RowsBuilder:
    """Rows with these values in one optional column and something plain in the required ones."""

    def make(column: str, values: list[Any]) -> Built:
        contract = make_contract((), ("nomor",))
        plain = dict.fromkeys(contract.by_name) | {"provinsi": "11.01", "tahun": 2020}
        rows = [{**plain, "nomor": number, column: value} for number, value in enumerate(values)]
        return build_table(contract, rows, Path(tempfile.mkdtemp(dir=tmp_path)))

    return make


@pytest.fixture
def words() -> list[str]:
    """What `nama` is made of."""
    return WORDS


Serve = Callable[[Built], ServingStore]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Opens a table; closed after the test."""
    opened: list[ServingStore] = []

    def make(built: Built) -> ServingStore:
        opened.append(built.open())
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@dataclass
class Served:
    """One table behind both engines."""

    reference: Reference
    sqlite: RowReader
    duckdb: RowReader
    parquet: Path
    """The snapshot they are made from."""

    @property
    def snapshot(self) -> Snapshot:
        return self.reference.snapshot

    def questions(self, seed: int) -> Questions:
        return Questions(self.reference, seed)


@pytest.fixture(params=list(LAYOUTS))
async def served(
    request: pytest.FixtureRequest, serve: Serve, make_table: TableMaker
) -> AsyncIterator[Served]:
    """400 random rows in one of the layouts. The readers differ in when they leave SQLite: never, always."""
    built = make_table(request.param, 400)
    store = serve(built)
    readers = RowReader(store, inline_rows=10**9), RowReader(store, inline_rows=-1)
    parquet = built.home / "files" / lake_key(built.contract.id, built.snapshot.sha256)
    yield Served(Reference(built.contract, built.snapshot, built.rows), *readers, parquet)
    for reader in readers:
        await reader.close()
