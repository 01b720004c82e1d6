"""Dates in the habits of Indonesian files: month names, serial days, two styles in one column; nothing is guessed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.counts import count

from satudata.validation.casting.cells import read_cell
from satudata.validation.casting.columns import cast_batch
from satudata.validation.contracts.date_formats import date_format
from satudata.validation.contracts.model import Column, ColumnType, DataContract, PersonalData
from satudata.validation.date_forms import contradicting, read_moment, write_date
from satudata.validation.findings.catalogue import rule
from satudata.validation.readers.rendering import renderer
from satudata.validation.reports.model import Report
from satudata.validation.text import Text

Check = Callable[..., Report]
Make = Callable[..., DataContract]


def column(
    own: str | None = "dd-MM-yyyy", *further: str, kind: ColumnType = ColumnType.DATE, **options: Any
) -> Column:
    return Column(
        name="x",
        header="x",
        type=kind,
        title=Text("x", "x"),
        date_format=own,
        date_formats=further,
        **options,
    )


def cast(texts: list[str], described: Column) -> tuple[list[Any], list[tuple[int, str]]]:
    batch = cast_batch(pl.DataFrame({"x": texts}, schema={"x": pl.String}), (described,))
    found = [(position, problems.code) for problems in batch.problems for position in problems.positions]
    return batch.typed["x"].to_list(), sorted(found)


def told(text: str, described: Column) -> tuple[Text, Text]:
    problem = read_cell(text, described).problem
    assert problem is not None
    return rule(problem.code).tell(value=text, **problem.explain())


FIRST = date(2024, 8, 1)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1 Agustus 2024", "d MMMM yyyy"),
        ("01 AGUSTUS 2024", "d MMMM yyyy"),
        ("1  Agt 2024", "d MMMM yyyy"),
        ("1 agt. 2024", "d MMM yyyy"),
        ("1\u00a0Ags 2024", "d MMM yyyy"),
        ("1 August 2024", "d MMMM yyyy"),
        ("01-Aug-2024", "dd-MMM-yyyy"),
        ("1-Agu-24", "d-MMM-yy"),
        ("August 1, 2024", "MMMM d, yyyy"),
        ("Kamis, 1 Agustus 2024", "EEEE, d MMMM yyyy"),
        ("01/08/2024", "dd/MM/yyyy"),
        ("1/8/2024", "d/M/yyyy"),
        ("01.08.2024", "dd.MM.yyyy"),
        ("01/08/24", "dd/MM/yy"),
        ("20240801", "yyyyMMdd"),
        ("2024-08-01 00:00:00", "yyyy-MM-dd HH:mm:ss"),
        ("2024-08-01T00:00:00.000", "yyyy-MM-dd'T'HH:mm:ss.SSS"),
        ("45505", "excel"),
        ("45505.0", "excel"),
        ("45505,00", "excel"),
    ],
)
def test_forms_of_one_day(text: str, form: str) -> None:
    """Each form is read where the contract lists it, and without it refused with the day in the right form."""
    assert cast([text], column("dd-MM-yyyy", form)) == ([FIRST], [])
    assert cast([text], column("dd-MM-yyyy")) == ([None], [(0, "row.type")])


@pytest.mark.parametrize(
    ("name", "month"),
    [
        *zip(["Januari", "Pebruari", "Mar", "April", "Mei", "Juni", "Jul"], range(1, 8), strict=True),
        *zip(["Agustus", "Sept", "Okt", "Nopember", "Des"], range(8, 13), strict=True),
        *zip(["January", "Feb", "March", "Apr", "May", "June", "July"], range(1, 8), strict=True),
        *zip(["Aug", "September", "October", "Nov", "December"], range(8, 13), strict=True),
    ],
)
def test_names_of_months(name: str, month: int) -> None:
    assert cast([f"3 {name} 2024"], column("d MMMM yyyy")) == ([date(2024, month, 3)], [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 Agustus 2024", ["tampaknya berbentuk d MMMM yyyy", "01-08-2024", 'dateFormats: ["d MMMM yyyy"]']),
        ("25/12/2024", ["tampaknya berbentuk dd/MM/yyyy", "25-12-2024", 'dateFormats: ["dd/MM/yyyy"]']),
        ("2024-08-01", ["tampaknya berbentuk yyyy-MM-dd", "01-08-2024", 'dateFormats: ["yyyy-MM-dd"]']),
        ("2024-08-01 00:00:00", ["01-08-2024", 'dateFormats: ["yyyy-MM-dd HH:mm:ss"]']),
        ("45505", ["nomor urut hari", "01-08-2024", "dateFormats: [excel]"]),
        ("1-8-2024", ["berbentuk d-M-yyyy", "01-08-2024"]),
        ("1 Agutsus 2024", ["mungkin maksudnya 01-08-2024."]),
        ("03/04/2024", ["2024-03-04 atau 2024-04-03", '["dd/MM/yyyy"] atau dateFormats: ["MM/dd/yyyy"]']),
        ("25/12/24", ["tahunnya 1924 atau 2024?", 'dateFormats: ["dd/MM/yy"]']),
        ("'01-08-2024", ["tanda kutip", "mungkin maksudnya 01-08-2024."]),
        ("'1 Agustus 2024", ["tanda kutip", "mungkin maksudnya 01-08-2024."]),
        ("Agustus 2024", ["harinya tidak ada"]),
        ("2024-08", ["harinya tidak ada"]),
        ("2024", ["harinya tidak ada"]),
        ("2024-08-01 07:30:00", ["juga memuat jam", "01-08-2024"]),
        ("31-02-2024", ["yang ada di kalender"]),
        ("31/02/2024", ["yang ada di kalender"]),
        ("31 Februari 2024", ["yang ada di kalender"]),
        ("kemarin", ["berbentuk dd-MM-yyyy."]),
    ],
)
def test_a_refused_date_says_what_it_is_and_what_would_allow_it(text: str, words: list[str]) -> None:
    message, fix = told(text, column())
    for wanted in words:
        assert wanted in f"{message.id} {fix.id}"
    assert message.en != message.id


@pytest.mark.parametrize("text", ["03/04/2024", "25/12/24", "31-02-2024", "Agustus 2024"])
def test_what_is_uncertain_or_impossible_is_not_proposed(text: str) -> None:
    assert "maksudnya" not in told(text, column())[1].id


def test_the_setting_in_the_fix_keeps_the_forms_the_contract_has() -> None:
    _, fix = told("25/12/2024", column("dd-MM-yyyy", "d MMMM yyyy", "excel"))
    assert 'dateFormats: ["d MMMM yyyy", excel, "dd/MM/yyyy"]' in fix.id


def test_the_day_of_the_week_must_go_with_the_date() -> None:
    described = column("EEEE, d MMMM yyyy")
    assert cast(["Jumat, 1 Agustus 2024", "Kamis, 1 Agustus 2024"], described) == (
        [None, FIRST],
        [(0, "row.type")],
    )
    assert "nama harinya tidak cocok" in told("Jumat, 1 Agustus 2024", described)[0].id


@pytest.mark.parametrize(
    ("serial", "day"),
    [
        ("1", date(1900, 1, 1)),
        ("59", date(1900, 2, 28)),
        ("61", date(1900, 3, 1)),
        ("2958465", date(9999, 12, 31)),
    ],
)
def test_serial_days_of_the_1900_system(serial: str, day: date) -> None:
    assert cast([serial], column("dd-MM-yyyy", "excel")) == ([day], [])


@pytest.mark.parametrize("text", ["0", "60", "2958466", "45505.5", "-1", "4e4", "2024", "1999", "12345678"])
def test_numbers_that_are_no_serial_day(text: str) -> None:
    """60 is a day only spreadsheets know; 2024 is a year and not a day of 1905."""
    assert cast([text], column("dd-MM-yyyy", "excel")) == ([None], [(0, "row.type")])


def test_a_time_beside_a_day_is_only_midnight() -> None:
    described = column("dd-MM-yyyy", "yyyy-MM-dd HH:mm:ss", "excel")
    values, problems = cast(["2024-08-01 00:00:00", "2024-08-01 07:00:00", "45505.25"], described)
    assert (values, problems) == ([FIRST, None, None], [(1, "row.type"), (2, "row.type")])


@pytest.mark.parametrize(
    ("text", "form", "moment"),
    [
        ("1 Agustus 2024 07:30 PM WIB", "d MMMM yyyy hh:mm a z", datetime(2024, 8, 1, 12, 30, tzinfo=UTC)),
        ("1 Agustus 2024 12:05 a.m. WIT", "d MMMM yyyy hh:mm a z", datetime(2024, 7, 31, 15, 5, tzinfo=UTC)),
        ("01/08/2024 19:30 wita", "dd/MM/yyyy HH:mm z", datetime(2024, 8, 1, 11, 30, tzinfo=UTC)),
        ("01/08/2024 7:30", "dd/MM/yyyy H:mm", datetime(2024, 8, 1, 0, 30, tzinfo=UTC)),
        ("45505.5", "excel", datetime(2024, 8, 1, 5, 0, tzinfo=UTC)),
    ],
)
def test_moments_with_zones_and_half_days(text: str, form: str, moment: datetime) -> None:
    described = column(None, form, kind=ColumnType.DATETIME, time_zone="Asia/Jakarta")
    assert cast([text], described) == ([moment], [])


@pytest.mark.parametrize("text", ["13:00 PM", "0:30 AM", "12:60 PM"])
def test_half_days_have_twelve_hours(text: str) -> None:
    described = column("dd/MM/yyyy h:mm a", kind=ColumnType.DATETIME)
    assert cast([f"01/08/2024 {text}"], described) == ([None], [(0, "row.type")])


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00", "2024-01-01T00:00:60Z"]
)
def test_moments_at_the_edge_of_the_calendar_are_refused(text: str) -> None:
    assert cast([text], column(None, kind=ColumnType.DATETIME)) == ([None], [(0, "row.type")])


def test_a_day_in_a_timestamp_column_has_no_time() -> None:
    assert "jamnya tidak ada" in told("2024-08-01", column(None, kind=ColumnType.DATETIME))[0].id


def test_a_cell_that_two_forms_read_differently_is_refused() -> None:
    """The contract's lint keeps such forms apart; a column built without it does not guess either."""
    described = column("dd/MM/yyyy", "MM/dd/yyyy")
    values, problems = cast(["25/12/2024", "12/25/2024", "04/04/2024", "03/04/2024"], described)
    assert values == [date(2024, 12, 25), date(2024, 12, 25), date(2024, 4, 4), None]
    assert problems == [(3, "row.type")]
    assert "2024-03-04 atau 2024-04-03" in told("03/04/2024", described)[0].id


