"""Reading from pages of other sites, and answers told again, over a real server."""

import zlib
from typing import Any

import httpx
import pytest

Server = Any  # tests/hub/conftest.py

ELSEWHERE = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
HUB = "{ hub { version } }"
VIEWER = "{ viewer { email } }"
MUTATION = 'mutation { createUpload(input: {fileName: "x", bytes: 1, sha256: "0"}) { problems { code } } }'


def test_any_origin_may_read(server: Server) -> None:
    client = server.client(**ELSEWHERE)
    for answer in (
        client.get("/graphql", params={"query": HUB}),
        client.post("/graphql", json={"query": HUB}),
        client.get("/graphql/schema.graphql"),
        client.get("/download/disnakertrans-jabar/upah-minimum/1.csv"),
    ):
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert "ETag" in answer.headers["access-control-expose-headers"]


def test_a_preflight_is_answered(server: Server) -> None:
    asked = {
        **ELSEWHERE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    answer = server.client(**asked).options("/graphql")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "authorization" in answer.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/review", "/uploads/x", "/login"])
def test_nothing_else_is_open(server: Server, path: str) -> None:
    client = server.client(**ELSEWHERE)
    assert "access-control-allow-origin" not in client.get(path).headers
    preflight = client.options(path, headers={"Access-Control-Request-Method": "PUT"})
    assert "access-control-allow-origin" not in preflight.headers


def test_cookies_of_a_foreign_page_do_not_count(server: Server, browser: httpx.Client) -> None:
    here = browser.get("/graphql", params={"query": VIEWER}, headers={"Sec-Fetch-Site": "same-origin"})
    assert here.json()["data"]["viewer"]["email"]
    for headers in (ELSEWHERE, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = browser.get("/graphql", params={"query": VIEWER}, headers=headers)
        assert answer.json() == {"data": {"viewer": None}}
        assert "set-cookie" not in answer.headers


def test_a_foreign_page_changes_nothing_whatever_it_sends(server: Server, browser: httpx.Client) -> None:
    token = server.client(server.account("PRODUCER", "kemenkes"), **ELSEWHERE)
    assert token.post("/graphql", json={"query": VIEWER}).json()["data"]["viewer"]["email"]
    refused = token.post("/graphql", json={"query": MUTATION})
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert browser.post("/graphql", json={"query": MUTATION}, headers=ELSEWHERE).status_code == 403


def test_the_short_way_looks_like_the_long_one(server: Server) -> None:
    """A program's question is answered past most layers; a browser's passes them all."""
    program, page = server.client(), server.client(**ELSEWHERE)
    for path in ("/graphql", "/graphql?query={tidakAda}", "/graphql?query={hub{version}}"):
        short, long = program.get(path), page.get(path)
        assert short.status_code == long.status_code
        assert short.content == long.content
        differing = {
            "date",
            "x-request-id",
            "access-control-allow-origin",
            "access-control-expose-headers",
            "vary",
        }
        assert set(short.headers) | differing == set(long.headers) | differing
        assert {name: short.headers[name] for name in set(short.headers) - differing} == {
            name: long.headers[name] for name in set(long.headers) - differing
        }
        assert "Origin" in short.headers["vary"]


def test_a_repeated_question_gets_a_tag_and_304(server: Server) -> None:
    client = server.client()
    first = client.get("/graphql", params={"query": HUB})
    again = client.get("/graphql", params={"query": HUB}, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["x-request-id"] != first.headers["x-request-id"]


def test_pages_are_compressed_for_visitors_only(server: Server, browser: httpx.Client) -> None:
    asked = {"Accept-Encoding": "gzip", "Accept": "text/html"}
    plain = server.client(**{**asked, "Accept-Encoding": "identity"}).get("/datasets")
    with server.client(**asked).stream("GET", "/datasets") as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["vary"]
    assert zlib.decompress(raw, wbits=31) == plain.content
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in browser.get("/datasets", headers=asked).headers


def test_the_schema_is_compressed_and_its_tag_stays(server: Server) -> None:
    client = server.client(**{"Accept-Encoding": "gzip"})
    first = client.get("/graphql/schema.graphql")
    assert first.headers["content-encoding"] == "gzip"
    assert "type Query" in first.text
    again = client.get("/graphql/schema.graphql", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.fixture
def browser(server: Server) -> httpx.Client:
    """A client that is logged in, by its cookie alone."""
    account = server.account("STEWARD", "kemenkes")
    client: httpx.Client = server.client()
    page = client.get("/review", follow_redirects=True).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    fields = {"email": account["email"], "password": account["password"], "csrf_token": token}
    assert client.post("/login", data=fields).status_code == 303
    return client


def test_nothing_is_kept_when_the_cache_is_off(home: Any, serve: Any) -> None:
    server = serve(home, SATUDATA_RESPONSE_CACHE_MB="0")
    client = server.client()
    answers = [client.get("/graphql", params={"query": HUB}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[0].headers["etag"] == answers[1].headers["etag"]
