"""Row rules: one scalar SQL expression over the columns of one row, from a contract nobody has to trust.

The text is parsed here into typed pieces; only operators and functions listed below exist, so sub-selects,
aggregates and casts that can fail are not refused one by one: there is no way to write them. Out comes SQL
written anew from the pieces, which `rows/` gives to `polars.sql_expr`. Division by zero gives null, and
null passes. Types are checked too, so that a rule that cannot run is found in the contract, not in the data.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from satudata.validation.contracts.model import ColumnType
from satudata.validation.contracts.tokens import ExpressionError, Token, tokenize

MAX_NESTING = 40

NUMBER, TEXT, DATE, DATETIME, BOOLEAN, NULL = "number", "text", "date", "datetime", "boolean", "null"
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


def parse_expression(text: str, columns: Mapping[str, ColumnType]) -> Expression:
    """Check `text` against the columns by name. Raises ExpressionError (message in both languages)."""
    parser = _Parser(tokenize(text), columns)
    piece = parser.whole()
    if piece.kind != BOOLEAN:
        parser.refuse("not_a_condition", found=text.strip())
    if not parser.columns_read:
        parser.refuse("no_column")
    return Expression(piece.sql, tuple(parser.columns_read))


class _Parser:
    def __init__(self, tokens: list[Token], columns: Mapping[str, ColumnType]) -> None:
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
            kind = TEXT if operator == "||" else NUMBER
            left = self._is(kind, piece)
            piece = _Piece(f"({left} {operator} {self._is(kind, self._product())})", kind)
        return piece

    def _product(self) -> _Piece:
        piece = self._signed()
        while operator := self._take("*", "/", "%"):
            left = self._is(NUMBER, piece)
            right = self._is(NUMBER, self._signed())
            piece = _Piece(
                f"({left} {operator} {right if operator == '*' else f'NULLIF({right}, 0)'})", NUMBER
            )
        return piece

    def _signed(self) -> _Piece:
        minus = 0
        while sign := self._take("-", "+"):
            minus += sign == "-"
        piece = self._atom()
        return _Piece(f"(-{self._is(NUMBER, piece)})", NUMBER) if minus % 2 else piece

    def _atom(self) -> _Piece:
        if self._take("("):
            piece = self._either()
            self._expect(")")
            return piece
        if (number := self._next("number")) is not None:
            return _Piece(number, NUMBER, number if number.isdigit() else None)
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
        if self._take("NULL"):
            return _Piece("NULL", NULL)
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
        sql = "".join(f" WHEN {condition} THEN {value.sql}" for condition, value in branches)
        otherwise = f" ELSE {values[-1].sql}" if len(values) > len(branches) else ""
        return _Piece(f"(CASE{sql}{otherwise} END)", kind)

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
        return _Piece(f"{function}({', '.join(argument.sql for argument in arguments)})", kind)

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
        return _Piece(f"EXTRACT({function} FROM {argument.sql})", NUMBER)

    def _call_plain(self, function: str, wanted: _Function, arguments: list[_Piece]) -> _Piece:
        least = len(wanted.arguments) - wanted.optional
        if not least <= len(arguments) <= len(wanted.arguments):
            self.refuse("arguments", found=function, wanted=least)
        written = []
        for argument, kind in zip(arguments, wanted.arguments, strict=False):
            if kind == "count":
                if argument.kind != NUMBER or argument.literal is None:
                    self.refuse("kinds", left=argument.kind, right="1, 2, 3, …")
                written.append(argument.sql)
            else:
                written.append(self._is(kind, argument))
        return _Piece(f"{function}({', '.join(written)})", wanted.result)

    # -- kinds

    def _column(self, name: str) -> _Piece:
        if name not in self._columns:
            self._at -= 1
            self.refuse("unknown_column", found=name)
        self.columns_read.setdefault(name)
        return _Piece(f'"{name}"', _KIND_OF[self._columns[name]])

    def _date(self, text: str) -> _Piece:
        try:
            day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
        except ValueError:
            day = None
        if day is None:
            self.refuse("date", found=text)
        return _Piece(f"DATE '{day.isoformat()}'", DATE)

    def _is(self, kind: str, piece: _Piece) -> str:
        if piece.kind not in (kind, NULL):
            self.refuse("kinds", left=piece.kind, right=kind)
        return piece.sql

    def _common(self, pieces: list[_Piece]) -> str:
        kinds = [piece.kind for piece in pieces if piece.kind != NULL]
        if not kinds:
            return NULL
        for kind in kinds:
            if kind != kinds[0]:
                self.refuse("kinds", left=kinds[0], right=kind)
        return kinds[0]

    def _alike(self, left: _Piece, right: _Piece) -> tuple[_Piece, _Piece]:
        """Both sides of a comparison; a text literal beside a date is read as a date."""
        if left.kind == DATE and right.literal is not None and right.kind == TEXT:
            right = self._date(right.literal)
        elif right.kind == DATE and left.literal is not None and left.kind == TEXT:
            left = self._date(left.literal)
        self._common([left, right])
        return left, right


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