@pytest.mark.parametrize(
    ("forms", "contradict"),
    [
        (("dd/MM/yyyy", "MM/dd/yyyy"), True),
        (("d/M/yy", "yy/M/d"), True),
        (("yyyyMMdd", "ddMMyyyy"), True),
        (("yyMMdd", "excel"), True),
        (("d MMMM yyyy", "yyyy MMMM d"), False),
        (("dd/MM/yyyy", "d/M/yyyy", "d/M/yy", "dd-MM-yyyy", "yyyy-MM-dd", "d MMMM yyyy", "excel"), False),
    ],
)
def test_forms_that_contradict_each_other(forms: tuple[str, ...], contradict: bool) -> None:
    assert (contradicting(forms) is not None) is contradict


def test_personal_dates_do_not_stand_in_messages() -> None:
    described = column("dd-MM-yyyy", personal_data=PersonalData.GENERAL)
    for text in ("1 Agustus 1987", "07/08/1987", "25/12/87", "31990"):
        message, fix = told("****", described), told(text, described)
        assert message[1].en
        for part in ("87", "1987", "31990"):
            assert part not in fix[1].id
            assert part not in rule("row.type").tell(value="****", **_explained(text, described))[0].id


def _explained(text: str, described: Column) -> dict[str, object]:
    problem = read_cell(text, described).problem
    assert problem is not None
    return dict(problem.explain())


