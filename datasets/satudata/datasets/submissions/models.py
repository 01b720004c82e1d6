"""The tables of uploads, submissions, their steps and review findings, and the reports of their checks."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from satudata.datasets.database.base import Base, Identifier, Line, Prose, Word


class UploadRow(Base):
    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    file_name: Mapped[str] = mapped_column(Line)
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    received_at: Mapped[datetime | None]


class SubmissionRow(Base):
    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("submitted_by_id", "idempotency_key"),
        Index("ix_submission_dataset_id_submitted_at", "dataset_id", "submitted_at"),
    )

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id"))
    contract_version: Mapped[str] = mapped_column(Word)
    upload_id: Mapped[str] = mapped_column(ForeignKey("upload.id"))
    state: Mapped[str] = mapped_column(Word, index=True)
    file_name: Mapped[str] = mapped_column(Line)
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    submitted_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime]
    idempotency_key: Mapped[str] = mapped_column(Line)
    note: Mapped[str | None] = mapped_column(Prose)
    notes_id: Mapped[str | None] = mapped_column(Prose)
    notes_en: Mapped[str | None] = mapped_column(Prose)
    erratum_id: Mapped[str | None] = mapped_column(Prose)
    erratum_en: Mapped[str | None] = mapped_column(Prose)
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("submission.id"))
    release_at: Mapped[datetime | None]
    accepted_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """The steward who accepted it: the authority's second look must be another person's."""
    publish_requested_at: Mapped[datetime | None]
    publish_requested_by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class SubmissionStepRow(Base):
    __tablename__ = "submission_step"
    __table_args__ = (UniqueConstraint("submission_id", "position"),)

    id: Mapped[str] = mapped_column(Identifier, primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"))
    position: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """None for the machine."""
    role: Mapped[str | None] = mapped_column(Word)
    from_state: Mapped[str | None] = mapped_column(Word)
    to_state: Mapped[str] = mapped_column(Word)
    reason: Mapped[str | None] = mapped_column(Prose)
    confirmed_rules: Mapped[list[str]] = mapped_column(JSON)


class ReviewFindingRow(Base):
    __tablename__ = "review_finding"

    step_id: Mapped[str] = mapped_column(ForeignKey("submission_step.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    row: Mapped[int | None] = mapped_column(BigInteger)
    column: Mapped[str | None] = mapped_column(Line)
    text: Mapped[str] = mapped_column(Prose)


class ReportRow(Base):
    """The check's result. The snapshot's columns are empty for a rejected file: nothing was stored."""

    __tablename__ = "report"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    key: Mapped[str] = mapped_column(Line)
    """Of the JSON report in the file store."""
    verdict: Mapped[str] = mapped_column(Word)
    rows: Mapped[int] = mapped_column(BigInteger)
    errors: Mapped[int] = mapped_column(BigInteger)
    warnings: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    snapshot_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    snapshot_bytes: Mapped[int | None] = mapped_column(BigInteger)
    snapshot_rows: Mapped[int | None] = mapped_column(BigInteger)
    snapshot_columns: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
