"""Who is asking: name and roles of the person behind a request."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from satudata.datasets.access.principal import Principal, RoleGrant
from satudata.datasets.errors import NotFound
from satudata.graphql.context import Info
from satudata.graphql.enums import Role
from satudata.graphql.scalars import Date

if TYPE_CHECKING:
    from satudata.graphql.catalogue.agencies import AgencyType


# Any below: domain records for fields whose declared types describe them.


async def _agency(root: strawberry.Parent[RoleGrant], info: Info) -> Any:
    slug, agencies = root.agency, info.context.services.agencies
    if slug is None:
        return None
    try:
        return await info.context.once(("agency", slug), lambda: agencies.get(slug))
    except NotFound:
        return None


def _from(root: strawberry.Parent[RoleGrant]) -> Any:
    return root.start


@strawberry.type(name="RoleAssignment", description="A role given to a person, in force today.")
class RoleAssignmentType:
    role: Role = strawberry.field(description="The role.")
    agency: Annotated["AgencyType", strawberry.lazy("satudata.graphql.catalogue.agencies")] | None = (
        strawberry.field(
            resolver=_agency, description="For which agency; null for roles that are not held for one."
        )
    )
    from_: Date = strawberry.field(name="from", resolver=_from, description="First day in force.")
    until: Date | None = strawberry.field(description="Last day in force; null while it is open-ended.")
    decree: str | None = strawberry.field(description="The decree it rests on.")


def _roles(root: strawberry.Parent[Principal]) -> Any:
    return root.grants


@strawberry.type(name="Viewer", description="The person behind the request.")
class ViewerType:
    name: str = strawberry.field(description="Their name.")
    email: str | None = strawberry.field(description="Their e-mail address.")
    roles: list[RoleAssignmentType] = strawberry.field(
        resolver=_roles, description="Their roles in force today."
    )


def this_viewer(info: Info) -> Any:
    """The viewer; None for a visitor who is not signed in."""
    principal = info.context.principal
    return None if principal.person_id is None else principal
