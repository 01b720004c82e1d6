"""A folder of code lists, written: one immutable Parquet file for an edition, then the manifest in one step.

A reader sees the manifest before or after, never half. An edition once written is never changed.
"""

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from satudata.validation.references.folder import MANIFEST, EditionInfo, read_raw_manifest
from satudata.validation.text import Text

if TYPE_CHECKING:
    import polars as pl


class EditionExists(Exception):
    """That edition is already in the folder with other content; publish a new edition instead."""

    def __init__(self, list_id: str, edition: str) -> None:
        super().__init__(f"{list_id} {edition}")
        self.list_id = list_id
        self.edition = edition


class InvalidCodeList(ValueError):
    """The frame is not a code list: `detail` says why."""

    def __init__(self, list_id: str, detail: str) -> None:
        super().__init__(f"{list_id}: {detail}")
        self.list_id = list_id
        self.detail = detail


def build_list(
    folder: Path,
    list_id: str,
    edition: str,
    title: Text,
    authority: str,
    frame: "pl.DataFrame",
    *,
    license: str = "",
    attribution: str = "",
    current: bool = True,
) -> EditionInfo:
    """Add an edition to the folder (made when absent) and make it the current one unless told otherwise.

    `frame` has `code` and `label`; `level`, `parent`, `valid_from`, `valid_to` (date), `successors` and
    `former_labels` (lists of text) may be absent. Repeating the call with the same content changes nothing.
    Raises InvalidCodeList, EditionExists.
    """
    codes = _normal(list_id, frame)
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        manifest = read_raw_manifest(folder)
        entry = manifest["lists"].get(list_id, {"editions": {}})
        made = _write_codes(folder, list_id, codes)
        known = entry["editions"].get(edition)
        if known is not None and known["sha256"] != made.sha256:
            raise EditionExists(list_id, edition)
        editions = {
            **entry["editions"],
            edition: {"file": made.file, "sha256": made.sha256, "rows": made.rows},
        }
        manifest["lists"][list_id] = {
            "title": title.as_dict(),
            "authority": authority,
            "current": edition if current else entry.get("current", edition),
            "license": license,
            "attribution": attribution,
            "editions": editions,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        _replace(folder / MANIFEST, text.encode())
    return made


def _normal(list_id: str, frame: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl  # heavy: only who builds lists needs it

    schema: dict[str, pl.DataType] = {
        "code": pl.String(),
        "label": pl.String(),
        "level": pl.String(),
        "parent": pl.String(),
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),
        "successors": pl.List(pl.String()),
        "former_labels": pl.List(pl.String()),
    }
    unknown = set(frame.columns) - set(schema)
    if unknown:
        raise InvalidCodeList(list_id, f"unknown columns {sorted(unknown)}")
    if not {"code", "label"} <= set(frame.columns):
        raise InvalidCodeList(list_id, "needs the columns code and label")
    codes = frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in schema.items()
    ).sort("code")
    if codes["code"].null_count() or codes["label"].null_count():
        raise InvalidCodeList(list_id, "a code or a label is empty")
    if codes["code"].n_unique() != codes.height:
        raise InvalidCodeList(list_id, "a code stands twice")
    return codes


def _write_codes(folder: Path, list_id: str, codes: "pl.DataFrame") -> EditionInfo:
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
        codes.write_parquet(part.name, compression="zstd", statistics=False)
    temporary = Path(part.name)
    digest = hashlib.sha256(temporary.read_bytes()).hexdigest()
    name = f"{list_id.replace('/', '-')}-{digest[:16]}.parquet"
    temporary.chmod(0o644)
    os.replace(temporary, folder / name)
    return EditionInfo(name, digest, codes.height)


def _replace(path: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part.write(data)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).chmod(0o644)
    os.replace(part.name, path)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer at a time, over processes."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
