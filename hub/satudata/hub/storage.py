"""Opens the lower layers from the settings, for the web application and the command line alike.

An embedded (SQLite) database is brought up to date when it is opened; a shared one only by `satudata migrate`, because
other processes may still be using it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import make_url

from satudata.datasets.clock import SystemClock
from satudata.datasets.config import DatasetsConfig
from satudata.datasets.database.engine import Database
from satudata.datasets.jobs.protocol import Jobs
from satudata.datasets.migrations import is_current, upgrade
from satudata.datasets.services import Services, open_services
from satudata.hub.identity.service import Identity
from satudata.hub.settings import SettingProblem, Settings, SettingsError
from satudata.validation.text import Text


@asynccontextmanager
async def open_storage(settings: Settings, jobs: Jobs | None = None) -> AsyncIterator[Services]:
    """The services for as long as the block runs. Raises SettingsError when a shared database is behind."""
    await bring_up_to_date(settings)
    services = await open_services(datasets_config(settings), jobs, SystemClock())
    try:
        yield services
    finally:
        await services.close()


async def migrate(settings: Settings) -> None:
    """Bring the database to the form this version needs."""
    await asyncio.to_thread(settings.home.mkdir, mode=0o700, parents=True, exist_ok=True)
    await upgrade(datasets_config(settings).database)


def identity_of(services: Services, settings: Settings, secret: str) -> Identity:
    """The identity layer over these services."""
    return Identity(
        services.people, services.credentials, services.clock, secret=secret, origin=settings.origin
    )


def datasets_config(settings: Settings) -> DatasetsConfig:
    """What the catalogue is told of the settings."""
    return DatasetsConfig(
        home=settings.home,
        database_url=_with_driver(settings.database_url) if settings.database_url else None,
        files_url=_as_url(settings.files_url) if settings.files_url else None,
    )


async def bring_up_to_date(settings: Settings) -> None:
    """Make the home, closed to other accounts of the machine, and migrate an embedded database.

    Raises SettingsError when a shared database needs `satudata migrate`.
    """
    await asyncio.to_thread(settings.home.mkdir, mode=0o700, parents=True, exist_ok=True)
    url = datasets_config(settings).database
    if make_url(url).get_backend_name() == "sqlite":
        await upgrade(url)
        return
    database = Database(url)
    try:
        current = await is_current(database)
    finally:
        await database.close()
    if not current:
        message = Text(
            id="basis data belum sesuai dengan versi program ini. Jalankan `satudata migrate`, lalu coba lagi.",
            en="the database does not fit this version of the program. Run `satudata migrate`, then try again.",
        )
        raise SettingsError((SettingProblem("SATUDATA_DATABASE_URL", message),))


def _with_driver(url: str) -> str:
    for plain, driven in (("sqlite://", "sqlite+aiosqlite://"), ("postgresql://", "postgresql+asyncpg://")):
        if url.startswith(plain):
            return driven + url.removeprefix(plain)
    return url


def _as_url(place: str) -> str:
    return place if "://" in place else Path(place).expanduser().absolute().as_uri()
