"""Names and addresses of the licences that contracts name, by their SPDX identifier."""

from dataclasses import dataclass

import strawberry


@dataclass(frozen=True, slots=True)
class _Known:
    name: str
    url: str


_KNOWN = {
    "CC0-1.0": _Known("Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "CC-BY-4.0": _Known("Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": _Known(
        "Creative Commons Attribution-ShareAlike 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"
    ),
    "ODbL-1.0": _Known(
        "Open Data Commons Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"
    ),
    "ODC-By-1.0": _Known(
        "Open Data Commons Attribution License 1.0", "https://opendatacommons.org/licenses/by/1-0/"
    ),
}

_UNSTATED = "UNSTATED"


@strawberry.type(description="Under which conditions the data may be used.")
class License:
    id: strawberry.ID = strawberry.field(
        description="SPDX identifier, e.g. `CC-BY-4.0`; `UNSTATED` where the contract names none."
    )
    name: str = strawberry.field(description="Its full name.")
    url: str | None = strawberry.field(description="Its text; null where we do not know an address.")


def license_of(identifier: str | None) -> License:
    """The licence a contract names; an unknown one is shown as it is written."""
    if not identifier:
        return License(id=strawberry.ID(_UNSTATED), name="Tidak dinyatakan / Not stated", url=None)
    known = _KNOWN.get(identifier)
    return License(
        id=strawberry.ID(identifier),
        name=known.name if known else identifier,
        url=known.url if known else None,
    )