# -- two styles in one column

DATES: list[dict[str, Any]] = [
    {
        "name": "tanggal",
        "logicalType": "date",
        "logicalTypeOptions": {"format": "dd/MM/yyyy"},
        "customProperties": [{"property": "dateFormats", "value": ["yyyy-MM-dd", "d MMMM yyyy"]}],
    }
]


def test_months_taken_for_days_are_told_once_for_the_column(make_contract: Make, check: Check) -> None:
    high = [f"{day}/{month:02d}/2024" for day, month in ((13, 1), (25, 2), (31, 3), (14, 5))]
    low = [
        f"2024-{month:02d}-{day:02d}"
        for month, day in zip(range(1, 10), [3, 12, 1, 7, 9, 2, 5, 11, 4], strict=True)
    ]
    report = check("tanggal\n" + "\n".join([*high, *low]) + "\n", make_contract(DATES))
    (finding,) = report.findings
    assert (finding.code, finding.column, finding.row, finding.severity) == (
        "row.date_style",
        "tanggal",
        6,
        "warning",
    )
    assert "yyyy-MM-dd (9 sel, mulai baris 6), dd/MM/yyyy (4 sel, mulai baris 2)" in finding.message.id
    assert "9 cells, from row 6" in finding.message.en


def test_an_allowed_mixture_with_all_days_is_right(make_contract: Make, check: Check) -> None:
    days = [date(2024, 1, 1) + timedelta(days=9 * step) for step in range(40)]
    lines = [f"{day:%d/%m/%Y}" if day.month % 2 else day.isoformat() for day in days]
    report = check("tanggal\n" + "\n".join(lines) + "\n1 Agustus 2024\n", make_contract(DATES))
    assert report.rules == ()


