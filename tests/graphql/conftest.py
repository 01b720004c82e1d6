"""A home with a few small datasets of every column type, published through the real services and jobs, once a session.

`api` reads it; `own` is a copy for tests that change things. Test modules run in one event loop for the session.
"""

import asyncio
import csv
import hashlib
import io
import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio
from pytest_asyncio import is_async_test

from satudata.datasets.access.principal import ANONYMOUS, OPERATOR, Principal, Role
from satudata.datasets.agencies.types import AgencyKind
from satudata.datasets.config import DatasetsConfig
from satudata.datasets.jobs.inline import InlineJobs
from satudata.datasets.migrations import upgrade
from satudata.datasets.services import Services, open_services
from satudata.datasets.submissions.types import ReviewDecision, SubmissionState
from satudata.graphql.config import ApiConfig
from satudata.graphql.outcome import ExecutionOutcome
from satudata.graphql.service import GraphQLApi
from satudata.validation.contracts.loading import load_contract
from satudata.validation.contracts.model import DataContract
from satudata.validation.text import Language, Text

ZOO = "dinas-uji/kebun-data"
"""Every column type, nulls, escapes; two versions."""
GROWN = "badan-lain/bertambah"
"""Its second version has a column more than its first."""
MANY = "badan-lain/banyak"
"""More groups than may be answered without `first`."""
HIDDEN = "dinas-uji/terbatas"
"""RESTRICTED: exists for its agency's people only."""
WAITING = "badan-lain/menunggu"
"""Registered, nothing published."""

WORDS = [
    "Bandung",
    'kutip "ganda"',
    "garis\\miring",
    "Ağrı",
    "日本",
    "tab\there",
    "<b>&amp;</b>",
    "a\u2028b",
    "x" * 300,
    "",
]

STATUSES = ["BUKA", "TUTUP", "Sedang_dibangun"]
"""The allowed values of `status`, an enum in the API."""


@dataclass(frozen=True)
class ZooRow:
    """One row of the zoo as it was written, with Python values."""

    kode: str
    nama: str | None
    jumlah: int | None
    besar: int | None
    harga: Decimal | None
    rasio: float | None
    aktif: bool | None
    tanggal: date | None
    waktu: datetime | None
    provinsi: str | None
    rahasia: str
    catatan: str | None
    status: str | None


HERE = Path(__file__).parent
CONFIG = ApiConfig(public_url="https://data.example.go.id", cursor_key=b"uji" * 12, version="0.1.0")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of this folder share one event loop, for the services they share live in it."""
    for item in items:
        if HERE in item.path.parents and is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def zoo_rows(count: int) -> list[ZooRow]:
    """Rows with a null in every seventh value of each column, each column at another place."""

    def unless(index: int, shift: int, value: Any) -> Any:
        return None if (index + shift) % 7 == 0 else value

    start = datetime(2024, 1, 1, 0, 0, tzinfo=UTC)
    return [
        ZooRow(
            kode=f"K{index:03}",
            nama=unless(index, 1, WORDS[index % len(WORDS)]) or None,
            jumlah=unless(index, 2, index * 3 - 20),
            besar=unless(index, 3, 2**53 + index),
            harga=unless(index, 4, Decimal(index * 125 - 1000) / 100),
            rasio=unless(index, 5, index / 8),
            aktif=unless(index, 6, index % 2 == 0),
            tanggal=unless(index, 0, date(2024, 1, 1) + timedelta(days=index % 9)),
            waktu=unless(index, 1, start + timedelta(hours=index, microseconds=index % 3 * 250_000)),
            provinsi=unless(index, 2, ["31", "32", "33"][index % 3]),
            rahasia=f"rahasia {index}",
            catatan=unless(index, 3, f"catatan {index % 4}"),
            status=unless(index, 4, STATUSES[index % 3]),
        )
        for index in range(count)
    ]


ZOO_FIRST = zoo_rows(20)
ZOO_SECOND = zoo_rows(60)

_SDI = """customProperties:
  - property: sdi
    value:
      agency: {agency}
      title: {{id: "{title}", en: "{title_en}"}}
      topic: {topic}
      license: CC-BY-4.0
      accessLevel: {access}
      personalData: NONE
      priority: false
      spatial: {{codeSystem: KEMENDAGRI, code: "32", smallestLevel: PROVINCE}}
      temporal: {{start: 2024-01-01, end: 2024-12-31}}
