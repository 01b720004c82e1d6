"""How to cite a version: in words, as BibTeX, with the hash of what was read."""

import re
from dataclasses import dataclass

import strawberry

from satudata.datasets.catalogue.types import Dataset
from satudata.datasets.versions.types import DatasetVersion
from satudata.graphql.addresses import Addresses
from satudata.graphql.texts import TextType
from satudata.validation.text import Language, Text

_VERSION = Text("Versi", "Version")
_MONTHS = (
    Text("Januari", "January"),
    Text("Februari", "February"),
    Text("Maret", "March"),
    Text("April", "April"),
    Text("Mei", "May"),
    Text("Juni", "June"),
    Text("Juli", "July"),
    Text("Agustus", "August"),
    Text("September", "September"),
    Text("Oktober", "October"),
    Text("November", "November"),
    Text("Desember", "December"),
)


@dataclass(frozen=True, slots=True)
class Citation:
    """What `Citation` declares in the API."""

    text: Text
    url: str
    bibtex: str
    sha256: str


@strawberry.type(name="Citation", description="How to cite one version of a dataset.")
class CitationType:
    text: TextType = strawberry.field(description="The citation in words.")
    url: str = strawberry.field(description="Address of the dataset's page at that version.")
    bibtex: str = strawberry.field(description="The same as a BibTeX entry.")
    sha256: str = strawberry.field(description="SHA-256 of the version's Parquet file, hexadecimal.")


def cite(dataset: Dataset, version: DatasetVersion, hub: Text, addresses: Addresses) -> Citation:
    """The citation of a version."""
    url = addresses.dataset(dataset.slug, version.number)
    return Citation(
        text=Text(_in_words(dataset, version, hub, url, "id"), _in_words(dataset, version, hub, url, "en")),
        url=url,
        bibtex=_bibtex(dataset, version, hub, url),
        sha256=version.sha256,
    )


def _in_words(dataset: Dataset, version: DatasetVersion, hub: Text, url: str, language: Language) -> str:
    day = version.published_at
    month = _MONTHS[day.month - 1].get(language)
    word = _VERSION.get(language)
    published = f"{day.day} {month} {day.year}"
    return (
        f"{dataset.agency.name.get(language)} ({day.year}). {dataset.contract.title.get(language)}. "
        f"{word} {version.number}, {published}. {hub.get(language)}. {url}. SHA-256: {version.sha256}"
    )


def _bibtex(dataset: Dataset, version: DatasetVersion, hub: Text, url: str) -> str:
    key = re.sub(r"[^a-z0-9]+", "-", f"{dataset.slug}-v{version.number}")
    fields = {
        "author": f"{{{_escaped(dataset.agency.name.id)}}}",
        "title": _escaped(dataset.contract.title.id),
        "year": str(version.published_at.year),
        "version": str(version.number),
        "publisher": _escaped(hub.id),
        "url": url,
        "note": f"SHA-256: {version.sha256}",
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{key},\n{lines}\n}}"


_BIBTEX_SPECIAL = {character: f"\\{character}" for character in "&%$#_{}"} | {
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
}


def _escaped(value: str) -> str:
    return "".join(_BIBTEX_SPECIAL.get(character, character) for character in value)
