"""Assembly: opens the parts of a hub from its settings and closes them again.

Not here: HTTP (`app.py`), the command line (`cli/`). What the parts do: `satudata.datasets.services`,
`satudata.graphql.service`, `identity/`, `jobs/`.
"""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from satudata.datasets.exports.cache import ExportStore
from satudata.datasets.exports.reports import ReportStore
from satudata.datasets.services import Services
from satudata.graphql.config import ApiConfig
from satudata.graphql.service import GraphQLApi
from satudata.hub.demo.marker import is_demo_home
from satudata.hub.identity.service import Identity
from satudata.hub.jobs.runner import JobRunner
from satudata.hub.settings import Settings, secret_of
from satudata.hub.storage import identity_of, open_storage
from satudata.hub.web.budgets import Budgets


@dataclass(frozen=True, slots=True)
class Hub:
    """A running hub. Web code reaches it as `request.app.state.hub`.

    Middleware has set, for every request: `request.state.principal` (`Principal`, ANONYMOUS for visitors),
    `request.state.language` (`"id"` or `"en"`), `request.state.csrf_token` (`str`, to be sent back by every form as
    the hidden field `csrf_token`) and `request.state.request_id` (`str`, the reference shown on error pages).
    """

    settings: Settings
    services: Services
    api: GraphQLApi
    identity: Identity
    runner: JobRunner
    exports: ExportStore
    """Downloads made once and kept in the home."""
    reports: ReportStore
    """Reports of checks for people, made once and kept in the home."""
    budgets: Budgets
    is_demo: bool
    """True in a home made by `satudata demo`: every page says so."""


@asynccontextmanager
async def open_hub(settings: Settings) -> AsyncIterator[Hub]:
    """A whole hub for as long as the block runs. Raises SettingsError when the database needs `satudata migrate`."""
    runner = JobRunner(settings)
    async with open_storage(settings, runner) as services:
        secret = secret_of(settings)
        api = GraphQLApi(services, api_config(settings, secret))
        hub = Hub(
            settings=settings,
            services=services,
            api=api,
            identity=identity_of(services, settings, secret),
            runner=runner,
            exports=ExportStore(settings.home / "exports", services.files),
            reports=ReportStore(
                settings.home / "reports",
                services.files,
                idle_seconds=services.config.checker_idle_seconds,
            ),
            budgets=budgets_of(settings),
            is_demo=is_demo_home(settings.home),
        )
        runner.begin(services)
        try:
            yield hub
        finally:
            await runner.close()
            await hub.reports.close()
            await api.close()


def budgets_of(settings: Settings) -> Budgets:
    """Cost budgets by kind of client."""
    return Budgets(
        {
            "anonymous": settings.cost_per_minute,
            "token": settings.cost_per_minute_token,
            "agency": settings.cost_per_minute_agency,
        }
    )


def api_config(settings: Settings, secret: str) -> ApiConfig:
    """What the API is told of the settings; cursors are signed with a key derived from the secret."""
    return ApiConfig(
        public_url=settings.public_url,
        cursor_key=hmac.new(secret.encode(), b"graphql:cursors", hashlib.sha256).digest(),
        version=product_version(),
        response_cache_bytes=settings.response_cache_mb * 1_000_000,
    )


def product_version() -> str:
    """The version of the installed distribution; `0+source` when it runs from a bare checkout."""
    try:
        return version("satudata")
    except PackageNotFoundError:
        return "0+source"
