"""Cross-site request forgery: which unsafe requests with a session cookie are believed.

Two locks. The headers browsers set themselves (`Sec-Fetch-Site`, else `Origin`) must say "from here"; and a form
must bring back the token of its page. Requests with a bearer token need neither: no browser adds one by itself.
"""

import hashlib
import hmac

from starlette.requests import HTTPConnection

FIELD = "csrf_token"
HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def visitor_token(secret: str) -> str:
    """The token of forms shown to people without a session: the login form's. Sessions carry their own."""
    return hmac.new(secret.encode(), b"csrf:visitor", hashlib.sha256).hexdigest()


def same_token(expected: str, given: str | None) -> bool:
    """Constant-time comparison of what a form or header brought."""
    return given is not None and hmac.compare_digest(expected.encode(), given.encode())


def site_of(connection: HTTPConnection, origin: str) -> bool | None:
    """True: the browser says the request comes from our pages. False: from elsewhere. None: it does not say.

    `origin` is the public origin; the host the request was sent to counts as ours as well.
    """
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    sent = connection.headers.get("origin")
    if sent is None:
        return None
    here = f"{connection.url.scheme}://{connection.headers.get('host', '')}".lower()
    return sent.lower() in (origin, here)
