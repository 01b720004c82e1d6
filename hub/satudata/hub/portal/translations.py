"""Words of the interface: Indonesian is written in templates and code, English stands in `locale/en/.../portal.po`.

The .po file is read at start; there is no compiled file to forget. After changing words, run
`python -m satudata.hub.portal.translations` to bring the file up to date, then fill in what is empty
(a test fails until nothing is).
"""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.support import NullTranslations, Translations

from satudata.validation.text import Language

FOLDER = Path(__file__).parent
ENGLISH = FOLDER / "locale" / "en" / "LC_MESSAGES" / "portal.po"

# Without the dates and names of tools, so that the file changes only when words do.
_HEADER = """\
# English words of the portal; the messages themselves are the Indonesian ones.
msgid ""
msgstr ""
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_METHODS = [("**/templates/**.html", "jinja2.ext.babel_extract"), ("**.py", "python")]
_OPTIONS = {"**/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
_KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def N_(message: str) -> str:
    """Mark a message for translation where it is defined; it is translated where it is shown."""
    return message


@cache
def translations(language: Language) -> NullTranslations:
    """gettext functions of a language; Indonesian messages stand for themselves."""
    if language == "id":
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_catalog())
    compiled.seek(0)
    return Translations(compiled)


def read_catalog() -> Catalog:
    """The English messages as they are in the file."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def extract() -> Catalog:
    """Every message of templates and code, untranslated."""
    catalog = Catalog(locale="en")
    # "**.py" must not reach into folders without Python; templates first, as the first match wins.
    for name, line, message, comments, context in extract_from_dir(
        FOLDER, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS, comment_tags=("translators:",)
    ):
        catalog.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return catalog


def main() -> None:
    """Bring the English file up to date with templates and code, keeping what is translated."""
    catalog = read_catalog()
    catalog.update(extract(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    with ENGLISH.open("wb") as file:
        file.write(_HEADER.encode())
        write_po(file, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    empty = [message.id for message in catalog if message.id and not all(forms_of(message))]
    print(f"{len(catalog)} messages, {len(empty)} without English")
    for message in empty:
        print(f"  {message!r}")


def forms_of(message: Message) -> tuple[str, ...]:
    """The English of a message: one form, or singular and plural; empty strings where there is none yet."""
    string = message.string
    return (string or "",) if isinstance(string, str) or string is None else tuple(string)


if __name__ == "__main__":
    main()
