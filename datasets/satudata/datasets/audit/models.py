"""The tables of the audit trail. Triggers made by the migration refuse updates and deletions of events."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from satudata.datasets.database.base import Base, Identifier, Line, Prose, Word


class AuditEventRow(Base):
    __tablename__ = "audit_event"

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(Identifier, index=True)
    role: Mapped[str | None] = mapped_column(Word)
    action: Mapped[str] = mapped_column(Word)
    subject: Mapped[str] = mapped_column(Line, index=True)
    detail: Mapped[str] = mapped_column(Prose)
    """Canonical JSON, as it was hashed."""
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHeadRow(Base):
    """One row: where the chain ends. Locked by whoever appends, so that two never follow the same event."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
