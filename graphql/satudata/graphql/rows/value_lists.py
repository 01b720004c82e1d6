"""Columns whose allowed values become a GraphQL enum: which ones, with which values, and the types made of them.

A reader may ask any published version, and each holds values of the contract it was checked against. So the values are
those of all these contracts together, and the column stays text unless each of them has a list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphql import GraphQLEnumType, GraphQLEnumValue
from satudata.graphql.rows.wording import title_of
from satudata.validation.contracts.model import Column, ColumnType, DataContract
from satudata.validation.contracts.value_lists import are_names, is_value_list


@dataclass(frozen=True, slots=True)
class ValueList:
    """`allowed` are the contract's values in its order; `former` ones stand in versions of earlier contracts only."""

    allowed: tuple[str, ...]
    former: tuple[str, ...]


def value_lists(contract: DataContract, earlier: Iterable[DataContract]) -> Mapping[str, ValueList]:
    """By column name. `earlier` are the other contracts that published versions were checked against."""
    before = tuple(earlier)
    found: dict[str, ValueList] = {}
    for column in contract.public_columns:
        if is_value_list(column) and (values := _over_time(column, before)) is not None:
            found[column.name] = values
    return found


def _over_time(column: Column, earlier: Iterable[DataContract]) -> ValueList | None:
    former: dict[str, None] = {}
    for contract in earlier:
        then = contract.by_name.get(column.name)
        if then is None or then.type is not ColumnType.STRING:
            continue  # what is asked of such a version is refused (`connection.check_columns`)
        if not then.enum:
            return None
        former |= dict.fromkeys(value for value in then.enum if value not in column.enum)
    return ValueList(column.enum, tuple(former)) if are_names((*column.enum, *former)) else None


def enum_type(name: str, column: Column, values: ValueList, contract: DataContract) -> GraphQLEnumType:
    """The type of such a column. Its names are the values as they are stored."""
    gone = (
        f"Tidak ada lagi dalam kontrak {contract.version}; hanya di versi lama. / "
        f"No longer in contract {contract.version}; only in older versions."
    )
    return GraphQLEnumType(
        name,
        {value: GraphQLEnumValue(value) for value in values.allowed}
        | {value: GraphQLEnumValue(value, deprecation_reason=gone) for value in values.former},
        description=f"{title_of(column)}: nilai sebagaimana tersimpan. / Values as they are stored.",
    )
