"""The ten real files checked by contracts of ours: each mess that is known of them is told with its rows.

Row numbers are record numbers with the header as row 1, as a spreadsheet shows them. Where a mess stands in too many
rows to write down, the rows are found again here by Python's own readers, never by ours.
"""

import json
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from satudata.validation.contracts.loading import load_contract
from satudata.validation.references import References
from satudata.validation.reports.model import Report, Verdict
from satudata.validation.rows.names import NameBook

CONTRACTS = Path(__file__).parent / "contracts"
Check = Callable[..., Any]  # conftest.py: CheckedSample
Find = Callable[[str], Any]  # conftest.py: Sample
Raw = Callable[..., list[list[str]]]


def counts(report: Report) -> dict[str, int]:
    """Rule and column of everything that was told, with its exact count."""
    return {rule.key: rule.count for rule in report.rules}


def rows_of(report: Report, key: str, words: str = "") -> list[int]:
    """The record numbers of one rule on one column; of several row rules, those whose message holds `words`."""
    code, _, column = key.partition(":")
    return [
        finding.row
        for finding in report.findings
        if (finding.code, finding.column) == (code, column) and words in finding.message.id and finding.row
    ]


def first_rows(report: Report, key: str) -> list[int]:
    """The first 20 record numbers of one rule, where there are more than findings are kept."""
    return next(list(rule.rows) for rule in report.rules if rule.key == key)


def numbered(records: Iterable[list[str]], wanted: Callable[[list[str]], bool]) -> list[int]:
    """Record numbers of the data records for which `wanted` holds."""
    return [number for number, record in enumerate(records, start=1) if number > 1 and wanted(record)]


def changed(found: Any, *pairs: tuple[str, str]) -> Any:
    """The sample with another contract: each first text of a pair replaced by the second."""
    contract = found.contract
    for old, new in pairs:
        assert old in contract
        contract = contract.replace(old, new)
    return type(found)(found.path, contract)


def without_file_settings(found: Any) -> Any:
    """The sample with a contract that does not say how the file is to be read."""
    document = yaml.safe_load(found.contract)
    del document["schema"][0]["customProperties"]
    return type(found)(found.path, yaml.safe_dump(document, sort_keys=False, allow_unicode=True))


def sums(report: Report) -> dict[str, tuple[int, Decimal]]:
    """Count and sum of every column that has a sum."""
    return {
        name: (measure["count"], Decimal(measure["sum"]))
        for name, measure in report.measures["columns"].items()
        if measure.get("sum") is not None
    }


def test_01_wages_are_clean(check_sample: Check) -> None:
    checked = check_sample("01")
    assert checked.report.verdict is Verdict.ACCEPTED
    assert (checked.report.rows, checked.report.columns) == (216, 8)
    assert checked.report.rules == ()
    by_year = checked.rows.group_by("tahun").agg(pl.col("upah_minimum").sum()).sort("tahun")
    assert [str(total) for total in by_year["upah_minimum"]] == [
        "62762993.89",
        "68229650.62",
        "73739199.81",
        "80014399.76",
        "82099751.88",
        "82948844.64",
        "89019326.77",
        "91004430.00",
    ]
    assert checked.rows.filter(pl.col("upah_minimum") * 10 % 1 != 0).height == 145
    wage = checked.report.measures["columns"]["upah_minimum"]
    assert (wage["min"], wage["max"]) == ("1433901.15", "5343430.00")


def test_02_decimal_points_among_commas_are_refused_by_cell(check_sample: Check, raw: Raw) -> None:
    """Most cells are written 9,48; 72 are written 11.34. Blank records at the end are no rows."""
    report, records = check_sample("02").report, raw("02", ";")
    assert report.verdict is Verdict.REJECTED
    assert numbered(records, lambda cells: not "".join(cells).strip()) == list(range(516, 1001))
    assert report.rows == 514
    point = re.compile(r"[0-9]+\.[0-9]+")
    for place, name, count in ((2, "p0", 2), (3, "lama_sekolah", 70)):
        told = rows_of(report, f"row.type:{name}")
        assert len(told) == count
        assert told == numbered(records, lambda cells, place=place: bool(point.fullmatch(cells[place])))  # type: ignore[misc]
    assert sum(rule.code == "row.type" for rule in report.rules) == 2
    finding = next(item for item in report.findings if item.code == "row.type" and item.value == "8.97")
    assert (finding.row, finding.column) == (77, "p0")
    assert "8,97" in finding.message.id + finding.fix.id
    assert "8,97" in finding.message.en + finding.fix.en


