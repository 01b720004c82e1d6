"""A home opened for one command: its services and identity, without a web server and without jobs.

A command that starts work commits the row; the running hub picks it up within a second, or at its next start.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from satudata.datasets.access.principal import OPERATOR, Principal
from satudata.datasets.paging import Position
from satudata.datasets.people.types import Person
from satudata.hub.cli.output import fail
from satudata.hub.settings import Settings, load_settings, secret_of
from satudata.validation.text import Text

if TYPE_CHECKING:
    from satudata.datasets.services import Services
    from satudata.hub.identity.service import Identity

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works with."""

    settings: Settings
    services: "Services"
    identity: "Identity"

    async def person(self, email: str) -> Principal:
        """The person of that address, with today's roles; ends the program when there is none."""
        principal = await self.identity.principal_for_email(email)
        if principal is None:
            fail(
                Text(
                    id=f"Tidak ada orang dengan surel {email}. Lihat `satudata user list`.",
                    en=f"There is nobody with the address {email}. See `satudata user list`.",
                )
            )
        return principal

    async def people(self) -> AsyncIterator[Person]:
        """Everybody, by name."""
        after: Position | None = None
        while True:
            page = await self.services.people.list(OPERATOR, first=500, after=after)
            for person in page.items:
                yield person
            if not page.has_next:
                return
            after = page.positions[-1]


def run(home: Path | None, command: Callable[[Session], Awaitable[Result]]) -> Result:
    """Open the home, run the command, close the home."""

    async def whole() -> Result:
        async with opened(home) as session:
            return await command(session)

    return asyncio.run(whole())


@asynccontextmanager
async def opened(home: Path | None) -> AsyncIterator[Session]:
    """The home for as long as the block runs, for commands that do more than one thing in it."""
    settings = load_settings(home=home)

    # Imported here: the database layer takes half a second that `--help` and `check` need not wait for.
    from satudata.hub.storage import identity_of, open_storage

    async with open_storage(settings) as services:
        yield Session(settings, services, identity_of(services, settings, secret_of(settings)))
