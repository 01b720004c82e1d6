"""Names as the API shows them: snake_case and kebab-case into camelCase and PascalCase. Knows no GraphQL."""

import re

ENTRY = "Entry"
"""What the field of a column of codes ends with where it stands for the entry behind the code."""

_BREAK = re.compile(r"[^A-Za-z0-9]+")


def camel_case(name: str) -> str:
    """`upah_minimum` -> `upahMinimum`, `disnakertrans-jabar` -> `disnakertransJabar`.

    Capitals inside a word stay, so a name that already is camelCase (`bmkgEarthquakeId`) comes back unchanged.
    """
    first, *rest = _words(name)
    return first[0].lower() + first[1:] + "".join(word[0].upper() + word[1:] for word in rest)


def pascal_case(slug: str) -> str:
    """`disnakertrans-jabar` -> `DisnakertransJabar`."""
    return "".join(word[0].upper() + word[1:] for word in _words(slug))


def snake_case(name: str) -> str:
    """A column name out of a header or a JSON path: `meta.erroneousDataReason` -> `meta_erroneous_data_reason`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    words = [word.lower() for word in _BREAK.split(spaced) if word]
    joined = "_".join(words) or "kolom"
    return joined if joined[0].isalpha() else f"k_{joined}"


def _words(name: str) -> list[str]:
    words = [word for word in _BREAK.split(name) if word]
    if not words:
        raise ValueError(f"no letters or digits in {name!r}")
    return words