def test_02_names_without_codes_mean_514_regencies(sample: Find, references: References, raw: Raw) -> None:
    contract = load_contract(sample("02").contract)
    records = raw("02", ";")[1:515]
    for name, place, count in (("kab_kota", 1, 514), ("provinsi", 0, 34)):
        binding = contract.by_name[name].named
        assert binding is not None
        book = NameBook.open(binding, references)
        codes = {book.resolve(record[place]).codes for record in records}
        assert all(len(found) == 1 for found in codes)
        assert len(codes) == count


def test_02_corrected_doubtful_names_and_zeros_are_asked_about(
    check_sample: Check, corrected_poverty: Any, raw: Raw
) -> None:
    checked = check_sample("02", corrected_poverty)
    report = checked.report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert report.rows == 514
    assert counts(report) == {
        "row.near_name:kab_kota": 1,
        "row.name_superseded:kab_kota": 6,
        "row.footnote:kab_kota": 1,
        "row.rule:provinsi": 42,
        "row.rule:tpt": 2,
        "row.rule:air_minum": 1,
        "row.rule:sanitasi": 1,
        "set.rule:pdrb": 1,
    }
    # Kota Baru is Kabupaten Kotabaru; five old names, and Pontianak, which is Mempawah today.
    assert rows_of(report, "row.near_name:kab_kota") == [345]
    assert rows_of(report, "row.name_superseded:kab_kota") == [30, 319, 363, 379, 451, 453]
    assert rows_of(report, "row.footnote:kab_kota") == [507]
    near = next(finding for finding in report.findings if finding.code == "row.near_name")
    assert "Kabupaten Kotabaru" in near.message.id
    old = numbered(raw("02", ";"), lambda cells: cells[0] in ("PAPUA", "PAPUA BARAT"))
    assert rows_of(report, "row.rule:provinsi") == old
    assert rows_of(report, "row.rule:tpt") == [507, 508]
    assert rows_of(report, "row.rule:air_minum") == [509]
    assert rows_of(report, "row.rule:sanitasi") == [514]
    padded = numbered(raw("02", ";"), lambda cells: cells[10] != cells[10].strip() != "")
    assert len(padded) == 514  # blanks around TPAK are not worth a word
    assert {name: total for name, (_, total) in sums(report).items()} == {
        "p0": Decimal("6308.40"),
        "lama_sekolah": Decimal("4336.42"),
        "pengeluaran": Decimal(5306941),
        "ipm": Decimal("35942.36"),
        "harapan_hidup": Decimal("35803.60"),
        "sanitasi": Decimal("39681.95"),
        "air_minum": Decimal("43760.22"),
        "tpt": Decimal("2600.58"),
        "tpak": Decimal("35704.73"),
        "pdrb": Decimal(11289535826),
        "kelas": Decimal(62),
    }
    provinces = dict(checked.rows["provinsi"].value_counts().iter_rows())
    assert [
        provinces[name] for name in ("JAWA TIMUR", "JAWA TENGAH", "SUMATERA UTARA", "PAPUA", "PAPUA BARAT")
    ] == [
        38,
        35,
        33,
        29,
        13,
    ]
    product = dict(checked.rows.group_by("provinsi").agg(pl.col("pdrb").sum()).iter_rows())
    assert product["DKI JAKARTA"] == 1_865_487_888
    assert product["MALUKU"] == 31_933_613
    assert checked.rows.filter(pl.col("p0") == Decimal("41.66"))["kab_kota"].to_list() == ["Intan Jaya"]


