"""Datasets that a contract refers to (foreign keys): are they registered, have they that column, may they be used?

A target that is registered but not published yet is accepted here: agencies often register both at once. The check
of a file then warns that the values were not compared.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.catalogue.contracts import Contracts
from satudata.datasets.catalogue.repository import CatalogueRepository
from satudata.datasets.errors import InputProblem, InvalidInput
from satudata.validation.contracts.model import AccessLevel, DataContract, ForeignKey
from satudata.validation.findings.suggesting import near
from satudata.validation.text import Text


def may_refer(agency: str, target: DataContract, column: str) -> bool:
    """Whether contracts of `agency` may compare values with a column of `target`.

    Their own datasets, and public columns of open ones: a report tells which values are missing there and what is
    close to them, so anything else would tell about data that is not open.
    """
    if target.agency == agency:
        return True
    found = target.by_name.get(column)
    return target.access_level is AccessLevel.OPEN and (found is None or found.public)


async def check_targets(session: AsyncSession, contracts: Contracts, contract: DataContract) -> None:
    """Raises InvalidInput with every column that refers to something that can never be compared with."""
    problems = [
        problem
        for column in contract.columns
        if column.reference is not None
        and (problem := await _problem(session, contracts, contract, column.name, column.reference))
    ]
    if problems:
        raise InvalidInput(
            Text(
                "Kontrak merujuk ke dataset atau kolom yang tidak dapat dipakai.",
                "The contract refers to a dataset or column that cannot be used.",
            ),
            ("contractYaml",),
            "CONTRACT_INVALID",
            tuple(problems),
        )


async def _problem(
    session: AsyncSession, contracts: Contracts, contract: DataContract, name: str, wanted: ForeignKey
) -> InputProblem | None:
    path = f"columns.{name}.relationships"
    if wanted.dataset == contract.id:
        return InputProblem(
            path,
            Text("Kolom merujuk ke datasetnya sendiri.", "The column refers to its own dataset."),
            Text("Rujuklah dataset lain.", "Refer to another dataset."),
        )
    record = await CatalogueRepository(session).record(wanted.dataset)
    target = await contracts.get(session, wanted.dataset, record.dataset.contract_version) if record else None
    if target is None or not may_refer(contract.agency, target, wanted.column):
        # One answer for both: whether a closed dataset exists is not told.
        return InputProblem(
            path,
            Text(
                f"Dataset {wanted.dataset} belum terdaftar di sini, atau kolomnya tidak terbuka.",
                f"The dataset {wanted.dataset} is not registered here, or the column is not open.",
            ),
            Text(
                "Periksa namanya, atau minta instansi pemiliknya mendaftarkannya lebih dahulu.",
                "Look at its name, or ask its agency to register it first.",
            ),
        )
    if wanted.column not in target.by_name:
        names = [found.name for found in target.columns if may_refer(contract.agency, target, found.name)]
        close = near(wanted.column, names) or ", ".join(names[:8])
        return InputProblem(
            path,
            Text(
                f"Dataset {wanted.dataset} tidak punya kolom {wanted.column}.",
                f"The dataset {wanted.dataset} has no column {wanted.column}.",
            ),
            Text(f"Yang ada: {close}.", f"There is: {close}."),
        )
    return None
