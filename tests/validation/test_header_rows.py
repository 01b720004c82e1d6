"""Where the header of a file is: below titles, over several rows, beside another table; and what is said of it."""

from collections.abc import Callable
from typing import Any

import pytest

from satudata.validation.contracts.errors import ContractError
from satudata.validation.contracts.model import DataContract
from satudata.validation.readers.detection import Unreadable
from satudata.validation.readers.header_row import find_header
from satudata.validation.readers.limits import MAX_COLUMNS
from satudata.validation.reports.model import Report, Verdict

Make = Callable[..., DataContract]
Read = Callable[..., Any]
Check = Callable[..., Report]

CROPS: list[dict[str, Any]] = [
    {"name": "provinsi", "physicalName": "38 Provinsi", "logicalType": "string"},
    *(
        {"name": f"{crop.lower()}_{year}", "physicalName": f"{crop} {year}", "logicalType": "integer"}
        for crop in ("Padi", "Jagung")
        for year in (2014, 2015)
    ),
]
MERGED = [
    ["38 Provinsi", "", "", "", ""],
    ["38 Provinsi", *["Produksi (Ton)"] * 4],
    ["38 Provinsi", "Padi", "Padi", "Jagung", "Jagung"],
    ["38 Provinsi", "2014", "2015", "2014", "2015"],
    ["ACEH", "1", "2", "3", "4"],
]
HEADERS = ("38 Provinsi", "Padi 2014", "Padi 2015", "Jagung 2014", "Jagung 2015")
ROW = ("ACEH", "1", "2", "3", "4")


@pytest.fixture(scope="module")
def crops(make_contract: Make) -> DataContract:
    return make_contract(CROPS)


def test_merged_cells_of_several_rows_are_joined(crops: DataContract) -> None:
    header = find_header(MERGED, crops)
    assert header is not None
    assert (header.index, header.rows, header.cells, header.matched) == (3, 2, HEADERS, 5)
    (issue,) = header.issues
    assert (issue.code, issue.row) == ("file.header_row", 4)
    assert issue.values["rows"] == "3-4"
    assert issue.values["settings"] == "headerRow: 4, headerRows: 2"
    assert header.uncertain == ("headerRow", "headerRows")


@pytest.mark.parametrize(
    ("settings", "uncertain"),
    [
        ({"headerRow": 4, "headerRows": 2}, ()),
        ({"headerRow": 4}, ("headerRows",)),
        ({"headerRows": 2}, ("headerRow",)),
        ({"headerRow": 4, "headerRows": 4}, ()),
    ],
)
def test_the_contract_makes_the_header_certain(
    settings: dict[str, int], uncertain: tuple[str, ...], make_contract: Make
) -> None:
    header = find_header(MERGED, make_contract(CROPS, file=settings))
    assert header is not None
    assert (header.index, header.cells) == (3, HEADERS)
    assert header.uncertain == uncertain
    assert len(header.issues) == bool(uncertain)


def test_title_words_above_merged_headers_may_be_part_of_them(make_contract: Make) -> None:
    columns = [CROPS[0], {"name": "a", "physicalName": "Produksi (Ton) Padi 2014", "logicalType": "integer"}]
    header = find_header([row[:2] for row in MERGED], make_contract(columns))
    assert header is not None
    assert (header.index, header.rows) == (3, 3)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("38 Provinsi,,,,\n,Produksi (Ton),,,\n,Padi,,Jagung,\n,2014,2015,2014,2015\n", 4),
        ("38 Provinsi,Padi,,Jagung,\n,2014,2015,2014,2015\n", 2),
        ("38 Provinsi,Padi,Padi,Jagung,Jagung\n,2014,2015,2014,2015\n", 2),
        ("Tabel 3,,,,\n38 Provinsi,Padi,,Jagung 2014,Jagung 2015\n,2014,2015\n", 2),
        ('38 Provinsi,"Padi\n2014","Padi\r\n2015",Jagung 2014,Jagung 2015\n(1),(2),(3),(4),(5)\n', 2),
        ("38 Provinsi,Padi,,Jagung,\n,2014,2015,2014,2015\n-1,-2,-3,-4,-5\n", 3),
    ],
    ids=["merged down", "merged across", "written out", "cut off at the right", "column numbers", "as minus"],
)
def test_a_header_of_several_rows_in_a_csv(content: str, rows: int, crops: DataContract, read: Read) -> None:
    table = read(f"{content}ACEH,1,2,3,4\n", crops)
    assert [row[1:] for row in table.rows] == [ROW]
    assert [code for code, *_ in table.codes] == ["file.header_row"]
    assert table.reading.header_rows == rows
    assert table.reading.header_row == table.rows[0][0] - 1


