"""Random documents over the rows of the zoo: fields, aliases, fragments, directives, merged fields, arguments."""

import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

ROW_FIELDS = (
    *(
        "kode",
        "nama",
        "jumlah",
        "besar",
        "harga",
        "rasio",
        "aktif",
        "tanggal",
        "waktu",
        "provinsi",
        "catatan",
        "status",
    ),
    "__typename",
)
NUMBERS = ("min", "max", "sum", "avg", "median", "count", "distinctCount")
FIGURES = {
    "nama": ("min", "max", "count", "distinctCount"),
    "jumlah": ("min", "max", "sum", "avg", "count", "distinctCount"),
    "besar": NUMBERS,
    "harga": NUMBERS,
    "rasio": ("min", "max", "count", "distinctCount"),
    "aktif": ("trueCount", "count"),
    "tanggal": ("min", "max", "count", "distinctCount"),
    "waktu": ("min", "max", "count"),
    "provinsi": ("min", "max", "count", "distinctCount"),
    "status": ("min", "max", "count", "distinctCount"),
}
"""Of binary floats only what does not depend on the order of adding."""

_COMPARED = ("lt", "lte", "gt", "gte")
_TEXT = ("eq", "ne", "in", "notIn", "startsWith")
OPERATORS = {
    "kode": _TEXT,
    "nama": (*_TEXT, "contains"),
    "jumlah": ("eq", "ne", "in", "notIn", *_COMPARED),
    "besar": ("eq", "ne", "in", "notIn", *_COMPARED),
    "harga": ("eq", "ne", "in", *_COMPARED),
    "rasio": _COMPARED,
    "aktif": ("eq",),
    "tanggal": ("eq", "ne", "in", *_COMPARED),
    "waktu": ("eq", *_COMPARED),
    "provinsi": _TEXT,
    "status": ("eq", "ne", "in", "notIn"),
}
SORTS = ("ASC", "DESC", "ASC_NULLS_FIRST", "DESC_NULLS_FIRST")
VARIABLES = (
    "$yes: Boolean!, $no: Boolean!, $where: DinasUji_KebunData_Filter, $order: [DinasUji_KebunData_Order!]"
)

ALL_VARIABLES = """fragment Semua on Query {
  data { dinasUji { semua: kebunData(where: $where, orderBy: $order, first: 3) { nodes { kode } } } }
}"""


class EnumName(str):
    """A value of an enum: without quotes in a document."""


