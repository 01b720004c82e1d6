"""Contracts and their columns as the API shows them: declares fields of `DataContract` and `Column`."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry
import yaml
from strawberry.scalars import JSON

from satudata.datasets.errors import NotFound
from satudata.graphql.context import Info
from satudata.graphql.enums import PersonalData
from satudata.graphql.texts import TextType
from satudata.validation.contracts.model import Column, DataContract
from satudata.validation.contracts.naming import camel_case

if TYPE_CHECKING:
    from satudata.graphql.catalogue.codes import CodeListType


def _yaml(root: strawberry.Parent[DataContract]) -> str:
    return root.source


def _json(root: strawberry.Parent[DataContract]) -> Any:  # Any: whatever the YAML says
    return yaml.load(root.source, Loader=yaml.CSafeLoader)


@strawberry.type(
    name="Contract",
    description="A data contract (ODCS v3.1.0 with the SDI profile): what the agency promises about the data.",
)
class ContractType:
    version: str = strawberry.field(description="Semantic version of the contract. Example: `1.2.0`.")
    yaml: str = strawberry.field(resolver=_yaml, description="The contract as it was registered.")
    json: JSON = strawberry.field(resolver=_json, description="The same as JSON.")


def _field(root: strawberry.Parent[Column]) -> str | None:
    return camel_case(root.name) if root.public else None


def _type(root: strawberry.Parent[Column]) -> str:
    return root.type.value


def _key(root: strawberry.Parent[Column]) -> bool:
    return root.is_key


async def _code_list(
    root: strawberry.Parent[Column], info: Info
) -> Any:  # Any: a CodeList, declared as CodeListType
    binding = root.code
    if binding is None:
        return None
    codes = info.context.services.codes
    try:
        return await info.context.once(("code list", binding.code_list), lambda: codes.get(binding.code_list))
    except NotFound:
        return None


@strawberry.type(name="Column", description="A column of a dataset, as its newest contract describes it.")
class ColumnType:
    name: str = strawberry.field(
        description="Name in the contract and in downloads. Example: `jumlah_siswa`."
    )
    field: str | None = strawberry.field(
        resolver=_field,
        description="Its GraphQL field, e.g. `jumlahSiswa`; null when the column is not public.",
    )
    title: TextType = strawberry.field(description="Its title.")
    description: TextType | None = strawberry.field(description="What it holds.")
    type: str = strawberry.field(
        resolver=_type, description="STRING, INTEGER, DECIMAL, FLOAT, BOOLEAN, DATE or DATETIME."
    )
    unit: str | None = strawberry.field(description="Unit of its numbers.")
    measure: str | None = strawberry.field(description="What its numbers measure, as the contract names it.")
    concept: str | None = strawberry.field(
        description="Code of the concept it measures, shared between agencies."
    )
    required: bool = strawberry.field(description="Whether every row has a value.")
    filterable: bool = strawberry.field(
        description="Whether rows can be filtered, ordered and grouped by it."
    )
    key: bool = strawberry.field(resolver=_key, description="Whether it is part of what tells rows apart.")
    code_list: Annotated["CodeListType", strawberry.lazy("satudata.graphql.catalogue.codes")] | None = (
        strawberry.field(resolver=_code_list, description="The code list its values come from.")
    )
    personal_data: PersonalData = strawberry.field(description="Which class of personal data it may hold.")
    public: bool = strawberry.field(
        description="Whether readers get its values; a column that is not public is only described."
    )
    missing_values: list[str] = strawberry.field(
        description="What stands in the file where a value is missing. Example: `8888`."
    )
