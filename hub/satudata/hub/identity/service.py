"""Identity: logs people in and out, issues tokens, and resolves a request to a `Principal`.

Not here: what a principal may do (`satudata.datasets.access.policy`), how hashes are stored
(`satudata.datasets.people.credentials`), the middleware that calls `resolve` (`web/middleware/authentication.py`).
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import HTTPConnection, Request

from satudata.datasets.access.principal import ANONYMOUS, Principal
from satudata.datasets.clock import Clock
from satudata.datasets.people.credentials import CredentialStore
from satudata.datasets.people.service import PeopleService
from satudata.datasets.people.types import AccessToken, WebSession
from satudata.hub.identity import csrf, tokens
from satudata.hub.identity.errors import CrossSiteRefused, LoginRefused, TokenRefused
from satudata.hub.identity.passwords import Passwords
from satudata.hub.identity.throttle import LoginThrottle

COOKIE: Final = "satudata_session"
SESSION_LIFETIME: Final = timedelta(hours=12)
_CHANGED: Final = "satudata.session_cookie"


@dataclass(frozen=True, slots=True)
class Resolved:
    """Who a request comes from. `session` is None for visitors and tokens."""

    principal: Principal
    session: WebSession | None = None
    stale_cookie: bool = False
    """The request brought a session cookie that is no longer good."""


class Identity:
    """The one door between credentials and principals."""

    def __init__(
        self, people: PeopleService, credentials: CredentialStore, clock: Clock, *, secret: str, origin: str
    ) -> None:
        self._people = people
        self._credentials = credentials
        self._clock = clock
        self._visitor_token = csrf.visitor_token(secret)
        self._origin = origin
        self._passwords = Passwords()
        self._throttle = LoginThrottle()

    # -- requests

    async def resolve(self, connection: HTTPConnection, *, cookies: bool = True) -> Resolved:
        """The principal behind a bearer token, else behind a session cookie, else ANONYMOUS. Raises TokenRefused.

        A request with an Authorization header is judged by that alone: its cookies are ignored, as they are without
        `cookies`.
        """
        authorization = connection.headers.get("authorization")
        if authorization is not None:
            kind, _, token = authorization.partition(" ")
            if kind.lower() != "bearer":
                raise TokenRefused
            return Resolved(await self.principal_for_token(token.strip()))
        cookie = connection.cookies.get(COOKIE) if cookies else None
        if cookie is None:
            return Resolved(ANONYMOUS)
        session = await self._credentials.session(_digest(cookie))
        if session is None or session.expires_at <= self._clock.now():
            return Resolved(ANONYMOUS, stale_cookie=True)
        return Resolved(await self._people.principal_of(session.person_id), session)

    def form_token(self, session: WebSession | None) -> str:
        """The CSRF token of a session's forms, or of a visitor's (the login form)."""
        return session.csrf_secret if session else self._visitor_token

    def is_foreign(self, connection: HTTPConnection) -> bool:
        """True when the browser says that a page of another site makes the request."""
        return csrf.site_of(connection, self._origin) is False

    def check_site(self, connection: HTTPConnection, session: WebSession | None) -> None:
        """Raises CrossSiteRefused for an unsafe request, backed by a session, that another site made."""
        if session is None or connection.scope["method"] in csrf.SAFE_METHODS:
            return
        ours = csrf.site_of(connection, self._origin)
        if ours is None:
            # No browser of today: then only a form (whose token `form` checks) or the token as a header will do.
            kind = connection.headers.get("content-type", "")
            is_form = kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data"))
            ours = is_form or csrf.same_token(session.csrf_secret, connection.headers.get(csrf.HEADER))
        if not ours:
            raise CrossSiteRefused

    async def form(self, request: Request) -> FormData:
        """The fields of a posted form, after its origin and CSRF token were checked. Raises CrossSiteRefused.

        Every page that accepts a form reads it through here, the login page included.
        """
        if csrf.site_of(request, self._origin) is False:
            raise CrossSiteRefused
        fields = await request.form()
        given = fields.get(csrf.FIELD)
        if not csrf.same_token(request.state.csrf_token, given if isinstance(given, str) else None):
            raise CrossSiteRefused
        return fields

    # -- logging in and out

    async def login(self, request: Request, email: str, password: str) -> Principal:
        """Start a new session for the person; the middleware sets its cookie on the response to this request.

        The session the request came with, if any, ends. Raises LoginRefused, TooManyAttempts.
        """
        account = normal_email(email)
        address = request.client.host if request.client else "unknown"
        await self._throttle.attempt(account, address)
        stored = await self._credentials.password_of(account)
        right, new_hash = await self._passwords.verify(password, stored.hash if stored else None)
        if stored is None or not right:
            raise LoginRefused
        await self._throttle.succeeded(account, address)
        if new_hash is not None:
            await self._credentials.rehash_password(stored.person_id, new_hash)
        await self._end_session(request)
        cookie = secrets.token_urlsafe(32)
        now = self._clock.now()
        await self._credentials.open_session(
            WebSession(
                id_hash=_digest(cookie),
                person_id=stored.person_id,
                csrf_secret=secrets.token_urlsafe(32),
                created_at=now,
                expires_at=now + SESSION_LIFETIME,
            )
        )
        request.scope[_CHANGED] = cookie
        return await self._people.principal_of(stored.person_id)

    async def logout(self, request: Request) -> None:
        """End the request's session; the middleware removes its cookie."""
        await self._end_session(request)
        request.scope[_CHANGED] = ""

    @staticmethod
    def changed_cookie(connection: HTTPConnection) -> str | None:
        """The cookie value `login` wants set, `""` after `logout`, None when nothing changed."""
        value: str | None = connection.scope.get(_CHANGED)
        return value

    # -- credentials

    async def set_password(self, principal: Principal, person_id: str, password: str) -> None:
        """Store a new password and end every session of the person. Raises NotAllowed."""
        await self._credentials.set_password(principal, person_id, await self._passwords.hash(password))

    async def create_token(
        self,
        principal: Principal,
        person_id: str,
        name: str,
        scopes: Sequence[tokens.Scope],
        lifetime: timedelta,
    ) -> tuple[str, AccessToken]:
        """A new token (shown once) and what is stored of it. Raises NotAllowed."""
        token = tokens.mint()
        stored = await self._credentials.add_token(
            principal,
            person_id=person_id,
            sha256=tokens.digest(token),
            last4=token[-4:],
            name=name,
            scopes=tuple(scope.value for scope in scopes),
            expires_at=self._clock.now() + lifetime,
        )
        return token, stored

    def is_live(self, token: AccessToken) -> bool:
        """True while the token is neither revoked nor past its end."""
        return token.revoked_at is None and (token.expires_at is None or token.expires_at > self._clock.now())

    async def principal_for_token(self, token: str) -> Principal:
        """The principal a token stands for, with the roles in force today. Raises TokenRefused."""
        if not tokens.is_well_formed(token):
            raise TokenRefused
        stored = await self._credentials.token(tokens.digest(token))
        if stored is None or not self.is_live(stored):
            raise TokenRefused
        await self._credentials.touch_token(stored)
        principal = await self._people.principal_of(stored.person_id)
        return principal if tokens.Scope.PUBLISH in stored.scopes else replace(principal, read_only=True)

    async def principal_for_email(self, email: str) -> Principal | None:
        """The person of that address with the roles in force today, for the command line's `--as`."""
        person = await self._people.find(email)
        return await self._people.principal_of(person.id) if person else None

    # -- inside

    async def _end_session(self, request: Request) -> None:
        session: WebSession | None = getattr(request.state, "session", None)
        if session is not None:
            await self._credentials.close_session(session.id_hash)


def normal_email(email: str) -> str:
    """The form in which addresses are compared."""
    return email.strip().lower()


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
