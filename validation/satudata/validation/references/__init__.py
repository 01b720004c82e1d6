"""Code lists in a folder: immutable Parquet files and a manifest, so that a check needs no database.

`folder.py` reads them, `building.py` writes them. Only the standard library and polars, because the wheel's
build uses it too.
"""

from satudata.validation.references.building import EditionExists, InvalidCodeList, build_list
from satudata.validation.references.folder import (
    CodeEntry,
    CodeListInfo,
    EditionInfo,
    References,
    ReferencesUnreadable,
    UnknownCodeList,
    UnknownEdition,
)

__all__ = [
    "CodeEntry",
    "CodeListInfo",
    "EditionExists",
    "EditionInfo",
    "InvalidCodeList",
    "References",
    "ReferencesUnreadable",
    "UnknownCodeList",
    "UnknownEdition",
    "build_list",
]
