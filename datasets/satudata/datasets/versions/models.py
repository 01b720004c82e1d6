"""The table of published versions: the truth about what the lake holds."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from satudata.datasets.database.base import Base, Identifier, Line, Prose, Word


class VersionRow(Base):
    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("dataset_id", "number"),)

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id"))
    number: Mapped[int]
    contract_version: Mapped[str] = mapped_column(Word)
    state: Mapped[str] = mapped_column(Word)
    published_at: Mapped[datetime] = mapped_column(index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(BigInteger)
    row_count: Mapped[int] = mapped_column(BigInteger)
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """`[{name, type, nullable, scale}]` in contract order."""
    key: Mapped[list[str]] = mapped_column(JSON)
    stored_order: Mapped[list[str]] = mapped_column(JSON)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), unique=True)
    report_key: Mapped[str] = mapped_column(Line)
    notes_id: Mapped[str | None] = mapped_column(Prose)
    notes_en: Mapped[str | None] = mapped_column(Prose)
    erratum_id: Mapped[str | None] = mapped_column(Prose)
    erratum_en: Mapped[str | None] = mapped_column(Prose)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason_id: Mapped[str | None] = mapped_column(Prose)
    withdrawn_reason_en: Mapped[str | None] = mapped_column(Prose)
