"""The GraphQL API of a hub, free of HTTP: documents in, JSON out. `http.py` puts it on the web.

Signature draft: `GraphQLApi(services, config)`, `start()`, `close()`, `execute(...)`, `sdl(...)`.
"""

from collections.abc import Collection, Mapping
from typing import Any

from satudata.datasets.access.principal import Principal
from satudata.datasets.services import Services
from satudata.graphql.config import ApiConfig
from satudata.graphql.outcome import ExecutionOutcome
from satudata.validation.text import Language


class GraphQLApi:
    """Answers GraphQL requests over the services of one hub. Make it once a process."""

    def __init__(self, services: Services, config: ApiConfig) -> None: ...

    async def execute(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,  # Any: JSON values
        operation_name: str | None = None,
        *,
        principal: Principal,
        language: Language = "id",
        queries_only: bool = False,
    ) -> ExecutionOutcome: ...

    async def sdl(self, datasets: Collection[str] | None = None) -> bytes: ...

    async def close(self) -> None: ...