def test_a_line_break_in_a_header_is_a_blank(crops: DataContract, read: Read) -> None:
    table = read(
        '"38\nProvinsi","Padi\n2014","Padi \r\n 2015",Jagung 2014,Jagung 2015\nACEH,1,2,3,4\n', crops
    )
    assert table.rows == [(2, *ROW)]
    assert table.issues == []


def test_title_rows_are_told_with_the_setting_that_ends_it(
    check: Check, make_contract: Make, crops: DataContract
) -> None:
    content = f"Produksi tanaman pangan,,,,\n\n{','.join(HEADERS)}\nACEH,1,2,3,4\n"
    report = check(content, crops)
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    (finding,) = report.findings
    assert finding.code == "file.header_row"
    assert "baris 3: 38 Provinsi | Padi 2014" in finding.message.id
    assert "headerRow: 3;" in finding.fix.en
    assert check(content, make_contract(CROPS, file={"headerRow": 3})).rules == ()


def test_blank_records_above_the_header_are_nothing_to_tell(crops: DataContract, read: Read) -> None:
    table = read(f"\n,,,,\n{','.join(HEADERS)}\nACEH,1,2,3,4\n", crops)
    assert (table.rows, table.issues) == ([(4, *ROW)], [])


def test_a_header_that_moved_is_found_and_told(make_contract: Make, read: Read) -> None:
    contract = make_contract(CROPS, file={"headerRow": 4, "headerRows": 2})
    table = read(f"{','.join(HEADERS)}\nACEH,1,2,3,4\n", contract)
    assert table.rows == [(2, *ROW)]
    assert [issue.values["settings"] for issue in table.issues] == ["headerRow: 1, headerRows: 1"]
    assert table.reading.as_settings() == {
        "format": "csv",
        "encoding": "utf-8",
        "delimiter": ",",
        "headerRow": 1,
        "headerRows": 1,
    }


def test_one_header_lacking_is_no_reason_to_join_rows(crops: DataContract, read: Read) -> None:
    table = read("38 Provinsi,Padi 2014,Padi 2015,Jagung 2014,Jagung\nACEH,1,2,3,4\n", crops)
    assert (table.reading.header_row, table.reading.header_rows) == (1, 1)
    assert [code for code, *_ in table.codes] == ["column.unknown", "column.missing"]


def test_more_header_rows_than_rows_down_to_the_header(make_contract: Make) -> None:
    with pytest.raises(ContractError) as raised:
        make_contract(CROPS, file={"headerRow": 2, "headerRows": 3})
    assert [problem.code for problem in raised.value.problems] == ["contract.order"]


# -- another table at the right

SIDE = f"{','.join(HEADERS)},,ID WMO,96783\nACEH,1,2,3,4,,Nama Stasiun,Bandung\nRIAU,5,6,7,8,,,\n,,,,,,Elevasi,791\n"


def test_a_side_table_is_one_warning(check: Check, make_contract: Make, crops: DataContract) -> None:
    report = check(SIDE, crops)
    assert (report.rows, report.verdict) == (2, Verdict.NEEDS_CONFIRMATION)
    (finding,) = report.findings
    assert (finding.code, finding.value) == ("file.side_table", "ID WMO, 96783")
    assert "lastColumn: 5;" in finding.fix.id
    assert check(SIDE, make_contract(CROPS, file={"lastColumn": 5})).rules == ()


def test_the_reading_names_the_last_column(crops: DataContract, read: Read) -> None:
    table = read(SIDE, crops)
    assert table.reading.as_settings()["lastColumn"] == 5
    assert table.reading.uncertain == ("lastColumn",)


def test_a_mistyped_header_beyond_a_gap_is_no_side_table(crops: DataContract, read: Read) -> None:
    table = read("38 Provinsi,Padi 2014,Padi 2015,Jagung 2014,,Jagung-2015a\nACEH,1,2,3,,4\n", crops)
    assert [code for code, *_ in table.codes] == ["column.unknown", "column.missing"]


def test_unknown_headers_without_a_gap_are_unknown_columns(crops: DataContract, read: Read) -> None:
    table = read(f"{','.join(HEADERS)},Catatan,,Lain\nACEH,1,2,3,4,,,\n", crops)
    assert [(issue.code, issue.value) for issue in table.issues] == [
        ("file.side_table", "Lain"),
        ("column.unknown", "Catatan"),
    ]


def test_a_header_has_a_limit(crops: DataContract, read: Read) -> None:
    names = ",".join([*HEADERS, *(f"k{number}" for number in range(MAX_COLUMNS))])
    with pytest.raises(Unreadable) as raised:
        read(f"{names}\nACEH,1,2,3,4\n", crops)
    assert [issue.code for issue in raised.value.issues] == ["file.too_large"]
