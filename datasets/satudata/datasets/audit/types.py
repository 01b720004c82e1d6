"""What the audit service returns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from satudata.datasets.access.principal import Role


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act. `hash` covers every other field, `previous_hash` included, so no event can change unseen."""

    seq: int
    at: datetime
    actor: str
    """Person id, or `operator`, `satudata` (the machine itself) or `anonymous`."""
    role: Role | None
    action: str
    """`noun.verb`, e.g. `submission.review`."""
    subject: str
    """`noun:id`, e.g. `dataset:agency/name`."""
    detail: Mapping[str, Any]
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class ChainBreak:
    """The first event that does not follow from the one before it, or the head that names another end."""

    seq: int
    reason: str
