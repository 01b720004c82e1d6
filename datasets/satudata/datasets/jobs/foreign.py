"""The published datasets that a contract refers to, as files the checker can read.

Only what the referring agency may use (`catalogue/targets.py`), by the contract the version was published with and by
the access level of today.
"""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from satudata.datasets.catalogue.repository import CatalogueRepository, DatasetRecord
from satudata.datasets.catalogue.targets import may_refer
from satudata.datasets.files.keys import lake_key
from satudata.datasets.jobs.core import JobCore
from satudata.validation.contracts.loading import reload_contract
from satudata.validation.contracts.model import AccessLevel, DataContract


async def foreign_files(core: JobCore, contract: DataContract, stack: AsyncExitStack) -> dict[str, Path]:
    """By `agency/dataset.column`, the Parquet file of the newest version; what cannot be used is left out.

    The files are there as long as `stack` is open.
    """
    wanted = {column.reference for column in contract.columns if column.reference is not None}
    if not wanted:
        return {}
    files: dict[str, Path] = {}
    async with core.database.read() as session:
        records = await CatalogueRepository(session).records([target.dataset for target in wanted])
    for slug, record in records.items():
        if record.latest is None:
            continue
        columns = {target.column for target in wanted if target.dataset == slug}
        usable = await _usable(core, contract, record, columns)
        if usable:
            key = lake_key(slug, record.latest.sha256)
            path = await stack.enter_async_context(core.files.local_path(key))
            files |= {f"{slug}.{column}": path for column in usable}
    return files


async def _usable(
    core: JobCore, contract: DataContract, record: DatasetRecord, columns: set[str]
) -> set[str]:
    if record.latest is None or record.agency.slug == contract.agency:
        return columns
    async with core.database.read() as session:
        row = await CatalogueRepository(session).contract_version(
            record.dataset.id, record.latest.contract_version
        )
    if row is None:
        return set()
    if record.dataset.access_level != AccessLevel.OPEN.value:  # by its newest contract
        return set()
    target = await asyncio.to_thread(reload_contract, row.yaml)
    return {column for column in columns if may_refer(contract.agency, target, column)}
