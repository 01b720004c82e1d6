"""What Alembic runs: with the connection it was handed, or one of its own for a developer's `-x url=...`."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, DateTime, create_engine

from satudata.datasets.database.base import UtcDateTime
from satudata.datasets.database.tables import METADATA


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write our column types as the plain ones they are stored as."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def same_type(_: Any, __: Any, stored: Any, ours: Any, ___: Any) -> bool | None:
    """An instant is stored as the database's own type with a time zone (SQLite: none)."""
    return False if isinstance(ours, UtcDateTime) and isinstance(stored, DateTime) else None


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,
        compare_type=same_type,
        compare_server_default=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


handed: Connection | None = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as own:
        run(own)
