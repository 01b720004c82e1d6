"""Refusals of the identity layer, each with a message for people. Rendered by `web/problems.py` and by the portal."""

from satudata.validation.text import Text


class IdentityError(Exception):
    """Base: `code` for machines, `message` for people, `status` for HTTP."""

    code = "IDENTITY"
    status = 401

    def __init__(self, message: Text) -> None:
        super().__init__(message.en)
        self.message = message


class LoginRefused(IdentityError):
    """Wrong e-mail or password; which of the two is not said."""

    code = "LOGIN_REFUSED"

    def __init__(self) -> None:
        super().__init__(
            Text(
                id="Surel atau kata sandi tidak cocok. Periksa keduanya lalu coba lagi.",
                en="The e-mail address or the password is not right. Check both and try again.",
            )
        )


class TooManyAttempts(IdentityError):
    """Too many attempts from this address or for this account; try again in `retry_after` seconds."""

    code = "TOO_MANY_ATTEMPTS"
    status = 429

    def __init__(self, retry_after: int) -> None:
        minutes = max(1, -(-retry_after // 60))
        super().__init__(
            Text(
                id=f"Terlalu banyak percobaan masuk. Coba lagi {minutes} menit lagi.",
                en=f"Too many attempts to log in. Try again in {minutes} minute{'s' if minutes > 1 else ''}.",
            )
        )
        self.retry_after = retry_after


class TokenRefused(IdentityError):
    """The bearer token is unknown, malformed, expired or revoked."""

    code = "TOKEN_REFUSED"

    def __init__(self) -> None:
        super().__init__(
            Text(
                id="Token tidak dikenal, kedaluwarsa, atau dicabut. Buat yang baru dengan `satudata token create`.",
                en="The token is unknown, expired or revoked. Make a new one with `satudata token create`.",
            )
        )


class CrossSiteRefused(IdentityError):
    """An act came from another site, or a form without its token."""

    code = "CROSS_SITE"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            Text(
                id="Permintaan ini tidak datang dari halaman hub, atau halamannya sudah terlalu lama dibuka. "
                "Muat ulang halaman lalu kirim lagi.",
                en="This request did not come from a page of the hub, or the page has been open for too long. "
                "Reload the page and send it again.",
            )
        )
