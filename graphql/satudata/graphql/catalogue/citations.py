"""How to cite a version, or one answer about it: in words, as BibTeX, with the hash of what was read."""

import re
from dataclasses import dataclass

import strawberry

from satudata.datasets.catalogue.types import Dataset
from satudata.datasets.versions.types import DatasetVersion
from satudata.graphql.addresses import Addresses
from satudata.graphql.texts import TextType
from satudata.validation.text import Language, Text

_VERSION = Text("Versi", "Version")
_QUESTION = Text("Pertanyaan", "Question")
_RESULT = Text("SHA-256 jawaban", "SHA-256 of the answer")
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


@dataclass(frozen=True, slots=True)
class ResultCitation:
    """What `ResultCitation` declares in the API."""

    text: Text
    url: str
    bibtex: str
    result_sha256: str


@strawberry.type(
    name="ResultCitation",
    description=(
        "How to cite one answer: these rows of this version, for this question. The question is the filter, the order "
        "and the page; what was selected of the rows does not matter."
    ),
)
class ResultCitationType:
    text: TextType = strawberry.field(
        description="The citation in words: agency, title, version, date, question, address, hash."
    )
    url: str = strawberry.field(
        description=(
            "Address of the query console with the same question of the same version. For rows below a code and all "
            "codes under it, the dataset's page at that version."
        )
    )
    bibtex: str = strawberry.field(description="The same as a BibTeX entry.")
    result_sha256: str = strawberry.field(
        name="resultSha256",
        description=(
            "SHA-256 of the answer, hexadecimal, over version, filter, order, page and every public value of the rows. "
            "Ask again: the same hash means the same answer."
        ),
    )


def cite(dataset: Dataset, version: DatasetVersion, hub: Text, addresses: Addresses) -> Citation:
    """The citation of a version."""
    url = addresses.dataset(dataset.slug, version.number)
    return Citation(
        text=Text(
            f"{_in_words(dataset, version, hub, 'id')} {url}. SHA-256: {version.sha256}",
            f"{_in_words(dataset, version, hub, 'en')} {url}. SHA-256: {version.sha256}",
        ),
        url=url,
        bibtex=_bibtex(dataset, version, hub, url, f"SHA-256: {version.sha256}"),
        sha256=version.sha256,
    )


def cite_result(
    dataset: Dataset, version: DatasetVersion, hub: Text, *, url: str, question: str, sha256: str
) -> ResultCitation:
    """The citation of an answer. `question` is how it was asked, as written in a document."""

    def in_words(language: Language) -> str:
        asked = f"{_QUESTION.get(language)}: {question}."
        return (
            f"{_in_words(dataset, version, hub, language)} {asked} {url}. {_RESULT.get(language)}: {sha256}"
        )

    note = _escaped(f"{_QUESTION.id}: {question}. {_RESULT.id}: {sha256}")
    return ResultCitation(
        text=Text(in_words("id"), in_words("en")),
        url=url,
        bibtex=_bibtex(dataset, version, hub, url, note, sha256[:8]),
        result_sha256=sha256,
    )


def _in_words(dataset: Dataset, version: DatasetVersion, hub: Text, language: Language) -> str:
    day = version.published_at
    month = _MONTHS[day.month - 1].get(language)
    word = _VERSION.get(language)
    published = f"{day.day} {month} {day.year}"
    return (
        f"{dataset.agency.name.get(language)} ({day.year}). {dataset.contract.title.get(language)}. "
        f"{word} {version.number}, {published}. {hub.get(language)}."
    )


def _bibtex(
    dataset: Dataset, version: DatasetVersion, hub: Text, url: str, note: str, suffix: str | None = None
) -> str:
    key = re.sub(r"[^a-z0-9]+", "-", f"{dataset.slug}-v{version.number}")
    if suffix is not None:
        key += f"-{suffix}"
    fields = {
        "author": f"{{{_escaped(dataset.agency.name.id)}}}",
        "title": _escaped(dataset.contract.title.id),
        "year": str(version.published_at.year),
        "version": str(version.number),
        "publisher": _escaped(hub.id),
        "url": url,
        "note": note,
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
