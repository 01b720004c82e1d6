"""Requests made to hurt, over HTTP against one live server: each is refused at once, and the server is well afterwards.

What breaks HTTP itself, and clients that take their time, are in `test_http_attacks.py`.
"""

import json

import httpx
import pytest
from tests.graphql.attacking import (
    GRAPHQL,
    HEALTH,
    JSON,
    Attack,
    Hub,
    assert_healthy,
    attack,
    check_refused,
    document,
    many,
    nested,
    post,
    wages,
)


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
