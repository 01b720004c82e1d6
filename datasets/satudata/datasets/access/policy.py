"""One table decides who may do what: roles of Perpres 39/2019 against actions on a thing of an agency.

`can` answers, `require` insists. GraphQL, the portal and the command line all come through the services,
and the services come through here. Whether a thing may be *seen* is asked first (`require_visible`), so that
a refusal never tells that something hidden exists.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from satudata.datasets.access.principal import Principal, Role, RoleGrant
from satudata.datasets.errors import NotAllowed, NotFound
from satudata.validation.contracts.model import AccessLevel
from satudata.validation.text import Text


class Action(StrEnum):
    # the registry
    CREATE_AGENCY = "CREATE_AGENCY"
    CREATE_PERSON = "CREATE_PERSON"
    ASSIGN_ROLE = "ASSIGN_ROLE"
    VIEW_PEOPLE = "VIEW_PEOPLE"
    IMPORT_CODES = "IMPORT_CODES"
    VIEW_AUDIT = "VIEW_AUDIT"
    # a dataset
    VIEW_DATASET = "VIEW_DATASET"
    REGISTER_DATASET = "REGISTER_DATASET"
    WITHDRAW_VERSION = "WITHDRAW_VERSION"
    # a file and its submission
    UPLOAD = "UPLOAD"
    SUBMIT = "SUBMIT"
    VIEW_SUBMISSION = "VIEW_SUBMISSION"
    WITHDRAW_SUBMISSION = "WITHDRAW_SUBMISSION"
    RETRY_CHECK = "RETRY_CHECK"
    REVIEW = "REVIEW"
    REVIEW_AS_AUTHORITY = "REVIEW_AS_AUTHORITY"
    PUBLISH = "PUBLISH"


@dataclass(frozen=True, slots=True)
class Resource:
    """What an action is about, as far as the rules ask. The empty one stands for the hub as a whole."""

    agency: str | None = None
    """Slug of the agency whose data it is."""
    steward: str | None = None
    """Slug of the agency the contract names as steward; the same one when None."""
    access_level: AccessLevel = AccessLevel.OPEN
    priority: bool = False
    region: str | None = None
    """Region code of the dataset's spatial coverage, for authorities whose grant is held to a region."""
    submitted_by: str | None = None
    """Person who made the submission."""
    accepted_by: str | None = None
    """Person who accepted it as steward."""
    with_authority: bool = False
    """A submission that has reached the authority and has not been returned to its producer."""


HUB = Resource()

Scope = Callable[[Principal, RoleGrant, Resource], bool]


def plain_region(code: str | None) -> str:
    """A region code without its dots. Each level has its own width, so a place lies under its code's prefixes."""
    return (code or "").replace(".", "")


def _own_agency(principal: Principal, grant: RoleGrant, resource: Resource) -> bool:
    return grant.agency is not None and grant.agency == resource.agency


def _any_agency(principal: Principal, grant: RoleGrant, resource: Resource) -> bool:
    return grant.agency is not None and resource.agency in (None, grant.agency)


def _everywhere(principal: Principal, grant: RoleGrant, resource: Resource) -> bool:
    return True


def _stewarded(principal: Principal, grant: RoleGrant, resource: Resource) -> bool:
    return grant.agency is not None and grant.agency in (resource.agency, resource.steward)


def _stewarded_of_another(principal: Principal, grant: RoleGrant, resource: Resource) -> bool:
    """A steward never decides on what he or she submitted."""
    return _stewarded(principal, grant, resource) and principal.person_id != resource.submitted_by


def _own_submission(principal: Principal, grant: RoleGrant, resource: Resource) -> bool:
    return _own_agency(principal, grant, resource) and principal.person_id == resource.submitted_by


def _priority(principal: Principal, grant: RoleGrant, resource: Resource) -> bool:
    """Priority data in the authority's field (an agency, or all) and region (a code and what lies under it)."""
    in_field = grant.agency is None or grant.agency == resource.agency
    in_region = grant.region is None or plain_region(resource.region).startswith(plain_region(grant.region))
    return resource.priority and in_field and in_region


