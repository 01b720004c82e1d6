"""Requests made to hurt, over HTTP against one live server: each is refused at once, and the server is well afterwards.

What counts is the time the server works: the clock on the wall also shows what else this machine does. Slow clients
run beside all other tests, for they are bounded by time alone.
"""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import pytest

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


def doubling(levels: int) -> str:
    """Fragments that each spread the next twice."""
    fragments = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels))
    return f"{{ ...F0 }} {fragments} fragment F{levels} on Query {{ hub {{ version }} }}"


def deep_fields(levels: int) -> str:
    inner = "slug"
    for _ in range(levels):
        inner = f"agency {{ datasets(first: 1) {{ nodes {{ {inner} }} }} }}"
    return f'{{ dataset(key: {{slug: "a/b"}}) {{ {inner} }} }}'


def pages(first: str, head: str = "") -> str:
    """Four pages within each other."""
    inner = f"versions(first: {first}) {{ nodes {{ dataset {{ versions(first: {first}) {{ nodes {{ id }} }} }} }} }}"
    return f"{head}{{ agencies(first: {first}) {{ nodes {{ datasets(first: {first}) {{ nodes {{ {inner} }} }} }} }} }}"


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


WHERE = "query($w: DisnakertransJabar_UpahMinimum_Filter) " + wages("where: $w", "totalCount")
DOCUMENTS: dict[str, Attack] = {
    "1,000 aliases": document("{ " + many("a{0}: hub {{ version }}", 1_000) + " }", "tokens"),
    "20,000 aliases": document("{ " + many("a{0}:hub{{version}}", 20_000) + " }", status=413),
    "300 root fields": document("{ " + "hub { version } " * 300 + "}", "rootFields"),
    "3,600 overlapping fields": document("{ hub { " + "version " * 3_600 + "} }", "tokens"),
    "950 overlapping fields": document("{ hub { " + "version " * 950 + "} }", "comparisons"),
    "390 overlapping objects": document("{ hub { " + "name { value } " * 390 + "} }", "comparisons"),
    "200 overlapping inline fragments": document(
        "{ hub { " + "... on Hub { name { value } } " * 200 + "} }", "comparisons"
    ),
    "180 overlapping fragments": document(
        "{ hub { " + many("...F{0}", 180) + " } } " + many("fragment F{0} on Hub {{ version }}", 180), "comparisons"
    ),
    "140 fragments one in another": document(
        "{ hub { ...F0 } } "
        + " ".join(f"fragment F{n} on Hub {{ name {{ value }} ...F{n + 1} }}" for n in range(140))
        + " fragment F140 on Hub { version }",
        "comparisons",
    ),
    "overlapping fields in a fragment nobody spreads": document(
        "{ hub { version } } fragment F on Hub { " + "name { value } " * 350 + "}", "comparisons"
    ),
    "fragments 2^18": document(doubling(18), "fields"),
    "fragments 2^100": document(doubling(100), "fields"),
    "a circle of fragments": document(
        "{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }"
    ),
    "a fragment in itself": document("{ ...A } fragment A on Query { hub { version } ...A ...A }"),
    "a circle of fragments nobody spreads": document(
        "{ hub { version } } fragment A on Hub { name { value } ...A } " + many("fragment G{0} on Hub {{ ...A }}", 99)
    ),
    "depth of fields": document(deep_fields(8), "depth"),
    "depth of fields beyond the parser": document(nested("{a", "", "}", 700)),
    "depth of inline fragments": document(nested("{ ... ", "{ hub { version } }", "}", 600)),
    "depth of inline fragments with types": document(nested("{ ... on Query ", "{ hub { version } }", "}", 450)),
    "depth of lists": document("{ agencies(first: " + nested("[", "", "]", 900) + ") { totalCount } }"),
    "depth of input objects": document(wages("where: " + nested("{not: ", "{tahun: {eq: 1}}", "}", 400))),
    "depth of types": document(f"query($a: {nested('[', 'Int', ']', 900)}) {{ hub {{ version }} }}"),
    "depth of introspection": document(
        "{ __schema { types { " + nested("fields { type { ", "name", " } } ", 4) + " } } }", "introspection"
    ),
    "depth of introspection of one type": document(
        '{ __type(name: "Hub") { ' + nested("fields { type { ", "name", " } } ", 3) + " } }"
    ),
    "introspection many times": document(
        "{ __schema { " + many("a{0}: types {{ fields {{ name args {{ name }} }} }}", 110) + " } }", "introspection"
    ),
    "a page of 10,000,000": document(wages("first: 10000000"), "page"),
    "a page of 10,000,000 by variable": document(
        "query($n: Int) " + wages("first: $n"), "page", {"n": 10_000_000}
    ),
    "a page of 10,000,000 by default": document("query($n: Int = 10000000) " + wages("first: $n"), "page"),
    "pages 100^4": document(pages("100"), "cost"),
    "pages 100^4 by variable": document(pages("$n", "query($n: Int) "), "cost", {"n": 100}),
    "pages in fragments": document(
        "{ agencies(first: 500) { ...A } } fragment A on AgencyConnection { nodes { ...B ...B } } "
        "fragment B on Agency { datasets(first: 500) { nodes { id } } }",
        "cost",
    ),
    "2,000 operations": document(many("query Q{0}{{hub{{version}}}}", 2_000), "tokens"),
    "100 operations": document(many("query Q{0} {{ hub {{ version }} }}", 100), "operations"),
    "450 unused variables": document("query(" + many("$v{0}: Int", 450) + ") { hub { version } }"),
    "3 MB of comments": document("#" * 3_000_000 + "\n{ hub { version } }", status=413),
    "3 MB of unused variables": document("{ hub { version } }", None, {"x": "y" * 3_000_000}, status=413),
    "20,000 unused variables": document(
        "{ hub { version } }", "variableValues", dict.fromkeys(map(str, range(20_000)), 1)
    ),
    "50,000 wrong values": document(
        "query($a: [Int!]) " + wages("where: {tahun: {in: $a}}"), "variableValues", {"a": ["x"] * 50_000}
    ),
    "a wide filter": document(WHERE, "variableValues", {"w": {"or": [{"tahun": {"eq": 1}}] * 5_000}}),
    "a deep filter": document(WHERE, "variableDepth", {"w": json.loads(nested('{"not": ', "{}", "}", 400))}),
    "a number of 100,000 digits": document(wages("first: " + "9" * 100_000)),
    "a number of 100,000 digits in text": document(wages(f'where: {{upahMinimum: {{eq: "{"9" * 100_000}"}}}}')),
    "an exponent of a billion": document(wages("where: {upahMinimum: {eq: 1e999999999}}")),
    "datasets that are not there": document(
        "{ data { " + many("a{0} {{ b{0} {{ totalCount }} }}", 150) + " } }", "datasets"
    ),
    "900 unknown fields": document("{ hub { " + many("x{0}", 900) + " } }"),
    "900 unknown directives": document("{ hub " + "@x " * 900 + "{ version } }"),
    "400 arguments of one name": document("{ agencies(" + "first: 1 " * 400 + ") { totalCount } }"),
    "400 unknown arguments": document("{ hub(" + many("a{0}: 1", 400) + ") { version } }"),
}  # fmt: skip

