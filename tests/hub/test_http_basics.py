"""What every request gets: a reference, security headers, a language, a friendly answer when there is none."""

import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

Server = Any  # tests/hub/conftest.py

HTML = {"Accept": "text/html"}


def test_healthz_and_readyz(server: Server) -> None:
    client = server.client()
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {
        "status": "ok",
        "parts": {"database": "ok", "migrations": "ok", "files": "ok", "jobs": "ok"},
    }
    assert ready.headers["cache-control"] == "no-store"


def test_every_response_names_its_log_line(server: Server) -> None:
    reference = server.client().get("/healthz").headers["x-request-id"]
    given = server.client(**{"X-Request-Id": "proxy-0123456789"}).get("/nowhere")
    assert given.headers["x-request-id"] == "proxy-0123456789"
    assert reference != "proxy-0123456789"
    deadline = time.monotonic() + 5  # the line is written when the answer has gone
    while not (lines := [line for line in server.lines if line.get("request_id") == "proxy-0123456789"]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    [line] = lines
    assert (line["event"], line["method"], line["path"], line["status"]) == (
        "request",
        "GET",
        "/nowhere",
        404,
    )


def test_a_reference_that_could_break_the_log_is_not_taken_over(server: Server) -> None:
    answer = server.client(**{"X-Request-Id": 'x" injected'}).get("/healthz")
    assert "injected" not in answer.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/", "/en/", "/healthz", "/nowhere", "/graphql"])
def test_security_headers_are_everywhere(server: Server, path: str) -> None:
    headers = server.client(**HTML).get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "server" not in headers


def test_only_the_ide_may_style_itself(server: Server) -> None:
    policy = server.client().get("/ide").headers["content-security-policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src" not in policy


def test_a_missing_page_is_a_page_in_the_language_of_its_address(server: Server) -> None:
    client = server.client(**HTML)
    indonesian, english = client.get("/tidak-ada"), client.get("/en/nothing")
    for answer in (indonesian, english):
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
    assert 'lang="id"' in indonesian.text
    assert 'lang="en"' in english.text


def test_programs_get_json_in_both_languages(server: Server) -> None:
    answer = server.client().get("/nowhere")
    assert answer.status_code == 404
    body = answer.json()
    assert body["code"] == "NOT_FOUND"
    assert set(body["message"]) == {"id", "en"}
    assert body["reference"] == answer.headers["x-request-id"]


def test_a_wrong_method_says_which_are_right(server: Server) -> None:
    answer = server.client().delete("/healthz")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert answer.json()["code"] == "METHOD_NOT_ALLOWED"


def test_a_request_that_is_too_large_is_refused_before_it_is_read(server: Server) -> None:
    answer = server.client().post("/login", content=b"x" * 1_000_001)
    assert answer.status_code == 413
    assert answer.json()["code"] == "BODY_TOO_LARGE"


def test_a_request_that_does_not_say_how_large_it_is_is_cut_off(server: Server) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = server.client(**headers).post("/login", content=(b"x" * 100_000 for _ in range(11)))
    assert answer.status_code == 413


def test_query_strings_variables_and_secrets_stay_out_of_the_log(server: Server) -> None:
    client = server.client(server.account("PRODUCER", "kemenkes"))
    client.get("/datasets", params={"q": "rahasia-dalam-alamat"})
    client.post(
        "/graphql", json={"query": "{ hub { version } }", "variables": {"x": "rahasia-dalam-variabel"}}
    )
    client.get("/graphql", params={"query": "{ rahasiaDalamKueri }"})
    client.get("/healthz", headers={"Cookie": "satudata_session=rahasia-dalam-kuki"})
    log = server.log.read_text()
    assert "/datasets" in [line.get("path") for line in server.lines]
    assert "rahasia" not in log.lower()
    assert "sdi_pat_" not in log


def test_every_line_of_the_log_is_json_when_nobody_watches(server: Server) -> None:
    for line in server.log.read_text().splitlines():
        assert "event" in json.loads(line), line


def test_nonsense_on_the_wire_does_no_harm(server: Server) -> None:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as raw:
        raw.sendall(b"\x16\x03\x01\x02\x00nonsense\r\n\r\n")
        assert raw.recv(100)[:12] in (b"HTTP/1.1 400", b"")
    assert server.client().get("/healthz").status_code == 200
