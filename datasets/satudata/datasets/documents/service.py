"""`DocumentService`: documents by the SHA-256 of their text. They tell nothing about data, so nobody's leave is asked.

Registering is no act readers see, so it is neither audited nor raises the epoch. What a person registered beyond
`MOST_PER_PERSON` pushes out that person's oldest; whoever still uses it registers it again.
"""

import hashlib

from sqlalchemy.exc import IntegrityError

from satudata.datasets.access.principal import Principal
from satudata.datasets.clock import Clock
from satudata.datasets.database.engine import Database, is_duplicate
from satudata.datasets.documents.models import RegisteredDocumentRow
from satudata.datasets.documents.repository import DocumentRepository
from satudata.datasets.errors import NotAllowed
from satudata.validation.text import Text

MOST_PER_PERSON = 500
LONGEST = 64_000
"""Characters of a document that is kept."""


class DocumentService:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def find(self, sha256: str) -> str | None:
        """The text with that hash (hex digits, lower case); None when nobody registered it."""
        async with self._database.read() as session:
            return await DocumentRepository(session).text_of(sha256)

    async def register(self, principal: Principal, text: str) -> bool:
        """Keep a document; False when it is longer than what is kept. Raises NotAllowed for visitors."""
        if principal.person_id is None:
            raise NotAllowed(
                Text(
                    "Hanya orang yang dikenal dapat mendaftarkan dokumen.",
                    "Only known people register documents.",
                )
            )
        if len(text) > LONGEST:
            return False
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        if await self.find(sha256) is not None:
            return True
        try:
            async with self._database.write() as session:
                repository = DocumentRepository(session)
                repository.add(
                    RegisteredDocumentRow(
                        sha256=sha256,
                        text=text,
                        person_id=principal.person_id,
                        registered_at=self._clock.now(),
                    )
                )
                await session.flush()
                await repository.forget_oldest(principal.person_id, MOST_PER_PERSON)
        except IntegrityError as error:
            if not is_duplicate(error):
                raise
        return True
