"""The tables of people, their roles and their credentials."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from satudata.datasets.database.base import Base, Identifier, Line, Word


class PersonRow(Base):
    __tablename__ = "person"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    name: Mapped[str] = mapped_column(Line)
    email: Mapped[str] = mapped_column(Line, unique=True)
    created_at: Mapped[datetime]


class RoleAssignmentRow(Base):
    __tablename__ = "role_assignment"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(Word)
    agency_id: Mapped[str | None] = mapped_column(ForeignKey("agency.id"), index=True)
    region: Mapped[str | None] = mapped_column(Line)
    start: Mapped[date]
    until: Mapped[date | None]
    decree: Mapped[str | None] = mapped_column(Line)


class PasswordRow(Base):
    __tablename__ = "password"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(Line)
    changed_at: Mapped[datetime]


class AccessTokenRow(Base):
    __tablename__ = "access_token"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    last4: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(Line)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class WebSessionRow(Base):
    __tablename__ = "web_session"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    csrf_secret: Mapped[str] = mapped_column(Line)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
