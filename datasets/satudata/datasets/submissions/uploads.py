"""Uploads: room for one file, asked for with its size and SHA-256, filled once, then submitted.

What arrives is measured while it streams; a file that is not the one announced is not kept, and may be sent again.
"""

import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets import checks
from satudata.datasets.access.policy import Action, not_found_text, require
from satudata.datasets.access.principal import Principal
from satudata.datasets.audit.acts import Acts
from satudata.datasets.clock import Clock
from satudata.datasets.config import DatasetsConfig
from satudata.datasets.database.engine import Database
from satudata.datasets.errors import InvalidInput, LimitReached, NotFound
from satudata.datasets.files.store import FileStore
from satudata.datasets.identifiers import new_id
from satudata.datasets.submissions.models import UploadRow
from satudata.datasets.submissions.types import Upload
from satudata.validation.text import Text

MAX_NAME = 255
"""Characters kept of a file's name, counted from its end: the extension matters."""


class UploadRepository:
    """All SQL of uploads."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, row: UploadRow) -> None:
        self._session.add(row)

    async def of_owner(self, upload_id: str, owner_id: str | None, *, lock: bool = False) -> UploadRow | None:
        """The upload if it is that person's."""
        statement = select(UploadRow).where(UploadRow.id == upload_id, UploadRow.owner_id == owner_id)
        if lock:
            statement = statement.with_for_update()
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def waiting(self, now: datetime) -> Sequence[str]:
        """SHA-256 of files that have arrived and may still be submitted."""
        statement = select(UploadRow.sha256).where(
            UploadRow.received_at.is_not(None), UploadRow.expires_at > now
        )
        return (await self._session.execute(statement)).scalars().all()


class Uploads:
    """An upload belongs to whoever asked for it; to anybody else it does not exist."""

    def __init__(
        self, database: Database, acts: Acts, clock: Clock, files: FileStore, config: DatasetsConfig
    ) -> None:
        self._database = database
        self._acts = acts
        self._clock = clock
        self._files = files
        self._config = config

    async def create(self, principal: Principal, file_name: str, size: int, sha256: str) -> Upload:
        """Room for a file of that many bytes. Raises NotAllowed, InvalidInput, LimitReached."""
        role = require(principal, Action.UPLOAD)
        name = _clean_name(file_name)
        digest = checks.sha256(sha256, "sha256")
        if size < 0:
            raise InvalidInput(
                Text("Ukuran berkas tidak mungkin negatif.", "A size cannot be negative."), ("bytes",)
            )
        if size > self._config.max_upload_bytes:
            raise _too_big(self._config.max_upload_bytes)
        async with self._acts.begin(principal) as act:
            row = UploadRow(
                id=new_id(),
                owner_id=principal.person_id or "",
                file_name=name,
                bytes=size,
                sha256=digest,
                created_at=act.at,
                expires_at=act.at + timedelta(hours=self._config.upload_hours),
            )
            UploadRepository(act.session).add(row)
            act.record("upload.create", f"upload:{row.id}", role=role, bytes=size, sha256=digest)
        return self._to_upload(row)

    async def get(self, principal: Principal, upload_id: str) -> Upload:
        """One's own upload. Raises NotFound."""
        async with self._database.read() as session:
            row = await UploadRepository(session).of_owner(upload_id, principal.person_id)
        if row is None:
            raise no_upload()
        return self._to_upload(row)

    async def receive(self, principal: Principal, upload_id: str, stream: AsyncIterable[bytes]) -> Upload:
        """Take the file. Sending it again once it is here changes nothing; it is still compared with the one announced.

        Raises NotFound, NotAllowed, InvalidInput (expired; other size or SHA-256 than announced: send it again).
        """
        role = require(principal, Action.UPLOAD)
        upload = await self.get(principal, upload_id)
        if upload.complete:
            async for _ in _as_announced(stream, upload):
                pass
            return upload
        check_not_expired(upload.expires_at, self._clock.now())
        await self._files.put_raw(_as_announced(stream, upload))
        async with self._acts.begin(principal) as act:
            row = await UploadRepository(act.session).of_owner(upload_id, principal.person_id, lock=True)
            if row is None:
                raise no_upload()
            if row.received_at is None:
                row.received_at = act.at
                act.record(
                    "upload.receive", f"upload:{row.id}", role=role, bytes=row.bytes, sha256=row.sha256
                )
        return self._to_upload(row)

    def _to_upload(self, row: UploadRow) -> Upload:
        return Upload(
            id=row.id,
            file_name=row.file_name,
            bytes=row.bytes,
            sha256=row.sha256,
            received_bytes=row.bytes if row.received_at else 0,
            max_bytes=self._config.max_upload_bytes,
            expires_at=row.expires_at,
            owner_id=row.owner_id,
            received_at=row.received_at,
        )


def no_upload() -> NotFound:
    """For an upload that is not there or is another's."""
    return NotFound(not_found_text(Text("Unggahan ini", "This upload")), ("uploadId",))


def check_not_expired(expires_at: datetime, now: datetime) -> None:
    """Raises InvalidInput once the time is over."""
    if now >= expires_at:
        raise InvalidInput(
            Text(
                "Waktu unggahan ini sudah habis. Mulailah unggahan baru.",
                "The time of this upload is over. Start a new upload.",
            ),
            ("uploadId",),
            "UPLOAD_EXPIRED",
        )


async def _as_announced(stream: AsyncIterable[bytes], upload: Upload) -> AsyncIterator[bytes]:
    """Pass the file on, refusing as soon as it cannot be the one announced."""
    digest, received = hashlib.sha256(), 0
    async for chunk in stream:
        received += len(chunk)
        if received > upload.bytes:
            raise _wrong_size(upload.bytes, f"lebih dari {upload.bytes}", f"more than {upload.bytes}")
        digest.update(chunk)
        yield chunk
    if received < upload.bytes:
        raise _wrong_size(upload.bytes, str(received), str(received))
    if digest.hexdigest() != upload.sha256:
        raise InvalidInput(
            Text(
                f"Isi yang diterima berbeda dari yang diumumkan (SHA-256 {digest.hexdigest()}, seharusnya "
                f"{upload.sha256}). Kirim ulang berkasnya; bila berkas sudah berubah, mulai unggahan baru.",
                f"What arrived is not what was announced (SHA-256 {digest.hexdigest()}, expected {upload.sha256}). "
                "Send the file again; if the file has changed, start a new upload.",
            ),
            ("sha256",),
            "UPLOAD_CHANGED",
        )


def _wrong_size(expected: int, found_id: str, found_en: str) -> InvalidInput:
    return InvalidInput(
        Text(
            f"Ukuran berkas {found_id} byte, seharusnya {expected}. Kirim ulang berkas yang sama secara utuh.",
            f"The file is {found_en} bytes, {expected} were announced. Send the same file again, whole.",
        ),
        ("bytes",),
        "UPLOAD_SIZE",
    )


def _too_big(most: int) -> LimitReached:
    return LimitReached(
        Text(
            f"Berkas terlalu besar: paling banyak {most} byte. Bagi datanya atau kirim sebagai Parquet.",
            f"The file is too big: at most {most} bytes. Split the data or send it as Parquet.",
        ),
        ("bytes",),
        "UPLOAD_TOO_BIG",
    )


def _clean_name(file_name: str) -> str:
    """The name without folders and control characters."""
    bare = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return checks.line("".join(char for char in bare if char.isprintable())[-MAX_NAME:], "fileName")
