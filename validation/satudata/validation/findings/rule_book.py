"""The rule catalogue as people read it: every code with what it means and how to mend it, grouped by family.

Used by the portal's page of rules; `python -m satudata.validation.findings.rule_book FILE` writes docs/aturan.md,
and a test fails while that file and the catalogue differ.
"""

import string
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from satudata.validation.contracts.model import Severity
from satudata.validation.findings.catalogue import FAMILIES, catalogue, fill, word
from satudata.validation.text import Text

_OPTIONAL = frozenset({"hidden", "hint", "why"})
"""Values that may be empty and begin with a blank: they are left out of the general wording."""

_HEAD = """# Aturan pemeriksaan / Rules of the check

Setiap temuan menyebut kode aturannya. Di sini setiap kode dijelaskan: apa artinya dan cara memperbaikinya. Kata dalam
[kurung siku] diganti isi yang sebenarnya di laporan. Halaman yang sama ada di portal: `/docs/rules`.

*Each finding names the code of its rule. Here every code is explained: what it means and how to mend it. Words in
[square brackets] stand for what the report really shows. The portal has the same page at `/en/docs/rules`.*

Berkas ini dibuat dari katalog aturan / made from the catalogue by
`python -m satudata.validation.findings.rule_book docs/aturan.md`.
"""


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One rule in general words. `example` shows a right value."""

    code: str
    severity: Severity
    title: Text
    meaning: Text
    fix: Text
    example: str | None


@cache
def rule_book() -> Mapping[str, tuple[RuleEntry, ...]]:
    """The entries by family (`file`, `column`, ...), each in the order of the catalogue."""
    book: dict[str, list[RuleEntry]] = {family: [] for family in FAMILIES}
    for rule in catalogue().values():
        book[rule.code.partition(".")[0]].append(
            RuleEntry(
                rule.code,
                rule.severity,
                rule.title,
                _general(rule.message),
                _general(rule.fix),
                rule.example,
            )
        )
    return {family: tuple(entries) for family, entries in book.items() if entries}


def family_title(family: str) -> Text:
    return word(f"family.{family}")


def placeholders() -> frozenset[str]:
    """Names of all values that messages and fixes take."""
    parser = string.Formatter()
    return frozenset(
        name
        for rule in catalogue().values()
        for text in (rule.message, rule.fix)
        for _, name, _, _ in parser.parse(text.id)
        if name
    )


def as_markdown() -> str:
    """docs/aturan.md."""
    lines = [_HEAD]
    for family, entries in rule_book().items():
        title = family_title(family)
        lines.append(f"## {title.id} / {title.en}\n")
        for entry in entries:
            severity = word(f"severity.{entry.severity.value}")
            lines.append(f"### `{entry.code}`\n")
            lines.append(f"**{entry.title.id}** ({severity.id}). {entry.meaning.id}")
            lines.append(f"→ {entry.fix.id}\n")
            lines.append(f"*{entry.title.en} ({severity.en}). {entry.meaning.en} → {entry.fix.en}*\n")
            if entry.example:
                lines.append(f"Contoh / example: `{entry.example}`\n")
    return "\n".join(lines).rstrip() + "\n"


def _general(template: Text) -> Text:
    values = {name: Text("", "") if name in _OPTIONAL else _place(name) for name in placeholders()}
    filled = fill(template, values)
    return Text(" ".join(filled.id.split()), " ".join(filled.en.split()))


def _place(name: str) -> Text:
    try:
        said = word(f"place.{name}")
    except KeyError:  # a test names it
        said = Text(name, name)
    return Text(f"[{said.id}]", f"[{said.en}]")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(as_markdown(), encoding="utf-8")
