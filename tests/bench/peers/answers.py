"""Do the systems answer alike? Answers are brought into one form and compared before anything is timed."""

import http.client
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from questions import Question, System

TOLERANCE = 1e-9
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?$", re.IGNORECASE)

Value = Any  # Any: what JSON holds


class Disagreement(Exception):
    """Two systems gave different rows for the same question."""


@dataclass(slots=True)
class Checked:
    """What the comparison of one operation told, by system."""

    bytes: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Systems that refuse the operation, with what they say."""


def check(systems: list[System], operation: str, requests: int) -> Checked:
    """Ask every system the same questions. Raises Disagreement."""
    able = [system for system in systems if operation in system.questions]
    checked = Checked()
    reference: list[list[Value]] = []
    first = ""
    for system in able:
        rows = _ask(system, system.questions[operation], requests, checked)
        if rows is None:
            continue
        if not first:
            reference, first = rows, system.name
            continue
        for index, (expected, found) in enumerate(zip(reference, rows, strict=True)):
            if not same(expected, found):
                pairs = zip(expected, found, strict=False)
                differing = next((pair for pair in pairs if not same(*pair)), (len(expected), len(found)))
                variables = system.questions[operation].variables[index]
                raise Disagreement(f"{operation} {variables}: {first} and {system.name} differ: {differing}")
    for name, reason in checked.refused.items():
        print(f"{operation}: refused by {name}: {reason}")
    if checked.bytes:
        told = "; ".join(
            f"{name} {checked.bytes[name]:.0f} B, {checked.seconds[name] * 1e3:.1f} ms"
            for name in checked.bytes
        )
        count = sum(map(len, reference)) / max(1, len(reference))
        print(f"{operation}: {requests} answers agree, {count:.0f} rows; {told}", flush=True)
    return checked


def _ask(system: System, question: Question, requests: int, checked: Checked) -> list[list[Value]] | None:
    """The comparable rows of each answer; None when the system refuses the question."""
    place = urlsplit(system.url)
    connection = http.client.HTTPConnection(place.netloc, timeout=60)
    answers, size, started = [], 0, time.perf_counter()
    for index in range(requests):
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        connection.request("POST", place.path, question.body(index), headers)
        response = connection.getresponse()
        raw = response.read()
        answer = json.loads(raw)
        if response.status != 200 or answer.get("errors"):
            checked.refused[system.name] = answer.get("errors", [{"message": raw[:300]}])[0]["message"]
            return None
        size += len(raw)
        answers.append(answer)
    checked.seconds[system.name] = (time.perf_counter() - started) / requests
    checked.bytes[system.name] = size / requests
    return [comparable(answer["data"], question) for answer in answers]


def comparable(data: Value, question: Question) -> list[Value]:
    """The compared fields of every row, numbers as floats; sorted where the operation has no order."""
    found = dig(data, question.rows)
    rows = found if isinstance(found, list) else [found]
    values = [[_plain(dig(row, path)) for path in question.fields] for row in rows]
    return sorted(values, key=repr) if question.unordered else values


def dig(value: Value, path: str) -> Value:
    """The value at a dotted path: `nodes.id` gives the ids of all nodes, `keys.0` the first key."""
    if not path or value is None:
        return value
    part, _, rest = path.partition(".")
    if isinstance(value, list):
        return dig(value[int(part)], rest) if part.isdigit() else [dig(item, path) for item in value]
    return dig(value.get(part), rest)


def same(one: Value, other: Value) -> bool:
    """Equal, floats to nine digits."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= TOLERANCE * max(1.0, abs(one), abs(other))
    return bool(one == other)


def _plain(value: Value) -> Value:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool | int):
        return float(value)
    if isinstance(value, str) and len(value) < 25 and _NUMBER.match(value):
        return float(value)
    return value
