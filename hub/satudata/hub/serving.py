"""Runs the application under uvicorn: one process, or several that share the listening socket.

With several, each builds the application from the environment, so options of the command line are written there.
"""

import asyncio
import os
import signal
import sys
from types import FrameType

import uvicorn

from satudata.hub.logs import configure_logs
from satudata.hub.settings import PREFIX, Settings, unknown_names
from satudata.hub.storage import bring_up_to_date
from satudata.hub.web.bounded_http import BoundedHttp

SHUTDOWN_SECONDS = 20


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until stopped. The public address follows the port when nobody set one."""
    if "public_url" not in settings.model_fields_set:
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
        settings = settings.model_copy(update={"public_url": f"http://{shown}:{port}"})
    _warn_about_unknown_names()
    _export(settings)
    configure_logs(settings.log_level)
    if settings.workers > 1:
        # Before there are several: they must not all find an old database and change it.
        asyncio.run(bring_up_to_date(settings))
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn stops in good order and then raises the signal again, which would end us as if it had not.
        signal.signal(number, _leave)
    uvicorn.run(
        "satudata.hub.app:create_app",
        factory=True,
        host=host,
        port=port,
        workers=settings.workers,
        loop="uvloop",
        http=BoundedHttp,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=",".join(settings.trusted_proxies),
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End with success. Everything is closed by now; the interpreter's own tidying up would only let DuckDB's
    binding complain on standard error of objects it leaks."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _export(settings: Settings) -> None:
    os.environ[f"{PREFIX}HOME"] = str(settings.home)
    os.environ[f"{PREFIX}PUBLIC_URL"] = settings.public_url


def _warn_about_unknown_names() -> None:
    for name, close in unknown_names():
        hint = f" Did you mean {close}?" if close else ""
        print(f"satudata: {name} is not a setting and is ignored.{hint}", file=sys.stderr)
