"""Budgets of cost: how they fill, who shares one, and what a client over HTTP sees of them."""

import re
import shutil
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.hub.conftest import start_server

from satudata.datasets.access.principal import ANONYMOUS, Principal, Role, RoleGrant
from satudata.graphql.budget import Quota
from satudata.hub.web.budgets import KEPT_CLIENTS, Bucket, Budgets

Server = Any  # tests/hub/conftest.py

HUB = "{ hub { version } }"
ROWS = "query ($n: Int!) { data { disnakertransJabar { upahMinimum(first: $n) { nodes { tahun } } } } }"
COSTS = {"anonymous": 10_000, "token": 20_000, "agency": 60_000}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_is_full_at_first_and_fills_evenly() -> None:
    clock = Clock()
    bucket = Bucket(Quota("anonymous", 600, 60), clock)
    assert (bucket.remaining, bucket.reset_seconds) == (600, 0)
    assert bucket.take(500) == 0.0
    assert (bucket.remaining, bucket.reset_seconds) == (100, 50)
    assert bucket.take(150) == pytest.approx(5.0)
    assert bucket.remaining == 100
    clock.now += 5.1
    assert bucket.take(150) == 0.0
    clock.now += 3600
    assert (bucket.remaining, bucket.reset_seconds) == (600, 0)
    bucket.give_back(100)
    assert bucket.remaining == 600


def person(number: str, *agencies: str) -> Principal:
    return Principal(number, grants=tuple(RoleGrant(Role.PRODUCER, agency) for agency in agencies))


def test_who_shares_a_budget() -> None:
    budgets = Budgets(COSTS)

    def of(principal: Principal, address: str = "192.0.2.1") -> Bucket | None:
        return budgets.of(principal, address)

    assert of(ANONYMOUS) is of(ANONYMOUS)
    assert of(ANONYMOUS) is not of(ANONYMOUS, "192.0.2.2")
    assert of(ANONYMOUS, "2001:db8::1") is of(ANONYMOUS, "2001:db8::2")
    assert of(person("a")) is of(person("a"), "192.0.2.2")
    assert of(person("a")) is not of(person("b"))
    assert of(person("a", "dinas")) is of(person("b", "dinas"))
    assert of(person("a", "dinas")) is not of(person("b", "badan"))
    names = [of(who).quota.name for who in (ANONYMOUS, person("a"), person("a", "dinas"))]  # type: ignore[union-attr]
    assert names == ["anonymous", "token", "agency"]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_has_no_budget(address: str) -> None:
    budgets = Budgets(COSTS)
    assert budgets.of(ANONYMOUS, address) is None
    assert budgets.of(person("a"), address) is not None


def test_zero_is_no_limit() -> None:
    budgets = Budgets({**COSTS, "anonymous": 0})
    assert budgets.of(ANONYMOUS, "192.0.2.1") is None
    assert budgets.of(person("a"), "192.0.2.1") is not None


def test_only_so_many_clients_are_remembered() -> None:
    budgets = Budgets(COSTS)
    first = budgets.of(person("first"), "")
    for number in range(KEPT_CLIENTS):
        budgets.of(person(str(number)), "")
    assert budgets.of(person("first"), "") is not first


