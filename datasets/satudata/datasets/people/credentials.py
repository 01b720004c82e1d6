"""Stored credentials: passwords, access tokens and web sessions as hashes. Dumb rows, each change audited.

Making and checking secrets is `satudata.hub.identity`'s; nothing here ever sees one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.access.policy import Action, not_found_text, require
from satudata.datasets.access.principal import Principal
from satudata.datasets.audit.acts import Acts
from satudata.datasets.clock import Clock
from satudata.datasets.database.engine import Database
from satudata.datasets.errors import NotAllowed, NotFound
from satudata.datasets.identifiers import new_id
from satudata.datasets.people.models import AccessTokenRow, PasswordRow, PersonRow, WebSessionRow
from satudata.datasets.people.types import AccessToken, WebSession
from satudata.validation.text import Text

TOUCH_EVERY = timedelta(minutes=5)
"""`last_used_at` is kept to this grain, so that reading with a token does not write each time."""


@dataclass(frozen=True, slots=True)
class StoredPassword:
    person_id: str
    hash: str


class CredentialRepository:
    """All SQL of credentials."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def set_password(self, person_id: str, hashed: str, at: datetime) -> None:
        await self._session.merge(PasswordRow(person_id=person_id, hash=hashed, changed_at=at))

    async def password_of(self, email: str) -> StoredPassword | None:
        statement = (
            select(PasswordRow.person_id, PasswordRow.hash)
            .join(PersonRow, PersonRow.id == PasswordRow.person_id)
            .where(PersonRow.email == email)
        )
        found = (await self._session.execute(statement)).one_or_none()
        return StoredPassword(found.person_id, found.hash) if found else None

    def add(self, row: AccessTokenRow | WebSessionRow) -> None:
        self._session.add(row)

    async def token_by_hash(self, sha256: str) -> AccessTokenRow | None:
        statement = select(AccessTokenRow).where(AccessTokenRow.sha256 == sha256)
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def token(self, token_id: str) -> AccessTokenRow | None:
        return await self._session.get(AccessTokenRow, token_id)

    async def tokens_of(self, person_id: str) -> Sequence[AccessTokenRow]:
        statement = (
            select(AccessTokenRow)
            .where(AccessTokenRow.person_id == person_id)
            .order_by(AccessTokenRow.created_at)
        )
        return (await self._session.execute(statement)).scalars().all()

    async def touch_token(self, token_id: str, at: datetime) -> None:
        await self._session.execute(
            update(AccessTokenRow).where(AccessTokenRow.id == token_id).values(last_used_at=at)
        )

    async def session(self, id_hash: str) -> WebSessionRow | None:
        return await self._session.get(WebSessionRow, id_hash)

    async def remove_session(self, id_hash: str) -> None:
        await self._session.execute(delete(WebSessionRow).where(WebSessionRow.id_hash == id_hash))

    async def remove_sessions_of(self, person_id: str) -> None:
        await self._session.execute(delete(WebSessionRow).where(WebSessionRow.person_id == person_id))

    async def remove_expired_sessions(self, now: datetime) -> int:
        statement = (
            delete(WebSessionRow).where(WebSessionRow.expires_at <= now).returning(WebSessionRow.id_hash)
        )
        return len((await self._session.execute(statement)).all())