def test_03_categories_and_maxima_that_disagree_are_named_by_row(check_sample: Check, raw: Raw) -> None:
    checked = check_sample("03")
    report = checked.report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert report.rows == 5538
    assert counts(report) == {
        "row.rule:stasiun": 1,
        "row.rule:maks": 3,
        "row.rule:pm25": 43,
        "row.rule:kategori": 4 + 24,
    }
    assert rows_of(report, "row.rule:stasiun") == [4535]
    assert rows_of(report, "row.rule:kategori", "tanpa data") == [177, 217, 306, 5022]
    assert rows_of(report, "row.rule:maks") == [177, 217, 306]
    maximum = rows_of(report, "row.rule:pm25")
    assert (len(maximum), maximum[0], maximum[-1]) == (43, 3898, 4016)
    assert maximum == numbered(raw("03", ";"), _maximum_is_another)
    category = rows_of(report, "row.rule:kategori", "rentang indeks")
    assert category[:4] == [844, 1060, 1591, 1595]
    assert (len(category[4:]), category[4], category[-1]) == (20, 5450, 5477)
    assert category == numbered(raw("03", ";"), _category_is_another)
    nulls = {
        name: report.measures["columns"][name]["nulls"] for name in ("pm25", "pm10", "so2", "co", "o3", "no2")
    }
    assert nulls == {"pm25": 4022, "pm10": 315, "so2": 130, "co": 88, "o3": 104, "no2": 106}
    assert checked.rows["tanggal"][31] == date(2010, 2, 1)  # 01/02/2010
    assert checked.rows["tanggal"].diff().drop_nulls().unique().to_list() == [timedelta(days=1)]
    assert sums(report) == {
        "pm10": (5223, Decimal(294614)),
        "pm25": (1516, Decimal(136049)),
        "so2": (5408, Decimal(121335)),
        "co": (5450, Decimal(111304)),
        "o3": (5434, Decimal(420949)),
        "no2": (5432, Decimal(77945)),
        "maks": (5537, Decimal(540554)),
    }
    assert report.measures["columns"]["stasiun"]["nulls"] == 1
    assert report.measures["columns"]["tanggal"]["min"] == "2010-01-01"
    assert report.measures["columns"]["tanggal"]["max"] == "2025-02-28"
    assert dict(checked.rows["kategori"].value_counts().iter_rows()) == {
        "SEDANG": 3187,
        "TIDAK SEHAT": 1827,
        "BAIK": 316,
        "SANGAT TIDAK SEHAT": 203,
        "TIDAK ADA DATA": 4,
        "BERBAHAYA": 1,
    }


def _maximum_is_another(cells: list[str]) -> bool:
    values = [float(cell) for cell in cells[2:8] if cell]
    return cells[10] != "TIDAK ADA DATA" and max(values) != float(cells[8])


def _category_is_another(cells: list[str]) -> bool:
    if cells[10] == "TIDAK ADA DATA":
        return False
    bands = (
        (50, "BAIK"),
        (100, "SEDANG"),
        (200, "TIDAK SEHAT"),
        (300, "SANGAT TIDAK SEHAT"),
        (9_999, "BERBAHAYA"),
    )
    return next(name for most, name in bands if float(cells[8]) <= most) != cells[10]


NOT_MEASURED = [
    17, 42, 45, 62, 92, 110, 121, 123, 136, 158, 159, 163, 184, 193, 219, 248, 249, 251, 254, 257, 268, 275, 277, 299,
    310, 316, 339, 343, 357, 360, 361, 367,
]  # fmt: skip


def test_04_the_side_table_is_told_until_the_contract_names_its_columns(
    sample: Find, check_sample: Check
) -> None:
    report = check_sample("04", without_file_settings(sample("04"))).report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert counts(report) == {"file.side_table": 1}
    assert (report.rows, report.columns) == (366, 11)
    assert sums(report)["rr"] == (310, Decimal("2142.3"))


