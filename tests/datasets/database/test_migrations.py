"""Migrations give exactly the tables the code declares, on both databases, and may run as often as one likes."""

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncConnection

from satudata.datasets.database.engine import Database
from satudata.datasets.database.tables import METADATA
from satudata.datasets.migrations import alembic_config, is_current, upgrade


async def in_transaction(database: Database, work: Any) -> Any:
    async with database.schema_change() as connection:
        assert isinstance(connection, AsyncConnection)
        return await connection.run_sync(work)


async def test_an_upgraded_database_has_what_the_code_declares(database: Database) -> None:
    await in_transaction(database, lambda opened: command.check(alembic_config(opened)))


async def test_a_table_the_migrations_forgot_would_be_noticed(database: Database) -> None:
    await in_transaction(database, lambda opened: METADATA.tables["review_finding"].drop(opened))
    found = await in_transaction(
        database, lambda opened: compare_metadata(MigrationContext.configure(opened), METADATA)
    )
    assert [difference[0] for difference in found] == ["add_table"]


async def test_upgrading_again_changes_nothing(database: Database, database_url: str) -> None:
    assert await is_current(database)
    await upgrade(database_url)
    assert await is_current(database)


async def test_downgrading_removes_everything_and_upgrading_brings_it_back(database: Database) -> None:
    await in_transaction(database, lambda opened: command.downgrade(alembic_config(opened), "base"))
    left = await in_transaction(database, lambda opened: inspect(opened).get_table_names())
    assert left == ["alembic_version"]
    assert not await is_current(database)
    await in_transaction(database, lambda opened: command.upgrade(alembic_config(opened), "head"))
    assert await is_current(database)


async def test_a_new_database_is_made_with_its_folder(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new' / 'home' / 'catalogue.sqlite'}"
    await upgrade(url)
    database = Database(url)
    assert await is_current(database)
    await database.close()


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


@pytest.mark.parametrize("table", sorted(METADATA.tables))
def test_every_constraint_has_a_name(table: str) -> None:
    assert all(constraint.name for constraint in METADATA.tables[table].constraints)
