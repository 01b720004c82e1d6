"""Makes the region data the wheel carries, from the npm package `idn-area-data` and our own tables of facts.

Called by the build hook after the npm packages are installed; needs only polars and the standard library.
It writes the bundled code lists (`satudata.datasets:reference/`) and the two demo files `wilayah.parquet` and
`pulau.csv`. What the lists mean, and whose data they are, stands in `reference/README.md`; who reads them is
`satudata.validation.references`.
"""

import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl

KEMENDAGRI_LIST = "kemendagri/kode-wilayah"
KEMENDAGRI_EDITION = "300.2.2-2430-2025"
BPS_LIST = "bps/kode-wilayah"
BPS_EDITION = "2020-2"
BPS_LEVELS = ("provinces", "regencies")

# What the decree counts. A package that holds something else is another edition, and must not pass for this one.
EXPECTED_ROWS = {"PROVINCE": 38, "REGENCY": 514, "DISTRICT": 7_285, "VILLAGE": 83_762}
EXPECTED_ISLANDS = 17_373
FACTS = ("superseded", "former_names", "bps_provinces", "bps_regencies")

# `03°19'03.44" N 097°07'41.73" E`
_COORDINATE = (
    r"^(?<north_deg>\d{2})°(?<north_min>\d{2})'(?<north_sec>\d{2})\.(?<north_cs>\d{2})\" (?<north_side>[NS]) "
    r"(?<east_deg>\d{3})°(?<east_min>\d{2})'(?<east_sec>\d{2})\.(?<east_cs>\d{2})\" (?<east_side>[EW])$"
)


class ReferenceDataError(Exception):
    """The package or a table of facts does not hold what this edition must hold."""


def build(package: Path, reference: Path, demo: Path) -> list[Path]:
    """Write the outputs when one is missing or older than its sources; return them, made now or not.

    `package` is the unpacked `idn-area-data`, `reference` and `demo` the folders of that name in
    `satudata.datasets`. Raises `ReferenceDataError` when counts differ from the decree.
    """
    facts = [reference / f"{name}.csv" for name in FACTS]
    tables = [
        package / "data" / f"{name}.csv" for name in ("provinces", "regencies", "districts", "villages")
    ]
    islands = package / "data" / "islands.csv"
    outputs = [reference / "manifest.json", demo / "wilayah.parquet", demo / "pulau.csv"]
    # npm restores the dates files had when they were packed; its folder shows when they were installed.
    if _fresh(outputs, [Path(__file__), package, *facts, *tables, islands]):
        return outputs

    regions = read_regions(package / "data")
    positions = read_islands(islands)
    superseded = read_superseded(reference / "superseded.csv", regions)
    former = read_facts(reference / "former_names.csv", regions, "code")
    bps = [read_facts(reference / f"bps_{level}.csv", regions, "kemendagri_code") for level in BPS_LEVELS]

    demo.mkdir(parents=True, exist_ok=True)
    write_lists(reference, kemendagri_list(regions, superseded, former), bps_list(*bps))
    _replace(demo / "wilayah.parquet", lambda path: regions.write_parquet(path, compression_level=19))
    _replace(demo / "pulau.csv", positions.write_csv)
    return outputs


def read_regions(folder: Path) -> pl.DataFrame:
    """All four levels in code order: code, level, name, parent_code (null for provinces)."""
    parents = {
        "PROVINCE": None,
        "REGENCY": "province_code",
        "DISTRICT": "regency_code",
        "VILLAGE": "district_code",
    }
    files = {"PROVINCE": "provinces", "REGENCY": "regencies", "DISTRICT": "districts", "VILLAGE": "villages"}
    frames = []
    for level, parent in parents.items():
        frame = pl.read_csv(folder / f"{files[level]}.csv", infer_schema=False)
        if frame.height != EXPECTED_ROWS[level]:
            raise ReferenceDataError(
                f"{files[level]}.csv: {frame.height} rows, expected {EXPECTED_ROWS[level]}"
            )
        parent_code = pl.col(parent) if parent else pl.lit(None, pl.String)
        frames.append(
            frame.select(
                "code",
                pl.lit(level).alias("level"),
                pl.col("name").str.strip_chars(),
                parent_code.alias("parent_code"),
            )
        )
    regions = pl.concat(frames).sort("code")
    orphans = regions.filter(
        pl.col("parent_code").is_not_null() & ~pl.col("parent_code").is_in(regions["code"].implode())
    )
    if orphans.height or regions["code"].n_unique() != regions.height:
        raise ReferenceDataError(
            f"region codes: {orphans.height} without their parent, or a code given twice"
        )
    return regions


