"""Row rules: one scalar SQL expression over the columns of one row, from a contract nobody has to trust.

The text is parsed here into typed pieces; only operators and functions listed below exist, so sub-selects,
aggregates and casts that can fail are not refused one by one: there is no way to write them. Out comes SQL
written anew from the pieces, which `rows/` gives to `polars.sql_expr`. Division by zero gives null, and
null passes. Types are checked too, so that a rule that cannot run is found in the contract, not in the data.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NoReturn

from satudata.validation.contracts.arithmetic import (
    DOUBLE,
    LITERAL_DIGITS,
    SMALL,
    Size,
    added,
    multiplied,
    size_of,
    size_of_literal,
    together,
)
from satudata.validation.contracts.model import Column, ColumnType
from satudata.validation.contracts.tokens import ExpressionError, Token, tokenize

MAX_NESTING = 40

NUMBER, TEXT, DATE, DATETIME, BOOLEAN = "number", "text", "date", "datetime", "boolean"
_KIND_OF = {
    ColumnType.STRING: TEXT,
    ColumnType.INTEGER: NUMBER,
    ColumnType.DECIMAL: NUMBER,
    ColumnType.FLOAT: NUMBER,
    ColumnType.BOOLEAN: BOOLEAN,
    ColumnType.DATE: DATE,
    ColumnType.DATETIME: DATETIME,
}


@dataclass(frozen=True, slots=True)
class _Function:
    """Kinds of the arguments (`count` = a written whole number), how many may be left out, kind of the result."""

    arguments: tuple[str, ...]
    result: str
    optional: int = 0


_FUNCTIONS: Mapping[str, _Function] = {
    "ABS": _Function((NUMBER,), NUMBER),
    "CEIL": _Function((NUMBER,), NUMBER),
    "FLOOR": _Function((NUMBER,), NUMBER),
    "ROUND": _Function((NUMBER, "count"), NUMBER, optional=1),
    "LENGTH": _Function((TEXT,), NUMBER),
    "LOWER": _Function((TEXT,), TEXT),
    "UPPER": _Function((TEXT,), TEXT),
    "TRIM": _Function((TEXT,), TEXT),
    "LEFT": _Function((TEXT, "count"), TEXT),
    "RIGHT": _Function((TEXT, "count"), TEXT),
    "SUBSTR": _Function((TEXT, "count", "count"), TEXT, optional=1),
    "STARTS_WITH": _Function((TEXT, TEXT), BOOLEAN),
    "ENDS_WITH": _Function((TEXT, TEXT), BOOLEAN),
    "REPLACE": _Function((TEXT, TEXT, TEXT), TEXT),
}
_PARTS_OF_DATE = ("YEAR", "MONTH", "DAY")
_ALIKE = ("COALESCE", "NULLIF", "GREATEST", "LEAST")
FUNCTIONS = tuple(sorted((*_FUNCTIONS, *_PARTS_OF_DATE, *_ALIKE, "DATE")))
"""Every function a rule may call."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked rule: the SQL to run and the columns it reads, in order of appearance."""

    sql: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    sql: str
    kind: str
    literal: str | None = None
    """The written value of a text or whole-number literal."""
    size: Size | None = DOUBLE
    """For numbers: how large they can be."""
    integer: bool = False
    """A number of an integer type, which wraps around; it is made a decimal before anything is calculated."""


def parse_expression(text: str, columns: Mapping[str, Column]) -> Expression:
    """Check `text` against the columns by name. Raises ExpressionError (message in both languages)."""
    parser = _Parser(tokenize(text), columns)
    piece = parser.whole()
    if piece.kind != BOOLEAN:
        parser.refuse("not_a_condition", found=text.strip())
    if not parser.columns_read:
        parser.refuse("no_column")
    return Expression(piece.sql, tuple(parser.columns_read))


