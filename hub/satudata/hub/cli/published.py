"""`--dataset agency/name=FILE`: the published datasets that a contract refers to, as downloaded from a hub."""

from pathlib import Path
from typing import TYPE_CHECKING

from satudata.hub.cli.output import USAGE, fail, require_file
from satudata.validation.text import Text

if TYPE_CHECKING:
    from satudata.validation.contracts.model import DataContract

_PARQUET = b"PAR1"


def published_files(given: list[str], contract: "DataContract") -> dict[str, Path]:
    """`foreign` of `check_file`. Ends the program where an option is not one or a dataset is not asked for."""
    from satudata.validation.contracts.references import foreign_files

    datasets: dict[str, Path] = {}
    wanted = {column.reference.dataset for column in contract.columns if column.reference is not None}
    for option in given:
        dataset, separator, name = option.partition("=")
        if not separator or not name:
            fail(
                Text(
                    id=f"--dataset {option}: tulis instansi/dataset=BERKAS.",
                    en=f"--dataset {option}: write agency/dataset=FILE.",
                ),
                USAGE,
            )
        if dataset not in wanted:
            known = ", ".join(sorted(wanted)) or "-"
            fail(
                Text(
                    id=f"Kontrak ini tidak merujuk ke {dataset}. Yang dirujuk: {known}.",
                    en=f"This contract does not refer to {dataset}. It refers to: {known}.",
                ),
                USAGE,
            )
        datasets[dataset] = _parquet(Path(name))
    return foreign_files(contract, datasets)


def _parquet(path: Path) -> Path:
    require_file(path)
    with path.open("rb") as file:
        if file.read(len(_PARQUET)) != _PARQUET:
            fail(
                Text(
                    id=f"{path} bukan Parquet. Unduh datasetnya dari portal sebagai Parquet.",
                    en=f"{path} is not Parquet. Download the dataset from the portal as Parquet.",
                ),
                USAGE,
            )
    return path
