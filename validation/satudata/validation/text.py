"""A short text in both languages of the hub. Every message a person reads is one of these."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["id", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """Indonesian first; English falls back to Indonesian where nobody has written it."""

    id: str
    en: str

    def get(self, language: Language) -> str:
        """The text in `language`, else in Indonesian."""
        return (self.en or self.id) if language == "en" else self.id

    def as_dict(self) -> dict[str, str]:
        """`{"id": ..., "en": ...}`, the shape used in reports."""
        return {"id": self.id, "en": self.en or self.id}
