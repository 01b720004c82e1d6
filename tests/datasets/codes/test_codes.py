"""Code lists: imported once, edition by edition, and read without a database of codes."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from satudata.datasets.access.principal import OPERATOR
from satudata.datasets.errors import NotAllowed, NotFound
from satudata.validation.references.building import build_list
from satudata.validation.references.folder import References
from satudata.validation.text import Text

TITLE = Text("Kode contoh", "Example codes")


def write_edition(folder: Path, edition: str, *labels: str, current: bool = True) -> None:
    frame = pl.DataFrame(
        {
            "code": [f"{number:02d}" for number in range(len(labels))],
            "label": labels,
            "parent": [None, *["00"] * (len(labels) - 1)],
            "valid_to": [None] * (len(labels) - 1) + [date(2022, 7, 25)],
            "successors": [None] * (len(labels) - 1) + [["00"]],
        }
    )
    build_list(folder, "badan/contoh", edition, TITLE, "badan", frame, attribution="Kami", current=current)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    write_edition(folder, "2024", "Aceh", "Kabupaten Simeulue", "Kota Banda Aceh", "Kota Lama")
    return folder


async def test_an_imported_list_is_there_for_readers_and_for_the_checker(
    either_hub: Any, source: Path
) -> None:
    codes = either_hub.services.codes
    (made,) = await codes.import_folder(OPERATOR, source)
    assert (made.slug, made.title, made.edition, made.editions) == ("badan/contoh", TITLE, "2024", ("2024",))
    assert await codes.get("badan/contoh") == made
    assert (await codes.lists()).items == (made,)
    page = await codes.codes("badan/contoh", first=2)
    assert [(code.code, code.label) for code in page.items] == [("00", "Aceh"), ("01", "Kabupaten Simeulue")]
    rest = await codes.codes("badan/contoh", first=9, after=tuple(page.positions[-1]))
    assert [code.code for code in rest.items] == ["02", "03"]
    assert (page.total, page.has_next, rest.has_next) == (4, True, False)
    old = await codes.code("badan/contoh", "03")
    assert (old.parent, old.valid_to, old.successors) == ("00", date(2022, 7, 25), ("00",))
    assert await codes.code("badan/contoh", "99") is None
    assert set(await codes.entries("badan/contoh", ["00", "03", "99"])) == {"00", "03"}
    checker_sees = References(either_hub.services.config.references)
    assert checker_sees.codes("badan/contoh").height == 4


@pytest.mark.parametrize(
    ("search", "found"), [("aceh", ["00", "02"]), ("KOTA banda", ["02"]), ("03", ["03"]), ("%", [])]
)
async def test_codes_are_found_by_words(hub: Any, source: Path, search: str, found: list[str]) -> None:
    await hub.services.codes.import_folder(OPERATOR, source)
    page = await hub.services.codes.codes("badan/contoh", search=search)
    assert [code.code for code in page.items] == found
    assert page.total == len(found)


async def test_importing_again_changes_nothing(either_hub: Any, source: Path) -> None:
    codes = either_hub.services.codes
    first = await codes.import_folder(OPERATOR, source)
    epoch = await either_hub.services.epoch.current()
    assert await codes.import_folder(OPERATOR, source) == first
    assert await either_hub.services.epoch.current() == epoch
    events = await either_hub.services.audit.events(either_hub.secretariat, subject="codes:badan/contoh")
    assert events.total == 1


async def test_a_new_edition_becomes_the_current_one_and_the_old_one_stays(hub: Any, source: Path) -> None:
    codes = hub.services.codes
    await codes.import_folder(OPERATOR, source)
    write_edition(source, "2025", "Aceh", "Simeulue")
    (made,) = await codes.import_folder(hub.authority, source)
    assert (made.edition, set(made.editions)) == ("2025", {"2024", "2025"})
    assert (await codes.codes("badan/contoh")).total == 2
    assert (await codes.codes("badan/contoh", "2024")).total == 4
    assert References(hub.services.config.references).edition("badan/contoh") == "2025"


async def test_an_edition_once_here_never_changes(hub: Any, source: Path, tmp_path: Path) -> None:
    codes = hub.services.codes
    await codes.import_folder(OPERATOR, source)
    other = tmp_path / "other"
    write_edition(other, "2024", "Lain")
    await codes.import_folder(OPERATOR, other)
    assert (await codes.codes("badan/contoh", "2024")).total == 4
    assert References(hub.services.config.references).codes("badan/contoh", "2024").height == 4


async def test_a_damaged_file_is_not_imported(hub: Any, source: Path) -> None:
    manifest = json.loads((source / "manifest.json").read_text())
    file = source / manifest["lists"]["badan/contoh"]["editions"]["2024"]["file"]
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(ValueError, match="not what"):
        await hub.services.codes.import_folder(OPERATOR, source)
    assert (await hub.services.codes.lists()).total == 0


async def test_importing_is_the_authoritys_and_the_operators(hub: Any, source: Path) -> None:
    for principal in (hub.producer, hub.steward, hub.secretariat):
        with pytest.raises(NotAllowed):
            await hub.services.codes.import_folder(principal, source)
    for ask in (
        hub.services.codes.get("a/b"),
        hub.services.codes.codes("a/b"),
        hub.services.codes.code("a/b", "1"),
    ):
        with pytest.raises(NotFound):
            await ask


async def test_the_bundled_lists_come_in(hub: Any) -> None:
    made = await hub.services.codes.import_bundled(OPERATOR)
    assert {"kemendagri/kode-wilayah", "bps/kode-wilayah"} <= {item.slug for item in made}
    java = await hub.services.codes.code("kemendagri/kode-wilayah", "32")
    assert java.level == "PROVINCE"
    assert (await hub.services.codes.codes("kemendagri/kode-wilayah", search="bandung", first=1)).total > 100