def test_low_days_beside_all_days_are_right(make_contract: Make, check: Check) -> None:
    """The first of each month in one style says nothing while the other has days of every kind."""
    firsts = [f"2024-{month:02d}-01" for month in range(1, 13)]
    report = check(
        "tanggal\n" + "\n".join(["05/01/2024", "25/01/2024", *firsts]) + "\n", make_contract(DATES)
    )
    assert report.rules == ()


# -- typed cells of spreadsheets and Parquet


@pytest.mark.parametrize(
    ("described", "value", "text"),
    [
        (column("d MMMM yyyy"), date(2024, 8, 1), "1 Agustus 2024"),
        (column("dd MMM yy"), datetime(2024, 5, 1), "01 Mei 24"),
        (column("dd-MM-yyyy"), datetime(2024, 8, 1, 7, 30), "2024-08-01 07:30:00"),
        (column(None, kind=ColumnType.DATETIME), date(2024, 8, 1), "2024-08-01T00:00:00"),
        (
            column("dd/MM/yyyy HH:mm", kind=ColumnType.DATETIME),
            datetime(2024, 8, 1, 7, 30),
            "01/08/2024 07:30",
        ),
        (
            column("dd/MM/yyyy HH:mm", kind=ColumnType.DATETIME),
            datetime(2024, 8, 1, 7, 30, 15),
            "2024-08-01T07:30:15",
        ),
        (
            column("dd/MM/yyyy HH:mm", kind=ColumnType.DATETIME, time_zone="Asia/Jakarta"),
            datetime(2024, 8, 1, 0, 30, tzinfo=UTC),
            "01/08/2024 07:30",
        ),
    ],
)
def test_typed_dates_are_written_as_the_contract_wants_and_lose_nothing(
    described: Column, value: date, text: str
) -> None:
    assert renderer(described)(value) == text


# -- properties