class Writer:
    """Writes random documents that are valid: an alias always stands for the same field. `rows` are where values of
    filters come from. `variables` belong to the document written last."""

    def __init__(self, seed: int, rows: Sequence[Any]) -> None:
        self.random = random.Random(seed)
        self.rows = rows
        self.fragments: list[str] = []
        self.variables: dict[str, Any] = {"yes": True, "no": False}

    def document(self) -> str:
        # Fields of one name are merged, so they must have the same arguments; another alias may have others.
        fields = [self.dataset("")]
        fields += [self.dataset(f"{alias}: ") for alias in "ab" if self.random.random() < 0.2]
        if self.random.random() < 0.2:
            fields.append(f"...Lagi{self.directive()}")
            self.fragments.append(f"fragment Lagi on Data_DinasUji {{ {self.dataset('lagi: ')} __typename }}")
        rows = f"data @include(if: $yes) {{ dinasUji @skip(if: $no) {{ {' '.join(fields)} }} }}"
        return "\n".join([f"query({VARIABLES}) {{ {rows} ...Semua }}", ALL_VARIABLES, *self.fragments])

    def dataset(self, alias: str) -> str:
        given = self.arguments() if self.random.random() < 0.8 else ""
        once = [self.selection("DinasUji_KebunData_Connection", self.connection_field, 4)]
        if self.random.random() < 0.2:
            once.append(self.selection("DinasUji_KebunData_Connection", self.connection_field, 2))
        return " ".join(f"{alias}kebunData{given} {{ {inner} }}" for inner in once)

    def arguments(self) -> str:
        where, order = self.where(3), self.order()
        parts = []
        if "where" not in self.variables:
            self.variables |= {"where": where, "order": order}
            parts += ["where: $where", "orderBy: $order"]
        else:
            if self.random.random() < 0.7:
                parts.append(f"where: {literal(where)}")
            if self.random.random() < 0.6:
                parts.append(f"orderBy: {literal(order)}")
        if self.random.random() < 0.6:
            parts.append(f"first: {self.random.choice([0, 1, 3, 10, 60, 500])}")
        if self.random.random() < 0.3:
            parts.append(f"offset: {self.random.choice([0, 1, 7, 59, 60, 1000])}")
        self.random.shuffle(parts)
        return f"({', '.join(parts)})" if parts else ""

    def where(self, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for _ in range(self.random.choice([1, 1, 2])):
            kind = self.random.random()
            if depth and kind < 0.15:
                made["not"] = self.where(depth - 1)
            elif depth and kind < 0.5:
                parts = [self.where(depth - 1) for _ in range(self.random.randint(1, 3))]
                made[self.random.choice(["and", "or"])] = parts
            else:
                column = self.random.choice(list(OPERATORS))
                made[column] = self.conditions(column)
        return made

    def conditions(self, column: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for operator in self.random.sample(
            OPERATORS[column], self.random.choice([1, 1, 1, 2]) if len(OPERATORS[column]) > 1 else 1
        ):
            if operator in ("in", "notIn"):
                made[operator] = [self.value(column) for _ in range(self.random.randint(1, 5))]
            else:
                value = self.value(column)
                made[operator] = (
                    value[: self.random.randint(0, 4)] if operator in ("startsWith", "contains") else value
                )
        if self.random.random() < 0.15:
            made = {"isNull": self.random.random() < 0.5}
        elif column == "nama" and self.random.random() < 0.5:
            made["ignoreCase"] = self.random.random() < 0.7
        return made

    def value(self, column: str) -> Any:
        """A value of the column as JSON, often one that stands in a row."""
        stored = [value for row in self.rows if (value := getattr(row, column)) is not None]
        value = self.random.choice(stored)
        near = self.random.random() < 0.3
        match value:
            case bool() | float():
                return value
            case int():
                value += self.random.choice([-1, 1, 50]) if near else 0
                return str(value) if column == "besar" else value
            case Decimal():
                return str(
                    value + (self.random.choice([Decimal("0.001"), Decimal("-0.01"), 5]) if near else 0)
                )
            case datetime():
                return (value + timedelta(microseconds=near)).isoformat()
            case date():
                return (value + timedelta(days=near)).isoformat()
        if column == "status":
            return EnumName(value)
        return self.random.choice([value.upper(), value.lower(), value + "x", ""]) if near else value

    def order(self) -> list[dict[str, str]]:
        columns = self.random.sample(list(OPERATORS), self.random.choice([0, 1, 1, 2, 3]))
        return [{column: self.random.choice(SORTS)} for column in columns]

    def selection(self, type_name: str, field: Callable[[], str], most: int) -> str:
        """A few members, some of them inside fragments."""
        members = [self.member(type_name, field) for _ in range(self.random.randint(1, most))]
        return " ".join(members)

    def member(self, type_name: str, field: Callable[[], str]) -> str:
        kind = self.random.random()
        if kind < 0.75:
            return field()
        inner = " ".join(field() for _ in range(self.random.randint(1, 3)))
        if kind < 0.88:
            condition = self.random.choice(["", f" on {type_name}"])
            return f"...{condition}{self.directive()} {{ {inner} }}"
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {type_name} {{ {inner} }}")
        return f"...{name}{self.directive()}"

    def directive(self) -> str:
        if self.random.random() < 0.7:
            return ""
        name, variable = self.random.choice(
            [("skip", "no"), ("include", "yes"), ("skip", "yes"), ("include", "no")]
        )
        return f" @{name}(if: ${variable})"

    def leaf(self, name: str) -> str:
        alias = self.random.choice(["", "", f"a_{name.strip('_')}: ", f"b_{name.strip('_')}: "])
        return f"{alias}{name}{self.directive()}"

    def parent(self, name: str, inner: str) -> str:
        alias = self.random.choice(["", "", f"a_{name}: ", f"b_{name}: "])
        return f"{alias}{name}{self.directive()} {{ {inner} }}"

    def connection_field(self) -> str:
        name = self.random.choice(
            ["nodes", "nodes", "edges", "totalCount", "pageInfo", "aggregate", "__typename"]
        )
        match name:
            case "nodes":
                return self.parent(name, self.row())
            case "edges":
                return self.parent(name, self.selection("DinasUji_KebunData_Edge", self.edge_field, 3))
            case "pageInfo":
                return self.parent(name, self.leaf("hasNextPage") + " " + self.leaf("hasPreviousPage"))
            case "aggregate":
                return self.parent(
                    name, self.selection("DinasUji_KebunData_Aggregate", self.aggregate_field, 4)
                )
        return self.leaf(name)

    def edge_field(self) -> str:
        if self.random.random() < 0.7:
            return self.parent("node", self.row())
        return self.leaf("__typename")

    def row(self) -> str:
        return self.selection("DinasUji_KebunData", lambda: self.leaf(self.random.choice(ROW_FIELDS)), 8)

    def aggregate_field(self) -> str:
        name = self.random.choice([*FIGURES, "rowCount", "__typename"])
        if name not in FIGURES:
            return self.leaf(name)
        figures = [self.random.choice([*FIGURES[name], "__typename"]) for _ in range(3)]
        return self.parent(name, " ".join(self.leaf(figure) for figure in figures))


def literal(value: Any) -> str:
    """JSON as it is written in a document."""
    match value:
        case dict():
            return "{" + ", ".join(f"{name}: {literal(part)}" for name, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(literal, value)) + "]"
        case bool():
            return "true" if value else "false"
        case str() if isinstance(value, EnumName) or value in SORTS:
            return value
        case str():
            escaped = "".join(c if c.isalnum() and c.isascii() else f"\\u{{{ord(c):x}}}" for c in value)
            return f'"{escaped}"'
    return repr(value)
