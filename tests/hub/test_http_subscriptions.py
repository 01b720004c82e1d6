"""Following changes over real HTTP, through every layer of the hub: with curl, npm clients, a browser's session."""

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from tests.node import node_with

Server = Any  # tests/hub/conftest.py
ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "tests/graphql/sse"
WAGES = ROOT / "datasets/satudata/datasets/demo/upah-minimum.csv"
DATASET = "disnakertrans-jabar/upah-minimum"
REVIEW = (
    """mutation ($input: ReviewSubmissionInput!) { reviewSubmission(input: $input) { problems { code } } }"""
)
PUBLISH = """mutation ($input: PublishSubmissionInput!) { publishSubmission(input: $input) { problems { code } } }"""
PUBLISHED = "subscription { versionPublished { number dataset { slug } } }"
STATE = "subscription ($id: ID!) { submission(id: $id) { state } }"
ASKED = {"query": PUBLISHED}
ORDER = ("UPLOADED", "CHECKING", "IN_REVIEW", "APPROVED", "PUBLISHED")
EVENTS = {"Accept": "text/event-stream"}


def event(lines: Iterator[str]) -> dict[str, str]:
    """The next event, its fields by name, comments left out; empty at the end of the stream."""
    found: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(":")
            found[name] = value.strip()
        elif found:
            return found
    return found


def token_of(browser: httpx.Client, path: str) -> dict[str, str]:
    """The field that every form has."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path, follow_redirects=True).text)
    assert found
    return {"csrf_token": found[1]}


def publish(server: Server, submission: str, steward: httpx.Client) -> None:
    server.wait_for(steward, submission, {"IN_REVIEW"})
    accept = {"submission": submission, "decision": "ACCEPT", "expectedState": "IN_REVIEW"}
    assert server.ask(steward, REVIEW, input=accept)["reviewSubmission"]["problems"] == []
    release = {"submission": submission, "expectedState": "APPROVED"}
    assert server.ask(steward, PUBLISH, input=release)["publishSubmission"]["problems"] == []


@pytest.mark.full
def test_services_agencies_and_browsers_follow_a_publication(home: Path, serve: Any) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed: apt-get install curl")
    server = serve(home)
    account = server.account("PRODUCER", "disnakertrans-jabar")
    producer = server.client(account)
    steward = server.client(server.account("STEWARD", "disnakertrans-jabar"))
    browser = server.client(**{"Sec-Fetch-Site": "same-origin"})
    fields = {"email": account["email"], "password": account["password"], **token_of(browser, "/login")}
    assert browser.post("/login", data=fields).status_code == 303
    edited = WAGES.read_bytes().replace(b"Bogor,2024,4579541.00", b"Bogor,2024,4579542.50")
    submission = server.submit(producer, DATASET, edited)

    node, environment = node_with(CLIENTS)
    url = f"{server.url}/graphql"
    curl = subprocess.Popen(
        ["curl", "-sN", "-H", "Accept: text/event-stream", f"{url}?{urlencode(ASKED)}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    clients = subprocess.Popen(
        [node, "run.mjs", url, account["token"], STATE, json.dumps({"id": submission})],
        cwd=CLIENTS,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert curl.stdout is not None
    assert clients.stdout is not None
    reading = (line.rstrip("\n") for line in curl.stdout)
    with browser.stream("GET", "/graphql", params=ASKED, headers=EVENTS) as session:
        assert session.status_code == 200
        assert session.headers["cache-control"] == "no-store"
        assert "content-encoding" not in session.headers
        assert [clients.stdout.readline() for _ in range(2)] == ["following\n"] * 2
        assert browser.post("/logout", data=token_of(browser, "/publish")).status_code == 303

        publish(server, submission, steward)
        told = event(reading)
        assert told["event"] == "next"
        assert json.loads(told["data"]) == {
            "data": {"versionPublished": {"number": 2, "dataset": {"slug": DATASET}}}
        }
        for results in json.loads(clients.stdout.read()).values():
            states = [result["data"]["submission"]["state"] for result in results]
            assert states[-1] == "PUBLISHED"
            assert [state for state in ORDER if state in states] == states
        assert clients.wait(20) == 0
        ended = session.iter_lines()
        (error,) = json.loads(event(ended)["data"])["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        assert [event(ended), event(ended)] == [{"event": "complete", "data": ""}, {}]

    begun = time.monotonic()
    server.process.terminate()
    assert event(reading) == {}
    assert curl.wait(10) == 0
    assert server.process.wait(20) == 0
    assert time.monotonic() - begun < 15
    assert "Traceback" not in server.log.read_text()
