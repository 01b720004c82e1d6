"""The words and examples of the API guide, read once and checked as they are read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from satudata.validation.text import Text

EXAMPLES = Path(__file__).parents[2] / "demo" / "examples"
_HERE = Path(__file__).parent
_CLIENTS = _HERE / "clients"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Model):
    """A text in both languages, with `code` and [links](/docs) in it."""

    id: str
    en: str

    @property
    def text(self) -> Text:
        return Text(self.id, self.en)


class ScalarWords(Words):
    """A scalar of the schema: how it stands in JSON, and the types generated clients give it."""

    name: str
    json_form: str = Field(alias="json")
    typescript: str
    python: str


class Section(_Model):
    """One topic. `table` names what `tables.py` makes, `examples` files without their ending."""

    id: str
    title: Words
    text: tuple[Words, ...]
    table: Literal["operators", "scalars", "errors", "limits", "clients", "following"] | None = None
    examples: tuple[str, ...] = ()


class Guide(_Model):
    """The whole of `guide.yaml`."""

    sections: tuple[Section, ...]
    operators: Mapping[str, Words]
    scalars: tuple[ScalarWords, ...]
    errors: Mapping[str, Words]
    limits: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Example:
    """A document that runs on the demo, with its variables."""

    name: str
    document: str
    variables: Mapping[str, Any]  # Any: JSON values


@cache
def guide() -> Guide:
    """What the page says. Raises pydantic.ValidationError where the file is not as above."""
    return Guide.model_validate(yaml.safe_load((_HERE / "guide.yaml").read_text(encoding="utf-8")))


@cache
def example(name: str) -> Example:
    """The example of that name. Raises FileNotFoundError."""
    variables = EXAMPLES / f"{name}.variables.json"
    return Example(
        name,
        (EXAMPLES / f"{name}.graphql").read_text(encoding="utf-8"),
        json.loads(variables.read_text(encoding="utf-8")) if variables.is_file() else {},
    )


@cache
def client_setup(name: str) -> str:
    """A file of `clients/` as it is shown."""
    return (_CLIENTS / name).read_text(encoding="utf-8").strip()