FORMS = [
    "dd-MM-yyyy",
    "d/M/yyyy",
    "yyyy-MM-dd",
    "d MMMM yyyy",
    "dd MMM yyyy",
    "d-MMM-yyyy",
    "EEEE, d MMMM yyyy",
]
days = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))


@settings(deadline=None)
@given(days, st.sampled_from(FORMS), st.sampled_from(["dd.MM.yyyy", *FORMS]))
def test_a_day_written_in_any_accepted_form_reads_back(day: date, form: str, own: str) -> None:
    described = column(own, *FORMS)
    assert cast([write_date(day, date_format(form))], described) == ([day], [])


@settings(deadline=None)
@given(st.dates(min_value=date(1969, 1, 1), max_value=date(2068, 12, 31)))
def test_short_years_go_round_within_a_hundred_years(day: date) -> None:
    form = date_format("dd/MM/yy")
    found = read_moment(write_date(day, form), form)
    assert found is not None
    assert found.date() == day


@settings(deadline=None)
@given(st.dates(min_value=date(1900, 3, 1), max_value=date(9999, 12, 31)))
def test_serial_days_count_from_the_same_day(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    expected = ([None], [(0, "row.type")]) if 1900 <= serial <= 2199 else ([day], [])
    assert cast([str(serial)], column("dd-MM-yyyy", "excel")) == expected


PIECES = (
    "1|01|12|31|8|2024|24|0|-|/|.| |,|Agustus|agt|Aug.|Mei|Senin|Kamis,|T|:|07:30|00:00:00|Z|+07|WIB|PM|45505"
)
pieces = st.sampled_from(PIECES.split("|"))
date_like = st.lists(pieces, max_size=8).map("".join) | st.text(alphabet="0123456789-/. ", max_size=11)
many_forms = st.lists(
    st.sampled_from([*FORMS, "MM/dd/yyyy", "yyyyMMdd", "dd/MM/yy", "excel"]), unique=True, max_size=4
)


@settings(deadline=None, max_examples=count(full=300, ordinary=80))
@given(st.lists(date_like, min_size=1, max_size=20), st.sampled_from([None, *FORMS]), many_forms)
def test_columns_and_cells_agree_on_dates(texts: list[str], own: str | None, further: list[str]) -> None:
    described = column(own, *further)
    values, problems = cast(texts, described)
    cells = [read_cell(text, described) for text in texts]
    assert values == [cell.value for cell in cells]
    assert problems == [(n, cell.problem.code) for n, cell in enumerate(cells) if cell.problem is not None]


MOMENTS = [
    "dd/MM/yyyy HH:mm",
    "yyyy-MM-dd'T'HH:mm:ssX",
    "d MMMM yyyy h:mm a",
    "dd-MM-yyyy HH:mm:ss z",
    "excel",
]


@settings(deadline=None, max_examples=count(full=200, ordinary=60))
@given(
    st.lists(date_like, min_size=1, max_size=15),
    st.sampled_from([None, *MOMENTS[:4]]),
    st.lists(st.sampled_from(MOMENTS), unique=True, max_size=2),
)
def test_columns_and_cells_agree_on_moments(texts: list[str], own: str | None, further: list[str]) -> None:
    described = column(own, *further, kind=ColumnType.DATETIME, time_zone="Asia/Makassar")
    values, _ = cast(texts, described)
    assert values == [read_cell(text, described).value for text in texts]


@settings(deadline=None, max_examples=count(full=300, ordinary=80))
@given(st.text(max_size=30) | date_like, st.sampled_from([None, *FORMS]), many_forms, st.booleans())
def test_no_text_raises_and_every_problem_can_be_told(
    text: str, own: str | None, further: list[str], moments: bool
) -> None:
    kind = ColumnType.DATETIME if moments else ColumnType.DATE
    problem = read_cell(text, column(own, *further, kind=kind)).problem
    if problem is not None:
        message, fix = rule(problem.code).tell(value=text, **problem.explain())
        assert message.id
        assert fix.en
