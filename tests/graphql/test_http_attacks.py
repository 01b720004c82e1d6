"""What breaks HTTP itself, clients that take their time, and a fault of ours: nobody is hurt, nothing is told.

Slow clients run beside all other tests, for they are bounded by time alone.
"""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import psutil
import pytest
from tests.graphql.attacking import (
    GRAPHQL,
    HEAD,
    HEALTH,
    Hub,
    assert_healthy,
    attack,
    document,
    many,
    post,
    raw,
    wages,
)


@pytest.fixture(scope="module")
def hub(module_demo_server: Hub) -> Hub:
    """The server, after its first query: what is loaded once is not what an attack costs."""
    post(module_demo_server, document(wages("first: 1")).body)
    return module_demo_server


RAW: dict[str, tuple[bytes, bytes]] = {
    "Content-Length of 99 GB": (HEAD + b"Content-Length: 99999999999\r\n\r\n", b"413"),
    "Content-Length of 400 digits": (HEAD + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n", b"400"),
    "Content-Length below zero": (HEAD + b"Content-Length: -1\r\n\r\n", b"400"),
    "two lengths": (HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
    "chunks over the limit": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + (b"8000\r\n" + b" " * 0x8000 + b"\r\n") * 40,
        b"413",
    ),
    "a chunk without a size": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
    "10,000 headers": (HEAD + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 90) for n in range(10_000)), b"400"),
    "100,000 empty headers": (HEAD + b"a:\r\n" * 100_000 + b"\r\n", b"400"),
    "a header of 5 MB": (HEAD + b"X: " + b"a" * 5_000_000, b"400"),
    "an address of 1 MB": (
        b"GET /graphql?query=" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"400",
    ),
    "60,000 media types": (
        HEAD.replace(GRAPHQL.encode(), b"a/b;q=0.1," * 6_000)
        + b"Content-Length: %d\r\n\r\n" % len(HEALTH)
        + HEALTH,
        b"406",
    ),
    "no HTTP at all": (bytes(range(256)) * 20, b"400"),
}


@pytest.mark.parametrize("name", RAW)
def test_what_breaks_http_is_refused(hub: Hub, name: str) -> None:
    sent, status = RAW[name]

    answer = attack(hub, lambda: raw(hub, sent))

    # The server may hang up before it was sent everything, and what it answered is lost then.
    assert answer == b"" or answer.startswith(b"HTTP/1.1 " + status), answer[:300]


def test_memory_stays_bounded(hub: Hub) -> None:
    process = psutil.Process(hub.process.pid)
    before = process.memory_info().rss

    for number in range(60):
        post(hub, document("{ hub { " + many("a{0}: version", 600) + f" }} }} #{number}").body)
        raw(hub, HEAD + b"X: " + b"a" * 1_000_000)

    assert process.memory_info().rss - before < 100_000_000


@dataclass
class Slow:
    """A client that sends a byte now and then, and how that ended."""

    seconds: float = 0.0
    answer: bytes = b""


def drip(port: int, start: bytes, byte: bytes, slow: Slow) -> None:
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=0.5) as connection:
        try:
            connection.sendall(start)
            while time.monotonic() - started < 60:
                try:
                    chunk = connection.recv(65_536)
                    slow.answer += chunk
                    if not chunk or slow.answer:
                        break
                except TimeoutError:
                    connection.sendall(byte)
        except ConnectionError:
            pass
    slow.seconds = time.monotonic() - started


SLOW = {
    "body": (HEAD + b"Content-Length: 1000\r\n\r\n", b" "),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a chunk's extension": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a"),
    "headers": (HEAD, b"X: y\r\n"),
    "one header": (HEAD + b"X: ", b"y"),
    "address": (b"GET /graphql?query=", b"a"),
    "nothing": (b"", b""),
}


@pytest.fixture(scope="module", autouse=True)
def slow_clients(hub: Hub) -> Iterator[dict[str, list[tuple[threading.Thread, Slow]]]]:
    """Ten slow clients of every kind, at work from before the first test of this module."""
    port = httpx.URL(hub.url).port or 80
    clients: dict[str, list[tuple[threading.Thread, Slow]]] = {}
    for name, (start, byte) in SLOW.items():
        for _ in range(10):
            slow = Slow()
            thread = threading.Thread(target=drip, args=(port, start, byte, slow), daemon=True)
            thread.start()
            clients.setdefault(name, []).append((thread, slow))
    yield clients
    for thread, _ in (client for group in clients.values() for client in group):
        thread.join(60)


@pytest.mark.parametrize("name", SLOW)
def test_slow_clients_are_hung_up_on(
    hub: Hub, slow_clients: dict[str, list[tuple[threading.Thread, Slow]]], name: str
) -> None:
    for thread, slow in slow_clients[name]:
        thread.join(40)
        assert not thread.is_alive()
        assert slow.seconds < 30
        assert slow.answer == b"" or slow.answer.startswith(b"HTTP/1.1 408")
    if name in ("body", "chunks", "a chunk's extension"):
        assert all(b"408" in slow.answer for _, slow in slow_clients[name])
    assert_healthy(hub)


def test_a_fault_of_ours_tells_nothing_but_its_reference(hub: Hub) -> None:
    """The rows of a dataset vanish under the running server: a real fault, deep inside a resolver."""
    for folder in ("serving", "files"):
        shutil.rmtree(hub.home / folder)

    response = post(
        hub, document("{ hub { version } data { bps { imporPelabuhan { nodes { tahun } } } } }").body
    )

    assert response.status_code == 200
    body = response.json()
    assert body["data"]["hub"]["version"]
    (error,) = body["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["reference"] in (hub.home / "server.log").read_text()
    for secret in (str(hub.home), "parquet", "sqlite", "Traceback", "File ", "Error", ".py"):
        assert secret not in response.text
    assert_healthy(hub)
