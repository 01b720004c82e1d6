"""Access tokens `sdi_pat_` + 30 random base62 characters + 6 of CRC32, so that a leak scanner knows one offline.

Only the SHA-256 of a token is stored: it holds 178 random bits, so a slow hash would add nothing.
"""

import hashlib
import hmac
import secrets
import string
import zlib
from enum import StrEnum

PREFIX = "sdi_pat_"
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BODY = 30
_CHECK = 6


class Scope(StrEnum):
    """What a token may be used for. PUBLISH includes every act its person may do; READ only reads."""

    READ = "read"
    PUBLISH = "publish"


def mint() -> str:
    """A new token. Show it once; store its `digest`."""
    body = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_BODY))
    return body + _checksum(body)


def is_well_formed(token: str) -> bool:
    """True when prefix, length, alphabet and check characters fit: cheap, before any look-up."""
    if not token.startswith(PREFIX) or len(token) != len(PREFIX) + _BODY + _CHECK or not token.isascii():
        return False
    return hmac.compare_digest(_checksum(token[:-_CHECK]), token[-_CHECK:])


def digest(token: str) -> str:
    """The hex SHA-256 that stands for the token in the database."""
    return hashlib.sha256(token.encode()).hexdigest()


def _checksum(text: str) -> str:
    number = zlib.crc32(text.encode())
    characters = ""
    while number:
        number, rest = divmod(number, len(_ALPHABET))
        characters = _ALPHABET[rest] + characters
    return characters.rjust(_CHECK, "0")
