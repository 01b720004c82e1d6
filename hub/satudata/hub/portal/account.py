"""Logging in and out. Passwords, sessions and their limits are `satudata.hub.identity`'s."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from satudata.hub.assembly import Hub
from satudata.hub.identity.errors import LoginRefused, TooManyAttempts
from satudata.hub.portal.rendering import page_of, render
from satudata.validation.text import Text


async def login_form(request: Request) -> Response:
    """The form; who is already logged in goes on to where he or she wanted."""
    target = safe_target(request.query_params.get("next"))
    page = page_of(request)
    if page.known:
        return RedirectResponse(page.url(target), 303)
    return _form(request, target)


async def login(request: Request) -> Response:
    """Start a session, or show the form again saying what was wrong."""
    hub: Hub = request.app.state.hub
    fields = await hub.identity.form(request)
    email, password = str(fields.get("email", "")), str(fields.get("password", ""))
    target = safe_target(str(fields.get("next", "")))
    try:
        await hub.identity.login(request, email, password)
    except (LoginRefused, TooManyAttempts) as refusal:
        answer = _form(request, target, email, refusal.message, refusal.status)
        if isinstance(refusal, TooManyAttempts):
            answer.headers["Retry-After"] = str(refusal.retry_after)
        return answer
    return RedirectResponse(page_of(request).url(target), 303)


async def logout(request: Request) -> Response:
    """End the session."""
    hub: Hub = request.app.state.hub
    await hub.identity.form(request)
    await hub.identity.logout(request)
    return RedirectResponse(page_of(request).url("/"), 303)


def login_redirect(request: Request) -> Response:
    """To the login form, and back here afterwards."""
    page = page_of(request)
    return RedirectResponse(page.url("/login", next=page.path), 303)


def safe_target(target: str | None) -> str:
    """A path of this hub without language prefix, `/` for anything else: nobody is sent to another site."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\n" in target:
        return "/"
    return target


def _form(
    request: Request, target: str, email: str = "", refusal: Text | None = None, status: int = 200
) -> Response:
    return render(request, "login.html", {"next": target, "email": email, "refusal": refusal}, status)
