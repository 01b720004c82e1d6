"""Our side: the tables published in a home of their own the way agencies publish, and `satudata serve` on it.

Upload, check, review and publication are the services of the demo; only the contracts (`contracts/`) and the code list
of the bench's regions are made here. No index is declared and no limit is raised.
"""

import asyncio
import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

import polars as pl

from satudata.datasets.agencies.types import AgencyKind
from satudata.hub.demo import marker
from satudata.hub.demo.accounts import AUTHORITY, AccountMaker
from satudata.hub.demo.manifest import DemoAgency, DemoDataset, Manifest
from satudata.hub.demo.seeding import SeedProgress, seed_home
from satudata.hub.settings import Settings, load_settings, secret_of
from satudata.hub.storage import identity_of, open_storage
from satudata.validation.references.folder import MANIFEST
from satudata.validation.text import Text

CONTRACTS = Path(__file__).parent / "contracts"
AGENCY = DemoAgency("bench", Text("Tabel pengukuran", "Bench tables"), AgencyKind.OTHER, None)
TABLES = ("region", "facility", "population", "budget")
CODE_LIST = "bench/region-code"
SETTINGS = {
    "SATUDATA_WORKERS": "2",
    "SATUDATA_LOG_LEVEL": "warning",  # no line a request; PostGraphile in production writes none either
    "SATUDATA_RESPONSE_CACHE_MB": "0",  # every answer is made anew
}


def publish(tables: Path, home: Path) -> None:
    """A home with the four tables published; one that is finished is left as it is."""
    if marker.is_finished(home):
        return
    settings = load_settings(home=home)
    asyncio.run(_publish(settings, tables))


def serve_command(home: Path, port: int) -> tuple[list[str], dict[str, str]]:
    """What starts the server: arguments and environment."""
    command = [sys.executable, "-m", "satudata.hub.cli", "serve", "--port", str(port), "--home", str(home)]
    return command, {**os.environ, **SETTINGS}


def remake(home: Path) -> None:
    """Forget the home, to publish anew."""
    shutil.rmtree(home, ignore_errors=True)


async def _publish(settings: Settings, tables: Path) -> None:
    await _import_regions(settings, tables)
    datasets = tuple(
        DemoDataset(f"bench/{name}", tables / f"{name}.csv", CONTRACTS / f"{name}.yaml", (), None)
        for name in TABLES
    )
    await seed_home(settings, Manifest((AGENCY,), datasets), _tell)


async def _import_regions(settings: Settings, tables: Path) -> None:
    """The code list of the 552 regions, brought in as the standards authority does."""
    folder = tables / "codes"
    _write_code_list(pl.read_parquet(tables / "region.parquet"), folder)
    async with open_storage(settings) as services:
        identity = identity_of(services, settings, secret_of(settings))
        authority = await AccountMaker(services, identity, settings.home).ensure(AUTHORITY)
        await services.codes.import_folder(authority, folder)


def _write_code_list(region: pl.DataFrame, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    codes = region.select(
        pl.col("code"),
        pl.col("name").alias("label"),
        pl.col("level").str.to_uppercase(),
        pl.col("province_code").alias("parent"),
        pl.lit(None, pl.Date).alias("valid_from"),
        pl.lit(None, pl.Date).alias("valid_to"),
        pl.lit(None, pl.List(pl.String)).alias("successors"),
        pl.lit(None, pl.List(pl.String)).alias("former_labels"),
    )
    file = folder / "bench-region-code.parquet"
    codes.write_parquet(file)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    entry = {
        "title": {"id": "Kode wilayah pengukuran", "en": "Region codes of the bench"},
        "authority": "bench",
        "license": "MIT",
        "attribution": "Synthetic",
        "current": "1",
        "editions": {"1": {"file": file.name, "rows": codes.height, "sha256": sha256}},
    }
    (folder / MANIFEST).write_text(json.dumps({"lists": {CODE_LIST: entry}}))


def _tell(progress: SeedProgress) -> None:
    if progress.seconds is not None:
        print(
            f"hub: {progress.dataset} published, {progress.rows} rows, {progress.seconds:.1f} s", flush=True
        )