def test_04_a_legend_value_that_is_not_declared_is_told_by_row(sample: Find, check_sample: Check) -> None:
    report = check_sample("04", changed(sample("04"), ('["-", "8888", "9999"]', '["-", "9999"]'))).report
    assert report.verdict is Verdict.REJECTED
    assert rows_of(report, "row.range:rr") == NOT_MEASURED


def test_04_the_side_table_by_a_contract_of_its_own(sample: Find, check_sample: Check) -> None:
    """Coordinates destroyed by thousands points, and a no-break space."""
    station = type(sample("04"))(sample("04").path, (CONTRACTS / "04_keterangan.yaml").read_text("utf-8"))
    report = check_sample("04", station).report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert rows_of(report, "row.rule:keterangan", "Lintang") == [4]
    assert rows_of(report, "row.rule:keterangan", "Bujur") == [5]
    assert rows_of(report, "row.rule:isi") == [6]


def test_04_the_side_table_is_left_out_and_8888_is_no_rain(check_sample: Check, raw: Raw) -> None:
    checked = check_sample("04")
    assert checked.report.verdict is Verdict.ACCEPTED
    assert (checked.report.rows, checked.report.columns) == (366, 11)
    dashes = numbered(raw("04"), lambda cells: cells[5] == "-")
    assert len(dashes) == 24
    empty = [number for number, value in enumerate(checked.rows["rr"], start=2) if value is None]
    assert empty == sorted([*NOT_MEASURED, *dashes])
    found = sums(checked.report)
    assert {name: found[name] for name in ("rr", "tn", "tx", "tavg", "rh_avg", "ss")} == {
        "rr": (310, Decimal("2142.3")),
        "tn": (364, Decimal("7528.3")),
        "tx": (365, Decimal("11135.2")),
        "tavg": (365, Decimal("9023.4")),
        "rh_avg": (365, Decimal(28158)),
        "ss": (365, Decimal("1856.9")),
    }
    assert checked.report.measures["columns"]["tx"]["max"] == "34.5"
    assert checked.report.measures["columns"]["tn"]["min"] == "16.2"
    months = checked.rows.group_by(pl.col("tanggal").dt.month()).agg(pl.col("rr").sum()).sort("tanggal")
    assert [str(rain) for rain in months["rr"]] == (
        [
            "328.5",
            "263.0",
            "275.0",
            "213.4",
            "69.8",
            "156.8",
            "17.0",
            "53.2",
            "135.5",
            "62.8",
            "477.6",
            "89.7",
        ]
    )


FOOD = {
    "padi": (70_846_465, 75_397_841),
    "jagung": (19_008_426, 19_612_435),
    "kedelai": (954_997, 963_183),
    "kacang_tanah": (638_896, 605_449),
    "kacang_hijau": (244_589, 271_463),
    "ubi_kayu": (23_436_384, 21_801_415),
    "ubi_jalar": (2_382_658, 2_297_634),
}


def test_05_merged_headers_of_three_rows_and_the_total_are_told(sample: Find, check_sample: Check) -> None:
    """Crops stand in merged cells of row 3, years in row 4; row 43 is INDONESIA, the sum of the others."""
    report = check_sample("05", without_file_settings(sample("05"))).report
    assert report.verdict is Verdict.REJECTED
    assert counts(report) == {"file.header_row": 1, "row.footer:provinsi": 1}
    assert first_rows(report, "file.header_row") == [4]
    assert rows_of(report, "row.footer:provinsi") == [43]
    assert report.rows == 38
    header = next(finding for finding in report.findings if finding.code == "file.header_row")
    assert "headerRows: 2" in header.fix.id


