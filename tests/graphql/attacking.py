"""Sending requests made to hurt, and telling whether they did: how long the server worked, and that it is well."""

import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import psutil

Hub = Any  # tests/conftest.py: RunningHub

GRAPHQL, JSON = "application/graphql-response+json", "application/json"
HEALTH = b'{"query": "{ hub { version } }"}'
CPU_SECONDS, WALL_SECONDS = 0.1, 1.0
HEAD = f"POST /graphql HTTP/1.1\r\nHost: hub\r\nContent-Type: {JSON}\r\nAccept: {GRAPHQL}\r\n".encode()


def wages(arguments: str, selection: str = "nodes { tahun }") -> str:
    return f"{{ data {{ disnakertransJabar {{ upahMinimum({arguments}) {{ {selection} }} }} }} }}"


def many(template: str, count: int) -> str:
    return " ".join(template.format(number) for number in range(count))


def nested(opening: str, inner: str, closing: str, count: int) -> str:
    return opening * count + inner + closing * count


@dataclass(frozen=True)
class Attack:
    """A body, and how it is refused: `status`, `extensions.code`, and the limit's name where it is one."""

    body: bytes
    status: int = 400
    code: str = "BAD_INPUT"
    limit: str | None = None


def document(
    query: str, limit: str | None = None, variables: Any = None, *, code: str | None = None, status: int = 400
) -> Attack:
    body = {"query": query, "variables": variables}
    return Attack(json.dumps(body).encode(), status, code or ("COST_LIMIT" if limit else "BAD_INPUT"), limit)


def post(hub: Hub, body: bytes, **headers: str) -> httpx.Response:
    sent = {"content-type": JSON, "accept": GRAPHQL} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return httpx.post(f"{hub.url}/graphql", content=body, headers=sent, timeout=30)


def assert_healthy(hub: Hub) -> None:
    started = time.perf_counter()
    response = post(hub, HEALTH)
    assert response.status_code == 200
    assert set(response.json()) == {"data"}
    assert time.perf_counter() - started < WALL_SECONDS
    assert hub.process.poll() is None


Sent = Callable[[], Any]


def attack(hub: Hub, send: Sent) -> Any:
    """The answer, once it came quickly; tried again where it did not, for others use this machine too."""
    process = psutil.Process(hub.process.pid)
    spent = []
    for _ in range(4):
        before, started = process.cpu_times(), time.perf_counter()
        answer = send()
        wall, after = time.perf_counter() - started, process.cpu_times()
        assert_healthy(hub)
        spent.append((after.user + after.system - before.user - before.system, wall))
        if spent[-1][0] <= CPU_SECONDS and wall < WALL_SECONDS:
            return answer
    raise AssertionError(f"CPU and wall seconds of each try: {spent}")


def check_refused(response: httpx.Response, expected: Attack) -> None:
    assert response.status_code == expected.status, response.text[:500]
    assert len(response.content) < 110_000
    body = response.json()
    assert "data" not in body
    errors = body.get("errors") or [body]
    assert len(errors) <= 101
    if "errors" in body:
        assert {error["extensions"]["code"] for error in errors} == {expected.code}
    if expected.limit is not None:
        limit = errors[0]["extensions"]["limit"]
        assert limit["name"] == expected.limit
        assert str(limit["most"]) in errors[0]["message"] or expected.limit == "comparisons"


def raw(hub: Hub, *parts: bytes) -> bytes:
    """What the server answers to these bytes, until it closes the connection or says nothing for a second."""
    answer = b""
    with socket.create_connection(("127.0.0.1", httpx.URL(hub.url).port or 80), timeout=1) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            while chunk := connection.recv(65_536):
                answer += chunk
                if b"\r\n\r\n" in answer:
                    break
        except (TimeoutError, ConnectionError):
            pass
    return answer
