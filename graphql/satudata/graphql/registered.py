"""Documents named by the hash of their text: `documentId=sha256:<hex digits>` stands for the document.

Known are the hub's own (`operations/`), and those known people registered: by sending a document with its id beside it,
by POST, once; it is kept when it ran without an error. Anybody may run what is known.
"""

import hashlib
import re

from satudata.datasets.access.principal import Principal
from satudata.datasets.documents.service import DocumentService
from satudata.graphql.caching import BoundedCache
from satudata.graphql.documents import own_documents
from satudata.graphql.outcome import ErrorCode
from satudata.graphql.question import Question, Refused
from satudata.validation.text import Text

KEPT_TEXTS = 1_000
KEPT_CHARACTERS = 8_000_000

_ID = re.compile(r"sha256:([0-9a-f]{64})")


class RegisteredDocuments:
    """Finds documents, the ones used last without asking the database."""

    def __init__(self, service: DocumentService) -> None:
        self._service = service
        self._own = {_sha256(text): text for text in own_documents()}
        self._texts: BoundedCache[str, str] = BoundedCache(KEPT_TEXTS, KEPT_CHARACTERS)

    async def text_of(self, question: Question) -> str:
        """The document a question asks with. Raises Refused for an id that is malformed, unknown or another text's."""
        if question.document_id is None:
            return question.query or ""
        found = _ID.fullmatch(question.document_id)
        if found is None:
            raise Refused(400, _MALFORMED, reason="DOCUMENT_ID")
        if question.query is not None:
            if _sha256(question.query) != found[1]:
                raise Refused(400, _MISMATCH, reason="DOCUMENT_MISMATCH")
            return question.query
        text = await self._find(found[1])
        if text is None:
            raise Refused(400, _UNKNOWN, code=ErrorCode.NOT_FOUND, reason="DOCUMENT_UNKNOWN")
        return text

    async def register(self, principal: Principal, question: Question) -> None:
        """Keep the document of a question that was answered, when it came with its id from a known person."""
        if question.document_id is None or question.query is None or principal.person_id is None:
            return
        if question.document_id.removeprefix("sha256:") not in self._own:
            await self._service.register(principal, question.query)

    async def _find(self, sha256: str) -> str | None:
        text = self._own.get(sha256) or self._texts.get(sha256)
        if text is None:
            text = await self._service.find(sha256)
            if text is not None:
                self._texts.put(sha256, text, len(text))
        return text


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_MALFORMED = Text(
    "documentId harus berupa sha256: diikuti 64 digit heksadesimal huruf kecil, yaitu SHA-256 dari teks dokumen.",
    "documentId must be sha256: and 64 hexadecimal digits in lower case, the SHA-256 of the document's text.",
)
_MISMATCH = Text(
    "documentId bukan SHA-256 dari query yang dikirim bersamanya. Hitung lagi dari teks yang persis sama.",
    "documentId is not the SHA-256 of the query sent with it. Compute it anew from exactly that text.",
)
_UNKNOWN = Text(
    "Dokumen dengan documentId ini tidak terdaftar. Kirim teksnya sebagai query; dengan token, dokumen itu terdaftar.",
    "No document with this documentId is registered. Send its text as query; with a token that registers it.",
)
