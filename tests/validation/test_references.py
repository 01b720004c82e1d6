import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from satudata.validation.references import (
    EditionExists,
    InvalidCodeList,
    References,
    ReferencesUnreadable,
    UnknownCodeList,
    UnknownEdition,
    build_list,
)
from satudata.validation.text import Text

TITLE = Text("Wilayah", "Regions")
CODES = pl.DataFrame({"code": ["32", "11"], "label": ["Jawa Barat", "Aceh"]})


def build(folder: Path, edition: str = "1", frame: pl.DataFrame = CODES, current: bool = True) -> None:
    build_list(folder, "contoh/wilayah", edition, TITLE, "contoh", frame, license="ODbL", current=current)


def test_a_list_comes_back_as_it_was_built(tmp_path: Path) -> None:
    build(tmp_path)
    references = References(tmp_path)
    (info,) = references.lists()
    assert (info.id, info.title, info.authority, info.current, info.license) == (
        "contoh/wilayah",
        TITLE,
        "contoh",
        "1",
        "ODbL",
    )
    codes = references.codes("contoh/wilayah")
    assert codes["code"].to_list() == ["11", "32"]
    assert codes.schema["successors"] == pl.List(pl.String)


def test_the_file_is_named_by_its_content_and_building_again_changes_nothing(tmp_path: Path) -> None:
    build(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*[!.part]") if path.is_file()}
    build(tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*[!.part]") if path.is_file()} == before
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    entry = manifest["lists"]["contoh/wilayah"]["editions"]["1"]
    assert entry["sha256"][:16] in entry["file"]
    assert entry["rows"] == 2


def test_an_edition_is_never_changed(tmp_path: Path) -> None:
    build(tmp_path)
    with pytest.raises(EditionExists):
        build(tmp_path, frame=CODES.with_columns(label=pl.lit("lain")))
    assert References(tmp_path).entry("contoh/wilayah", "32") is not None


def test_editions_stand_side_by_side(tmp_path: Path) -> None:
    build(tmp_path, "1")
    build(tmp_path, "2", CODES.head(1))
    build(tmp_path, "0", CODES.tail(1), current=False)
    references = References(tmp_path)
    assert references.edition("contoh/wilayah") == "2"
    assert references.codes("contoh/wilayah", "1").height == 2
    with pytest.raises(UnknownEdition):
        references.edition("contoh/wilayah", "9")
    with pytest.raises(UnknownCodeList):
        references.codes("contoh/lain")


def test_a_superseded_code_names_its_successors(references: References) -> None:
    entry = references.entry("kemendagri/kode-wilayah", "91.01")
    assert entry is not None
    assert entry.superseded
    assert (entry.valid_to, entry.successors) == (date(2022, 7, 25), ("93.01",))
    assert references.entry("kemendagri/kode-wilayah", "00") is None


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"code": ["1", "1"], "label": ["a", "b"]}),
        pl.DataFrame({"code": ["1", None], "label": ["a", "b"]}),
        pl.DataFrame({"code": ["1"]}),
        pl.DataFrame({"code": ["1"], "label": ["a"], "warna": ["b"]}),
    ],
)
def test_a_frame_that_is_no_code_list_is_refused(tmp_path: Path, frame: pl.DataFrame) -> None:
    with pytest.raises(InvalidCodeList):
        build(tmp_path, frame=frame)
    assert References(tmp_path).lists() == ()


@pytest.mark.parametrize("text", ["{", "[]", '{"lists": {"a/b": {}}}'])
def test_a_broken_manifest_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ReferencesUnreadable):
        References(tmp_path)