def _priority_with_authority(principal: Principal, grant: RoleGrant, resource: Resource) -> bool:
    return _priority(principal, grant, resource) and resource.with_authority


def _priority_of_others(principal: Principal, grant: RoleGrant, resource: Resource) -> bool:
    """The second look is another person's: neither the producer's nor the accepting steward's."""
    return _priority(principal, grant, resource) and principal.person_id not in (
        resource.submitted_by,
        resource.accepted_by,
    )


PRODUCERS = (Role.PRODUCER, Role.SUPPORTING_STEWARD)

_AGENCY_PEOPLE: tuple[tuple[Role, Scope], ...] = (
    (Role.PRODUCER, _own_agency),
    (Role.SUPPORTING_STEWARD, _own_agency),
    (Role.STEWARD, _stewarded),
)

POLICY: dict[Action, tuple[tuple[Role, Scope], ...]] = {
    Action.CREATE_AGENCY: ((Role.SECRETARIAT, _everywhere),),
    Action.CREATE_PERSON: ((Role.SECRETARIAT, _everywhere),),
    Action.ASSIGN_ROLE: ((Role.SECRETARIAT, _everywhere),),
    Action.VIEW_PEOPLE: ((Role.SECRETARIAT, _everywhere),),
    Action.IMPORT_CODES: ((Role.STANDARDS_AUTHORITY, _everywhere),),
    Action.VIEW_AUDIT: ((Role.SECRETARIAT, _everywhere),),
    Action.VIEW_DATASET: (*_AGENCY_PEOPLE, (Role.STANDARDS_AUTHORITY, _priority)),
    Action.REGISTER_DATASET: ((Role.STEWARD, _own_agency),),
    Action.WITHDRAW_VERSION: ((Role.STEWARD, _stewarded),),
    Action.UPLOAD: tuple((role, _any_agency) for role in PRODUCERS),
    Action.SUBMIT: tuple((role, _own_agency) for role in PRODUCERS),
    Action.VIEW_SUBMISSION: (*_AGENCY_PEOPLE, (Role.STANDARDS_AUTHORITY, _priority_with_authority)),
    Action.WITHDRAW_SUBMISSION: tuple((role, _own_submission) for role in PRODUCERS),
    Action.RETRY_CHECK: _AGENCY_PEOPLE,
    Action.REVIEW: ((Role.STEWARD, _stewarded_of_another),),
    Action.REVIEW_AS_AUTHORITY: ((Role.STANDARDS_AUTHORITY, _priority_of_others),),
    Action.PUBLISH: ((Role.STEWARD, _stewarded_of_another),),
}
"""Action -> the roles that may, each within a scope. Whoever is not listed may not."""

VIEWS = frozenset({Action.VIEW_DATASET, Action.VIEW_SUBMISSION, Action.VIEW_PEOPLE, Action.VIEW_AUDIT})
"""What a read-only principal may still do."""

OPERATOR_ACTIONS = frozenset(
    {
        Action.CREATE_AGENCY,
        Action.CREATE_PERSON,
        Action.ASSIGN_ROLE,
        Action.VIEW_PEOPLE,
        Action.IMPORT_CODES,
        Action.VIEW_AUDIT,
        Action.RETRY_CHECK,
    }
)
"""What the command line may do on its own machine without acting as a person: set up, look after, never data."""


READING = frozenset(action for action in Action if action.startswith("VIEW_"))
"""All that a principal with a read-only token may do, of what the roles allow."""


@dataclass(frozen=True, slots=True)
class Permission:
    """A granted action; `role` is the one that granted it, None for what anybody or the operator may."""

    role: Role | None


