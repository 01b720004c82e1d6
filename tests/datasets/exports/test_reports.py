"""Reports for people are made once, apart from the process that serves, and again when somebody emptied the folder."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from satudata.datasets.exports.reports import ReportForm, ReportStore
from satudata.datasets.files.keys import raw_key
from satudata.datasets.files.store import FileMissing
from satudata.datasets.jobs.protocol import JobKind
from satudata.datasets.submissions.types import Submission, SubmissionState
from satudata.validation.contracts.model import DataContract

Hub = Any  # tests/datasets/conftest.py
Checked = tuple[Submission, bytes, DataContract]


@pytest.fixture
async def checked(hub: Hub, bad_csv: bytes) -> Checked:
    """A rejected submission, its report and the contract it was checked against."""
    submission = await hub.submit(bad_csv)
    if submission.state is SubmissionState.UPLOADED:
        await hub.run(JobKind.CHECK, submission.id)
    submissions, catalogue = hub.services.submissions, hub.services.catalogue
    submission = await submissions.get(hub.producer, submission.id)
    assert submission.state is SubmissionState.REJECTED
    report = await submissions.report_json(hub.producer, submission.id)
    return submission, report, await catalogue.contract(submission.dataset_slug, submission.contract_version)


@pytest.fixture
async def store(hub: Hub, tmp_path: Path) -> AsyncIterator[ReportStore]:
    made = ReportStore(tmp_path / "reports", hub.services.files)
    yield made
    await made.close()


async def test_each_form_in_its_language(store: ReportStore, checked: Checked) -> None:
    indonesian = (await store.report(*checked, ReportForm.HTML, "id")).read_text()
    english = (await store.report(*checked, ReportForm.HTML, "en")).read_text()
    assert '"dua" bukan bilangan bulat' in indonesian.replace("&#34;", '"')
    assert '"dua" is not a whole number' in english.replace("&#34;", '"')
    assert (await store.report(*checked, ReportForm.CSV, "id")).read_bytes().startswith(b"\xef\xbb\xbfBaris")
    assert (await store.report(*checked, ReportForm.XLSX, "id")).read_bytes().startswith(b"PK")


async def test_the_table_for_a_page(store: ReportStore, checked: Checked) -> None:
    table = await store.table(*checked)
    assert table.excerpt is not None
    assert table.excerpt.columns == ("kode", "tahun", "nilai")
    assert table.excerpt.rows == {2: ("A", "dua", "1.50")}
    assert table.reading is not None
    assert (table.reading.delimiter, table.reading.header_row, table.reading.guessed()) == (",", 1, {})


async def test_many_who_wait_get_one_file_and_the_next_one_too(
    store: ReportStore, checked: Checked, tmp_path: Path
) -> None:
    paths = await asyncio.gather(*(store.report(*checked, ReportForm.CSV, "id") for _ in range(4)))
    assert len(set(paths)) == 1
    made = paths[0].stat().st_ino
    assert (await store.report(*checked, ReportForm.CSV, "id")).stat().st_ino == made
    assert list((tmp_path / "reports").iterdir()) == [paths[0]]
    paths[0].unlink()
    assert (await store.report(*checked, ReportForm.CSV, "id")).exists()


async def test_what_was_asked_for_longest_ago_goes_first(hub: Hub, checked: Checked, tmp_path: Path) -> None:
    store = ReportStore(tmp_path / "small", hub.services.files, max_bytes=1)
    try:
        await store.report(*checked, ReportForm.CSV, "id")
        newest = await store.report(*checked, ReportForm.CSV, "en")
    finally:
        await store.close()
    assert list((tmp_path / "small").iterdir()) == [newest]


async def test_a_lost_upload_is_said(store: ReportStore, checked: Checked, hub: Hub) -> None:
    await hub.services.files.delete(raw_key(checked[0].sha256))
    with pytest.raises(FileMissing):
        await store.report(*checked, ReportForm.XLSX, "id")