def test_05_once_the_contract_says_so_every_sum_is_that_of_the_total_row(check_sample: Check) -> None:
    checked = check_sample("05")
    report = checked.report
    assert (report.verdict, report.rows, report.columns) == (Verdict.ACCEPTED, 38, 15)
    found = sums(report)
    for crop, totals in FOOD.items():
        assert tuple(found[f"{crop}_{year}"][1] for year in (2014, 2015)) == totals
    numbers = [report.measures["columns"][f"{crop}_{year}"] for crop in FOOD for year in (2014, 2015)]
    assert sum(measure["nulls"] for measure in numbers) == 56
    assert sum(measure["count"] for measure in numbers) == 476
    young = checked.rows.filter(pl.col("padi_2014").is_null())["provinsi"].to_list()
    assert [name.title() for name in young] == [
        "Papua Barat Daya",
        "Papua Selatan",
        "Papua Tengah",
        "Papua Pegunungan",
    ]


HEALTH_CENTRES = {
    "11": 360, "12": 615, "13": 279, "14": 234, "15": 207, "16": 345, "17": 179, "18": 315, "19": 64, "21": 93,
    "31": 315, "32": 1086, "33": 880, "34": 121, "35": 971, "36": 245, "51": 120, "52": 175, "53": 421, "61": 247,
    "62": 205, "63": 237, "64": 188, "65": 56, "71": 198, "72": 215, "73": 469, "74": 293, "75": 93, "76": 98,
    "81": 222, "82": 147, "91": 117, "92": 76, "93": 75, "94": 107, "95": 138, "96": 86,
}  # fmt: skip


def test_06_old_codes_of_papua_are_superseded_not_wrong(check_sample: Check, references: References) -> None:
    checked = check_sample("06")
    report = checked.report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert report.rows == 10292
    assert counts(report) == {"row.code_superseded:kode_kab": 406}
    told = rows_of(report, "row.code_superseded:kode_kab")
    assert (len(told), told[0], told[-1]) == (406, 9752, 10286)
    assert report.measures["columns"]["unit_kerja"]["distinct"] == 9543
    assert checked.rows.select("kode_kab", "unit_kerja").is_duplicated().sum() == 0
    assert report.measures["columns"]["kode_instansi"]["distinct"] == 10292
    assert report.measures["columns"]["kode_kab"]["distinct"] == 514
    codes = references.codes("kemendagri/kode-wilayah")
    successor = dict(
        codes.filter(pl.col("valid_to").is_not_null())
        .select(pl.col("code").str.replace(".", "", literal=True), pl.col("successors").list.first())
        .iter_rows()
    )
    provinces: dict[str, int] = {}
    for code in checked.rows["kode_kab"]:
        province = successor.get(code, code)[:2]
        provinces[province] = provinces.get(province, 0) + 1
    assert len(provinces) == 38
    assert len({code for row, code in enumerate(checked.rows["kode_kab"], start=2) if row in set(told)}) == 26
    assert dict(sorted(provinces.items())) == HEALTH_CENTRES


def test_07_rounded_numbers_keep_their_exact_written_value(check_sample: Check, raw: Raw) -> None:
    checked = check_sample("07")
    report = checked.report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert report.rows == 34884
    assert counts(report) == {
        "row.damaged:nilai": 1985,
        "row.damaged:berat": 2362,
        "row.rule:kode_pelabuhan": 1668,
    }
    for place, name in ((4, "nilai"), (5, "berat")):
        rounded = numbered(raw("07"), lambda cells, place=place: "e+" in cells[place])  # type: ignore[misc]
        assert rows_of(report, f"row.damaged:{name}") == rounded[:1000]  # so many findings are kept
    old = numbered(raw("07"), lambda cells: cells[2].isdigit())
    assert rows_of(report, "row.rule:kode_pelabuhan") == old[:1000]
    assert report.measures["columns"]["nilai"]["nulls"] == 17_278
    assert report.measures["columns"]["berat"]["nulls"] == 17_278
    assert checked.rows.filter(pl.col("nilai").is_null() != pl.col("berat").is_null()).is_empty()
    assert checked.rows.filter((pl.col("nilai") == 0) & (pl.col("berat") == 0)).height == 336
    late = checked.rows.filter((pl.col("tahun") == 2014) & pl.col("nilai").is_not_null())
    assert late["bulan"].unique().to_list() == ["January"]
    names = checked.rows.group_by("nama_pelabuhan")  # NA, which is no name, is one of the 78
    assert names.agg(pl.col("kode_pelabuhan").n_unique()).filter(pl.col("kode_pelabuhan") > 1).height == 78
    assert sums(report)["nilai"] == (17606, Decimal(1324453060580))
    assert sums(report)["berat"] == (17606, Decimal(1394385342013))
    assert report.measures["columns"]["nama_pelabuhan"]["nulls"] == 252
    by_year = dict(checked.rows.group_by("tahun").agg(pl.col("nilai").sum()).iter_rows())
    assert {year: by_year[year] for year in (1999, 2005, 2010, 2012, 2013, 2014)} == {
        1999: 24002969972,
        2005: 57701267653,
        2010: 135663203750,
        2012: 191691991673,
        2013: 186630882791,
        2014: 14916980154,
    }
    assert checked.rows.filter(pl.col("kode_pelabuhan").str.len_chars() == 3).height == 1668


