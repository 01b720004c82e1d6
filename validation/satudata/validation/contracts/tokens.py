"""The words of a row rule: splits SQL text into tokens and refuses what cannot stand in one.

`expressions.py` gives them meaning.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from satudata.validation.findings.catalogue import rule
from satudata.validation.text import Text

MAX_CHARACTERS = 2_000

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d+)?|\.\d+)
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | '(?P<text>(?:[^']|'')*)'
  | "(?P<quoted>[^"]+)"
  | (?P<symbol><=|>=|<>|!=|\|\||[-+*/%=<>(),])
    )""",
    re.VERBOSE,
)


class ExpressionError(Exception):
    """A row rule the hub does not run. `reason` is the part after `contract.rule_` of its rule code."""

    def __init__(self, reason: str, position: int, values: Mapping[str, object]) -> None:
        self.reason = reason
        self.position = position
        self.values = values
        self.message, self.fix = rule(self.code).tell(path="", position=position + 1, **values)
        super().__init__(self.message.en)

    @property
    def code(self) -> str:
        return f"contract.rule_{self.reason}"

    def both(self) -> tuple[Text, Text]:
        """Message and fix."""
        return self.message, self.fix


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, word, text (string literal), quoted (identifier), symbol or end."""

    kind: str
    text: str
    position: int


def tokenize(text: str) -> list[Token]:
    """Tokens with their 0-based positions; the last one has the kind `end`. Raises ExpressionError."""
    if len(text) > MAX_CHARACTERS:
        raise ExpressionError("too_long", 0, {"found": ""})
    tokens: list[Token] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            found = text[position:].lstrip()[:1]
            raise ExpressionError("unexpected", position, {"found": found})
        value = match[match.lastgroup]
        if match.lastgroup == "text":
            value = value.replace("''", "'")
        tokens.append(Token(match.lastgroup, value, match.start(match.lastgroup)))
        position = match.end()
    tokens.append(Token("end", "", end))
    return tokens
