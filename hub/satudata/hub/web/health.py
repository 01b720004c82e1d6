"""/healthz: the process answers. /readyz: it can do its work; each part by name, 503 when one cannot.

Orchestrators restart on the first and route on the second. Neither tells secrets or versions.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
import structlog
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from satudata.datasets.files.keys import raw_key
from satudata.datasets.migrations import is_current
from satudata.datasets.services import Services
from satudata.hub.assembly import Hub

TIMEOUT_SECONDS = 5.0

logger = structlog.get_logger("satudata.health")


def health_routes() -> list[BaseRoute]:
    """Both addresses."""
    return [Route("/healthz", healthz, methods=["GET"]), Route("/readyz", readyz, methods=["GET"])]


async def healthz(_request: Request) -> Response:
    """The event loop turns; nothing else is asked."""
    return _answer({"status": "ok"}, 200)


async def readyz(request: Request) -> Response:
    """Every part is asked at once, within five seconds."""
    hub: Hub = request.app.state.hub
    checks: dict[str, Callable[[], Awaitable[bool]]] = {
        "database": lambda: _database_answers(hub.services),
        "migrations": lambda: is_current(hub.services.database),
        "files": lambda: _files_answer(hub),
        "jobs": lambda: _true(hub.runner.healthy),
    }
    results = await asyncio.gather(*(_passes(name, check) for name, check in checks.items()))
    parts = {name: "ok" if passed else "failed" for name, passed in zip(checks, results, strict=True)}
    ready = all(results)
    return _answer({"status": "ok" if ready else "failed", "parts": parts}, 200 if ready else 503)


async def _passes(name: str, check: Callable[[], Awaitable[bool]]) -> bool:
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await check()
    except Exception:  # any fault of a part is an answer here: not ready
        logger.exception("health.failed", part=name)
        return False


async def _database_answers(services: Services) -> bool:
    async with services.database.read() as session:
        return bool((await session.execute(text("SELECT 1"))).scalar_one())


async def _files_answer(hub: Hub) -> bool:
    """The home can be written to, and the store (which may be elsewhere) can be asked."""
    await hub.services.files.exists(raw_key("0" * 64))
    return await asyncio.to_thread(_writable, hub.settings.home)


async def _true(value: bool) -> bool:
    return value


def _writable(folder: Path) -> bool:
    with contextlib.suppress(OSError), tempfile.TemporaryFile(dir=folder):
        return True
    return False


def _answer(body: dict[str, object], status: int) -> Response:
    return Response(orjson.dumps(body), status, {"Cache-Control": "no-store"}, "application/json")