def read_islands(path: Path) -> pl.DataFrame:
    """Islands in code order, the coordinate in decimal degrees with six decimals (to the nearest, about 0.1 m).

    Degrees, minutes and hundredths of a second are whole numbers, so the result is computed in whole
    numbers too: 1/360,000 degree is 25/9 millionths, and a ninth is never a half.
    """
    frame = pl.read_csv(path, infer_schema=False)
    if frame.height != EXPECTED_ISLANDS:
        raise ReferenceDataError(f"islands.csv: {frame.height} rows, expected {EXPECTED_ISLANDS}")
    parts = frame.with_columns(pl.col("coordinate").str.extract_groups(_COORDINATE).alias("parts")).unnest(
        "parts"
    )
    unread = parts.filter(pl.col("north_deg").is_null() | pl.col("east_deg").is_null())
    if unread.height:
        raise ReferenceDataError(
            f"islands.csv: {unread.height} coordinates in another form, first {unread.row(0)}"
        )
    return parts.select(
        "code",
        "regency_code",
        pl.col("name").str.strip_chars(),
        _degrees("north", negative="S").alias("lintang"),
        _degrees("east", negative="W").alias("bujur"),
        _flag("is_populated").alias("berpenduduk"),
        _flag("is_outermost_small").alias("terluar"),
    ).sort("code")


def read_superseded(path: Path, regions: pl.DataFrame) -> pl.DataFrame:
    """Codes no longer in force and what replaced them: old_code, name, successor, valid_to, basis."""
    frame = pl.read_csv(
        path, schema_overrides={"old_code": pl.String, "successor": pl.String, "valid_to": pl.Date}
    )
    codes = regions["code"].implode()
    wrong = frame.filter(pl.col("old_code").is_in(codes) | ~pl.col("successor").is_in(codes))
    if wrong.height:
        raise ReferenceDataError(
            f"superseded.csv: {wrong['old_code'].to_list()} in force, or followed by unknown codes"
        )
    return frame


def read_facts(path: Path, regions: pl.DataFrame, code: str) -> pl.DataFrame:
    """A table of facts of ours as text; its column `code` names regions in force."""
    frame = pl.read_csv(path, infer_schema=False)
    unknown = frame.filter(~pl.col(code).is_in(regions["code"].implode()))
    if unknown.height:
        raise ReferenceDataError(f"{path.name}: unknown codes {unknown[code].to_list()}")
    return frame


def kemendagri_list(regions: pl.DataFrame, superseded: pl.DataFrame, former: pl.DataFrame) -> pl.DataFrame:
    """The code list of regions: the edition in force with former names, and the superseded codes."""
    current = regions.join(
        superseded.select("successor", "valid_to"), left_on="code", right_on="successor", how="left"
    ).join(former.group_by("code").agg(former_labels="name"), on="code", how="left")
    in_force = current.select(
        "code",
        pl.col("name").alias("label"),
        "level",
        pl.col("parent_code").alias("parent"),
        pl.col("valid_to").alias("valid_from"),
        pl.lit(None, pl.Date).alias("valid_to"),
        pl.lit([], pl.List(pl.String)).alias("successors"),
        pl.col("former_labels").fill_null([]),
    )
    ended = superseded.select(
        pl.col("old_code").alias("code"),
        pl.col("name").alias("label"),
        pl.lit("REGENCY").alias("level"),
        pl.col("old_code").str.head(2).alias("parent"),
        pl.lit(None, pl.Date).alias("valid_from"),
        "valid_to",
        pl.concat_list("successor").alias("successors"),
        pl.lit([], pl.List(pl.String)).alias("former_labels"),
    )
    return pl.concat([in_force, ended]).sort("code")


