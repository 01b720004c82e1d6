"""The arithmetic of the chain: how an event is written down and what its hash covers. No database here."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

GENESIS = "0" * 64
"""The hash before the first event."""


def canonical_json(value: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no spaces: one text for one value."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def event_hash(
    *,
    seq: int,
    at: datetime,
    actor: str,
    role: str | None,
    action: str,
    subject: str,
    detail: str,
    previous_hash: str,
) -> str:
    """SHA-256 over all fields of an event and the hash of the one before it."""
    text = canonical_json(
        {
            "seq": seq,
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": actor,
            "role": role,
            "action": action,
            "subject": subject,
            "detail": detail,
            "previous": previous_hash,
        }
    )
    return hashlib.sha256(text.encode()).hexdigest()
