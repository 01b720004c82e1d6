"""A contract's columns in words."""

from decimal import Decimal

from satudata.hub.portal.columns import column_words
from satudata.validation.contracts.model import CodeBinding, Column, ColumnType, DataContract
from satudata.validation.text import Text


def contract(*columns: Column) -> DataContract:
    text = Text("Uji", "Test")
    return DataContract("bps/uji", "1.0.0", "active", "bps", "bps", text, text, columns)


def column(name: str, type: ColumnType = ColumnType.STRING, **facts: object) -> Column:
    return Column(name, name, type, Text(name.title(), f"{name} (en)"), **facts)  # type: ignore[arg-type]


def test_rules_are_told_in_the_readers_language() -> None:
    made = contract(
        column("kode", key_position=1, code=CodeBinding("kemendagri/kode-wilayah", level="REGENCY")),
        column("nama", name_of="kode"),
        column(
            "nilai",
            ColumnType.DECIMAL,
            scale=2,
            minimum=Decimal("0"),
            maximum=Decimal("1000000"),
            unit="rupiah",
        ),
        column("jenis", enum=tuple("abcdefghijklmnop"), required=True, unique=True),
    )
    kode, nama, nilai, jenis = column_words(made, "id")
    assert kode.rules == [
        "bagian dari kunci",
        "wajib diisi",
        "kode dari daftar kemendagri/kode-wilayah",
        "tingkat kabupaten/kota",
    ]
    assert nama.rules == ["nama yang cocok dengan kode di kode"]
    assert nilai.rules == ["0 sampai 1.000.000"]
    assert jenis.rules == [
        "wajib diisi",
        "tidak boleh berulang",
        "salah satu dari: a, b, c, d, e, f, g, h, i, j, k, l, …",
    ]
    assert column_words(made, "en")[2].rules == ["0 to 1,000,000"]
    assert column_words(made, "en")[0].title == "kode (en)"


def test_numbers_that_name_something_are_not_grouped() -> None:
    made = contract(
        column("tahun", ColumnType.INTEGER, key_position=1),
        column("bulan", ColumnType.INTEGER),
        column("jumlah", ColumnType.INTEGER, unit="orang"),
    )
    assert [words.grouped for words in column_words(made, "id")] == [False, False, True]


def test_columns_that_are_not_public_are_not_told() -> None:
    made = contract(column("nik", public=False), column("kota"))
    assert [words.name for words in column_words(made, "id")] == ["kota"]