class CredentialStore:
    """For `satudata.hub.identity`.

    Secrets that let one act as a person are set by that person, or by the operator when setting up: never by the
    secretariat, who may only end them.
    """

    def __init__(self, database: Database, acts: Acts, clock: Clock) -> None:
        self._database = database
        self._acts = acts
        self._clock = clock

    async def set_password(self, principal: Principal, person_id: str, hashed: str) -> None:
        """Store a password's hash and end the person's sessions. Raises NotAllowed."""
        _require_own_or_operator(principal, person_id)
        async with self._acts.begin(principal) as act:
            repository = CredentialRepository(act.session)
            await repository.set_password(person_id, hashed, act.at)
            await repository.remove_sessions_of(person_id)
            act.record("password.set", f"person:{person_id}")

    async def rehash_password(self, person_id: str, hashed: str) -> None:
        """Replace the hash of an unchanged password by a stronger one. No act of anybody, so not audited."""
        async with self._database.write() as session:
            await CredentialRepository(session).set_password(person_id, hashed, self._clock.now())

    async def password_of(self, email: str) -> StoredPassword | None:
        """The stored hash for an address."""
        async with self._database.read() as session:
            return await CredentialRepository(session).password_of(email.strip().lower())

    async def add_token(
        self,
        principal: Principal,
        *,
        person_id: str,
        sha256: str,
        last4: str,
        name: str,
        scopes: tuple[str, ...] = (),
        expires_at: datetime | None = None,
    ) -> AccessToken:
        """Store a token's hash. Raises NotAllowed."""
        _require_own_or_operator(principal, person_id)
        async with self._acts.begin(principal) as act:
            row = AccessTokenRow(
                id=new_id(),
                person_id=person_id,
                sha256=sha256,
                last4=last4,
                name=name,
                scopes=list(scopes),
                created_at=act.at,
                expires_at=expires_at,
            )
            CredentialRepository(act.session).add(row)
            act.record("token.create", f"person:{person_id}", token=row.id, scopes=list(scopes))
        return _to_token(row)

    async def token(self, sha256: str) -> AccessToken | None:
        """The token with that hash, revoked and expired ones too: the caller decides."""
        async with self._database.read() as session:
            row = await CredentialRepository(session).token_by_hash(sha256)
        return _to_token(row) if row else None

    async def tokens(self, person_id: str) -> tuple[AccessToken, ...]:
        """All tokens of a person, oldest first."""
        async with self._database.read() as session:
            return tuple(_to_token(row) for row in await CredentialRepository(session).tokens_of(person_id))

    async def touch_token(self, token: AccessToken) -> None:
        """Note that a token is being used, at most once in five minutes."""
        now = self._clock.now()
        if token.last_used_at is not None and now - token.last_used_at < TOUCH_EVERY:
            return
        async with self._database.write() as session:
            await CredentialRepository(session).touch_token(token.id, now)

    async def revoke_token(self, principal: Principal, token_id: str) -> AccessToken:
        """End a token for good. Raises NotFound, NotAllowed."""
        async with self._acts.begin(principal) as act:
            row = await CredentialRepository(act.session).token(token_id)
            if row is None:
                raise NotFound(not_found_text(Text("Token ini", "This token")))
            if not _is_own(principal, row.person_id):
                require(principal, Action.ASSIGN_ROLE)
            row.revoked_at = row.revoked_at or act.at
            act.record("token.revoke", f"person:{row.person_id}", token=row.id)
        return _to_token(row)

    async def open_session(self, session: WebSession) -> None:
        """Store a signed-in browser."""
        async with self._acts.begin(Principal(person_id=session.person_id)) as act:
            CredentialRepository(act.session).add(
                WebSessionRow(
                    id_hash=session.id_hash,
                    person_id=session.person_id,
                    csrf_secret=session.csrf_secret,
                    created_at=session.created_at,
                    expires_at=session.expires_at,
                )
            )
            act.record("session.open", f"person:{session.person_id}")

    async def session(self, id_hash: str) -> WebSession | None:
        """The session with that hash, expired ones too: the caller decides."""
        async with self._database.read() as session:
            row = await CredentialRepository(session).session(id_hash)
        return _to_session(row) if row else None

    async def close_session(self, id_hash: str) -> None:
        """Sign a browser out; nothing to do when it is already."""
        async with self._database.read() as session:
            row = await CredentialRepository(session).session(id_hash)
        if row is None:
            return
        async with self._acts.begin(Principal(person_id=row.person_id)) as act:
            await CredentialRepository(act.session).remove_session(id_hash)
            act.record("session.close", f"person:{row.person_id}")

    async def purge_sessions(self) -> int:
        """Remove expired sessions; returns how many."""
        async with self._database.write() as session:
            return await CredentialRepository(session).remove_expired_sessions(self._clock.now())


def _is_own(principal: Principal, person_id: str) -> bool:
    return principal.person_id is not None and principal.person_id == person_id and not principal.read_only


def _require_own_or_operator(principal: Principal, person_id: str) -> None:
    if not (principal.operator or _is_own(principal, person_id)):
        raise NotAllowed(
            Text(
                "Kata sandi dan token hanya dapat dibuat oleh pemiliknya.",
                "Passwords and tokens are made by their owner only.",
            )
        )


def _to_token(row: AccessTokenRow) -> AccessToken:
    return AccessToken(
        id=row.id,
        person_id=row.person_id,
        sha256=row.sha256,
        last4=row.last4,
        name=row.name,
        scopes=tuple(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


def _to_session(row: WebSessionRow) -> WebSession:
    return WebSession(
        id_hash=row.id_hash,
        person_id=row.person_id,
        csrf_secret=row.csrf_secret,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