def test_08_records_the_source_marks_itself_are_named(check_sample: Check, sample: Find) -> None:
    checked = check_sample("08")
    report = checked.report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert report.rows == 3406
    assert counts(report) == {
        "row.rule:meta_erroneous_data_reason": 11,
        "row.rule:latitude": 12,
        "row.rule:felt_on_stations": 11 + 489,
    }
    # The first record is row 2, as if the keys stood in row 1.
    positions = [825, 1285, 1404, 2228, 2489, 2504, 2567, 2585, 2790, 2976, 3290]
    assert rows_of(report, "row.rule:meta_erroneous_data_reason") == [position + 1 for position in positions]
    records = json.loads(sample("08").path.read_text("utf-8"))
    outside = [
        row
        for row, record in enumerate(records, start=2)
        if not (-12 <= record["latitude"] <= 6.5 and 94 <= record["longitude"] <= 142)
    ]
    assert rows_of(report, "row.rule:latitude") == outside
    felt = [(row, record["feltOnStations"]) for row, record in enumerate(records, start=2)]
    assert rows_of(report, "row.rule:felt_on_stations", "tidak ditulis") == [
        row for row, text in felt if not text.strip()
    ]
    assert rows_of(report, "row.rule:felt_on_stations", "Rentang") == [
        row for row, text in felt if " - " in text
    ]
    assert not checked.rows["earthquake_at"].is_sorted()
    magnitude = report.measures["columns"]["magnitude"]
    assert (magnitude["sum"], magnitude["min"], magnitude["max"]) == ("13482.2", "1.4", "7.9")
    assert report.measures["columns"]["depth_in_km"]["min"] == "1"
    assert report.measures["columns"]["depth_in_km"]["max"] == "636"
    assert report.measures["columns"]["bmkg_earthquake_id"]["distinct"] == 3406
    assert report.measures["columns"]["felt_on_stations"]["nulls"] == 11
    assert checked.rows.filter(pl.col("magnitude") >= 5).height == 562
    moments = checked.rows["earthquake_at"]
    assert moments.min() == datetime.fromisoformat("2022-12-14T12:58:22Z")
    assert moments.max() == datetime.fromisoformat("2026-11-04T09:23:11Z")
    assert dict(moments.dt.year().value_counts().iter_rows()) == {
        2022: 36,
        2023: 929,
        2024: 758,
        2025: 976,
        2026: 707,
    }


def test_09_a_csv_with_a_json_name_is_read_by_what_it_is(check_sample: Check) -> None:
    checked = check_sample("09")
    report = checked.report
    assert report.verdict is Verdict.ACCEPTED
    assert report.rows == 3427
    columns = report.measures["columns"]
    assert columns["produsen_data"]["distinct"] == 38
    assert columns["tautan"]["distinct"] == 3424
    assert columns["tahun_data"]["nulls"] == 4
    producers = dict(checked.rows["produsen_data"].value_counts().iter_rows())
    assert producers["Dinas Pemberdayaan Masyarakat Dan Desa"] == 590
    assert producers["Dinas Kesehatan"] == 349
    assert dict(checked.rows["status_data"].value_counts().iter_rows()) == {"Tetap": 2907, "Sementara": 520}