class _Parser:
    def __init__(self, tokens: list[Token], columns: Mapping[str, Column]) -> None:
        self._tokens = tokens
        self._columns = columns
        self._at = 0
        self._depth = 0
        self.columns_read: dict[str, None] = {}

    def refuse(self, reason: str, **values: object) -> NoReturn:
        token = self._tokens[min(self._at, len(self._tokens) - 1)]
        raise ExpressionError(reason, token.position, {"found": token.text or "…", **values})

    # -- tokens

    def _peek(self, *texts: str) -> bool:
        token = self._tokens[self._at]
        return token.kind in ("word", "symbol") and token.text.upper() in texts

    def _take(self, *texts: str) -> str | None:
        if not self._peek(*texts):
            return None
        self._at += 1
        return self._tokens[self._at - 1].text.upper()

    def _expect(self, *texts: str) -> None:
        if self._take(*texts) is None:
            self.refuse("expected", wanted=" / ".join(texts))

    def _next(self, kind: str) -> str | None:
        token = self._tokens[self._at]
        if token.kind != kind:
            return None
        self._at += 1
        return token.text

    # -- grammar, loosest operator first

    def whole(self) -> _Piece:
        piece = self._either()
        if self._tokens[self._at].kind != "end":
            self.refuse("unexpected")
        return piece

    def _either(self) -> _Piece:
        self._depth += 1
        if self._depth > MAX_NESTING:
            self.refuse("too_long")
        piece = self._chain(self._both, "OR")
        self._depth -= 1
        return piece

    def _both(self) -> _Piece:
        return self._chain(self._negated, "AND")

    def _chain(self, part: Callable[[], _Piece], operator: str) -> _Piece:
        piece = part()
        while self._take(operator):
            left = self._is(BOOLEAN, piece)
            right = self._is(BOOLEAN, part())
            piece = _Piece(f"({left} {operator} {right})", BOOLEAN)
        return piece

    def _negated(self) -> _Piece:
        negations = 0
        while self._take("NOT"):
            negations += 1
        piece = self._comparison()
        if not negations:
            return piece
        inner = self._is(BOOLEAN, piece)
        return _Piece(f"(NOT {inner})" if negations % 2 else inner, BOOLEAN)

    def _comparison(self) -> _Piece:
        left = self._sum()
        if operator := self._take("=", "<>", "!=", "<", "<=", ">", ">="):
            left, right = self._alike(left, self._sum())
            return _Piece(f"({left.sql} {operator.replace('!=', '<>')} {right.sql})", BOOLEAN)
        if self._take("IS"):
            negated = "NOT " if self._take("NOT") else ""
            self._expect("NULL")
            return _Piece(f"({left.sql} IS {negated}NULL)", BOOLEAN)
        negated = "NOT " if self._take("NOT") else ""
        if self._take("BETWEEN"):
            return self._between(left, negated)
        if self._take("IN"):
            return self._member(left, negated)
        if self._take("LIKE"):
            text = self._is(TEXT, left)
            pattern = self._sum()
            if pattern.kind != TEXT or pattern.literal is None:
                self.refuse("expected", wanted="'…'")
            return _Piece(f"({text} {negated}LIKE {pattern.sql})", BOOLEAN)
        if negated:
            self.refuse("expected", wanted="BETWEEN / IN / LIKE")
        return left

    def _between(self, value: _Piece, negated: str) -> _Piece:
        value, low = self._alike(value, self._sum())
        self._expect("AND")
        value, high = self._alike(value, self._sum())
        return _Piece(f"({value.sql} {negated}BETWEEN {low.sql} AND {high.sql})", BOOLEAN)

    def _member(self, value: _Piece, negated: str) -> _Piece:
        self._expect("(")
        members: list[str] = []
        while True:
            value, member = self._alike(value, self._sum())
            members.append(f"{value.sql} = {member.sql}")
            if not self._take(","):
                break
        self._expect(")")
        listed = f"({' OR '.join(members)})"
        return _Piece(f"(NOT {listed})" if negated else listed, BOOLEAN)

    def _sum(self) -> _Piece:
        piece = self._product()
        while operator := self._take("+", "-", "||"):
            other = self._product()
            if operator == "||":
                piece = _Piece(f"({self._is(TEXT, piece)} || {self._is(TEXT, other)})", TEXT)
            else:
                piece = self._calculated(piece, operator, other, added(piece.size, other.size))
        return piece

    def _product(self) -> _Piece:
        piece = self._signed()
        while operator := self._take("*", "/", "%"):
            other = self._signed()
            if operator == "*":
                size = multiplied(piece.size, other.size)
            else:
                size = DOUBLE if operator == "/" else together([piece.size, other.size])
            piece = self._calculated(piece, operator, other, size)
        return piece

    def _calculated(self, left: _Piece, operator: str, right: _Piece, size: Size | None) -> _Piece:
        self._is(NUMBER, left)
        self._is(NUMBER, right)
        second = _sized(right, size)
        if operator in ("/", "%"):
            second = f"NULLIF({second}, 0)"
        return _Piece(f"({_sized(left, size)} {operator} {second})", NUMBER, size=size)

    def _signed(self) -> _Piece:
        minus = 0
        while sign := self._take("-", "+"):
            minus += sign == "-"
        piece = self._atom()
        if not minus % 2:
            return piece
        self._is(NUMBER, piece)
        return _Piece(f"(-{_sized(piece, piece.size)})", NUMBER, size=piece.size)

    def _atom(self) -> _Piece:
        if self._take("("):
            piece = self._either()
            self._expect(")")
            return piece
        if (number := self._next("number")) is not None:
            return self._literal(number)
        if (text := self._next("text")) is not None:
            return _Piece(_quoted(text), TEXT, text)
        if (name := self._next("quoted")) is not None:
            return self._column(name)
        if self._tokens[self._at].kind != "word":
            self.refuse("unexpected")
        return self._word()

    def _word(self) -> _Piece:
        if word := self._take("TRUE", "FALSE"):
            return _Piece(word, BOOLEAN)
        if self._peek("NULL"):  # only IS NULL makes sense: a comparison with NULL is never true
            self.refuse("unexpected")
        if self._peek("CASE"):
            return self._case()
        name = self._next("word") or ""
        if self._peek("("):
            return self._call(name)
        if name.upper() == "DATE" and (text := self._next("text")) is not None:
            return self._date(text)
        return self._column(name)

    def _case(self) -> _Piece:
        self._expect("CASE")
        branches: list[tuple[str, _Piece]] = []
        while self._take("WHEN"):
            condition = self._is(BOOLEAN, self._either())
            self._expect("THEN")
            branches.append((condition, self._either()))
        if not branches:
            self.refuse("expected", wanted="WHEN")
        values = [value for _, value in branches]
        if self._take("ELSE"):
            values.append(self._either())
        self._expect("END")
        kind = self._common(values)
        size = together(value.size for value in values)
        sql = "".join(f" WHEN {condition} THEN {_sized(value, size)}" for condition, value in branches)
        otherwise = f" ELSE {_sized(values[-1], size)}" if len(values) > len(branches) else ""
        return _Piece(f"(CASE{sql}{otherwise} END)", kind, size=size)

    def _call(self, name: str) -> _Piece:
        function = name.upper()
        if function not in FUNCTIONS:
            self._at -= 1
            self.refuse("unknown_function", found=name, allowed=", ".join(FUNCTIONS))
        self._expect("(")
        arguments = [self._either()]
        while self._take(","):
            arguments.append(self._either())
        self._expect(")")
        if function in _ALIKE:
            return self._call_alike(function, arguments)
        if function in _PARTS_OF_DATE or function == "DATE":
            return self._call_date(function, arguments)
        return self._call_plain(function, _FUNCTIONS[function], arguments)

    def _call_alike(self, function: str, arguments: list[_Piece]) -> _Piece:
        if len(arguments) < 2 or (function == "NULLIF" and len(arguments) > 2):
            self.refuse("arguments", found=function, wanted="2")
        kind = self._common(arguments)
        size = together(argument.size for argument in arguments)
        return _Piece(
            f"{function}({', '.join(_sized(argument, size) for argument in arguments)})", kind, size=size
        )

    def _call_date(self, function: str, arguments: list[_Piece]) -> _Piece:
        if len(arguments) != 1:
            self.refuse("arguments", found=function, wanted="1")
        (argument,) = arguments
        if argument.kind == TEXT and argument.literal is not None:
            argument = self._date(argument.literal)
        if argument.kind not in (DATE, DATETIME):
            self.refuse("kinds", left=argument.kind, right=DATE)
        if function == "DATE":
            return _Piece(f"CAST({argument.sql} AS DATE)", DATE)
        return _Piece(f"EXTRACT({function} FROM {argument.sql})", NUMBER, size=SMALL, integer=True)

    def _call_plain(self, function: str, wanted: _Function, arguments: list[_Piece]) -> _Piece:
        least = len(wanted.arguments) - wanted.optional
        if not least <= len(arguments) <= len(wanted.arguments):
            self.refuse("arguments", found=function, wanted=least)
        written = []
        for argument, kind in zip(arguments, wanted.arguments, strict=False):
            if kind == "count":
                if argument.kind != NUMBER or argument.literal is None or len(argument.literal) > 4:
                    self.refuse("kinds", left=argument.kind, right="1, 2, 3, …")
                written.append(argument.literal)
            else:
                self._is(kind, argument)
                written.append(_sized(argument, argument.size))
        sql = f"{function}({', '.join(written)})"
        if function == "LENGTH":
            return _Piece(sql, NUMBER, size=SMALL, integer=True)
        return _Piece(sql, wanted.result, size=added(arguments[0].size, arguments[0].size))

    # -- kinds

    def _column(self, name: str) -> _Piece:
        if name not in self._columns:
            self._at -= 1
            self.refuse("unknown_column", found=name)
        self.columns_read.setdefault(name)
        column = self._columns[name]
        whole = column.type is ColumnType.INTEGER
        return _Piece(f'"{name}"', _KIND_OF[column.type], size=size_of(column), integer=whole)

    def _literal(self, number: str) -> _Piece:
        if len(number) > LITERAL_DIGITS + 1:
            self.refuse("too_long")
        size = size_of_literal(number)
        if not size.scale:
            digits = number.rstrip(".").lstrip("0") or "0"
            return _Piece(digits, NUMBER, digits, size, integer=True)
        written = f"0{number}" if number.startswith(".") else number
        return _Piece(f"CAST('{written}' AS DECIMAL(38, {size.scale}))", NUMBER, size=size)

    def _date(self, text: str) -> _Piece:
        try:
            day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
        except ValueError:
            day = None
        if day is None:
            self.refuse("date", found=text)
        return _Piece(f"DATE '{day.isoformat()}'", DATE)

    def _is(self, kind: str, piece: _Piece) -> str:
        if piece.kind != kind:
            self.refuse("kinds", left=piece.kind, right=kind)
        return piece.sql

    def _common(self, pieces: list[_Piece]) -> str:
        first = pieces[0].kind
        for piece in pieces:
            if piece.kind != first:
                self.refuse("kinds", left=first, right=piece.kind)
        return first

    def _alike(self, left: _Piece, right: _Piece) -> tuple[_Piece, _Piece]:
        """Both sides of a comparison; a text literal beside a date is read as a date."""
        if left.kind == DATE and right.literal is not None and right.kind == TEXT:
            right = self._date(right.literal)
        elif right.kind == DATE and left.literal is not None and left.kind == TEXT:
            left = self._date(left.literal)
        if self._common([left, right]) == NUMBER and not (left.integer and right.integer):
            size = together([left.size, right.size])
            left, right = (replace(piece, sql=_sized(piece, size)) for piece in (left, right))
        return left, right


def _sized(piece: _Piece, size: Size | None) -> str:
    """The SQL of a piece ready to be calculated with in numbers of that size."""
    if piece.kind != NUMBER:
        return piece.sql
    if size is DOUBLE:
        return piece.sql if piece.size is DOUBLE else f"CAST({piece.sql} AS DOUBLE)"
    return f"CAST({piece.sql} AS DECIMAL(38, 0))" if piece.integer else piece.sql


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
