"""Words for "no data" in text columns: counted over all batches and told once for a column."""

from typing import Any

import polars as pl
import pytest

from satudata.validation.contracts.model import (
    CodeBinding,
    Column,
    ColumnType,
    ForeignKey,
    PersonalData,
    Severity,
)
from satudata.validation.findings.catalogue import rule
from satudata.validation.findings.collecting import Collector
from satudata.validation.reports.model import Finding, RuleResult
from satudata.validation.rows.placeholders import Placeholders
from satudata.validation.text import Text


def column(name: str = "catatan", **options: Any) -> Column:
    return Column(
        **{"name": name, "header": name, "type": ColumnType.STRING, "title": Text(name, name), **options}
    )


def told(
    columns: list[Column], *batches: dict[str, list[Any]]
) -> tuple[tuple[RuleResult, ...], tuple[Finding, ...]]:
    """What the report has of the batches, whose rows are numbered from 2 on."""
    placeholders, collector, first = Placeholders(columns), Collector(columns, 10), 2
    for batch in batches:
        typed = pl.DataFrame(batch)
        placeholders.add(typed, pl.int_range(first, first + typed.height, eager=True))
        first += typed.height
    for issue, rows in placeholders.issues():
        collector.add_summary(issue, rows)
    return collector.rules(), collector.findings()


def test_a_column_is_told_once_with_its_words_and_rows() -> None:
    rules, findings = told(
        [column(), column("alamat")],
        {"catatan": ["-", "baik", "NA", None], "alamat": ["Jl. Merdeka 1", "Jl. Braga", "-5", "a - b"]},
        {"catatan": ["baik", "-", "tidak ada data"], "alamat": ["…", None, ""]},
    )
    assert [(each.code, each.column, each.count, each.rows) for each in rules] == [
        ("row.placeholder", "catatan", 4, (2, 4, 7, 8)),
        ("row.placeholder", "alamat", 1, (6,)),
    ]
    assert rule("row.placeholder").severity is Severity.WARNING
    first, second = findings
    assert (first.row, first.value) == (None, None)
    assert "4 sel kolom ini" in first.message.id
    assert '"-" (2), "NA" (1), "tidak ada data" (1).' in first.message.id
    assert 'missingValues: ["-", "NA", "tidak ada data"]' in first.fix.id
    assert "Leave these cells empty" in first.fix.en
    assert 'missingValues: ["…"]' in second.fix.en


@pytest.mark.parametrize(
    "word", ["-", "–", "…", "NA", "N/A", "n.a.", "#N/A", "null", "TIDAK ADA DATA", "Belum ada data"]
)
def test_words(word: str) -> None:
    rules, _ = told([column()], {"catatan": ["baik", word]})
    assert [each.rows for each in rules] == [(3,)]


@pytest.mark.parametrize(
    "text", ["tidak ada", "Nihil", "kosong", "Na", "Nan", "NASA", "-5", "- -", "ada data"]
)
def test_what_may_be_a_value(text: str) -> None:
    assert told([column()], {"catatan": [text] * 3}) == ((), ())


@pytest.mark.parametrize(
    "options",
    [
        {"enum": ("-", "ya")},
        {"pattern": "^.+$"},
        {"code": CodeBinding("contoh/daftar")},
        {"named": CodeBinding("contoh/daftar")},
        {"name_of": "kode"},
        {"reference": ForeignKey("contoh/sekolah", "npsn")},
        {"min_length": 2},
        {"type": ColumnType.INTEGER},
    ],
)
def test_columns_that_settle_it_themselves(options: dict[str, Any]) -> None:
    cells = [1, 2] if options.get("type") else ["-", "?"]
    assert told([column(**options)], {"catatan": cells}) == ((), ())


def test_a_length_settles_it_only_for_words_that_break_it() -> None:
    rules, _ = told([column(min_length=2, max_length=5)], {"catatan": ["-", "NA", "tidak ada data"]})
    assert [each.rows for each in rules] == [(3,)]


def test_many_words_are_named_by_the_commonest() -> None:
    words = ["-", "--", "…", "NA", "n/a", "null", "no data", "null"]
    _, (finding,) = told([column()], {"catatan": words})
    assert finding.message.id.startswith("8 sel")
    assert '"null" (2), "-" (1), "--" (1), "NA" (1), "n/a" (1), …' in finding.message.id
    assert '"…"' in finding.fix.id


def test_the_words_are_shown_in_a_personal_column() -> None:
    _, (finding,) = told([column(personal_data=PersonalData.SPECIFIC)], {"catatan": ["Siti", "NA"]})
    assert '"NA" (1)' in finding.message.id
    assert "Siti" not in finding.message.id


def test_no_text_columns_and_no_rows() -> None:
    assert told([column(type=ColumnType.INTEGER)], {"catatan": [1]}) == ((), ())
    assert told([column()], {"catatan": pl.Series([], dtype=pl.String)}) == ((), ())  # type: ignore[dict-item]
    assert told([]) == ((), ())
