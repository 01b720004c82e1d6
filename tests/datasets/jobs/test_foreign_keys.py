"""Columns that refer to another published dataset, through the services: registering, checking, and what is open."""

from typing import Any

import pytest

from satudata.datasets.errors import InvalidInput
from satudata.datasets.jobs.protocol import JobKind
from satudata.datasets.submissions.types import SubmissionState
from satudata.validation.reports.model import Report, Verdict

CODES = b"kode,tahun,nilai\nA,2023,1.50\nB,2023,2.25\n"


def referring(to: str, name: str = "induk") -> str:
    """A column of a contract, as YAML, that refers to another."""
    return f"      - {{name: {name}, logicalType: string, relationships: [{{type: foreignKey, to: {to}}}]}}\n"


async def register(hub: Any, text: str, by: Any = None) -> Any:
    return await hub.services.catalogue.register(by or hub.steward, text)


async def checked(hub: Any, data: bytes, dataset: str, by: Any = None) -> Report:
    """The report of a file submitted for a dataset."""
    producer = by or hub.producer
    submission = await hub.services.submissions.submit(
        producer, dataset, await hub.upload(producer, data), idempotency_key=f"{dataset} {hash(data)}"
    )
    await hub.run(JobKind.CHECK, submission.id)
    return await hub.services.submissions.report(producer, submission.id)


def codes(report: Report) -> dict[str, int]:
    return {rule.key: rule.count for rule in report.rules}


async def test_values_are_compared_with_the_newest_published_version(
    either_hub: Any, make_contract: Any
) -> None:
    hub = either_hub
    await hub.published(CODES)
    await register(hub, make_contract("dinas/anak", columns=referring("dinas.contoh.kode")))
    data = b"kode,tahun,nilai,induk\n1,2023,1,A\n2,2023,1,B\n3,2023,1,C\n4,2023,1,\n"
    report = await checked(hub, data, "dinas/anak")
    assert codes(report) == {"row.reference:induk": 1}
    (finding,) = report.findings
    assert (finding.row, finding.value) == (4, "C")
    assert "dinas/contoh.kode" in finding.message.id
    again = await hub.published(CODES + b"C,2024,1.00\n")
    assert again.state is SubmissionState.PUBLISHED
    report = await checked(hub, data + b"5,2023,1,A\n", "dinas/anak")
    assert (report.verdict, codes(report)) == (Verdict.ACCEPTED, {})


async def test_a_target_without_a_version_is_a_warning_for_the_steward(hub: Any, make_contract: Any) -> None:
    await register(hub, make_contract("dinas/anak", columns=referring("dinas.contoh.kode")))
    report = await checked(hub, b"kode,tahun,nilai,induk\n1,2023,1,A\n", "dinas/anak")
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert codes(report) == {"column.reference:induk": 1}
    assert "belum diterbitkan" in report.findings[0].message.id


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("dinas.conto.kode", "belum terdaftar"),
        ("dinas.contoh.kod", "tidak punya kolom kod"),
        ("dinas.anak.kode", "datasetnya sendiri"),
    ],
)
async def test_a_target_that_is_not_there_is_refused(
    to: str, words: str, hub: Any, make_contract: Any
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await register(hub, make_contract("dinas/anak", columns=referring(to)))
    assert refused.value.code == "CONTRACT_INVALID"
    (problem,) = refused.value.problems
    assert problem.path == "columns.induk.relationships"
    assert words in problem.message.id
    assert problem.fix.id != problem.fix.en
    if "kod" in words:
        assert "kode" in problem.fix.id


HIDDEN = (
    "      - {name: rahasia, logicalType: string, customProperties: [{property: public, value: false}]}\n"
)


async def test_other_agencies_may_refer_to_what_is_open_only(hub: Any, make_contract: Any) -> None:
    await register(hub, make_contract("dinas/tertutup", access="CLOSED"))
    await register(hub, make_contract("dinas/terbuka", columns=HIDDEN))
    for to in ("dinas.tertutup.kode", "dinas.terbuka.rahasia", "dinas.tidak-ada.kode"):
        with pytest.raises(InvalidInput) as refused:
            await register(hub, make_contract("badan/anak", columns=referring(to)), hub.other_steward)
        (problem,) = refused.value.problems
        assert "belum terdaftar di sini, atau kolomnya tidak terbuka" in problem.message.id
    await register(
        hub, make_contract("badan/anak", columns=referring("dinas.terbuka.kode")), hub.other_steward
    )
    columns = referring("dinas.tertutup.kode") + referring("dinas.terbuka.rahasia", "lain")
    await register(hub, make_contract("dinas/anak", columns=columns))


async def test_a_dataset_closed_later_is_not_compared_with_any_more(hub: Any, make_contract: Any) -> None:
    await hub.published(CODES)
    await register(
        hub, make_contract("badan/anak", columns=referring("dinas.contoh.kode")), hub.other_steward
    )
    data = b"kode,tahun,nilai,induk\n1,2023,1,Z\n"
    assert codes(await checked(hub, data, "badan/anak", hub.other_producer)) == {"row.reference:induk": 1}
    await register(hub, make_contract(version="2.0.0", access="CLOSED"))
    report = await checked(hub, data + b"2,2023,1,Z\n", "badan/anak", hub.other_producer)
    assert codes(report) == {"column.reference:induk": 1}
