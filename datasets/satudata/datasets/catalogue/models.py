"""The tables of datasets and their contract versions."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from satudata.datasets.database.base import Base, Identifier, Line, Prose, Word


class DatasetRow(Base):
    """What the newest contract and the newest version say, as far as lists, filters and search need it."""

    __tablename__ = "dataset"
    __table_args__ = (UniqueConstraint("agency_id", "field"),)

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    slug: Mapped[str] = mapped_column(Line, unique=True)
    agency_id: Mapped[str] = mapped_column(ForeignKey("agency.id"), index=True)
    steward_id: Mapped[str] = mapped_column(ForeignKey("agency.id"), index=True)
    field: Mapped[str] = mapped_column(Line)
    contract_version: Mapped[str] = mapped_column(Word)
    access_level: Mapped[str] = mapped_column(Word)
    priority: Mapped[bool]
    topic: Mapped[str | None] = mapped_column(Line, index=True)
    region: Mapped[str | None] = mapped_column(Line)
    """Spatial coverage, without dots."""
    title_id: Mapped[str] = mapped_column(Line)
    title_en: Mapped[str] = mapped_column(Line)
    search_title: Mapped[str] = mapped_column(Prose)
    search_keywords: Mapped[str] = mapped_column(Prose)
    search_text: Mapped[str] = mapped_column(Prose)
    latest_number: Mapped[int | None]
    """Highest version number that is not withdrawn."""
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    """When that version was published."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ContractVersionRow(Base):
    """A contract as it was registered, byte for byte."""

    __tablename__ = "contract_version"
    __table_args__ = (UniqueConstraint("dataset_id", "version"),)

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id"))
    version: Mapped[str] = mapped_column(Word)
    status: Mapped[str] = mapped_column(Line)
    yaml: Mapped[str] = mapped_column(Prose)
    sha256: Mapped[str] = mapped_column(String(64))
    registered_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]
