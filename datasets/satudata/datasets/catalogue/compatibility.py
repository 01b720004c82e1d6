"""What a new contract version changes for those who read by the old one or send files by it.

Breaking: a query, a typed client or a file that worked no longer does, or a number changes its meaning.
Additive: there is more than before. Compatible: everything that worked still does and nothing is new.
"""

from collections.abc import Iterator

from satudata.datasets.catalogue.types import CompatibilityLevel, ContractChange, ContractDiff
from satudata.validation.contracts.model import AccessLevel, CodeBinding, Column, ColumnType, DataContract
from satudata.validation.contracts.value_lists import is_value_list
from satudata.validation.text import Text

IDENTICAL, COMPATIBLE, ADDITIVE, BREAKING = CompatibilityLevel

ORDER = {level: rank for rank, level in enumerate(CompatibilityLevel)}

Pair = tuple[str, str]
"""Indonesian and English."""


def compare(old: DataContract, new: DataContract) -> ContractDiff:
    """Every difference, breaking ones first."""
    if old.source == new.source and old.source:
        return ContractDiff(IDENTICAL)
    changes = [*_dataset(old, new), *_key(old, new), *_columns(old, new)]
    if not changes:
        changes = [_change(COMPATIBLE, "", ("rincian lain berubah", "other details changed"))]
    changes.sort(key=lambda change: -ORDER[change.level])
    return ContractDiff(changes[0].level, tuple(changes))


def _change(level: CompatibilityLevel, path: str, words: Pair) -> ContractChange:
    return ContractChange(level, path, Text(*words))


def _dataset(old: DataContract, new: DataContract) -> Iterator[ContractChange]:
    if old.access_level is not new.access_level:
        level = ADDITIVE if new.access_level is AccessLevel.OPEN else BREAKING
        yield _change(
            level,
            "accessLevel",
            (
                f"tingkat akses {old.access_level} menjadi {new.access_level}",
                f"access level {old.access_level} becomes {new.access_level}",
            ),
        )
    for path, before, after in (
        ("title", old.title, new.title),
        ("description", old.description, new.description),
        ("limitations", old.limitations, new.limitations),
        ("usage", old.usage, new.usage),
        ("keywords", old.keywords, new.keywords),
        ("topic", old.topic, new.topic),
        ("license", old.license, new.license),
        ("steward", old.steward, new.steward),
        ("priority", old.priority, new.priority),
        ("spatial", old.spatial, new.spatial),
        ("temporal", old.temporal, new.temporal),
        ("sort", old.sort, new.sort),
        ("updateFrequency", old.update_frequency, new.update_frequency),
        ("file", old.file, new.file),
        ("rowRules", old.row_rules, new.row_rules),
        ("setRules", old.set_rules, new.set_rules),
    ):
        if before != after:
            yield _change(COMPATIBLE, path, (f"{path} berubah", f"{path} changed"))


def _key(old: DataContract, new: DataContract) -> Iterator[ContractChange]:
    before, after = ([column.name for column in contract.key] for contract in (old, new))
    if before != after:
        was, now = ", ".join(before) or "-", ", ".join(after) or "-"
        yield _change(BREAKING, "key", (f"kunci {was} menjadi {now}", f"key {was} becomes {now}"))


def _columns(old: DataContract, new: DataContract) -> Iterator[ContractChange]:
    for name, column in old.by_name.items():
        if name not in new.by_name:
            yield _change(
                BREAKING, f"columns.{name}", (f"kolom {name} dihapus", f"column {name} was removed")
            )
        else:
            yield from _column(column, new.by_name[name])
    for name, column in new.by_name.items():
        if name not in old.by_name:
            level = BREAKING if column.required else ADDITIVE
            wajib, required = (" wajib", "required ") if column.required else ("", "")
            yield _change(
                level, f"columns.{name}", (f"kolom{wajib} {name} baru", f"new {required}column {name}")
            )


def _column(old: Column, new: Column) -> Iterator[ContractChange]:
    path = f"columns.{old.name}"
    if old.type is not new.type:
        yield _change(
            BREAKING,
            f"{path}.type",
            (f"jenis {old.type} menjadi {new.type}", f"type {old.type} becomes {new.type}"),
        )
    elif old.type is ColumnType.DECIMAL:
        yield from _decimal(old, new, path)
    yield from _flags(old, new, path)
    yield from _bounds(old, new, path)
    yield from _values(old, new, path)
    yield from _lists(old, new, path)
    yield from _demand("relationships", old.reference, new.reference, path, ("rujukan", "reference"))
    yield from _demand("geometry", old.geometry, new.geometry, path, ("syarat geometri", "geometry rule"))
    if old.unit != new.unit:
        was, now = old.unit or "-", new.unit or "-"
        yield _change(BREAKING, f"{path}.unit", (f"satuan {was} menjadi {now}", f"unit {was} becomes {now}"))
    for part, before, after in (
        ("header", old.header, new.header),
        ("title", old.title, new.title),
        ("description", old.description, new.description),
        ("measure", old.measure, new.measure),
        ("concept", old.concept, new.concept),
        ("nameOf", old.name_of, new.name_of),
        ("numberStyle", old.number_style, new.number_style),
        ("numberForms", old.number_forms, new.number_forms),
        ("format", old.date_format, new.date_format),
        ("dateFormats", old.date_formats, new.date_formats),
        ("timeZone", old.time_zone, new.time_zone),
        ("missingValues", old.missing_values, new.missing_values),
        ("personalData", old.personal_data, new.personal_data),
    ):
        if before != after:
            yield _change(COMPATIBLE, f"{path}.{part}", (f"{part} berubah", f"{part} changed"))


