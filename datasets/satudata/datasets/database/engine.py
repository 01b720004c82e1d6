"""`Database`: short reading and writing transactions over SQLite or PostgreSQL, with the same guarantees on both.

SQLite: WAL, one writing connection, and writing transactions that take the lock when they begin (`BEGIN IMMEDIATE`),
so that a read-then-update never works on what another has changed since; readers have connections of their own.
PostgreSQL: reading transactions are REPEATABLE READ; writing ones READ COMMITTED, and whoever decides on a row locks
it first (`FOR UPDATE`, see the repositories).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_MILLISECONDS = 30_000
SQLITE_READERS = 4
SCHEMA_LOCK = 39_2019
"""Key of the PostgreSQL advisory lock that migrations take; any number that is ours."""


class Database:
    """Use `read()` for looking and `write()` for changing; a session lives for one transaction."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.is_sqlite:
            _make_folder(url)
            self._writer = _sqlite_engine(url, writing=True)
            self._reader = _sqlite_engine(url, writing=False)
        else:
            self._writer = create_async_engine(
                url, hide_parameters=True, pool_pre_ping=True, pool_size=5, max_overflow=15
            )
            self._reader = self._writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        self._turn = asyncio.Lock()
        self._write_session = async_sessionmaker(self._writer, expire_on_commit=False, autoflush=True)
        self._read_session = async_sessionmaker(self._reader, expire_on_commit=False, autoflush=False)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A transaction that sees one consistent state and changes nothing."""
        async with self._read_session() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction that commits at the end of the block, or rolls back when the block raises.

        Keep it short and wait for nothing but the database in it: on SQLite everybody else who writes is waiting.
        """
        if not self.is_sqlite:
            async with self._write_session() as session, session.begin():
                yield session
            return
        async with self._turn, self._write_session() as session, session.begin():
            yield session

    @asynccontextmanager
    async def schema_change(self) -> AsyncIterator[AsyncConnection]:
        """A writing transaction for migrations; other processes that want one wait for their turn."""
        async with self._writer.begin() as connection:
            if not self.is_sqlite:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})
            yield connection

    async def close(self) -> None:
        """Give back all connections."""
        await self._writer.dispose()
        if self.is_sqlite:
            await self._reader.dispose()


def is_duplicate(error: IntegrityError) -> bool:
    """True when a unique constraint was broken, not another kind of constraint."""
    return getattr(error.orig, "sqlstate", None) == "23505" or "UNIQUE constraint failed" in str(error.orig)


def _make_folder(url: str) -> None:
    file = make_url(url).database
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)


def _sqlite_engine(url: str, *, writing: bool) -> AsyncEngine:
    connections = 1 if writing else SQLITE_READERS
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=BUSY_MILLISECONDS / 1000,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        # The driver must not open transactions by itself: they begin where we say, as we say.
        raw: Any = connection
        raw.isolation_level = None
        cursor = raw.cursor()
        for pragma in (
            f"busy_timeout = {BUSY_MILLISECONDS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"query_only = {'OFF' if writing else 'ON'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
