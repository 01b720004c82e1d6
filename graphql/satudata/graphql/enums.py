"""Enums of the layers below, under their GraphQL names. The members are those of the Python enums, by name."""

import strawberry

from satudata.datasets.access.principal import Role
from satudata.datasets.agencies.types import AgencyKind
from satudata.datasets.catalogue.types import DatasetOrder
from satudata.datasets.submissions.types import CheckStage, ReviewDecision, SubmissionState
from satudata.datasets.versions.types import VersionState
from satudata.validation.contracts.model import AccessLevel, PersonalData, Severity
from satudata.validation.reports.model import Verdict

strawberry.enum(Role, description="A role of Perpres 39/2019, held for an agency and a period.")
strawberry.enum(AgencyKind, description="What kind of body an agency is.")
strawberry.enum(
    DatasetOrder,
    description=(
        "Order of datasets. RELEVANCE: best match of `search` first, newest first without one. NEWEST: published last "
        "comes first, datasets without a version last. TITLE: by title."
    ),
)
strawberry.enum(
    AccessLevel,
    description=(
        "Who may read a dataset. OPEN: anyone. RESTRICTED and CLOSED: only staff of the agency; to everybody else such "
        "a dataset does not exist."
    ),
)
strawberry.enum(
    PersonalData,
    description="Personal data as classed by UU 27/2022, article 4. GENERAL: e.g. a name. SPECIFIC: e.g. health data.",
)
strawberry.enum(
    VersionState,
    description=(
        "State of a published version. PUBLISHED: the newest. SUPERSEDED: replaced by a newer one, still readable. "
        "WITHDRAWN: taken back; what remains is its entry, with the reason."
    ),
)
strawberry.enum(
    SubmissionState,
    description=(
        "Where a submission stands. UPLOADED, CHECKING: being checked. FAILED: our fault, it can be retried. REJECTED: "
        "the check found errors. IN_REVIEW: with the steward. AUTHORITY_REVIEW: with the standards authority (priority "
        "data). RETURNED, RETURNED_TO_STEWARD: sent back with a reason. APPROVED: may be published. PUBLISHED: done. "
        "WITHDRAWN: taken back. REJECTED and RETURNED are final: send a new file that `replaces` this one."
    ),
)
strawberry.enum(ReviewDecision, description="What a reviewer decides: ACCEPT, or RETURN with a reason.")
strawberry.enum(
    CheckStage,
    description=(
        "What is being done with a submitted file: the stages of the check, then SERVING while it is "
        "published, then DONE."
    ),
)
strawberry.enum(
    Verdict,
    description=(
        "Result of a check. ACCEPTED: nothing found. NEEDS_CONFIRMATION: warnings that the steward must "
        "accept, rule by rule. REJECTED: errors."
    ),
)
strawberry.enum(
    Severity,
    description=(
        "How much a finding weighs: an ERROR rejects the file, a WARNING needs confirmation, INFO "
        "does neither."
    ),
)

__all__ = [
    "AccessLevel",
    "AgencyKind",
    "CheckStage",
    "DatasetOrder",
    "PersonalData",
    "ReviewDecision",
    "Role",
    "Severity",
    "SubmissionState",
    "Verdict",
    "VersionState",
]
