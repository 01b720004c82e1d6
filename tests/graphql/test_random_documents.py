"""Many random documents against the demo: nothing ends in a 5xx or a fault, every answer keeps to the schema."""

import random
import time
from typing import Any

import httpx
import pytest
from tests.counts import FULL
from tests.graphql.generator import Document, Generator, check_answer

from graphql import GraphQLSchema, build_schema

Hub = Any  # tests/conftest.py: RunningHub

MOST_DOCUMENTS = 10**9 if FULL else 300
SECONDS = 300 if FULL else 60
CODES = {"BAD_INPUT", "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "COST_LIMIT", "RATE_LIMITED", "TIMEOUT"}
SEEDS = """{
  datasets(first: 20) { nodes { id slug agency { id slug } latest { id } } pageInfo { endCursor } }
  codeLists { nodes { id slug codes(first: 5) { nodes { code } } } }
}"""


@pytest.fixture(scope="module")
def schema(demo_server: Hub) -> GraphQLSchema:
    return build_schema(httpx.get(f"{demo_server.url}/graphql/schema.graphql").text)


@pytest.fixture(scope="module")
def values(demo_server: Hub) -> list[str]:
    """Slugs, ids, codes and a cursor that exist."""
    found: list[str] = []

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            for part in value.values():
                collect(part)
        elif isinstance(value, list):
            for part in value:
                collect(part)
        elif isinstance(value, str):
            found.append(value)

    collect(demo_server.graphql(SEEDS)["data"])
    return found


def check(schema: GraphQLSchema, document: Document, response: httpx.Response) -> str:
    """Raises where the answer is not one the schema allows; tells what kind of answer it is."""
    assert response.status_code in (200, 400)
    body = response.json()
    errors = body.get("errors", [])
    for error in errors:
        assert error["extensions"]["code"] in CODES, error
        assert error["message"]
    if response.status_code == 400:
        assert errors
        assert "data" not in body
        return "refused"
    if body["data"] is not None:
        check_answer(schema, document.selected, body["data"])
    else:
        assert errors
    return "with errors" if errors else "answered"


@pytest.mark.parametrize(("operation", "share"), [("query", 0.9), ("mutation", 0.1)])
def test_every_answer_keeps_to_the_schema(
    demo_server: Hub, schema: GraphQLSchema, values: list[str], operation: str, share: float
) -> None:
    ends = time.monotonic() + SECONDS * share
    kinds = dict.fromkeys(("answered", "with errors", "refused"), 0)
    right = 0
    with httpx.Client(timeout=30, headers={"accept": "application/graphql-response+json"}) as client:
        for seed in range(int(MOST_DOCUMENTS * share)):
            if time.monotonic() > ends:
                break
            generator = Generator(schema, random.Random(f"{operation} {seed}"), values, [0.0, 0.4][seed % 2])
            document = generator.document(operation)
            body = {"query": document.text, "variables": document.variables}
            response = client.post(f"{demo_server.url}/graphql", json=body)
            try:
                kinds[check(schema, document, response)] += 1
            except AssertionError as error:
                raise AssertionError(f"seed {seed}: {error}\n{document}\n{response.text[:3000]}") from error
            right += not document.wrong
    assert sum(kinds.values()) > 10
    if operation == "query":
        assert kinds["answered"] > right / 4, kinds
        assert kinds["refused"] > 0
