"""Who may see which datasets, as SQL: the same answer as `policy.can(principal, VIEW_DATASET, ...)`, row by row.

A test holds the two together for every role, agency, access level and priority.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, true
from sqlalchemy.orm import aliased

from satudata.datasets.access.policy import PRODUCERS, Resource, plain_region
from satudata.datasets.access.principal import Principal, Role
from satudata.datasets.agencies.models import AgencyRow
from satudata.datasets.catalogue.models import DatasetRow
from satudata.validation.contracts.model import AccessLevel

Steward = aliased(AgencyRow, name="steward")
"""The agency that is a dataset's steward, beside `AgencyRow`, whose data it is."""


def with_agencies(statement: Select[*tuple[Any, ...]]) -> Any:
    """Join both agencies to a statement that selects from `DatasetRow`, as the conditions below need them."""
    return statement.join(AgencyRow, AgencyRow.id == DatasetRow.agency_id).join(
        Steward, Steward.id == DatasetRow.steward_id
    )


def dataset_resource(row: DatasetRow, agency: str, steward: str) -> Resource:
    """What the policy needs to know of a dataset."""
    return Resource(
        agency=agency,
        steward=steward,
        access_level=AccessLevel(row.access_level),
        priority=row.priority,
        region=row.region,
    )


def own_agencies(principal: Principal) -> tuple[str, ...]:
    """Slugs of the agencies in which the principal has a role that works with their data."""
    working = (*PRODUCERS, Role.STEWARD)
    return tuple({grant.agency for grant in principal.grants if grant.role in working and grant.agency})


def stewarded_agencies(principal: Principal) -> tuple[str, ...]:
    """Slugs of the agencies for which the principal is steward."""
    return tuple({grant.agency for grant in principal.grants if grant.role is Role.STEWARD and grant.agency})


def of_agency_people(principal: Principal) -> ColumnElement[bool]:
    """True for the data of the principal's own agencies."""
    return or_(
        AgencyRow.slug.in_(own_agencies(principal)),
        Steward.slug.in_(stewarded_agencies(principal)),
    )


def in_field_of_authority(principal: Principal) -> ColumnElement[bool]:
    """True for priority data in the field and region of one of the principal's grants as an authority."""
    fields: list[ColumnElement[bool]] = []
    for grant in principal.grants:
        if grant.role is Role.STANDARDS_AUTHORITY:
            field: ColumnElement[bool] = true() if grant.agency is None else AgencyRow.slug == grant.agency
            region: ColumnElement[bool] = (
                true() if grant.region is None else DatasetRow.region.startswith(plain_region(grant.region))
            )
            fields.append(and_(field, region))
    return and_(DatasetRow.priority.is_(True), or_(*fields)) if fields else false()


def visible_datasets(principal: Principal) -> ColumnElement[bool]:
    """True for the datasets the principal may see."""
    is_open = DatasetRow.access_level == AccessLevel.OPEN.value
    if principal.person_id is None or principal.operator:
        return is_open
    return or_(is_open, of_agency_people(principal), in_field_of_authority(principal))
