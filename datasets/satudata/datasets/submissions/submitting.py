"""Making a submission: one transaction that finds the one made before under the same key, or stores a new one."""

from dataclasses import dataclass
from datetime import datetime

from satudata.datasets.access.policy import Action, not_found_text, require, require_visible
from satudata.datasets.access.principal import Principal
from satudata.datasets.audit.acts import Act, Acts
from satudata.datasets.catalogue.repository import CatalogueRepository, DatasetRecord
from satudata.datasets.catalogue.visibility import dataset_resource
from satudata.datasets.errors import InvalidInput, NotFound, StateConflict
from satudata.datasets.identifiers import new_id
from satudata.datasets.submissions.models import SubmissionRow, UploadRow
from satudata.datasets.submissions.repository import SubmissionRepository
from satudata.datasets.submissions.states import REPLACEABLE, STATE_NAMES
from satudata.datasets.submissions.types import SubmissionState
from satudata.datasets.submissions.uploads import UploadRepository, check_not_expired, no_upload
from satudata.validation.text import Text

RELEASE_MAY_DIFFER = frozenset(
    state.value for state in (SubmissionState.APPROVED, SubmissionState.PUBLISHED, SubmissionState.WITHDRAWN)
)
"""States in which a steward may have changed the producer's release time: it no longer tells two wishes apart."""


@dataclass(frozen=True, slots=True)
class NewSubmission:
    """What a producer asks for; see `SubmissionService.submit`."""

    dataset: str
    upload_id: str
    note: str | None
    notes: Text | None
    erratum: Text | None
    replaces: str | None
    release_at: datetime | None
    idempotency_key: str


class Submitting:
    def __init__(self, acts: Acts) -> None:
        self._acts = acts

    async def submit(self, principal: Principal, wish: NewSubmission) -> str:
        """The id of the submission made now, or before under the same key."""
        try:
            return await self._submit(principal, wish)
        except StateConflict as conflict:
            if conflict.code != "OVERTAKEN":
                raise
            return await self._submit(principal, wish)  # the same key at the same moment: now it is there

    async def _submit(self, principal: Principal, wish: NewSubmission) -> str:
        async with self._acts.begin(principal) as act:
            record = await _dataset(act, principal, wish.dataset)
            resource = dataset_resource(record.dataset, record.agency.slug, record.steward.slug)
            role = require(principal, Action.SUBMIT, resource)
            person_id = principal.person_id or ""
            submissions = SubmissionRepository(act.session)
            earlier = await submissions.by_key(person_id, wish.idempotency_key)
            if earlier is not None:
                await _check_same(act, earlier, record, wish)
                return earlier.id
            upload = await _upload(act, person_id, wish.upload_id)
            await _check_replaced(act, record, wish.replaces)
            row = _new_row(record, upload, wish, person_id, act.at)
            submissions.add(row)
            await act.session.flush()
            await submissions.add_step(
                row, SubmissionState.UPLOADED, at=act.at, actor_id=person_id, role=role, first=True
            )
            act.record(
                "submission.submit",
                f"submission:{row.id}",
                role=role,
                dataset=record.dataset.slug,
                contract=row.contract_version,
                sha256=row.sha256,
                replaces=row.replaces_id,
            )
        return row.id


async def _dataset(act: Act, principal: Principal, slug: str) -> DatasetRecord:
    what = Text(f"Dataset {slug}", f"Dataset {slug}")
    record = await CatalogueRepository(act.session).record(slug)
    if record is None:
        raise NotFound(not_found_text(what), ("dataset",))
    resource = dataset_resource(record.dataset, record.agency.slug, record.steward.slug)
    require_visible(principal, Action.VIEW_DATASET, resource, what)
    return record


async def _check_same(act: Act, earlier: SubmissionRow, record: DatasetRecord, wish: NewSubmission) -> None:
    """Raises InvalidInput unless the wish is the earlier one again; its file may have been uploaded anew."""
    same = earlier.dataset_id == record.dataset.id and _told(earlier) == _wished(wish)
    if earlier.state not in RELEASE_MAY_DIFFER:
        same = same and earlier.release_at == wish.release_at
    if same and earlier.upload_id != wish.upload_id:
        upload = await _upload(act, earlier.submitted_by_id, wish.upload_id)
        same = (upload.sha256, upload.bytes) == (earlier.sha256, earlier.bytes)
    if not same:
        raise InvalidInput(
            Text(
                "Kunci ini sudah dipakai untuk pengajuan lain (berkas, dataset, atau keterangannya berbeda). Gunakan "
                "kunci baru untuk setiap pengajuan.",
                "This key was used for another submission (its file, dataset or details differ). Use a new key for "
                "each submission.",
            ),
            ("idempotencyKey",),
            "IDEMPOTENCY_KEY_REUSED",
        )


def _told(row: SubmissionRow) -> tuple[str | None, ...]:
    return row.note, row.notes_id, row.notes_en, row.erratum_id, row.erratum_en, row.replaces_id


def _wished(wish: NewSubmission) -> tuple[str | None, ...]:
    notes = (wish.notes.id, wish.notes.en) if wish.notes else (None, None)
    erratum = (wish.erratum.id, wish.erratum.en) if wish.erratum else (None, None)
    return wish.note, *notes, *erratum, wish.replaces


async def _upload(act: Act, person_id: str, upload_id: str) -> UploadRow:
    row = await UploadRepository(act.session).of_owner(upload_id, person_id)
    if row is None:
        raise no_upload()
    if row.received_at is None:
        raise InvalidInput(
            Text(
                "Berkasnya belum diterima. Kirim berkas ke alamat unggahan lebih dahulu.",
                "The file has not arrived. Send it to the upload's address first.",
            ),
            ("uploadId",),
            "UPLOAD_INCOMPLETE",
        )
    check_not_expired(row.expires_at, act.at)
    return row


async def _check_replaced(act: Act, record: DatasetRecord, replaces: str | None) -> None:
    if replaces is None:
        return
    replaced = await SubmissionRepository(act.session).record(replaces)
    if replaced is None or replaced.dataset.id != record.dataset.id:
        raise NotFound(
            not_found_text(Text("Pengajuan yang digantikan", "The submission to replace")), ("replaces",)
        )
    if replaced.state not in REPLACEABLE:
        name = STATE_NAMES[replaced.state]
        raise StateConflict(
            Text(
                f"Pengajuan yang digantikan {name.id}. Hanya yang ditolak, dikembalikan, atau dibatalkan "
                "yang dapat digantikan.",
                f"The submission to replace is {name.en}. Only rejected, returned or withdrawn ones are "
                "replaced.",
            ),
            ("replaces",),
            actual_state=replaced.state.value,
        )


def _new_row(
    record: DatasetRecord, upload: UploadRow, wish: NewSubmission, person_id: str, at: datetime
) -> SubmissionRow:
    return SubmissionRow(
        id=new_id(),
        dataset_id=record.dataset.id,
        contract_version=record.dataset.contract_version,
        upload_id=upload.id,
        state=SubmissionState.UPLOADED.value,
        file_name=upload.file_name,
        bytes=upload.bytes,
        sha256=upload.sha256,
        submitted_by_id=person_id,
        submitted_at=at,
        idempotency_key=wish.idempotency_key,
        note=wish.note,
        notes_id=wish.notes.id if wish.notes else None,
        notes_en=wish.notes.en if wish.notes else None,
        erratum_id=wish.erratum.id if wish.erratum else None,
        erratum_en=wish.erratum.en if wish.erratum else None,
        replaces_id=wish.replaces,
        release_at=wish.release_at,
    )
