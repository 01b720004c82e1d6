"""Names of a dataset in GraphQL: `dinas-contoh/jumlah-siswa` is `data.dinasContoh.jumlahSiswa`,
its types are `DinasContoh_JumlahSiswa` with a suffix for each role.

Static types have no underscore, so nothing collides. Collisions between columns are refused when a contract is read
(`satudata.validation.contracts.profile`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from satudata.validation.contracts.model import DataContract
from satudata.validation.contracts.naming import camel_case, pascal_case

SUFFIXES = (
    "Connection",
    "Edge",
    "Filter",
    "Order",
    "GroupBy",
    "Key",
    "Aggregate",
    "Group",
    "GroupOrder",
    "Having",
)
"""Every type made from a contract beside the row type itself."""


@dataclass(frozen=True, slots=True)
class DatasetNames:
    """GraphQL names of one dataset and its columns."""

    slug: str
    agency_field: str
    """Field of `Data`, e.g. `dinasContoh`."""
    agency_type: str
    """Type of that field, e.g. `Data_DinasContoh`."""
    dataset_field: str
    """Field of the agency's type, e.g. `jumlahSiswa`."""
    type_name: str
    """Row type, e.g. `DinasContoh_JumlahSiswa`."""
    fields: Mapping[str, str]
    """Column name to GraphQL field."""

    @classmethod
    def of(cls, contract: DataContract) -> "DatasetNames":
        """Names of the contract's dataset with all its columns."""
        address = DatasetAddress.of(contract.id)
        return cls(
            slug=contract.id,
            agency_field=address.agency_field,
            agency_type=address.agency_type,
            dataset_field=address.dataset_field,
            type_name=address.type_name,
            fields={column.name: camel_case(column.name) for column in contract.columns},
        )

    def field(self, column: str) -> str:
        """The GraphQL field of a column."""
        return self.fields[column]

    def type(self, suffix: str) -> str:
        """`type("Filter")` is `DinasContoh_JumlahSiswa_Filter`."""
        return f"{self.type_name}_{suffix}"

    def enum(self, column: str) -> str:
        """The type of a column's values: of `jenjang`, `DinasContoh_JumlahSiswa_Jenjang`.

        Of a column named like a suffix it is `..._Order_Value`. Its filter, `..._Jenjang_Filter`, has one part more,
        which no other type has.
        """
        own = pascal_case(column)
        return self.type(f"{own}_Value" if own in SUFFIXES else own)


@dataclass(frozen=True, slots=True)
class DatasetAddress:
    """The part of the names that follows from the slug alone."""

    agency_field: str
    agency_type: str
    dataset_field: str
    type_name: str

    @staticmethod
    @lru_cache(maxsize=100_000)
    def of(slug: str) -> "DatasetAddress":
        """Names of `agency/dataset`."""
        agency, _, dataset = slug.partition("/")
        return DatasetAddress(
            agency_field=camel_case(agency),
            agency_type=f"Data_{pascal_case(agency)}",
            dataset_field=camel_case(dataset),
            type_name=f"{pascal_case(agency)}_{pascal_case(dataset)}",
        )

    @property
    def row_field(self) -> str:
        """`data.dinasContoh.jumlahSiswa`, as shown in the catalogue."""
        return f"data.{self.agency_field}.{self.dataset_field}"
