"""The table of agencies."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from satudata.datasets.database.base import Base, Identifier, Line, Word


class AgencyRow(Base):
    __tablename__ = "agency"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    slug: Mapped[str] = mapped_column(Line, unique=True)
    field: Mapped[str] = mapped_column(Line, unique=True)
    """Its GraphQL field: two slugs that would share one are refused."""
    name_id: Mapped[str] = mapped_column(Line)
    name_en: Mapped[str] = mapped_column(Line)
    kind: Mapped[str] = mapped_column(Word)
    url: Mapped[str | None] = mapped_column(Line)
    contact: Mapped[str | None] = mapped_column(Line)
    created_at: Mapped[datetime]
