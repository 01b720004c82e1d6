"""Small checks of what people type, each refusing with the place and what to do instead."""

import re
from datetime import datetime

from satudata.datasets.errors import InvalidInput
from satudata.validation.text import Text

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
SHA256 = re.compile(r"[0-9a-f]{64}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MAX_LINE = 300
MAX_PROSE = 5_000


def slug(value: str, path: str) -> str:
    """A name for URLs and GraphQL: lower-case words joined by hyphens."""
    if len(value) > 80 or not SLUG.fullmatch(value):
        raise InvalidInput(
            Text(
                f"“{value}” bukan nama yang dapat dipakai. Gunakan huruf kecil, angka, dan tanda hubung, "
                "diawali huruf, misalnya dinkes-jabar.",
                f"“{value}” cannot be used as a name. Use lower-case letters, digits and hyphens, beginning with a "
                "letter, e.g. dinkes-jabar.",
            ),
            (path,),
        )
    return value


def line(value: str, path: str) -> str:
    """One line of text that must not be empty."""
    cleaned = " ".join(value.split())
    if not cleaned:
        raise InvalidInput(Text("Bagian ini wajib diisi.", "This must be filled in."), (path,))
    return _not_longer(cleaned, MAX_LINE, path)


def optional_line(value: str | None, path: str) -> str | None:
    """One line of text, None when empty."""
    return line(value, path) if value and value.strip() else None


def prose(value: str | None, path: str) -> str | None:
    """Some paragraphs, None when empty."""
    cleaned = (value or "").strip()
    return _not_longer(cleaned, MAX_PROSE, path) if cleaned else None


def required_prose(value: str | None, path: str, why: Text) -> str:
    """Some paragraphs that must not be empty; `why` asks for them."""
    cleaned = prose(value, path)
    if cleaned is None:
        raise InvalidInput(why, (path,))
    return cleaned


def text(value: Text | None, path: str) -> Text | None:
    """A text in both languages, None when empty. English alone is refused: Indonesian comes first."""
    if value is None:
        return None
    indonesian, english = prose(value.id, path), prose(value.en, path)
    if indonesian is None and english is None:
        return None
    if indonesian is None:
        raise InvalidInput(
            Text("Tulis juga dalam bahasa Indonesia.", "Write it in Indonesian as well."),
            (path, "indonesian"),
        )
    return Text(indonesian, english or indonesian)


def sha256(value: str, path: str) -> str:
    """A SHA-256 in hex."""
    digest = value.strip().lower()
    if not SHA256.fullmatch(digest):
        raise InvalidInput(
            Text(
                "SHA-256 harus 64 angka heksadesimal. Hitung dengan sha256sum BERKAS.",
                "The SHA-256 must be 64 hexadecimal digits. Compute it with sha256sum FILE.",
            ),
            (path,),
        )
    return digest


def email(value: str, path: str) -> str:
    """An e-mail address, in lower case."""
    address = value.strip().lower()
    if len(address) > MAX_LINE or not EMAIL.fullmatch(address):
        raise InvalidInput(
            Text(f"“{value}” bukan alamat surel.", f"“{value}” is not an e-mail address."), (path,)
        )
    return address


def instant(value: datetime | None, path: str) -> datetime | None:
    """An instant that says its time zone."""
    if value is not None and value.tzinfo is None:
        raise InvalidInput(
            Text(
                "Waktu harus menyebut zona waktunya, misalnya 2026-12-01T09:00:00+07:00.",
                "A time must say its time zone, e.g. 2026-12-01T09:00:00+07:00.",
            ),
            (path,),
        )
    return value


def _not_longer(value: str, most: int, path: str) -> str:
    if len(value) > most:
        raise InvalidInput(
            Text(
                f"Terlalu panjang: {len(value)} karakter, paling banyak {most}. Persingkat teksnya.",
                f"Too long: {len(value)} characters, at most {most}. Shorten it.",
            ),
            (path,),
        )
    return value