"""

_ZOO_COLUMNS = """
      - {name: kode, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
      - name: nama
        logicalType: string
        description: Nama tempat.
        customProperties:
          - {property: title, value: {id: Nama, en: Name}}
      - name: jumlah
        logicalType: integer
        logicalTypeOptions: {minimum: -1000, maximum: 1000000}
        customProperties:
          - {property: title, value: {id: Jumlah, en: Amount}}
          - {property: unit, value: buah}
      - {name: besar, logicalType: integer}
      - {name: harga, logicalType: number, physicalType: "decimal(10,2)"}
      - {name: rasio, logicalType: number, physicalType: double}
      - {name: aktif, logicalType: boolean}
      - {name: tanggal, logicalType: date}
      - {name: waktu, logicalType: timestamp, logicalTypeOptions: {timezone: true}}
      - name: provinsi
        logicalType: string
        customProperties:
          - {property: codeList, value: kemendagri/kode-wilayah}
          - {property: codeSystem, value: KEMENDAGRI}
          - {property: codeLevel, value: PROVINCE}
          - {property: codeFormat, value: PLAIN}
      - name: rahasia
        logicalType: string
        required: true
        customProperties:
          - {property: public, value: false}
      - name: catatan
        logicalType: string
        customProperties:
          - {property: filterable, value: false}
      - name: status
        logicalType: string
        enum: [{value: BUKA}, {value: TUTUP}, {value: Sedang_dibangun}]
"""

_PLAIN_COLUMNS = """
      - {name: kode, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: nilai, logicalType: integer, required: true, logicalTypeOptions: {minimum: 0, maximum: 100000}}
"""


def contract_yaml(
    slug: str,
    columns: str = _PLAIN_COLUMNS,
    version: str = "1.0.0",
    *,
    title: str = "Tabel uji",
    title_en: str = "Test table",
    access: str = "OPEN",
    topic: str = "kesehatan",
) -> str:
    """A contract of a small table."""
    agency = slug.split("/")[0]
    head = f"""apiVersion: v3.1.0
kind: DataContract
id: {slug}
name: {title}
version: {version}
status: active
description:
  purpose: Tabel untuk menguji API.
tags: [uji]
schema:
  - name: data
    logicalType: object
    physicalType: csv
    properties:{columns}"""
    return head + _SDI.format(agency=agency, title=title, title_en=title_en, access=access, topic=topic)


def zoo_csv(rows: list[ZooRow]) -> bytes:
    """The rows as an agency would send them."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    names = list(ZooRow.__dataclass_fields__)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in names])
    return target.getvalue().encode()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat()
    return str(value)


def plain_csv(count: int, *, more: str | None = None) -> bytes:
    """`kode,nilai` rows, with one more column when named."""
    header = "kode,nilai" + (f",{more}" if more else "")
    lines = [f"A{index:05},{index % 50}" + (f",{index}" if more else "") for index in range(count)]
    return "\n".join([header, *lines, ""]).encode()


@dataclass
class Cast:
    """Services with the people who act on them."""

    services: Services
    producer: Principal
    steward: Principal
    other_producer: Principal
    other_steward: Principal

    async def publish(self, slug: str, data: bytes, **more: Any) -> None:
        """One file all the way to a published version."""
        own = slug.startswith("dinas-uji")
        producer = self.producer if own else self.other_producer
        steward = self.steward if own else self.other_steward
        submissions = self.services.submissions
        upload = await submissions.create_upload(
            producer, "data.csv", len(data), hashlib.sha256(data).hexdigest()
        )
        await submissions.receive_upload(producer, upload.id, _stream(data))
        submitted = await submissions.submit(
            producer, slug, upload.id, idempotency_key=uuid.uuid4().hex, **more
        )
        report = await submissions.report(producer, submitted.id)
        assert report is not None, f"{slug} was not checked"
        checked = await submissions.get(producer, submitted.id)
        assert checked.state is SubmissionState.IN_REVIEW, report.to_json().decode()
        await submissions.review(
            steward,
            submitted.id,
            ReviewDecision.ACCEPT,
            reason="Sudah diperiksa.",
            confirmed_rules=tuple(rule.code for rule in report.rules),
            expected_state=SubmissionState.IN_REVIEW,
        )
        await submissions.publish(steward, submitted.id, expected_state=SubmissionState.APPROVED)
        done = await submissions.get(steward, submitted.id)
        assert done.state is SubmissionState.PUBLISHED, done


async def _stream(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _open(home: Path) -> Services:
    services = await open_services(DatasetsConfig(home=home))
    services.attach_jobs(InlineJobs(services.job))
    return services


async def _person(services: Services, name: str, role: Role, agency: str) -> Principal:
    person = await services.people.create(OPERATOR, name, f"{uuid.uuid4().hex}@contoh.go.id")
    await services.people.assign_role(
        OPERATOR, person.id, role, agency, start=date(2020, 1, 1), decree="SK 1/2020"
    )
    return await services.people.principal_of(person.id)


async def _seed(home: Path) -> dict[str, str]:
    """Fill an empty home; returns the ids of the cast."""
    config = DatasetsConfig(home=home)
    await upgrade(config.database)
    services = await _open(home)
    try:
        await services.codes.import_bundled(OPERATOR)
        agencies = services.agencies
        await agencies.create(
            OPERATOR,
            "dinas-uji",
            Text("Dinas Uji", "Test Office"),
            AgencyKind.PROVINCE,
            "https://uji.example.go.id",
        )
        await agencies.create(
            OPERATOR, "badan-lain", Text("Badan Lain", "Other Body"), AgencyKind.INSTITUTION
        )
        await agencies.create(
            OPERATOR, "kemendagri", Text("Kementerian Dalam Negeri", ""), AgencyKind.MINISTRY
        )
        cast = Cast(
            services,
            await _person(services, "Produsen Uji", Role.PRODUCER, "dinas-uji"),
            await _person(services, "Walidata Uji", Role.STEWARD, "dinas-uji"),
            await _person(services, "Produsen Lain", Role.PRODUCER, "badan-lain"),
            await _person(services, "Walidata Lain", Role.STEWARD, "badan-lain"),
        )
        register = services.catalogue.register
        await register(
            cast.steward, contract_yaml(ZOO, _ZOO_COLUMNS, title="Kebun data", title_en="Data zoo")
        )
        await register(cast.steward, contract_yaml(HIDDEN, access="RESTRICTED", title="Tabel terbatas"))
        await register(cast.other_steward, contract_yaml(GROWN, topic="ekonomi"))
        await register(cast.other_steward, contract_yaml(MANY))
        await register(cast.other_steward, contract_yaml(WAITING))
        await cast.publish(ZOO, zoo_csv(ZOO_FIRST))
        await cast.publish(
            ZOO, zoo_csv(ZOO_SECOND), notes=Text("Lebih banyak baris", "More rows"), erratum=Text("Ralat", "")
        )
        await cast.publish(HIDDEN, plain_csv(3))
        await cast.publish(GROWN, plain_csv(5))
        grown = _PLAIN_COLUMNS + "      - {name: tambahan, logicalType: integer}\n"
        await register(cast.other_steward, contract_yaml(GROWN, grown, "1.1.0", topic="ekonomi"))
        await cast.publish(GROWN, plain_csv(8, more="tambahan"))
        await cast.publish(MANY, plain_csv(10_050))
        return {
            "producer": cast.producer.person_id or "",
            "steward": cast.steward.person_id or "",
            "other_producer": cast.other_producer.person_id or "",
            "other_steward": cast.other_steward.person_id or "",
        }
    finally:
        await services.close()


@dataclass(frozen=True)
class SeededHome:
    path: Path
    people: dict[str, str]


@pytest.fixture(scope="session")
def seeded_home(tmp_path_factory: pytest.TempPathFactory) -> SeededHome:
    """The home as it was filled; open a copy."""
    home = tmp_path_factory.mktemp("graphql") / "home"
    home.mkdir(parents=True)
    return SeededHome(home, asyncio.run(_seed(home)))


@dataclass
class Asking:
    """The API with its cast, and short ways to ask it."""

    api: GraphQLApi
    cast: Cast

    @property
    def services(self) -> Services:
        return self.cast.services

    async def outcome(
        self,
        document: str,
        variables: dict[str, Any] | None = None,
        *,
        by: Principal = ANONYMOUS,
        language: Language = "id",
        operation: str | None = None,
    ) -> ExecutionOutcome:
        return await self.api.execute(document, variables, operation, principal=by, language=language)

    async def data(
        self, document: str, variables: dict[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        """The data of an answer without errors."""
        outcome = await self.outcome(document, variables, **more)
        assert not outcome.errors, outcome.errors
        assert outcome.data is not None
        return outcome.data

    async def error(
        self, document: str, variables: dict[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        """The one error of an answer."""
        outcome = await self.outcome(document, variables, **more)
        assert len(outcome.errors) == 1, outcome.body
        return outcome.errors[0]

    async def zoo(self, arguments: str, selection: str, **more: Any) -> Any:
        """A field of the zoo: `data.dinasUji.kebunData(<arguments>) { <selection> }`."""
        given = f"({arguments})" if arguments else ""
        query = f"{{ data {{ dinasUji {{ kebunData{given} {{ {selection} }} }} }} }}"
        return (await self.data(query, **more))["data"]["dinasUji"]["kebunData"]


async def _asking(home: Path, people: dict[str, str]) -> Asking:
    services = await _open(home)
    principals = [
        await services.people.principal_of(people[name])
        for name in ("producer", "steward", "other_producer", "other_steward")
    ]
    return Asking(GraphQLApi(services, CONFIG), Cast(services, *principals))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def asking(seeded_home: SeededHome, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asking]:
    """For tests that only read."""
    home = tmp_path_factory.mktemp("read") / "home"
    shutil.copytree(seeded_home.path, home)
    opened = await _asking(home, seeded_home.people)
    yield opened
    await opened.api.close()
    await opened.services.close()


@pytest_asyncio.fixture(loop_scope="session")
async def own(seeded_home: SeededHome, tmp_path: Path, warm_checkers: None) -> AsyncIterator[Asking]:
    """A home for one test alone."""
    home = tmp_path / "home"
    shutil.copytree(seeded_home.path, home)
    opened = await _asking(home, seeded_home.people)
    yield opened
    await opened.api.close()
    await opened.services.close()


@pytest_asyncio.fixture(loop_scope="session")
async def empty(tmp_path: Path) -> AsyncIterator[GraphQLApi]:
    """The API of a hub without a single dataset."""
    config = DatasetsConfig(home=tmp_path / "empty")
    config.home.mkdir()
    await upgrade(config.database)
    services = await open_services(config)
    api = GraphQLApi(services, CONFIG)
    yield api
    await api.close()
    await services.close()


@pytest.fixture(scope="session")
def zoo() -> list[ZooRow]:
    """The rows of the zoo's newest version, in stored order."""
    return ZOO_SECOND


@pytest.fixture(scope="session")
def make_zoo_csv() -> Callable[[list[ZooRow]], bytes]:
    """`zoo_csv`, for tests."""
    return zoo_csv


@pytest.fixture(scope="session")
def zoo_contract() -> DataContract:
    return load_contract(contract_yaml(ZOO, _ZOO_COLUMNS, title="Kebun data", title_en="Data zoo"))


@pytest.fixture(scope="session")
def make_contract() -> Callable[..., str]:
    """`contract_yaml`, for tests (test files cannot import from each other)."""
    return contract_yaml


@pytest.fixture(scope="session")
def as_json() -> Callable[[ExecutionOutcome], Any]:
    """The whole response body, parsed."""
    return lambda outcome: orjson.loads(outcome.body)
