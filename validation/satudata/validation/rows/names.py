"""Columns that hold names instead of codes: which entry of the list each name stands for, and what is doubtful.

A name says a place for certain when it is a label of the list (capitals, blanks and abbreviations aside) or, with
neither "Kabupaten" nor "Kota", the only place of that name. Everything else is told: an old name, a name that a
regency and a city share, a near miss, a name nobody knows.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from satudata.validation.contracts.model import BareNames, CodeBinding
from satudata.validation.references import References
from satudata.validation.rows.place_names import PlaceName, place_name, without_mark
from satudata.validation.text import Text

_CLOSE = 0.8
_LONG = 2_000
"""In longer lists only names that begin alike are compared."""
_SUGGESTED = 200
_KINDS = {BareNames.REGENCY: "kabupaten", BareNames.CITY: "kota"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a name stands for: `codes` are the candidates; `fault` is the rule it breaks, None when it is certain."""

    codes: tuple[str, ...]
    labels: tuple[str, ...]
    fault: str | None = None


@dataclass(frozen=True)
class NameBook:
    """The entries in force of a list, at the contract's level, found by name."""

    binding: CodeBinding
    edition: str
    title: Text
    entries: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Code, label and former labels."""

    @classmethod
    def open(cls, binding: CodeBinding, references: References) -> "NameBook":
        """Raises UnknownCodeList, UnknownEdition."""
        edition = references.edition(binding.code_list, binding.edition)
        codes = references.codes(binding.code_list, edition)
        wanted = codes["valid_to"].is_null()
        if binding.level is not None:
            wanted &= codes["level"] == binding.level
        rows = codes.filter(wanted).select("code", "label", "former_labels").rows()
        entries = tuple((code, label, tuple(former or ())) for code, label, former in rows)
        return cls(binding, edition, references.info(binding.code_list).title, entries)

    def resolve(self, name: str) -> Resolved:
        """What a name as it stands in the file means."""
        if name not in self._known:
            self._known[name] = self._resolve(place_name(without_mark(name)))
        return self._known[name]

    @cached_property
    def _known(self) -> dict[str, Resolved]:
        return {}

    def _resolve(self, name: PlaceName) -> Resolved:
        labels = self._labels.candidates(name)
        former = [place for place in self._former.candidates(name) if place not in labels]
        if len(labels) == 1 and (name.kind or not former):
            return self._told(labels)
        if labels and not name.kind and self.binding.bare is not None:
            wanted = _KINDS[self.binding.bare]
            chosen = [place for place in labels if place_name(self.entries[place][1]).kind == wanted]
            if len(chosen) == 1:
                return self._told(chosen)
            old = [place for place in former if self._was(place, wanted + name.rest)]
            if not chosen and len(old) == 1:
                return self._told(old, "row.name_superseded")
        if labels or len(former) > 1:
            return self._told([*labels, *former], "row.name_ambiguous")
        if former:
            return self._told(former, "row.name_superseded")
        near = self._labels.by_rest.get(name.whole, []) or self._near(name)
        return self._told(near, "row.near_name") if len(near) == 1 else Resolved((), (), "row.name")

    def _told(self, places: Iterable[int], fault: str | None = None) -> Resolved:
        chosen = [self.entries[place] for place in places]
        return Resolved(tuple(code for code, _, _ in chosen), tuple(label for _, label, _ in chosen), fault)

    def _was(self, place: int, whole: str) -> bool:
        """Whether the place once had that name."""
        return any(place_name(former).whole == whole for former in self.entries[place][2])

    def _near(self, name: PlaceName) -> list[int]:
        """The place whose name is spelled almost like this one."""
        if len(name.rest) < 4 or len(self._searched) >= _SUGGESTED:
            return []
        self._searched.append(name.whole)
        index = self._labels.by_rest if not name.kind else self._labels.by_whole
        wanted = name.whole if name.kind else name.rest
        known = self._beginnings.get(wanted[:3], []) if len(index) > _LONG else index
        close = difflib.get_close_matches(wanted, known, n=1, cutoff=_CLOSE)
        return index.get(close[0], []) if close else []

    @cached_property
    def _searched(self) -> list[str]:
        return []

    @cached_property
    def _beginnings(self) -> Mapping[str, list[str]]:
        """All names, with regency or city and without, by their first letters."""
        families: dict[str, list[str]] = {}
        for name in {*self._labels.by_rest, *self._labels.by_whole}:
            families.setdefault(name[:3], []).append(name)
        return {beginning: sorted(names) for beginning, names in families.items()}

    @cached_property
    def _labels(self) -> "_Index":
        return _Index.of((place, label) for place, (_, label, _) in enumerate(self.entries))

    @cached_property
    def _former(self) -> "_Index":
        return _Index.of(
            (place, name) for place, (_, _, former) in enumerate(self.entries) for name in former
        )


@dataclass(frozen=True, slots=True)
class _Index:
    """Places by their whole name and by their name without regency or city."""

    by_whole: Mapping[str, list[int]]
    by_rest: Mapping[str, list[int]]

    @classmethod
    def of(cls, names: Iterable[tuple[int, str]]) -> "_Index":
        by_whole: dict[str, list[int]] = {}
        by_rest: dict[str, list[int]] = {}
        for place, text in names:
            name = place_name(text)
            by_whole.setdefault(name.whole, []).append(place)
            by_rest.setdefault(name.rest, []).append(place)
        return cls(by_whole, by_rest)

    def candidates(self, name: PlaceName) -> list[int]:
        if name.kind and (found := self.by_whole.get(name.whole)):
            return found
        if name.kind:
            return []
        return self.by_rest.get(name.rest, [])
