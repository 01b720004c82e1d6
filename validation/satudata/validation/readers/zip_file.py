"""A ZIP archive that holds one table: finds it, and unpacks it into a temporary file that lives as long as the context.

Looked at before anything is unpacked: number of members, sizes, ratio. What comes out is counted too. Files that
programs leave in archives (`__MACOSX`, `Thumbs.db`) do not count; of several others the one that is a table by
this contract is taken. An archive inside an archive is not opened.
"""

import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from satudata.validation.findings.catalogue import word
from satudata.validation.findings.collecting import Issue
from satudata.validation.readers.archive_guard import BROKEN_ARCHIVE
from satudata.validation.readers.detection import (
    HEAD,
    SPREADSHEET_SIGNS,
    FileFormat,
    Unreadable,
    damaged,
    detect_head,
)
from satudata.validation.readers.limits import too_large
from satudata.validation.text import Text

MAX_MEMBERS = 2_000
MAX_UNPACKED = 2 * 1024 * 1024 * 1024
MAX_RATIO = 200
_RATIO_MATTERS = 10 * 1024 * 1024
_LOOKED_AT = 20
_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_LEFTOVERS = ("thumbs.db", "desktop.ini", ".ds_store")

Fits = Callable[[bytes], bool]
"""Whether text that begins so has the headers of the contract."""


@contextmanager
def file_inside(path: Path, fits: Fits) -> Iterator[Path]:
    """The one table in the archive. Raises Unreadable."""
    with tempfile.TemporaryDirectory(prefix="satudata-zip-") as folder:
        target = Path(folder) / "member"
        try:
            with zipfile.ZipFile(path) as archive:
                _guard(archive.infolist())
                _unpack(archive, _the_table(archive, fits), target)
        except BROKEN_ARCHIVE as error:
            raise damaged("ZIP", word("detail.zip")) from error
        yield target


def nested_archive() -> Unreadable:
    """What is inside is an archive again."""
    return _refused(word("detail.archive_nested"))


def _guard(members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if len(members) > MAX_MEMBERS:
        raise _unsafe(f"{len(members)} > {MAX_MEMBERS}")
    if unpacked > _RATIO_MATTERS and unpacked / packed > MAX_RATIO:
        raise _unsafe(f"{unpacked // 1_048_576} MB / {packed // 1024} kB")
    if unpacked > MAX_UNPACKED:
        raise too_large(
            word("detail.archive_size", size=unpacked // 1_048_576, limit=MAX_UNPACKED // 1_048_576)
        )
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise damaged("ZIP", word("detail.archive_password"))


def _the_table(archive: zipfile.ZipFile, fits: Fits) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if _counts(member)]
    if not members:
        raise _refused(word("detail.archive_none"))
    if len(members) == 1:
        return members[0]
    if len(members) <= _LOOKED_AT:
        tables = [member for member in members if _is_table(archive, member, fits)]
        if len(tables) == 1:
            return tables[0]
        if not tables:
            raise _refused(word("detail.archive_none"))
        members = tables
    names = ", ".join(member.filename for member in members)
    raise _refused(word("detail.archive_several", count=len(members), names=names[:200]))


def _counts(member: zipfile.ZipInfo) -> bool:
    place = PurePosixPath(member.filename.replace("\\", "/"))
    return not (
        member.is_dir()
        or "__MACOSX" in place.parts
        or place.name.startswith("._")
        or place.name.casefold() in _LEFTOVERS
    )


def _is_table(archive: zipfile.ZipFile, member: zipfile.ZipInfo, fits: Fits) -> bool:
    """By its first bytes; for text, whether the headers of the contract are in it."""
    with archive.open(member) as stream:
        head = stream.read(HEAD)
    try:
        form = detect_head(head)
    except Unreadable:
        return False
    if form is FileFormat.ZIP:
        return any(sign in head for sign in SPREADSHEET_SIGNS)
    return fits(head) if form is FileFormat.CSV else True


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """zipfile itself gives no more than the declared size and checks the sum; counting here costs nothing."""
    left = min(member.file_size, MAX_UNPACKED)
    with archive.open(member) as source, target.open("wb") as copy:
        while chunk := source.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise _unsafe(member.filename[:80])
            copy.write(chunk)


def _refused(detail: Text) -> Unreadable:
    return Unreadable(Issue("file.archive", values={"detail": detail}))


def _unsafe(detail: str) -> Unreadable:
    return Unreadable(Issue("file.unsafe", values={"detail": detail}))
