"""The table of registered documents."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from satudata.datasets.database.base import Base, Prose


class RegisteredDocumentRow(Base):
    __tablename__ = "registered_document"
    __table_args__ = (Index(None, "person_id", "registered_at"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Prose)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    registered_at: Mapped[datetime]
