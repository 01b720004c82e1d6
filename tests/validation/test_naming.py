import pytest

from satudata.validation.contracts.naming import camel_case, pascal_case, snake_case


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("upah_minimum", "upahMinimum"),
        ("disnakertrans-jabar", "disnakertransJabar"),
        ("bmkgEarthquakeId", "bmkgEarthquakeId"),
        ("meta_erroneous_data_reason", "metaErroneousDataReason"),
        ("pm25", "pm25"),
        ("Tahun", "tahun"),
    ],
)
def test_camel_case(name: str, expected: str) -> None:
    assert camel_case(name) == expected
    assert camel_case(expected) == expected


def test_pascal_case() -> None:
    assert pascal_case("disnakertrans-jabar") == "DisnakertransJabar"
    assert pascal_case("upah_minimum") == "UpahMinimum"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("meta.erroneousDataReason", "meta_erroneous_data_reason"),
        ("NILAI (US$)", "nilai_us"),
        ("Luas (km2)", "luas_km2"),
        ("2024", "k_2024"),
        ("%", "kolom"),
    ],
)
def test_snake_case_gives_a_column_name(header: str, expected: str) -> None:
    assert snake_case(header) == expected


def test_a_name_without_letters_has_no_field() -> None:
    with pytest.raises(ValueError, match="no letters"):
        camel_case("--")
