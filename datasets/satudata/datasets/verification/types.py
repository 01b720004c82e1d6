"""What `verify` finds."""

from dataclasses import dataclass
from enum import StrEnum


class ProblemKind(StrEnum):
    AUDIT_CHAIN = "AUDIT_CHAIN"
    """The audit trail was changed."""
    MISSING_FILE = "MISSING_FILE"
    CHANGED_FILE = "CHANGED_FILE"
    """A file is not what its name or row says."""
    ORPHAN_FILE = "ORPHAN_FILE"
    """No row names the file: left by an act that did not finish. Harmless; `repair` removes old ones."""


@dataclass(frozen=True, slots=True)
class VerificationProblem:
    """`subject` is a file's key or the audit event; `detail` says what is wrong; `removed` when repaired."""

    kind: ProblemKind
    subject: str
    detail: str
    removed: bool = False