DEEP = b"[" * 100_000 + b"]" * 100_000
BODIES: dict[str, Attack] = {
    "JSON 100,000 deep": Attack(DEEP),
    "JSON 100,000 deep in variables": Attack(b'{"query": "{ hub { version } }", "variables": {"a": ' + DEEP + b"}}"),
    "JSON 1,000 deep in variables": Attack(
        b'{"query": "{ hub { version } }", "variables": {"a": ' + b"[" * 1_000 + b"]" * 1_000 + b"}}",
        400,
        "COST_LIMIT",
        "variableDepth",
    ),
    "not UTF-8": Attack(b'{"query": "\xff\xfe\xc0\xaf"}'),
    "a number": Attack(b"5"),
    "a list": Attack(b"[]"),
    "null": Attack(b"null"),
    "text": Attack(b'"{ hub { version } }"'),
    "nothing": Attack(b""),
    "a batch": Attack(b"[" + b",".join([HEALTH] * 1_000) + b"]"),
    "a number of 100,000 digits in variables": Attack(
        b'{"query": "{ hub { version } }", "variables": {"a": ' + b"9" * 100_000 + b"}}"
    ),
    "3 MB of spaces": Attack(b" " * 3_000_000, 413),
}  # fmt: skip


@pytest.fixture(scope="module")
def hub(module_demo_server: Hub) -> Hub:
    """The server, after its first query: what is loaded once is not what an attack costs."""
    post(module_demo_server, document(wages("first: 1")).body)
    return module_demo_server


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


