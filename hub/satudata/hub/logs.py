"""Logs: one line an event through structlog, JSON when nobody watches, readable on a terminal.

Records of the standard library (uvicorn, alembic, the job runner) take the same way. Secrets and data never get in:
the names in `_SECRET` are blanked wherever they turn up as keys.
"""

import io
import json
import logging
import sys
from typing import Any, BinaryIO, cast

import orjson
import structlog
from structlog.types import EventDict, Processor, WrappedLogger

_SECRET = frozenset(
    {
        "authorization",
        "cookie",
        "csrf_token",
        "password",
        "query",
        "secret",
        "set-cookie",
        "token",
        "value",
        "variables",
    }
)


def configure_logs(level: str) -> None:
    """Set up logging of this process. `level` as in SATUDATA_LOG_LEVEL."""
    as_json = not sys.stderr.isatty()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        blank_secrets,
    ]
    renderer: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    if as_json:
        # Our own lines take no detour through the standard library: it would cost every request 60 microseconds.
        ours: list[Processor] = [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(_line),
        ]
        factory: Any = structlog.BytesLoggerFactory(cast(BinaryIO, _Stderr()))
    else:
        ours = [structlog.stdlib.ProcessorFormatter.wrap_for_formatter]
        factory = structlog.stdlib.LoggerFactory()
    structlog.configure(
        processors=[*shared, *ours],
        logger_factory=factory,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Their own chatter at INFO says nothing an operator needs; access lines are ours (`web/middleware/request_log.py`).
    for name in ("uvicorn.access", "alembic", "aiosqlite", "asyncio", "great_expectations"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "dbos"):
        other = logging.getLogger(name)
        other.handlers[:] = []
        other.propagate = True


class _Stderr(io.RawIOBase):
    """Standard error as it is when a line is written."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # Any: bytes-like
        return sys.stderr.buffer.write(data)

    def flush(self) -> None:
        sys.stderr.flush()


def _line(event: EventDict, **options: Any) -> bytes:  # Any: what structlog hands to a serializer
    try:
        return orjson.dumps(event, default=options["default"], option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # numbers beyond 64 bits, text that is no Unicode
        return json.dumps(event, default=options["default"]).encode()


def blank_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the values of secret names, at the top and one level down."""
    for key, value in event.items():
        if key.lower() in _SECRET:
            event[key] = "[blanked]"
        elif isinstance(value, dict):
            event[key] = _blanked(value)
    return event


def _blanked(values: dict[Any, Any]) -> dict[Any, Any]:  # Any: whatever a caller logs
    return {key: "[blanked]" if str(key).lower() in _SECRET else value for key, value in values.items()}
