"""Which files a check needs for the datasets that a contract refers to."""

from collections.abc import Mapping
from pathlib import Path

from satudata.validation.contracts.model import DataContract


def foreign_files(contract: DataContract, datasets: Mapping[str, Path]) -> dict[str, Path]:
    """`foreign` of `check_file` out of the Parquet files of datasets by `agency/dataset`; others are left out."""
    return {
        str(column.reference): datasets[column.reference.dataset]
        for column in contract.columns
        if column.reference is not None and column.reference.dataset in datasets
    }
