"""The demo's table of contents, `satudata.datasets:demo/manifest.yaml`, read into frozen objects."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from satudata.datasets.agencies.types import AgencyKind
from satudata.validation.text import Text


@dataclass(frozen=True, slots=True)
class DemoAgency:
    slug: str
    name: Text
    kind: AgencyKind
    url: str | None


@dataclass(frozen=True, slots=True)
class DemoDataset:
    """`confirmed_rules` are the warnings the file is known to give, `reason` why its steward accepts them."""

    slug: str
    file: Path
    contract: Path
    confirmed_rules: tuple[str, ...]
    reason: Text | None

    @property
    def agency(self) -> str:
        return self.slug.split("/")[0]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Datasets in the order in which they are published."""

    agencies: tuple[DemoAgency, ...]
    datasets: tuple[DemoDataset, ...]


def demo_folder() -> Path:
    """Where the bundled files are."""
    return Path(str(files("satudata.datasets"))) / "demo"


def load_manifest(folder: Path | None = None) -> Manifest:
    """The manifest of a folder (None: the bundled one)."""
    place = folder or demo_folder()
    raw = yaml.safe_load((place / "manifest.yaml").read_text(encoding="utf-8"))
    return Manifest(
        agencies=tuple(_agency(item) for item in raw["agencies"]),
        datasets=tuple(_dataset(item, place) for item in raw["datasets"]),
    )


def _agency(item: dict[str, Any]) -> DemoAgency:  # Any: YAML values, whose shape we ship
    return DemoAgency(item["slug"], Text(**item["name"]), AgencyKind(item["kind"]), item.get("url"))


def _dataset(item: dict[str, Any], folder: Path) -> DemoDataset:  # Any: as above
    confirm = item.get("confirm") or {}
    return DemoDataset(
        slug=item["slug"],
        file=folder / item["file"],
        contract=folder / item["contract"],
        confirmed_rules=tuple(confirm.get("rules", ())),
        reason=Text(**confirm["reason"]) if confirm else None,
    )
