"""The people of a demo home: one secretariat, one authority, and a producer and a steward for each agency.

Passwords and tokens are random and stand, readable only by the owner of the home, in `demo-credentials.json`:
`[{"email", "password", "token", "roles": [{"role", "agency"}]}]`. Interrupted seeding goes on where it stopped.
"""

import json
import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from satudata.datasets.access.principal import OPERATOR, Principal, Role
from satudata.datasets.services import Services
from satudata.hub.demo.manifest import DemoAgency
from satudata.hub.identity.passwords import generate_password
from satudata.hub.identity.service import Identity
from satudata.hub.identity.tokens import Scope

FILE = "demo-credentials.json"
TOKEN_LIFETIME = timedelta(days=365)
SINCE = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Account:
    """One person of the demo and the role he or she plays."""

    email: str
    name: str
    role: Role
    agency: str | None = None


SECRETARIAT = Account("sekretariat@demo.example", "Sekretariat Satu Data (demo)", Role.SECRETARIAT)
AUTHORITY = Account("pembina@demo.example", "Pembina Data (demo)", Role.STANDARDS_AUTHORITY)


def producer(agency: str) -> Account:
    """The producer of an agency."""
    return Account(f"produsen.{agency}@demo.example", f"Produsen Data {agency} (demo)", Role.PRODUCER, agency)


def steward(agency: str) -> Account:
    """The steward of an agency."""
    return Account(f"walidata.{agency}@demo.example", f"Walidata {agency} (demo)", Role.STEWARD, agency)


def accounts_of(agencies: tuple[DemoAgency, ...]) -> list[Account]:
    """Everybody but the secretariat, who must be there first."""
    people = [AUTHORITY]
    for agency in agencies:
        people += [producer(agency.slug), steward(agency.slug)]
    return people


class CredentialsFile:
    """Rewritten whole after each account, mode 0600 from its first byte."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE
        self.entries: list[dict[str, Any]] = self._read()  # Any: the JSON shape above

    def has(self, email: str) -> bool:
        """True when that account was finished."""
        return any(entry["email"] == email for entry in self.entries)

    def add(self, account: Account, password: str, token: str) -> None:
        """Keep an account."""
        roles = [{"role": account.role.value, "agency": account.agency}]
        self.entries.append({"email": account.email, "password": password, "token": token, "roles": roles})
        temporary = self.path.with_suffix(".part")
        temporary.unlink(missing_ok=True)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(self.entries, file, indent=2)
            file.write("\n")
        os.replace(temporary, self.path)

    def _read(self) -> list[dict[str, Any]]:
        try:
            entries: list[dict[str, Any]] = json.loads(self.path.read_text())
        except FileNotFoundError:
            return []
        return entries


class AccountMaker:
    """Makes people as the secretariat would, their credentials (and the secretariat itself) as the operator would."""

    def __init__(self, services: Services, identity: Identity, home: Path) -> None:
        self._services = services
        self._identity = identity
        self.credentials = CredentialsFile(home)

    async def ensure(self, account: Account, actor: Principal = OPERATOR) -> Principal:
        """The person with his or her role, made unless there already."""
        if not self.credentials.has(account.email):
            person_id = await self._person(account, actor)
            await self._role(account, person_id, actor)
            password = generate_password()
            await self._identity.set_password(OPERATOR, person_id, password)
            token, _ = await self._identity.create_token(
                OPERATOR, person_id, "demo", (Scope.READ, Scope.PUBLISH), TOKEN_LIFETIME
            )
            self.credentials.add(account, password, token)
        return await self.principal(account)

    async def principal(self, account: Account) -> Principal:
        """The person, ready to act."""
        found = await self._identity.principal_for_email(account.email)
        if found is None:
            raise LookupError(account.email)
        return found

    async def _person(self, account: Account, actor: Principal) -> str:
        found = await self._services.people.find(account.email)
        person = found or await self._services.people.create(actor, account.name, account.email)
        return person.id

    async def _role(self, account: Account, person_id: str, actor: Principal) -> None:
        held = {(item.role, item.agency) for item in await self._services.people.roles(person_id)}
        if (account.role, account.agency) not in held:
            await self._services.people.assign_role(
                actor, person_id, account.role, account.agency, start=SINCE
            )
