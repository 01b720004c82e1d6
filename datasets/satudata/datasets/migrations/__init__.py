"""Alembic migrations of the catalogue's database: `upgrade` in code, the `alembic` command for developers.

Nothing here holds an address: `upgrade` hands its connection to `env.py`, developers give `-x url=...`.
"""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from satudata.datasets.database.engine import Database

LOCATION = "satudata.datasets:migrations"


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, with the open connection to work on."""
    made = Config()
    made.set_main_option("script_location", LOCATION)
    made.attributes["connection"] = connection
    return made


async def upgrade(url: str) -> None:
    """Bring the database to the newest revision, in one transaction; nothing to do when it is there."""
    database = Database(url)
    try:
        async with database.schema_change() as connection:
            await connection.run_sync(lambda opened: command.upgrade(alembic_config(opened), "head"))
    finally:
        await database.close()


async def is_current(database: Database) -> bool:
    """True when the database stands at the newest revision."""
    async with database.read() as session:
        connection = await session.connection()
        found = await connection.run_sync(
            lambda opened: MigrationContext.configure(opened).get_current_revision()
        )
    return found == ScriptDirectory.from_config(alembic_config()).get_current_head()
