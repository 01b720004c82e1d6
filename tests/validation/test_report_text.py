"""The report at a terminal: the cell among its neighbours, lines that fit, nothing that drives the terminal."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from satudata.validation.contracts.model import DataContract
from satudata.validation.reports.excerpting import make_excerpt
from satudata.validation.reports.model import Report
from satudata.validation.reports.row_picture import row_picture
from satudata.validation.reports.text import render_text

Check = Callable[..., Report]
Make = Callable[..., DataContract]
HEADER = "Kode Wilayah,nama,tahun,upah\n"
WRONG = HEADER + "3201,Kabupaten Bogor,dua,1\n3299,x,2020,-5\n9101,Merauke,,1\n3201,Kota Bogor,2020,1\n"
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def shown(check: Check, wages: DataContract, tmp_path: Path) -> Callable[..., str]:
    def show(content: str = WRONG, contract: DataContract = wages, **options: object) -> str:
        report = check(content, contract)
        excerpt = make_excerpt(report, tmp_path / "data.csv", contract, context=0)
        return render_text(report, "id", excerpt=excerpt, **options)  # type: ignore[arg-type]

    return show


def test_the_cell_stands_among_its_neighbours_with_carets_under_it(shown: Callable[..., str]) -> None:
    lines = shown().splitlines()
    message = next(index for index, line in enumerate(lines) if 'Baris 2: "dua" bukan' in line)
    header, cells, carets = lines[message + 1 : message + 4]
    assert header.split(" │ ") == ["      Kode Wilayah", "nama           ", "tahun", "upah"]
    assert [cell.strip() for cell in cells.split("│")] == ["3201", "Kabupaten Bogor", "dua", "1"]
    assert carets.strip() == "^^^"
    assert carets.index("^") == cells.index("dua") == header.index("tahun")


def test_an_empty_cell_is_shown_as_such(shown: Callable[..., str]) -> None:
    lines = shown().splitlines()
    place = next(index for index, line in enumerate(lines) if "Sel ini wajib diisi" in line)
    assert "(kosong)" in lines[place + 2]
    assert lines[place + 3].strip() == "^" * len("(kosong)")


@pytest.mark.parametrize("width", [40, 60, 100])
def test_no_line_is_wider_than_the_terminal_with_and_without_colour(
    shown: Callable[..., str], width: int
) -> None:
    plain = shown(width=width)
    assert max(map(len, plain.splitlines())) <= width
    coloured = shown(width=width, color=True)
    assert "\x1b[7m" in coloured
    assert ESCAPES.sub("", coloured) == plain


def test_the_most_serious_come_first_grouped_by_rule(shown: Callable[..., str]) -> None:
    text = shown()
    assert text.index("KESALAHAN") < text.index("row.range") < text.index("PERINGATAN")
    assert text.index("PERINGATAN") < text.index("row.code_superseded")


def test_a_terminal_is_not_driven_by_the_neighbours_either(
    shown: Callable[..., str], make_contract: Make
) -> None:
    contract = make_contract(
        [{"name": "a", "logicalType": "integer"}, {"name": "b", "logicalType": "string"}]
    )
    text = shown("a,b\nx,\x1b[2J\x9b2Jevil\n", contract)
    assert "evil" in text
    assert "\x1b" not in text
    assert "\x9b" not in text


def test_a_wide_table_shows_the_nearest_columns_and_says_that_there_are_more() -> None:
    headers = [f"kolom_{number}" for number in range(30)]
    picture = row_picture(headers, [str(number) for number in range(30)], 15, width=60, empty="-")
    before, cell, after = picture.cells
    assert cell == "15"
    assert before.startswith("… │ ")
    assert after.endswith(" │ …")
    assert len(picture.headers) <= 60
    assert "kolom_14" in picture.headers
    assert "kolom_16" in picture.headers
    assert "kolom_1 " not in picture.headers
