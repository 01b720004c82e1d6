"""What a contract change means to those who read by the old one: one case a kind of change."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from satudata.datasets.catalogue.compatibility import ADDITIVE, BREAKING, COMPATIBLE, IDENTICAL, compare
from satudata.validation.contracts.model import (
    AccessLevel,
    CodeBinding,
    CodeFormat,
    Column,
    ColumnType,
    DataContract,
    ForeignKey,
    GeometryRule,
    GeometryType,
)
from satudata.validation.text import Text

T = Text("t", "t")


def column(name: str, type_: ColumnType = ColumnType.STRING, **more: Any) -> Column:
    return Column(name=name, header=name, type=type_, title=T, **more)


BASE = DataContract(
    id="a/b",
    version="1.0.0",
    status="active",
    agency="a",
    steward="a",
    title=T,
    description=T,
    columns=(
        column("kode", required=True, key_position=1, code=CodeBinding("a/list", level="PROVINCE")),
        column("tahun", ColumnType.INTEGER, key_position=2, minimum=Decimal(2000), maximum=Decimal(2100)),
        column("nilai", ColumnType.DECIMAL, precision=10, scale=2, unit="rupiah"),
        column("jenis", enum=("A", "B"), max_length=10),
        column("ukuran", enum=("1 kg", "2 kg")),
        column("hari", ColumnType.DATE, minimum=date(2020, 1, 1)),
    ),
    access_level=AccessLevel.OPEN,
    source="one",
)


def changed(name: str, **changes: Any) -> DataContract:
    columns = tuple(replace(item, **changes) if item.name == name else item for item in BASE.columns)
    return replace(BASE, columns=columns, source="two")


def with_columns(*columns: Column) -> DataContract:
    return replace(BASE, columns=columns, source="two")


OTHER_EDITION = CodeBinding("a/list", edition="2", level="PROVINCE")

NAMES = CodeBinding("a/list", level="PROVINCE")
TARGET = ForeignKey("b/c", "kode")
POINTS = GeometryRule(GeometryType.POINT, (Decimal(94), Decimal(-12), Decimal(142), Decimal(7)))

CASES = [
    ("same text", replace(BASE), IDENTICAL, None),
    ("only the wording", replace(BASE, source="two"), COMPATIBLE, ""),
    ("title", replace(BASE, title=Text("u", "u"), source="two"), COMPATIBLE, "title"),
    ("closed", replace(BASE, access_level=AccessLevel.CLOSED, source="two"), BREAKING, "accessLevel"),
    ("column removed", with_columns(*BASE.columns[:-1]), BREAKING, "columns.hari"),
    ("column renamed", with_columns(*BASE.columns[:-1], column("tanggal")), BREAKING, "columns.hari"),
    ("column added", with_columns(*BASE.columns, column("baru")), ADDITIVE, "columns.baru"),
    ("required added", with_columns(*BASE.columns, column("baru", required=True)), BREAKING, "columns.baru"),
    ("key changed", changed("tahun", key_position=None), BREAKING, "key"),
    ("type changed", changed("tahun", type=ColumnType.STRING), BREAKING, "columns.tahun.type"),
    ("decimal narrowed", changed("nilai", precision=8), BREAKING, "columns.nilai.type"),
    ("digits moved behind the point", changed("nilai", scale=4), BREAKING, "columns.nilai.type"),
    ("decimal widened", changed("nilai", precision=18), COMPATIBLE, "columns.nilai.type"),
    ("decimal widened behind too", changed("nilai", precision=14, scale=4), COMPATIBLE, "columns.nilai.type"),
    ("becomes required", changed("jenis", required=True), BREAKING, "columns.jenis.required"),
    ("no longer required", changed("kode", required=False), BREAKING, "columns.kode.required"),
    ("unique", changed("jenis", unique=True), BREAKING, "columns.jenis.unique"),
    ("hidden", changed("jenis", public=False), BREAKING, "columns.jenis.public"),
    ("no filter", changed("jenis", filterable=False), BREAKING, "columns.jenis.filterable"),
    ("minimum raised", changed("tahun", minimum=Decimal(2010)), BREAKING, "columns.tahun.minimum"),
    ("minimum lowered", changed("tahun", minimum=Decimal(1990)), COMPATIBLE, "columns.tahun.minimum"),
    ("maximum lowered", changed("tahun", maximum=Decimal(2050)), BREAKING, "columns.tahun.maximum"),
    ("maximum gone", changed("tahun", maximum=None), COMPATIBLE, "columns.tahun.maximum"),
    ("first day later", changed("hari", minimum=date(2021, 1, 1)), BREAKING, "columns.hari.minimum"),
    ("shorter text", changed("jenis", max_length=5), BREAKING, "columns.jenis.maxLength"),
    ("pattern new", changed("jenis", pattern="^A"), BREAKING, "columns.jenis.pattern"),
    ("value added", changed("jenis", enum=("A", "B", "C")), ADDITIVE, "columns.jenis.enum"),
    ("value removed", changed("jenis", enum=("A",)), BREAKING, "columns.jenis.enum"),
    ("values in another order", changed("jenis", enum=("B", "A")), COMPATIBLE, ""),
    ("value that is no name added", changed("jenis", enum=("A", "B", "C D")), BREAKING, "columns.jenis.enum"),
    ("any value instead of names", changed("jenis", enum=()), BREAKING, "columns.jenis.enum"),
    ("any value", changed("ukuran", enum=()), COMPATIBLE, "columns.ukuran.enum"),
    ("another size", changed("ukuran", enum=("1 kg", "2 kg", "5 kg")), ADDITIVE, "columns.ukuran.enum"),
    ("other unit", changed("nilai", unit="ribu rupiah"), BREAKING, "columns.nilai.unit"),
    ("other code list", changed("kode", code=CodeBinding("a/other")), BREAKING, "columns.kode.codeList"),
    (
        "other edition",
        changed("kode", code=OTHER_EDITION),
        COMPATIBLE,
        "columns.kode.codeList",
    ),
    ("any level", changed("kode", code=CodeBinding("a/list")), COMPATIBLE, "columns.kode.codeList"),
    (
        "codes written otherwise",
        changed("kode", code=CodeBinding("a/list", level="PROVINCE", format=CodeFormat.PLAIN)),
        BREAKING,
        "columns.kode.codeList",
    ),
    ("header", changed("jenis", header="Jenis"), COMPATIBLE, "columns.jenis.header"),
    ("names for codes", changed("kode", code=None, named=NAMES), BREAKING, "columns.kode.codeMatch"),
    ("names bound", changed("jenis", named=NAMES), BREAKING, "columns.jenis.codeList"),
    ("reference new", changed("jenis", reference=TARGET), BREAKING, "columns.jenis.relationships"),
    ("geometry new", changed("jenis", geometry=POINTS), BREAKING, "columns.jenis.geometry"),
]


@pytest.mark.parametrize(
    ("new", "level", "path"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_each_kind_of_change_has_its_level(new: DataContract, level: Any, path: str | None) -> None:
    diff = compare(BASE, new)
    assert diff.level is level
    assert (diff.changes[0].path if diff.changes else None) == path
    assert all(change.message.id and change.message.en for change in diff.changes)


def test_the_worst_change_comes_first_and_names_the_level() -> None:
    dearer = changed("nilai", unit="juta")
    new = replace(dearer, title=Text("u", "u"), columns=(*dearer.columns, column("baru")))
    diff = compare(BASE, new)
    assert [change.level for change in diff.changes] == [BREAKING, ADDITIVE, COMPATIBLE]


def test_opening_a_dataset_is_an_addition() -> None:
    closed = replace(BASE, access_level=AccessLevel.CLOSED, source="zero")
    assert compare(closed, BASE).level is ADDITIVE
