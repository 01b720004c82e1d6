"""The tables of code lists and their editions. The codes themselves are in Parquet files."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from satudata.datasets.database.base import Base, Identifier, Line, Prose


class CodeListRow(Base):
    __tablename__ = "code_list"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    slug: Mapped[str] = mapped_column(Line, unique=True)
    title_id: Mapped[str] = mapped_column(Line)
    title_en: Mapped[str] = mapped_column(Line)
    authority: Mapped[str] = mapped_column(Line)
    license: Mapped[str | None] = mapped_column(Line)
    attribution: Mapped[str | None] = mapped_column(Prose)
    current_edition: Mapped[str] = mapped_column(Line)


class CodeListEditionRow(Base):
    __tablename__ = "code_list_edition"

    list_id: Mapped[str] = mapped_column(ForeignKey("code_list.id"), primary_key=True)
    edition: Mapped[str] = mapped_column(Line, primary_key=True)
    file: Mapped[str] = mapped_column(Line)
    """Name in the references folder."""
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int] = mapped_column(BigInteger)
    imported_at: Mapped[datetime]
