"""The ten real files checked by contracts of ours: what is wrong in them is found, and the sums are right.

Row numbers are record numbers with the header as row 1, as a spreadsheet shows them.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl

from satudata.validation.references import References
from satudata.validation.reports.model import Verdict

Check = Callable[..., Any]  # conftest.py: CheckedSample


def warnings(report: Any) -> dict[str, int]:
    return {rule.key: rule.count for rule in report.rules}


def rows_of(report: Any, key: str) -> list[int]:
    """The first 20 record numbers of one rule."""
    return next(list(rule.rows) for rule in report.rules if rule.key == key)


def sums(report: Any) -> dict[str, tuple[int, Decimal]]:
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
    wage = checked.report.measures["columns"]["upah_minimum"]
    assert (wage["min"], wage["max"]) == ("1433901.15", "5343430.00")


def test_02_decimal_points_among_commas_are_refused_by_cell(check_sample: Check) -> None:
    """Most cells are written 9,48; 72 are written 11.34. Blank records at the end are no rows."""
    report = check_sample("02").report
    assert report.verdict is Verdict.REJECTED
    assert report.rows == 514
    assert {key: count for key, count in warnings(report).items() if key.startswith("row.type")} == {
        "row.type:p0": 2,
        "row.type:lama_sekolah": 70,
    }
    finding = next(item for item in report.findings if item.code == "row.type" and item.value == "8.97")
    assert (finding.row, finding.column) == (77, "p0")
    assert "8,97" in finding.message.id + finding.fix.id
    assert "8,97" in finding.message.en + finding.fix.en


def test_02_corrected_zeros_that_may_mean_no_data_are_asked_about(
    check_sample: Check, corrected_poverty: Any
) -> None:
    checked = check_sample("02", corrected_poverty)
    report = checked.report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert report.rows == 514
    assert warnings(report) == {
        "row.rule:tpt": 2,
        "row.rule:air_minum": 1,
        "row.rule:sanitasi": 1,
        "row.rule:kab_kota": 1,
    }
    assert rows_of(report, "row.rule:tpt") == [507, 508]
    assert rows_of(report, "row.rule:air_minum") == [509]
    assert rows_of(report, "row.rule:sanitasi") == [514]
    assert rows_of(report, "row.rule:kab_kota") == [507]
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


def test_03_categories_and_maxima_that_disagree_are_named_by_row(check_sample: Check) -> None:
    checked = check_sample("03")
    report = checked.report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert report.rows == 5538
    assert warnings(report) == {"row.rule:maks": 3, "row.rule:pm25": 43, "row.rule:kategori": 24}
    assert rows_of(report, "row.rule:maks") == [177, 217, 306]
    assert rows_of(report, "row.rule:pm25")[0] == 3898
    assert rows_of(report, "row.rule:kategori")[:5] == [844, 1060, 1591, 1595, 5450]
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


def test_04_the_side_table_is_left_out_and_8888_is_no_rain(check_sample: Check) -> None:
    checked = check_sample("04")
    assert checked.report.verdict is Verdict.ACCEPTED
    assert (checked.report.rows, checked.report.columns) == (366, 11)
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


def test_05_a_header_of_three_merged_rows_is_refused_with_what_stands_there(check_sample: Check) -> None:
    """The years stand in row 4, the crops in merged cells above: no single row holds the headers of the contract."""
    checked = check_sample("05")
    report = checked.report
    assert report.verdict is Verdict.REJECTED
    assert (report.rows, checked.rows) == (0, None)
    (finding,) = report.findings
    assert finding.code == "file.header"
    assert "Padi 2014" in finding.message.id + finding.fix.id
    assert finding.message.id != finding.message.en


def test_06_old_codes_of_papua_are_superseded_not_wrong(check_sample: Check) -> None:
    checked = check_sample("06")
    report = checked.report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert report.rows == 10292
    assert warnings(report) == {"row.code_superseded:kode_kab": 406}
    assert rows_of(report, "row.code_superseded:kode_kab")[0] == 9752
    assert report.measures["columns"]["kode_instansi"]["distinct"] == 10292
    assert report.measures["columns"]["kode_kab"]["distinct"] == 514
    codes = References(Path(str(files("satudata.datasets"))) / "reference").codes("kemendagri/kode-wilayah")
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
    assert {
        code: provinces[code] for code in ("11", "32", "35", "65", "91", "92", "93", "94", "95", "96")
    } == {
        "11": 360,
        "32": 1086,
        "35": 971,
        "65": 56,
        "91": 117,
        "92": 76,
        "93": 75,
        "94": 107,
        "95": 138,
        "96": 86,
    }


def test_07_rounded_numbers_keep_their_exact_written_value(check_sample: Check) -> None:
    checked = check_sample("07")
    report = checked.report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert report.rows == 34884
    assert warnings(report) == {"row.damaged:nilai": 1985, "row.damaged:berat": 2362}
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


def test_08_records_the_source_marks_itself_are_named(check_sample: Check) -> None:
    checked = check_sample("08")
    report = checked.report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert report.rows == 3406
    assert warnings(report) == {"row.rule:meta_erroneous_data_reason": 11, "row.rule:latitude": 12}
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


def test_10_contract_progress_above_procurement_is_named_by_row(check_sample: Check) -> None:
    checked = check_sample("10")
    report = checked.report
    assert report.verdict is Verdict.NEEDS_CONFIRMATION
    assert report.rows == 792
    assert warnings(report) == {"row.rule:capaian_kontrak": 17}
    assert rows_of(report, "row.rule:capaian_kontrak") == [
        81, 82, 103, 104, 105, 107, 188, 227, 323, 516, 560, 561, 589, 676, 706, 788, 789,
    ]  # fmt: skip
    found = sums(report)
    assert found["capaian_pengadaan"] == (527, Decimal("29633.59"))
    assert found["capaian_kontrak"] == (443, Decimal("26183.63"))
    assert found["capaian_pelaksanaan"] == (422, Decimal("22941.43"))
    assert found["capaian_pho"] == (318, Decimal("11937.87"))
    assert report.editions["bps/kode-wilayah"] == "2020-2"
