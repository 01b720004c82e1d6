"""A folder of code lists, read: `manifest.json` names the lists, their editions and the Parquet file of each.

The manifest is read when a `References` is made; codes are loaded when first asked for and then kept.
polars is imported with the first codes only, to keep processes light that merely list what there is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from satudata.validation.text import Text

if TYPE_CHECKING:
    import polars as pl

MANIFEST = "manifest.json"


class ReferencesUnreadable(Exception):
    """The folder has a manifest that cannot be used."""

    def __init__(self, folder: Path, detail: str) -> None:
        super().__init__(f"{folder}: {detail}")
        self.folder = folder


class UnknownCodeList(LookupError):
    """No list of that id in the folder."""

    def __init__(self, list_id: str) -> None:
        super().__init__(list_id)
        self.list_id = list_id


class UnknownEdition(LookupError):
    """The list has no edition of that id."""

    def __init__(self, list_id: str, edition: str) -> None:
        super().__init__(f"{list_id} {edition}")
        self.list_id = list_id
        self.edition = edition


@dataclass(frozen=True, slots=True)
class EditionInfo:
    """One edition: the Parquet file in the folder, its SHA-256 in hex, and its number of codes."""

    file: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class CodeListInfo:
    """A code list as the manifest tells it; `id` is `agency/list`."""

    id: str
    title: Text
    authority: str
    current: str
    license: str
    attribution: str
    editions: Mapping[str, EditionInfo]


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code. With `valid_to` set it is superseded, by `successors` where they are known."""

    code: str
    label: str
    level: str | None
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    successors: tuple[str, ...]
    former_labels: tuple[str, ...] = ()
    """Names the place had before; its code stayed."""

    @property
    def superseded(self) -> bool:
        return self.valid_to is not None


class References:
    """The code lists of one folder. An absent manifest means no lists."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lists = _read_manifest(folder)
        self._codes: dict[tuple[str, str], pl.DataFrame] = {}

    def lists(self) -> tuple[CodeListInfo, ...]:
        """All lists, by id."""
        return tuple(self._lists[list_id] for list_id in sorted(self._lists))

    def info(self, list_id: str) -> CodeListInfo:
        """Raises UnknownCodeList."""
        if list_id not in self._lists:
            raise UnknownCodeList(list_id)
        return self._lists[list_id]

    def edition(self, list_id: str, edition: str | None = None) -> str:
        """The edition id; the current one when none is asked for. Raises UnknownCodeList, UnknownEdition."""
        info = self.info(list_id)
        if edition is None:
            return info.current
        if edition not in info.editions:
            raise UnknownEdition(list_id, edition)
        return edition

    def path(self, list_id: str, edition: str | None = None) -> Path:
        """The Parquet file of an edition."""
        chosen = self.edition(list_id, edition)
        return self.folder / self._lists[list_id].editions[chosen].file

    def codes(self, list_id: str, edition: str | None = None) -> "pl.DataFrame":
        """Columns code, label, level, parent (text), valid_from, valid_to (date), successors, former_labels (lists)."""
        import polars as pl  # heavy: see the module docstring

        chosen = self.edition(list_id, edition)
        if (list_id, chosen) not in self._codes:
            codes = pl.read_parquet(self.path(list_id, chosen))
            if "former_labels" not in codes.columns:  # a list built before there were any
                codes = codes.with_columns(pl.lit(None, pl.List(pl.String)).alias("former_labels"))
            self._codes[list_id, chosen] = codes
        return self._codes[list_id, chosen]

    def entry(self, list_id: str, code: str, edition: str | None = None) -> CodeEntry | None:
        """One code as the list writes it; None when the edition does not have it."""
        import polars as pl  # heavy: see the module docstring

        found = self.codes(list_id, edition).filter(pl.col("code") == code)
        if found.is_empty():
            return None
        return code_entry(found.row(0, named=True))


def code_entry(row: Mapping[str, Any]) -> CodeEntry:
    """A row of `References.codes` as an entry."""
    lists = {name: tuple(row[name] or ()) for name in ("successors", "former_labels")}
    return CodeEntry(**{**row, **lists})


def read_raw_manifest(folder: Path) -> dict[str, Any]:
    """The manifest as it stands; one without lists when the file is absent. Raises ReferencesUnreadable."""
    path = folder / MANIFEST
    if not path.exists():
        return {"lists": {}}
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ReferencesUnreadable(folder, str(error)) from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("lists"), dict):
        raise ReferencesUnreadable(folder, 'no "lists" in the manifest')
    return manifest


def _read_manifest(folder: Path) -> dict[str, CodeListInfo]:
    try:
        return {list_id: _info(list_id, raw) for list_id, raw in read_raw_manifest(folder)["lists"].items()}
    except (KeyError, TypeError) as error:
        raise ReferencesUnreadable(folder, f"manifest: {error!r}") from error


def _info(list_id: str, raw: Mapping[str, Any]) -> CodeListInfo:
    return CodeListInfo(
        id=list_id,
        title=Text(raw["title"]["id"], raw["title"]["en"]),
        authority=raw["authority"],
        current=raw["current"],
        license=raw["license"],
        attribution=raw["attribution"],
        editions={
            edition: EditionInfo(entry["file"], entry["sha256"], entry["rows"])
            for edition, entry in raw["editions"].items()
        },
    )
