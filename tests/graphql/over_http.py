"""A client of the API over HTTP, in this process."""

from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import Scope

from satudata.datasets.access.principal import ANONYMOUS
from satudata.graphql.http import Caller, GraphQLEndpoint, graphql_routes

STEWARD = {"authorization": "Bearer walidata"}
PRODUCER = {"authorization": "Bearer produsen"}
ELSEWHERE = {"origin": "https://elsewhere.example"}


def connected(asking: Any) -> httpx.AsyncClient:
    """`asking` is that of conftest.py. The headers above say who asks, and that another site's page does."""
    people = {"Bearer walidata": asking.cast.steward, "Bearer produsen": asking.cast.producer}

    def caller_of(scope: Scope) -> Caller:
        headers = Headers(scope=scope)
        return Caller(
            people.get(headers.get("authorization", ""), ANONYMOUS),
            "en" if headers.get("accept-language", "").startswith("en") else "id",
            foreign="origin" in headers,
        )

    app = Starlette(routes=graphql_routes(GraphQLEndpoint(asking.api, caller_of)))
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    return httpx.AsyncClient(transport=transport, base_url="http://hub")
