"""Registering contracts: is it valid, may this person, is the version higher, and does it break what readers have?"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.access.policy import Action, Resource, plain_region, require
from satudata.datasets.access.principal import Principal
from satudata.datasets.agencies.models import AgencyRow
from satudata.datasets.agencies.repository import AgencyRepository
from satudata.datasets.audit.acts import Acts
from satudata.datasets.catalogue.compatibility import compare
from satudata.datasets.catalogue.contracts import Contracts
from satudata.datasets.catalogue.models import ContractVersionRow, DatasetRow
from satudata.datasets.catalogue.repository import CatalogueRepository, DatasetRecord
from satudata.datasets.catalogue.search import search_columns
from satudata.datasets.catalogue.semver import parse
from satudata.datasets.catalogue.targets import check_targets
from satudata.datasets.catalogue.types import CompatibilityLevel, ContractDiff
from satudata.datasets.codes.repository import CodeListRepository
from satudata.datasets.database.engine import Database
from satudata.datasets.errors import InputProblem, InvalidInput, StateConflict
from satudata.datasets.identifiers import new_id
from satudata.validation.contracts.errors import ContractError
from satudata.validation.contracts.loading import load_contract
from satudata.validation.contracts.model import DataContract
from satudata.validation.contracts.naming import camel_case
from satudata.validation.text import Text

MAX_CONTRACT_BYTES = 1_000_000
MAX_SLUG = 160


@dataclass(slots=True)
class Plan:
    """What registering a contract comes to. `record` is the dataset as it is, None for a new one."""

    contract: DataContract
    agency: AgencyRow
    steward: AgencyRow
    record: DatasetRecord | None
    diff: ContractDiff | None
    dataset: DatasetRow
    stored: bool = False
    """True when the dataset stands in the catalogue with this contract."""

    @property
    def unchanged(self) -> bool:
        return self.diff is not None and self.diff.level is CompatibilityLevel.IDENTICAL


class Registration:
    def __init__(self, database: Database, acts: Acts, contracts: Contracts) -> None:
        self._database = database
        self._acts = acts
        self._contracts = contracts

    async def register(
        self,
        principal: Principal,
        contract_yaml: str,
        expected_version: str | None,
        *,
        dry_run: bool = False,
        reading_of: str | None = None,
    ) -> Plan:
        """See `CatalogueService.register`. `reading_of` is the submission that gave cause, for the audit."""
        contract = read_contract(contract_yaml)
        role = require(principal, Action.REGISTER_DATASET, Resource(agency=contract.agency))
        if dry_run:
            async with self._database.read() as session:
                plan = await self._plan(session, contract)
            _check(plan, expected_version)
            plan.stored = plan.unchanged
            return plan
        async with self._acts.begin(principal) as act:
            await AgencyRepository(act.session).lock(contract.agency)
            plan = await self._plan(act.session, contract)
            _check(plan, expected_version)
            if not plan.unchanged:
                await _store(act.session, plan, principal, act.at)
                act.record(
                    "dataset.register",
                    f"dataset:{contract.id}",
                    role=role,
                    contract=contract.version,
                    sha256=_digest(contract_yaml),
                    level=plan.diff.level.value if plan.diff else None,
                    reading_of=reading_of,
                )
                act.changes_what_readers_see()
        plan.stored = True
        return plan

    async def compare(self, principal: Principal, contract_yaml: str) -> ContractDiff | None:
        """See `CatalogueService.compare`."""
        contract = read_contract(contract_yaml)
        require(principal, Action.REGISTER_DATASET, Resource(agency=contract.agency))
        async with self._database.read() as session:
            return (await self._plan(session, contract)).diff

    async def _plan(self, session: AsyncSession, contract: DataContract) -> Plan:
        agency = await _agency(session, contract.agency, "agency")
        steward = await _agency(session, contract.steward, "steward")
        await _check_code_lists(session, contract)
        await check_targets(session, self._contracts, contract)
        repository = CatalogueRepository(session)
        record = await repository.record(contract.id)
        if record is None:
            field = camel_case(contract.id.split("/", 1)[1])
            await _check_field(repository, agency, field, contract.id)
            return Plan(contract, agency, steward, None, None, _new_row(contract, agency, field))
        newest = await self._contracts.get(session, contract.id, record.dataset.contract_version)
        same_version = await repository.contract_version(record.dataset.id, contract.version)
        if same_version is not None and same_version.yaml != contract.source:
            raise InvalidInput(
                Text(
                    f"Versi {contract.version} sudah terdaftar dengan isi lain. Naikkan nomor versinya.",
                    f"Version {contract.version} is registered with another text. Raise the version number.",
                ),
                ("version",),
                "CONTRACT_VERSION_TAKEN",
            )
        return Plan(contract, agency, steward, record, compare(newest, contract), record.dataset)


def read_contract(contract_yaml: str) -> DataContract:
    """The contract in a text. Raises InvalidInput with every problem of the text."""
    if len(contract_yaml.encode()) > MAX_CONTRACT_BYTES:
        raise InvalidInput(
            Text("Kontrak lebih besar dari 1 MB.", "The contract is larger than 1 MB."), ("contractYaml",)
        )
    try:
        contract = load_contract(contract_yaml)
    except ContractError as error:
        problems = tuple(
            InputProblem(problem.path, problem.message, problem.fix) for problem in error.problems
        )
        count = len(problems)
        raise InvalidInput(
            Text(
                f"Kontrak belum dapat dipakai: {count} hal perlu diperbaiki.",
                f"The contract cannot be used yet: {count} thing{'s' if count > 1 else ''} to fix.",
            ),
            ("contractYaml",),
            "CONTRACT_INVALID",
            problems,
        ) from error
    _check_identity(contract)
    return contract


def _check(plan: Plan, expected_version: str | None) -> None:
    newest = plan.record.dataset.contract_version if plan.record else None
    if expected_version is not None and expected_version != newest:
        raise StateConflict(
            Text(
                f"Versi terbaru kontrak ini {newest or 'belum ada'}, bukan {expected_version}. Muat ulang lalu "
                "bandingkan kembali.",
                f"The newest version of this contract is {newest or 'none'}, not {expected_version}. Reload and "
                "compare again.",
            ),
            ("expectedVersion",),
            actual_state=newest or "",
        )
    if newest is None or plan.unchanged or plan.diff is None:
        return
    before, after = parse(newest), parse(plan.contract.version)
    if after <= before:
        raise InvalidInput(
            Text(
                f"Versi {plan.contract.version} tidak lebih tinggi dari yang terdaftar ({newest}). Naikkan nomornya.",
                f"Version {plan.contract.version} is not higher than the registered {newest}. Raise the number.",
            ),
            ("version",),
            "CONTRACT_VERSION_NOT_HIGHER",
        )
    if plan.diff.level is CompatibilityLevel.BREAKING and after[0] == before[0]:
        breaking = [change for change in plan.diff.changes if change.level is CompatibilityLevel.BREAKING]
        fix = Text(f"Gunakan versi {before[0] + 1}.0.0.", f"Use version {before[0] + 1}.0.0.")
        raise InvalidInput(
            Text(
                f"Perubahan ini memutus pemakai versi {newest}, jadi perlu versi utama baru: {before[0] + 1}.0.0.",
                f"These changes break those who use version {newest}, so they need a new major: {before[0] + 1}.0.0.",
            ),
            ("version",),
            "CONTRACT_BREAKING",
            tuple(InputProblem(change.path, change.message, fix) for change in breaking),
        )


def _check_identity(contract: DataContract) -> None:
    parse(contract.version)
    if len(contract.id) > MAX_SLUG:
        raise InvalidInput(
            Text(
                f"Id dataset terlalu panjang: {len(contract.id)} karakter, paling banyak {MAX_SLUG}.",
                f"The dataset id is too long: {len(contract.id)} characters, at most {MAX_SLUG}.",
            ),
            ("id",),
        )


async def _agency(session: AsyncSession, slug: str, path: str) -> AgencyRow:
    row = await AgencyRepository(session).by_slug(slug)
    if row is None:
        raise InvalidInput(
            Text(
                f"Instansi “{slug}” belum terdaftar. Mintalah sekretariat mendaftarkannya.",
                f"The agency “{slug}” is not registered. Ask the secretariat to register it.",
            ),
            (path,),
        )
    return row


async def _check_code_lists(session: AsyncSession, contract: DataContract) -> None:
    """Every code list and edition that a column names must be there, else no file could ever be checked."""
    repository = CodeListRepository(session)
    problems: list[InputProblem] = []
    for column in contract.columns:
        binding = column.code or column.named
        if binding is None:
            continue
        editions = await repository.editions(binding.code_list)
        known = ", ".join(editions) or "-"
        if not editions or (binding.edition is not None and binding.edition not in editions):
            wanted = f"{binding.code_list} {binding.edition or ''}".strip()
            problems.append(
                InputProblem(
                    f"columns.{column.name}.codeList",
                    Text(
                        f"Kode referensi {wanted} tidak ada di sini.",
                        f"Reference codes {wanted} are not here.",
                    ),
                    Text(f"Edisi yang ada: {known}.", f"Editions there are: {known}."),
                )
            )
    if problems:
        raise InvalidInput(
            Text(
                "Kontrak memakai kode referensi yang belum ada.",
                "The contract uses reference codes that are not here.",
            ),
            ("contractYaml",),
            "CONTRACT_INVALID",
            tuple(problems),
        )


async def _check_field(repository: CatalogueRepository, agency: AgencyRow, field: str, slug: str) -> None:
    taken = await repository.by_field(agency.id, field)
    if taken is not None:
        raise InvalidInput(
            Text(
                f"Nama “{slug}” terlalu mirip dengan “{taken.slug}”: di API keduanya menjadi {field}. Pilih nama lain.",
                f"The name “{slug}” is too close to “{taken.slug}”: both become {field} in the API. Choose another.",
            ),
            ("id",),
        )


def _new_row(contract: DataContract, agency: AgencyRow, field: str) -> DatasetRow:
    now = datetime.now(UTC)
    return DatasetRow(
        id=new_id(), slug=contract.id, agency_id=agency.id, field=field, created_at=now, updated_at=now
    )


async def _store(session: AsyncSession, plan: Plan, principal: Principal, at: datetime) -> None:
    contract, row = plan.contract, plan.dataset
    row.steward_id = plan.steward.id
    row.contract_version = contract.version
    row.access_level = contract.access_level.value
    row.priority = contract.priority
    row.topic = contract.topic
    row.region = plain_region(contract.spatial.code) or None if contract.spatial else None
    row.title_id = contract.title.id
    row.title_en = contract.title.en or contract.title.id
    for column, text in search_columns(contract).items():
        setattr(row, column, text)
    row.updated_at = at
    repository = CatalogueRepository(session)
    if plan.record is None:
        row.created_at = at
        repository.add(row)
        await session.flush()
    repository.add(
        ContractVersionRow(
            id=new_id(),
            dataset_id=row.id,
            version=contract.version,
            status=contract.status,
            yaml=contract.source,
            sha256=_digest(contract.source),
            registered_by_id=principal.person_id,
            registered_at=at,
        )
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