def bps_list(provinces: pl.DataFrame, regencies: pl.DataFrame) -> pl.DataFrame:
    """The code list of BPS provinces and regencies in the same columns."""
    levels = [
        provinces.select("code", pl.col("name").alias("label"), pl.lit("PROVINCE").alias("level")),
        regencies.select("code", pl.col("name").alias("label"), pl.lit("REGENCY").alias("level")),
    ]
    parent = pl.when(pl.col("level") == "REGENCY").then(pl.col("code").str.head(2))
    return pl.concat(levels).with_columns(parent.alias("parent")).sort("code")


def write_lists(folder: Path, kemendagri: pl.DataFrame, bps: pl.DataFrame) -> None:
    """Replace the bundled lists: their files first, then the manifest that names them."""
    # The layout is that of `satudata.validation.references`, found in the source tree: the build has nothing installed.
    sys.path.insert(0, str(Path(__file__).parents[2] / "validation"))
    from satudata.validation.references import build_list
    from satudata.validation.text import Text

    with tempfile.TemporaryDirectory(dir=folder) as made:
        build_list(
            Path(made),
            KEMENDAGRI_LIST,
            KEMENDAGRI_EDITION,
            Text("Kode wilayah administrasi (Kemendagri)", "Administrative region codes (Kemendagri)"),
            "kemendagri",
            kemendagri,
            license="ODbL-1.0",
            attribution=(
                "Kepmendagri 300.2.2-2430 Tahun 2025, as compiled by idn-area-data 4.0.1 (data ODbL 1.0); "
                "superseded codes and former names compiled by this project from laws and government regulations"
            ),
        )
        build_list(
            Path(made),
            BPS_LIST,
            BPS_EDITION,
            Text("Kode wilayah BPS, semester 2 tahun 2020", "BPS region codes, second half of 2020"),
            "bps",
            bps,
            license="MIT",
            attribution="Badan Pusat Statistik, edition 2020 semester 2; table of facts compiled by this project",
        )
        fresh = {path.name: path for path in Path(made).glob("*.parquet")}
        for name, path in fresh.items():
            path.replace(folder / name)
        (Path(made) / "manifest.json").replace(folder / "manifest.json")
    for path in folder.glob("*.parquet"):
        if path.name not in fresh:
            path.unlink()


def _degrees(axis: str, *, negative: str) -> pl.Expr:
    def number(part: str) -> pl.Expr:
        return pl.col(f"{axis}_{part}").cast(pl.Int64)

    hundredths = (number("deg") * 3600 + number("min") * 60 + number("sec")) * 100 + number("cs")
    millionths = (hundredths * 50 + 9) // 18
    sign = (
        pl.when((pl.col(f"{axis}_side") == negative) & (millionths > 0))
        .then(pl.lit("-"))
        .otherwise(pl.lit(""))
    )
    decimals = (millionths % 1_000_000).cast(pl.String).str.pad_start(6, "0")
    return pl.concat_str(sign, (millionths // 1_000_000).cast(pl.String), pl.lit("."), decimals)


def _flag(column: str) -> pl.Expr:
    return pl.col(column).replace_strict({"1": "true", "0": "false"}, return_dtype=pl.String)


def _replace(target: Path, write: Callable[[Path], object]) -> None:
    """Write beside the target and rename, so that a build cut short leaves no half file."""
    partial = target.with_name(f".{target.name}.part")
    write(partial)
    partial.replace(target)


def _fresh(outputs: Iterable[Path], inputs: Iterable[Path]) -> bool:
    made = [path.stat().st_mtime if path.exists() else 0.0 for path in outputs]
    return min(made) > max(path.stat().st_mtime for path in inputs)
