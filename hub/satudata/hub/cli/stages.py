"""Words for where a check or a submission is, shown while one waits."""

from satudata.hub.cli.output import language
from satudata.validation.text import Text

_NAMES = {
    "UPLOADED": Text(id="diterima", en="received"),
    "QUEUED": Text(id="menunggu giliran", en="waiting for its turn"),
    "CHECKING": Text(id="diperiksa", en="being checked"),
    "READING": Text(id="membaca", en="reading"),
    "CASTING": Text(id="menafsirkan", en="interpreting"),
    "ROW_CHECKS": Text(id="memeriksa baris", en="checking rows"),
    "SET_CHECKS": Text(id="memeriksa keseluruhan", en="checking the whole"),
    "STORING": Text(id="menyimpan", en="storing"),
    "SERVING": Text(id="menyiapkan penyajian", en="preparing to serve"),
    "IN_REVIEW": Text(id="ditinjau walidata", en="with the steward"),
    "AUTHORITY_REVIEW": Text(id="ditinjau pembina data", en="with the authority"),
    "APPROVED": Text(id="disetujui", en="approved"),
    "PUBLISHED": Text(id="terbit", en="published"),
    "DONE": Text(id="selesai", en="done"),
}


def stage_name(stage: str) -> str:
    """The stage or state in the reader's language."""
    named = _NAMES.get(stage)
    return named.get(language()) if named else stage