def permission(principal: Principal, action: Action, resource: Resource = HUB) -> Permission | None:
    """The permission for `action` on `resource`, or None."""
    if action is Action.VIEW_DATASET and resource.access_level is AccessLevel.OPEN:
        return Permission(None)
    if principal.read_only and action not in VIEWS:
        return None
    if principal.operator:
        return Permission(None) if action in OPERATOR_ACTIONS else None
    if principal.person_id is None or (principal.read_only and action not in READING):
        return None
    for role, scope in POLICY[action]:
        for grant in principal.grants:
            if grant.role is role and scope(principal, grant, resource):
                return Permission(role)
    return None


def can(principal: Principal, action: Action, resource: Resource = HUB) -> bool:
    """True when the principal may do `action` on `resource`."""
    return permission(principal, action, resource) is not None


def require(principal: Principal, action: Action, resource: Resource = HUB) -> Role | None:
    """The role by which the principal may; raises NotAllowed when there is none."""
    granted = permission(principal, action, resource)
    if granted is None:
        raise NotAllowed(_refusal(principal, action))
    return granted.role


def require_visible(principal: Principal, action: Action, resource: Resource, what: Text) -> None:
    """Raises NotFound, as for a thing that is not there, when the principal may not see it. `action` is a VIEW_ one."""
    if not can(principal, action, resource):
        raise NotFound(not_found_text(what))


def not_found_text(what: Text) -> Text:
    """`what` names the thing, e.g. "Dataset a/b"."""
    return Text(
        id=f"{what.id} tidak ditemukan. Periksa kembali penulisannya.",
        en=f"{what.en} was not found. Check how it is written.",
    )


def _refusal(principal: Principal, action: Action) -> Text:
    if principal.person_id is None and not principal.operator:
        return Text(
            id="Silakan masuk lebih dahulu: tindakan ini hanya untuk petugas.",
            en="Sign in first: only staff may do this.",
        )
    label = ACTION_NAMES[action]
    if principal.read_only:
        return Text(
            id=f"Token ini hanya untuk membaca. Gunakan token lain untuk {label.id}.",
            en=f"This token may only read. Use another token to {label.en}.",
        )
    return Text(
        id=f"Anda tidak berwenang untuk {label.id}. Mintalah peran yang sesuai kepada sekretariat.",
        en=f"You may not {label.en}. Ask the secretariat for the role that may.",
    )


ACTION_NAMES: dict[Action, Text] = {
    Action.CREATE_AGENCY: Text("mendaftarkan instansi", "register an agency"),
    Action.CREATE_PERSON: Text("mendaftarkan petugas", "register a person"),
    Action.ASSIGN_ROLE: Text("menetapkan peran", "assign a role"),
    Action.VIEW_PEOPLE: Text("melihat daftar petugas", "see the register of people"),
    Action.IMPORT_CODES: Text("memasukkan kode referensi", "import reference codes"),
    Action.VIEW_AUDIT: Text("melihat catatan audit", "see the audit trail"),
    Action.VIEW_DATASET: Text("melihat dataset ini", "see this dataset"),
    Action.REGISTER_DATASET: Text("mendaftarkan dataset instansi ini", "register a dataset of this agency"),
    Action.WITHDRAW_VERSION: Text("menarik versi dataset ini", "withdraw a version of this dataset"),
    Action.UPLOAD: Text("mengunggah berkas", "upload a file"),
    Action.SUBMIT: Text("mengajukan data untuk dataset ini", "submit data for this dataset"),
    Action.VIEW_SUBMISSION: Text("melihat pengajuan ini", "see this submission"),
    Action.WITHDRAW_SUBMISSION: Text("membatalkan pengajuan ini", "withdraw this submission"),
    Action.RETRY_CHECK: Text("mengulang pemeriksaan ini", "repeat this check"),
    Action.REVIEW: Text("memeriksa pengajuan ini", "review this submission"),
    Action.REVIEW_AS_AUTHORITY: Text(
        "memeriksa pengajuan data prioritas ini", "review this submission of priority data"
    ),
    Action.PUBLISH: Text("menerbitkan pengajuan ini", "publish this submission"),
}
