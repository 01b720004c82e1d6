"""What changed between two versions of a dataset: which two are compared, and which of their columns readers may see.

How rows are compared is in `satudata.datasets.rows.changes`.
"""

from dataclasses import dataclass

from satudata.datasets.access.principal import Principal
from satudata.datasets.catalogue.service import CatalogueService
from satudata.datasets.errors import InvalidInput, NotFound
from satudata.datasets.rows.changes import ChangeReader, Comparison
from satudata.datasets.versions.service import VersionService
from satudata.datasets.versions.types import DatasetVersion
from satudata.validation.contracts.model import DataContract
from satudata.validation.text import Text


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """Two versions of a dataset with the contracts they were published under. `rows` is for the `ChangeReader`."""

    older: DatasetVersion
    newer: DatasetVersion
    older_contract: DataContract
    newer_contract: DataContract
    rows: Comparison


class ComparisonService:
    """`reader` answers what a comparison found; `close` it with the service."""

    def __init__(self, versions: VersionService, catalogue: CatalogueService, reader: ChangeReader) -> None:
        self.reader = reader
        self._versions = versions
        self._catalogue = catalogue

    async def compare(
        self, version: DatasetVersion, since: int | None, principal: Principal
    ) -> VersionComparison | None:
        """A version beside an earlier one, by number, or without a number the last before it that is not withdrawn.

        None when there is none before it. Only columns that are public take part: in both contracts, and in the one of
        the newest version. Raises NotFound: VERSION_WITHDRAWN (either), UNKNOWN_VERSION; InvalidInput:
        SINCE_NOT_EARLIER, NOTHING_TO_COMPARE (no column in common).
        """
        slug = version.dataset_slug
        newer = await self._versions.readable(slug, version.number, principal)
        older = await self._earlier(newer, since, principal)
        if older is None:
            return None
        dataset = await self._catalogue.get(slug, principal)
        older_contract = await self._catalogue.contract(slug, older.contract_version)
        newer_contract = await self._catalogue.contract(slug, newer.contract_version)
        contracts = [older_contract, newer_contract]
        if dataset.latest is not None:
            contracts.append(await self._catalogue.contract(slug, dataset.latest.contract_version))
        hidden = {column.name for contract in contracts for column in contract.columns if not column.public}
        rows = Comparison(older.snapshot, newer.snapshot, frozenset(hidden))
        if not rows.shared:
            raise _nothing_to_compare(older, newer)
        return VersionComparison(older, newer, older_contract, newer_contract, rows)

    async def close(self) -> None:
        """Stop what is being compared."""
        await self.reader.close()

    async def _earlier(
        self, newer: DatasetVersion, since: int | None, principal: Principal
    ) -> DatasetVersion | None:
        slug = newer.dataset_slug
        if since is None:
            return await self._versions.before(slug, newer.number, principal)
        if since >= newer.number:
            raise _not_earlier(newer, since)
        try:
            return await self._versions.readable(slug, since, principal)
        except NotFound as refusal:
            raise NotFound(
                Text(
                    f"{refusal.message.id} Sebut versi lain sebelum versi {newer.number} pada `since`, atau hapus "
                    "`since`.",
                    f"{refusal.message.en} Name another version before version {newer.number} in `since`, or leave "
                    "`since` out.",
                ),
                ("since",),
                refusal.code,
            ) from None


def _not_earlier(newer: DatasetVersion, since: int) -> InvalidInput:
    if newer.number == 1:
        remedy = Text(
            "Versi 1 adalah yang pertama: tidak ada yang dapat dibandingkan. Hapus `since`.",
            "Version 1 is the first: there is nothing to compare it with. Leave `since` out.",
        )
    else:
        remedy = Text(
            f"Sebut nomor dari 1 sampai {newer.number - 1}, atau hapus `since` untuk versi sebelumnya.",
            f"Name a number from 1 to {newer.number - 1}, or leave `since` out for the version before.",
        )
    return InvalidInput(
        Text(
            f"since: versi {since} tidak lebih lama daripada versi {newer.number}. {remedy.id}",
            f"since: version {since} is not older than version {newer.number}. {remedy.en}",
        ),
        ("since",),
        "SINCE_NOT_EARLIER",
    )


def _nothing_to_compare(older: DatasetVersion, newer: DatasetVersion) -> InvalidInput:
    return InvalidInput(
        Text(
            f"since: versi {older.number} dan versi {newer.number} tidak mempunyai kolom yang sama. Sebut versi lain, "
            "atau unduh keduanya.",
            f"since: version {older.number} and version {newer.number} have no column in common. Name another "
            "version, or download both.",
        ),
        ("since",),
        "NOTHING_TO_COMPARE",
    )
