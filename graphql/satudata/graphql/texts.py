"""Texts in both languages as the API gives and takes them."""

from enum import Enum
from typing import Annotated

import strawberry

from satudata.graphql.context import Info
from satudata.validation.text import Text


@strawberry.enum(
    name="Language",
    description="A language of the hub: Indonesian for every text, English where somebody wrote it.",
)
class LanguageChoice(Enum):
    INDONESIAN = "id"
    ENGLISH = "en"


def _value(
    root: strawberry.Parent[Text],
    info: Info,
    language: Annotated[
        LanguageChoice | None,
        strawberry.argument(description="Absent: the language of the `Accept-Language` header."),
    ] = None,
) -> str:
    if language is LanguageChoice.ENGLISH:
        return root.get("en")
    return root.get(info.context.language if language is None else "id")


def _indonesian(root: strawberry.Parent[Text]) -> str:
    return root.id


def _english(root: strawberry.Parent[Text]) -> str | None:
    return root.en if root.en and root.en != root.id else None


@strawberry.type(
    name="Text",
    description=(
        "A short text in both languages. It has no `id`, like every value object, so that client caches "
        "do not merge two."
    ),
)
class TextType:
    """Declares the fields of a `satudata.validation.text.Text`."""

    value: str = strawberry.field(
        resolver=_value,
        description=(
            "The text in the language given, else in that of the `Accept-Language` header, else in Indonesian. "
            "English falls back to Indonesian where nobody has written it."
        ),
    )
    indonesian: str = strawberry.field(resolver=_indonesian, description="The text in Indonesian.")
    english: str | None = strawberry.field(
        resolver=_english,
        description="The text in English; null where nobody has written another one than the Indonesian.",
    )


@strawberry.input(description="A text to be published: in Indonesian and, if possible, in English.")
class TextInput:
    indonesian: str = strawberry.field(description="In Indonesian.")
    english: str | None = strawberry.field(
        default=None, description="In English; readers see Indonesian without it."
    )


def given_text(value: TextInput | None) -> Text | None:
    """The text of an optional input."""
    return None if value is None else Text(id=value.indonesian, en=value.english or "")
