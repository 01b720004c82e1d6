"""The acting person (or nobody), as the layers below the web see them.

`satudata.hub.identity` makes a Principal from a session or a token; nothing here knows either.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """Roles of Perpres 39/2019, assigned to a person for an agency and a period."""

    PRODUCER = "PRODUCER"
    SUPPORTING_STEWARD = "SUPPORTING_STEWARD"
    STEWARD = "STEWARD"
    STANDARDS_AUTHORITY = "STANDARDS_AUTHORITY"
    SECRETARIAT = "SECRETARIAT"


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """One dated assignment, already filtered to those in force today."""

    role: Role
    agency: str | None = None
    """Agency slug; None for roles without an agency (SECRETARIAT, a national STANDARDS_AUTHORITY)."""
    region: str | None = None
    start: date | None = None
    until: date | None = None
    decree: str | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """`person_id` None is an anonymous reader; `operator` is the command line acting on its own machine."""

    person_id: str | None = None
    name: str = ""
    email: str | None = None
    grants: tuple[RoleGrant, ...] = ()
    operator: bool = False
    read_only: bool = False
    """Came with a token that may only read: sees what the person sees, does nothing."""

    def has(self, role: Role, agency: str | None = None) -> bool:
        """True when a grant of that role covers the agency (a grant without an agency covers none but itself)."""
        return any(grant.role is role and (agency is None or grant.agency == agency) for grant in self.grants)


ANONYMOUS = Principal()
OPERATOR = Principal(person_id=None, name="operator", operator=True)