def _decimal(old: Column, new: Column, path: str) -> Iterator[ContractChange]:
    before = (old.precision or 0, old.scale)
    after = (new.precision or 0, new.scale)
    if before == after:
        return
    narrower = after[1] < before[1] or after[0] - after[1] < before[0] - before[1]
    words = (
        f"decimal({before[0]},{before[1]}) menjadi decimal({after[0]},{after[1]})",
        f"decimal({before[0]},{before[1]}) becomes decimal({after[0]},{after[1]})",
    )
    yield _change(BREAKING if narrower else COMPATIBLE, f"{path}.type", words)


def _flags(old: Column, new: Column, path: str) -> Iterator[ContractChange]:
    if old.required != new.required:
        words = (
            ("menjadi wajib", "becomes required")
            if new.required
            else ("tidak lagi wajib", "no longer required")
        )
        yield _change(BREAKING, f"{path}.required", words)
    if old.unique != new.unique:
        words = ("harus unik", "must be unique") if new.unique else ("tidak lagi unik", "no longer unique")
        yield _change(BREAKING if new.unique else COMPATIBLE, f"{path}.unique", words)
    if old.public != new.public:
        words = (
            ("dibuka untuk umum", "becomes public")
            if new.public
            else ("tidak lagi dibuka", "no longer public")
        )
        yield _change(ADDITIVE if new.public else BREAKING, f"{path}.public", words)
    if old.filterable != new.filterable:
        words = (
            ("dapat disaring", "can be filtered")
            if new.filterable
            else ("tidak lagi disaring", "no filter any more")
        )
        yield _change(ADDITIVE if new.filterable else BREAKING, f"{path}.filterable", words)


def _bounds(old: Column, new: Column, path: str) -> Iterator[ContractChange]:
    """Bounds that let fewer values through are breaking."""
    if old.type is not new.type:
        return
    for part, before, after, sign in (
        ("minimum", old.minimum, new.minimum, 1),
        ("maximum", old.maximum, new.maximum, -1),
        ("minLength", old.min_length, new.min_length, 1),
        ("maxLength", old.max_length, new.max_length, -1),
    ):
        if before == after:
            continue
        if after is None:
            narrower = False
        elif before is None:
            narrower = True
        else:
            narrower = after > before if sign > 0 else after < before  # type: ignore[operator] # same column type
        level = BREAKING if narrower else COMPATIBLE
        was, now = "-" if before is None else before, "-" if after is None else after
        yield _change(level, f"{path}.{part}", (f"{part} {was} menjadi {now}", f"{part} {was} becomes {now}"))


def _values(old: Column, new: Column, path: str) -> Iterator[ContractChange]:
    if old.pattern != new.pattern:
        level = COMPATIBLE if new.pattern is None else BREAKING
        yield _change(level, f"{path}.pattern", ("pola berubah", "the pattern changed"))
    if set(old.enum) == set(new.enum):
        return
    if is_value_list(old) and not is_value_list(new):
        level = BREAKING  # typed clients know the values by name
    elif not new.enum:
        level = COMPATIBLE
    elif old.enum and set(old.enum) < set(new.enum):
        level = ADDITIVE
    else:
        level = BREAKING
    yield _change(level, f"{path}.enum", ("daftar nilai berubah", "the list of values changed"))


def _lists(old: Column, new: Column, path: str) -> Iterator[ContractChange]:
    """The code list, and whether its codes or its names stand in the column."""
    before, after = old.code or old.named, new.code or new.named
    if before is not None and after is not None and (old.code is None) != (new.code is None):
        words = ("kode dan nama bertukar", "codes and names change places")
        yield _change(BREAKING, f"{path}.codeMatch", words)
    yield from _code(before, after, path)


def _demand(part: str, old: object, new: object, path: str, what: Pair) -> Iterator[ContractChange]:
    """Something files must meet: new or different is breaking, gone is not."""
    if old != new:
        level = COMPATIBLE if new is None else BREAKING
        yield _change(level, f"{path}.{part}", (f"{what[0]} berubah", f"the {what[1]} changed"))


def _code(old: CodeBinding | None, new: CodeBinding | None, path: str) -> Iterator[ContractChange]:
    if old == new:
        return
    same_list = old is not None and new is not None and old.code_list == new.code_list
    if new is None or (
        same_list and old is not None and new.level in (old.level, None) and new.format is old.format
    ):
        level = COMPATIBLE
    else:
        level = BREAKING
    yield _change(level, f"{path}.codeList", ("kode referensi berubah", "the reference codes changed"))
