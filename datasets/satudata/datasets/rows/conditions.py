"""A predicate made ready for SQL: values stored as the copies store them, and only tests both engines answer alike.

Each `Atom` is three-valued: on null it is unknown (except the two null tests), so `Not` means what `query.py` says.
The shape of a condition (everything but its values) names its compiled SQL; see `sql.py`.
"""

import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from satudata.datasets.errors import InvalidInput
from satudata.datasets.rows.query import And, Condition, Not, Operator, Or, Predicate, SnapshotColumn
from satudata.datasets.rows.values import Place, Stored, place, unusable_value
from satudata.validation.contracts.model import ColumnType
from satudata.validation.text import Text

MAX_LIST = 10_000
_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)

Shape = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Atom:
    """`kind` is `=`, `<>`, `<`, `<=`, `>`, `>=`, `in`, `not in`, `contains`, `starts`, `null`, `not null`,
    `always` or `never` (the last two: true or false whatever the value, unknown on null).

    `fold`: A-Z are folded to a-z in the stored value; `values` are folded already.
    """

    kind: str
    column: str
    values: tuple[Stored, ...] = ()
    fold: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: "tuple[Formula, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: "tuple[Formula, ...]"


@dataclass(frozen=True, slots=True)
class Negated:
    part: "Formula"


Formula = Atom | AllOf | AnyOf | Negated


def prepare(predicate: Predicate, columns: dict[str, SnapshotColumn]) -> Formula:
    """Raises InvalidInput for a value its column cannot be compared with."""
    match predicate:
        case And(parts):
            return AllOf(tuple(prepare(part, columns) for part in parts))
        case Or(parts):
            return AnyOf(tuple(prepare(part, columns) for part in parts))
        case Not(part):
            return Negated(prepare(part, columns))
        case Condition():
            return _prepare_condition(predicate, columns[predicate.column])


def _prepare_condition(condition: Condition, column: SnapshotColumn) -> Formula:
    name, operator, value = column.name, condition.operator, condition.value
    if operator is Operator.IS_NULL:
        return Atom("null" if value else "not null", name)
    fold = condition.ignore_case and column.type is ColumnType.STRING
    if operator in (Operator.IN, Operator.NOT_IN):
        return _one_of(column, value, operator is Operator.NOT_IN, fold)
    if operator in (Operator.CONTAINS, Operator.STARTS_WITH):
        return _part_of(column, value, operator is Operator.STARTS_WITH, fold)
    return compare(name, operator, place(column, _folded(value, fold)), fold)


def _folded(value: Any, fold: bool) -> Any:
    return value.translate(_FOLD) if fold and isinstance(value, str) else value


def compare(name: str, operator: Operator, at: Place, fold: bool = False) -> Atom:
    """One of the six comparisons with a value that may lie between those stored."""
    if at.exact is not None:
        return Atom(_SYMBOL[operator], name, (at.exact,), fold)
    match operator:
        case Operator.EQ:
            return Atom("never", name)
        case Operator.NE:
            return Atom("always", name)
        case Operator.LT | Operator.LTE:
            return Atom("never", name) if at.below is None else Atom("<=", name, (at.below,))
        case _:
            return Atom("never", name) if at.above is None else Atom(">=", name, (at.above,))


_SYMBOL = {
    Operator.EQ: "=",
    Operator.NE: "<>",
    Operator.LT: "<",
    Operator.LTE: "<=",
    Operator.GT: ">",
    Operator.GTE: ">=",
}


def _one_of(column: SnapshotColumn, values: Any, negated: bool, fold: bool) -> Formula:
    if len(values) > MAX_LIST:
        raise InvalidInput(
            Text(
                id=f"Paling banyak {MAX_LIST:,} nilai dalam satu daftar.",
                en=f"At most {MAX_LIST:,} values in one list.",
            ),
            path=(column.name,),
        )
    places = (place(column, _folded(value, fold)).exact for value in values)
    return among(column.name, [exact for exact in places if exact is not None], negated, fold)


def among(name: str, values: Iterable[Stored], negated: bool, fold: bool = False) -> Atom:
    """Equal to one of the values, or to none."""
    stored = tuple(dict.fromkeys(values))
    if not stored:
        return Atom("always" if negated else "never", name)
    if len(stored) == 1:
        return Atom("<>" if negated else "=", name, stored, fold)
    return Atom("not in" if negated else "in", name, _padded(stored), fold)


def _padded(values: tuple[Stored, ...]) -> tuple[Stored, ...]:
    """Repeat the last value up to a power of two, so that lists have few shapes."""
    length = 1 << (len(values) - 1).bit_length()
    return values + values[-1:] * (length - len(values))


def _part_of(column: SnapshotColumn, value: Any, at_start: bool, fold: bool) -> Formula:
    if column.type is not ColumnType.STRING:
        raise unusable_value(column)
    place(column, value)
    if value == "":
        return Atom("always", column.name)
    if fold:
        return Atom("starts" if at_start else "contains", column.name, (value.translate(_FOLD),), True)
    if not at_start:
        return Atom("contains", column.name, (value,))
    lower = Atom(">=", column.name, (value,))
    end = _after_prefix(value)
    return lower if end is None else AllOf((lower, Atom("<", column.name, (end,))))


def _after_prefix(prefix: str) -> str | None:
    """The smallest text above every text that starts with `prefix`; None when there is none.

    Bytes of UTF-8 sort as code points do; surrogates are not characters, so they are stepped over.
    """
    for index in range(len(prefix) - 1, -1, -1):
        point = ord(prefix[index])
        if point < 0x10FFFF:
            return prefix[:index] + chr(0xE000 if point == 0xD7FF else point + 1)
    return None


def shape(formula: Formula) -> Shape:
    """Everything but the values; hashable."""
    match formula:
        case Atom(kind, column, values, fold):
            return (kind, column, len(values), fold)
        case AllOf(parts):
            return ("and", *map(shape, parts))
        case AnyOf(parts):
            return ("or", *map(shape, parts))
        case Negated(part):
            return ("not", shape(part))


def values_of(formula: Formula) -> Iterator[Stored]:
    """The values, in the order in which `sql.py` makes parameters for them."""
    match formula:
        case Atom():
            yield from formula.values
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from values_of(part)
        case Negated(part):
            yield from values_of(part)


def conjuncts(formula: Formula | None) -> list[Formula]:
    """The parts that must all be true."""
    if formula is None:
        return []
    if isinstance(formula, AllOf):
        return [inner for part in formula.parts for inner in conjuncts(part)]
    return [formula]