@pytest.fixture(scope="module")
def metered(demo_home: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server behind a proxy, with a visitor's budget of one large query."""
    folder = tmp_path_factory.mktemp("metered")
    server = start_server(
        shutil.copytree(demo_home, folder / "home"),
        folder / "server.log",
        SATUDATA_TRUSTED_PROXIES="127.0.0.1",
        SATUDATA_COST_PER_MINUTE="10000",
        SATUDATA_COST_PER_MINUTE_AGENCY="20000",
    )
    server.wait_until_ready()
    yield server
    server.end()


def visitor(server: Server, address: str, **headers: str) -> httpx.Client:
    client: httpx.Client = server.client(**{"X-Forwarded-For": address}, **headers)
    return client


def left(answer: httpx.Response) -> int:
    found = re.fullmatch(r'"(anonymous|token|agency)";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
    assert found, answer.headers["ratelimit"]
    return int(found[2])


def rows(client: httpx.Client, count: int) -> httpx.Response:
    return client.post("/graphql", json={"query": ROWS, "variables": {"n": count}})


def test_every_response_says_what_is_left(metered: Server) -> None:
    client = visitor(metered, "192.0.2.10")
    answers = [
        client.get("/graphql", params={"query": HUB}),
        client.get("/graphql", params={"query": HUB}),
        client.post("/graphql", json={"query": "{ tidakAda }"}),
        client.post("/graphql", content=b"{", headers={"Content-Type": "application/json"}),
        client.get("/graphql", params={"query": HUB}, headers={"Accept": "text/css"}),
    ]
    for answer in answers:
        assert answer.headers["ratelimit-policy"] == '"anonymous";q=10000;w=60'
        assert 9_900 < left(answer) <= 10_000


def test_a_large_query_costs_more_than_a_small_one(metered: Server) -> None:
    client = visitor(metered, "192.0.2.11")
    small, large = left(rows(client, 1)), left(rows(client, 900))
    assert small - large > 500


def test_beyond_the_budget_is_429_until_it_is_back(metered: Server) -> None:
    client = visitor(metered, "192.0.2.12")
    answers = [rows(client, 1_000 - number) for number in range(30)]
    refused = answers[-1]
    assert answers[0].status_code == 200
    assert refused.status_code == 429
    (error,) = refused.json()["errors"]
    assert "data" not in refused.json()
    extensions = error["extensions"]
    assert (extensions["code"], extensions["retryable"]) == ("RATE_LIMITED", True)
    assert refused.headers["retry-after"] == str(extensions["retryAfterSeconds"])
    assert 0 < extensions["retryAfterSeconds"] <= 60
    assert extensions["cost"]["limit"] == 10_000
    assert extensions["cost"]["requested"] > 500
    assert "Jatah biaya habis" in error["message"]
    assert "budget is used up" in visitor_message(client)
    assert rows(client, 1_000).status_code == 200  # kept: told again for 1
    assert rows(visitor(metered, "192.0.2.13"), 1_000).status_code == 200
    repeated = rows(metered.client(), 1_000)
    assert "ratelimit" not in repeated.headers  # the hub's own machine


def visitor_message(client: httpx.Client) -> str:
    body = {"query": ROWS, "variables": {"n": 950}}
    answer = client.post("/graphql", json=body, headers={"Accept-Language": "en"})
    return str(answer.json()["errors"][0]["message"])


def test_people_of_an_agency_share_its_budget(metered: Server) -> None:
    people = [
        metered.client(
            metered.account(role, "disnakertrans-jabar"), **{"X-Forwarded-For": f"192.0.2.{number}"}
        )
        for number, role in enumerate(("PRODUCER", "STEWARD"), 20)
    ]
    first = rows(people[0], 1_000)
    second = rows(people[1], 1_000)
    assert first.headers["ratelimit-policy"] == '"agency";q=20000;w=60'
    assert left(second) < left(first)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_cost_is_told_when_asked_for(metered: Server, method: str) -> None:
    client = visitor(metered, "192.0.2.30")
    wants = {"GraphQL-Cost": "1"}

    def ask(**headers: str) -> httpx.Response:
        if method == "GET":
            return client.get("/graphql", params={"query": HUB}, headers=headers)
        return client.post("/graphql", json={"query": HUB}, headers=headers)

    plain, told, again = ask(), ask(**wants), ask(**wants)
    assert "extensions" not in plain.json()
    assert told.json()["data"] == plain.json()["data"]
    for answer in (told, again):
        cost = answer.json()["extensions"]["cost"]
        assert cost["limit"] == 10_000
        assert cost["requested"] >= 1
        assert 9_000 < cost["remaining"] <= 10_000
        assert 0 <= cost["resetSeconds"] <= 60
        assert answer.headers["cache-control"] == "no-store"
    unlimited = metered.client(**wants).post("/graphql", json={"query": HUB}).json()
    assert set(unlimited["extensions"]["cost"]) == {"requested"}