@pytest.mark.parametrize("name", [*DOCUMENTS, *BODIES])
def test_it_is_refused_at_once(hub: Hub, name: str) -> None:
    expected = (DOCUMENTS | BODIES)[name]

    response = attack(hub, lambda: post(hub, expected.body))

    check_refused(response, expected)


LARGE_BUT_ALLOWED = {
    "660 aliases": "{ hub { " + many("a{0}: version", 660) + " } }",
    "100 inline fragments": nested("{ ... ", "{ hub { version } }", "}", 100),
    "a comment of 200 kB": "#" * 200_000 + "\n{ hub { version } }",
    "80,000 comments": "#\n" * 80_000 + "{ hub { version } }",
    "200,000 commas": "," * 200_000 + "{ hub { version } }",
    "a text of 35,000 escapes": '{ agency(slug: "' + "\\u0041" * 35_000 + '") { slug } }',
    "a search of 200 kB": '{ datasets(search: "' + "a " * 100_000 + '") { totalCount } }',
    "a filter 100 deep": wages("where: " + nested("{not: ", "{tahun: {eq: 1}}", "}", 90), "totalCount"),
    "200 conditions": wages("where: {and: [" + "{tahun: {eq: 1}} " * 200 + "]}", "totalCount"),
}


@pytest.mark.parametrize("name", LARGE_BUT_ALLOWED)
def test_what_is_large_but_allowed_is_answered(hub: Hub, name: str) -> None:
    body = json.dumps({"query": LARGE_BUT_ALLOWED[name]}).encode()

    response = post(hub, body)

    assert response.status_code == 200, response.text[:500]
    assert "errors" not in response.json()
    assert_healthy(hub)


MUTATION = (
    'mutation { createUpload(input: {fileName: "x.csv", bytes: 1, sha256: "%s"}) { upload { id } problems { code } } }'
    % ("0" * 64)
)


def test_a_mutation_by_get_does_nothing(hub: Hub) -> None:
    token = hub.account("PRODUCER")["token"]

    def send() -> httpx.Response:
        return httpx.get(
            f"{hub.url}/graphql",
            params={"query": MUTATION},
            headers={"authorization": f"Bearer {token}", "accept": GRAPHQL},
        )

    response = attack(hub, send)

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert "data" not in response.json()
    by_post = post(hub, json.dumps({"query": MUTATION}).encode(), authorization=f"Bearer {token}")
    assert by_post.json()["data"]["createUpload"]["upload"]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=b",
        "application/graphql",
        "",
    ],
)
@pytest.mark.parametrize("content", ["json", "form"])
def test_bodies_a_form_on_another_site_can_send_are_not_read(
    hub: Hub, content_type: str, content: str
) -> None:
    body = (
        json.dumps({"query": MUTATION}).encode()
        if content == "json"
        else b'--b\r\nContent-Disposition: form-data; name="operations"\r\n\r\n' + HEALTH + b"\r\n--b--\r\n"
    )

    response = attack(hub, lambda: post(hub, body, content_type=content_type, origin="https://evil.example"))

    assert response.status_code == 415
    assert response.headers["accept-post"] == JSON


@pytest.mark.parametrize(
    ("query", "secret"),
    [
        ("{ hub { versio } }", "version"),
        ("{ agencie { totalCount } }", "agencies"),
        ("{ agencies(frst: 1) { totalCount } }", "first"),
        ("{ datasets(where: {agenc: []}) { totalCount } }", "agency"),
        ("{ datasets(orderBy: [NEWES]) { totalCount } }", "NEWEST"),
        ("query($a: Agencie) { hub { version } }", "Agency"),
        ("fragment F on Hu { version } { hub { ...F } }", "Hub"),
    ],
)
def test_nothing_is_suggested(hub: Hub, query: str, secret: str) -> None:
    response = attack(hub, lambda: post(hub, json.dumps({"query": query}).encode()))

    assert response.status_code == 400
    assert "did you mean" not in response.text.lower()
    assert secret not in response.text


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