def test_09_links_that_stand_twice_and_years_that_are_dashes_are_told(
    sample: Find, check_sample: Check, raw: Raw
) -> None:
    document = yaml.safe_load(sample("09").contract)
    table = document["schema"][0]
    columns = {column["name"]: column for column in table["properties"]}
    columns["tautan"]["unique"] = True
    del columns["tahun_data"]["customProperties"]
    capital = {
        "name": "huruf_besar",
        "type": "custom",
        "engine": "pandera",
        "severity": "warning",
        "description": "Kata dan ditulis dengan huruf kecil.",
        "implementation": "NOT produsen_data LIKE '% Dan %' AND NOT produsen_data LIKE '%Dprd%'",
    }
    table["quality"].append(capital)
    strict = type(sample("09"))(sample("09").path, yaml.safe_dump(document, sort_keys=False))
    report = check_sample("09", strict).report
    assert report.verdict is Verdict.REJECTED
    assert report.rows == 3427
    assert rows_of(report, "row.unique:tautan") == [1739, 1780, 3317]
    first = [
        re.search(r"baris (\d+)", item.message.id) for item in report.findings if item.code == "row.unique"
    ]
    assert [int(found[1]) for found in first if found] == [425, 443, 3316]
    assert rows_of(report, "row.pattern:tahun_data") == [1245, 1246, 1247, 1248]
    records = [cells for cells in raw("09", ";") if any(cells)]
    capitals = numbered(records, lambda cells: " Dan " in cells[0] or "Dprd" in cells[0])
    assert rows_of(report, "row.rule:produsen_data") == capitals[:1000]
    assert counts(report)["row.rule:produsen_data"] == len(capitals)


def test_10_bps_codes_declared_as_kemendagri_codes_are_told_with_their_rows(
    sample: Find, check_sample: Check, raw: Raw
) -> None:
    wrong = changed(
        sample("10"),
        ("value: bps/kode-wilayah", "value: kemendagri/kode-wilayah"),
        ("value: BPS", "value: KEMENDAGRI"),
    )
    report = check_sample("10", wrong).report
    assert report.verdict is Verdict.REJECTED
    codes = numbered(raw("10"), lambda cells: cells[1] in ("9100", "9400"))
    assert len(codes) == 48
    assert counts(report) == {"row.code_system:kode_provinsi": 48, "row.rule:capaian_kontrak": 17}
    assert first_rows(report, "row.code_system:kode_provinsi") == codes[:20]
    (told,) = (finding for finding in report.findings if finding.code == "row.code_system")
    assert "BPS" in told.message.id


def test_10_contract_progress_above_procurement_is_named_by_row(check_sample: Check) -> None:
    checked = check_sample("10")
    report = checked.report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert report.rows == 792
    assert counts(report) == {"row.rule:capaian_kontrak": 17}
    assert rows_of(report, "row.rule:capaian_kontrak") == [
        81, 82, 103, 104, 105, 107, 188, 227, 323, 516, 560, 561, 589, 676, 706, 788, 789,
    ]  # fmt: skip
    found = sums(report)
    assert found["capaian_pengadaan"] == (527, Decimal("29633.59"))
    assert found["capaian_kontrak"] == (443, Decimal("26183.63"))
    assert found["capaian_pelaksanaan"] == (422, Decimal("22941.43"))
    assert found["capaian_pho"] == (318, Decimal("11937.87"))
    assert report.editions["bps/kode-wilayah"] == "2020-2"
    nulls = [
        report.measures["columns"][f"capaian_{name}"]["nulls"]
        for name in ("pengadaan", "kontrak", "pelaksanaan", "pho")
    ]
    assert nulls == [265, 349, 370, 474]
    assert checked.rows["capaian_pengadaan"].max() <= 100
