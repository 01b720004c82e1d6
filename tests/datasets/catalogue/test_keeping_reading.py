"""How a file was read, kept as a new version of the contract: by whom, when, and what stays as it was."""

from typing import Any

import pytest

from satudata.datasets.catalogue.kept_reading import with_reading
from satudata.datasets.errors import InvalidInput, NotAllowed, NotFound, StateConflict
from satudata.validation.contracts.loading import load_contract
from satudata.validation.readers.reading import Reading

READ = Reading("csv", "utf-8", ";", header_row=4, uncertain=("headerRow", "delimiter"))


async def keep(hub: Any, submission: Any, reading: Reading = READ, by: str = "steward") -> Any:
    return await hub.services.catalogue.keep_reading(getattr(hub, by), submission, reading)


async def test_what_was_guessed_becomes_the_next_patch_and_the_text_stays(
    either_hub: Any, make_contract: Any
) -> None:
    written = f"# milik dinas\n{make_contract(version='1.2.9')}"
    await either_hub.services.catalogue.register(either_hub.steward, written)
    submission = await either_hub.submit()
    kept = (await keep(either_hub, submission)).contract
    assert kept.version == "1.2.10"
    assert (kept.file.header_row, kept.file.delimiter, kept.file.encoding) == (4, ";", None)
    added = '    customProperties: [{property: file, value: {delimiter: ";", headerRow: 4}}]\n'
    assert kept.source.replace(added, "") == written.replace("1.2.9", "1.2.10")
    events = await either_hub.services.audit.events(either_hub.secretariat, subject="dataset:dinas/contoh")
    newest = events.items[0]
    assert (newest.action, newest.actor) == ("dataset.register", either_hub.steward.person_id)
    assert newest.detail["contract"] == "1.2.10"
    assert newest.detail["reading_of"] == submission.id
    assert (await either_hub.submit()).contract_version == "1.2.10"


def test_a_text_from_an_editor_that_marks_its_bytes(make_contract: Any) -> None:
    marked = load_contract(f"\ufeff{make_contract()}")
    assert load_contract(with_reading(marked, READ)).file.header_row == 4


async def test_a_second_time_changes_nothing(hub: Any) -> None:
    submission = await hub.submit()
    first = await keep(hub, submission)
    assert await keep(hub, submission) == first
    certain = Reading("csv", "utf-8", ";", header_row=9)
    assert await keep(hub, submission, certain) == first


@pytest.mark.parametrize("person", ["producer", "other_steward", "authority", "secretariat"])
async def test_only_stewards_of_the_agency_may(hub: Any, person: str) -> None:
    submission = await hub.submit()
    with pytest.raises(NotAllowed):
        await keep(hub, submission, by=person)
    assert (await hub.services.catalogue.get("dinas/contoh", hub.steward)).contract.version == "1.0.0"


async def test_a_hidden_dataset_is_not_told_of(hub: Any, make_contract: Any) -> None:
    await hub.services.catalogue.register(hub.steward, make_contract(version="2.0.0", access="CLOSED"))
    submission = await hub.submit()
    with pytest.raises(NotFound):
        await keep(hub, submission, by="other_steward")


async def test_a_file_read_by_an_older_contract_says_nothing_of_the_newest(
    hub: Any, make_contract: Any
) -> None:
    submission = await hub.submit()
    await hub.services.catalogue.register(hub.steward, make_contract(version="1.1.0", title="Tabel baru"))
    with pytest.raises(StateConflict) as refused:
        await keep(hub, submission)
    assert refused.value.actual_state == "1.1.0"
    assert "1.0.0" in refused.value.message.id


async def test_a_contract_that_cannot_be_added_to_is_told_with_the_settings(
    hub: Any, make_contract: Any
) -> None:
    shared = make_contract(version="&versi 1.0.1", tags="[contoh, *versi]")
    await hub.services.catalogue.register(hub.steward, shared)
    submission = await hub.submit()
    with pytest.raises(InvalidInput) as refused:
        await keep(hub, submission)
    assert refused.value.code == "CONTRACT_NOT_EDITABLE"
    assert "headerRow: 4" in refused.value.message.id
