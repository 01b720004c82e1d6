"""What the people service returns. A stored credential never holds a password or a token, only their hashes."""

from dataclasses import dataclass
from datetime import date, datetime

from satudata.datasets.access.principal import Role


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    email: str
    """Lower case; unique."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """A role given to a person for an agency (slug) and a period, on the strength of a decree."""

    id: str
    person_id: str
    role: Role
    agency: str | None
    region: str | None
    start: date
    until: date | None
    """Last day in force; None is open-ended."""
    decree: str | None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token as stored: its SHA-256 and its last four characters. `revoked_at` ends it before `expires_at`."""

    id: str
    person_id: str
    sha256: str
    last4: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class WebSession:
    """A signed-in browser as stored: the hash of its random id."""

    id_hash: str
    person_id: str
    csrf_secret: str
    created_at: datetime
    expires_at: datetime
