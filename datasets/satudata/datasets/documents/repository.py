"""All SQL of registered documents."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from satudata.datasets.documents.models import RegisteredDocumentRow


class DocumentRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def text_of(self, sha256: str) -> str | None:
        statement = select(RegisteredDocumentRow.text).where(RegisteredDocumentRow.sha256 == sha256)
        return (await self._session.execute(statement)).scalar_one_or_none()

    def add(self, row: RegisteredDocumentRow) -> None:
        self._session.add(row)

    async def forget_oldest(self, person_id: str, keep: int) -> None:
        """Remove what the person registered before the `keep` newest."""
        beyond = (
            select(RegisteredDocumentRow.sha256)
            .where(RegisteredDocumentRow.person_id == person_id)
            .order_by(RegisteredDocumentRow.registered_at.desc(), RegisteredDocumentRow.sha256)
            .offset(keep)
        )
        await self._session.execute(
            delete(RegisteredDocumentRow).where(RegisteredDocumentRow.sha256.in_(beyond))
        )
