"""Descriptions of row types, out of what the contract says: Indonesian first, then English."""

from satudata.graphql.rows.links import CodeLink
from satudata.validation.contracts.model import Column


def both(indonesian: str, english: str) -> str:
    """`Harga / Price`; once where both are the same or there is no English."""
    return indonesian if not english or english == indonesian else f"{indonesian} / {english}"


def title_of(column: Column) -> str:
    """A column's title in both languages."""
    return both(column.title.id, column.title.en)


def meaning_of(column: Column) -> str:
    """What a column holds: title, description, unit, code list, range; Indonesian first."""
    parts = [f"{title_of(column)}."]
    if column.description is not None:
        parts.append(column.description.id)
        if column.description.en and column.description.en != column.description.id:
            parts.append(column.description.en)
    facts = []
    if column.unit:
        facts.append(f"{both('Satuan', 'Unit')}: {column.unit}.")
    if column.code is not None:
        facts.append(f"{both('Kode referensi', 'Code list')}: {column.code.code_list}.")
    if column.minimum is not None or column.maximum is not None:
        low = "..." if column.minimum is None else str(column.minimum)
        high = "..." if column.maximum is None else str(column.maximum)
        facts.append(f"{both('Rentang', 'Range')}: {low} – {high}.")
    if column.enum:
        facts.append(f"{both('Nilai', 'Values')}: {', '.join(column.enum)}.")
    if not column.filterable:
        facts.append("Tidak dapat disaring atau diurutkan. / Cannot be filtered or ordered by.")
    return paragraphs(*parts, " ".join(facts))


def entry_meaning(link: CodeLink) -> str:
    """What the entry behind a column's code is."""
    named = both(f"Entri `{link.code_field}`", f"The entry of `{link.code_field}`")
    return paragraphs(
        f"{named} ({link.binding.code_list}).",
        "null bila kolomnya kosong. Dalam edisi yang dipakai saat versi ini diperiksa.",
        "null where the column is. In the edition the version was checked against.",
    )


def paragraphs(*parts: str) -> str:
    """The parts with an empty line between them; empty and repeated ones are left out."""
    kept: dict[str, None] = {}
    for part in parts:
        text = part.strip()
        if text:
            kept[text] = None
    return "\n\n".join(kept)
