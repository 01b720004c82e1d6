"""`verify`: does everything the database claims still hold, in the audit chain and in the files?"""

from satudata.datasets.verification.types import ProblemKind, VerificationProblem
from satudata.datasets.verification.verify import verify

__all__ = ["ProblemKind", "VerificationProblem", "verify"]
