"""The tables every system serves: synthetic and seeded, so that the same seed gives the same rows everywhere.

region (38 provinces, 514 regencies), population (246,720 rows), budget (1,000,000), facility (100,000); regions differ
in size as real ones do. Each is written as Parquet and CSV. Run alone: `python tests/bench/peers/tables.py FOLDER`.
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl

SEED = 3204
BUDGET_ROWS = 1_000_000
FACILITY_ROWS = 100_000

PROVINCES = [11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 51, 52, 53]
PROVINCES += [61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 76, 81, 82, 91, 92, 93, 94, 95, 96]
REGENCIES = 514
AGES = [f"{age}-{age + 4}" for age in range(0, 75, 5)] + ["75+"]
KINDS = ["puskesmas", "klinik", "rumah_sakit", "posyandu", "apotek", "laboratorium"]
KIND_SHARES = [0.26, 0.22, 0.08, 0.24, 0.17, 0.03]
KIND_WORDS = dict(
    zip(KINDS, ["Puskesmas", "Klinik", "RSUD", "Posyandu", "Apotek", "Laboratorium"], strict=True)
)
SYLLABLES = [
    "me",
    "la",
    "ti",
    "ra",
    "wa",
    "ng",
    "su",
    "ka",
    "ma",
    "ju",
    "ci",
    "ba",
    "ha",
    "ra",
    "pan",
    "se",
    "hat",
]
SYLLABLES += [
    "in",
    "dah",
    "ber",
    "kah",
    "mul",
    "ya",
    "sen",
    "to",
    "sa",
    "gu",
    "nung",
    "te",
    "luk",
    "bun",
    "tar",
]
SYLLABLES += ["jo", "ken", "ca", "na", "pu", "ri", "do", "lim"]
VERBS = ["Pembangunan", "Rehabilitasi", "Pengadaan", "Pemeliharaan", "Penyuluhan", "Pelatihan", "Pendataan"]
VERBS += ["Pengawasan", "Fasilitasi", "Koordinasi"]
OBJECTS = [
    "Jalan Kabupaten",
    "Ruang Kelas",
    "Alat Kesehatan",
    "Saluran Irigasi",
    "Air Bersih",
    "Sanitasi Permukiman",
    "Benih Padi",
    "Perahu Nelayan",
    "Pasar Rakyat",
    "Data Kependudukan",
    "Rumah Tidak Layak Huni",
    "Jembatan Desa",
    "Kapasitas Aparatur",
    "Sistem Informasi",
    "Penanganan Stunting",
    "Layanan Perizinan",
]


def make_tables(folder: Path) -> None:
    """Write all tables into `folder`; the file `finished` comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    region = regions(rng)
    codes = region.filter(pl.col("level") == "regency")["code"].to_numpy().astype(str)
    size = rng.lognormal(-0.405, 0.9, len(codes))
    tables = {
        "region": region,
        "population": population(rng, codes, size),
        "budget": budget(rng, codes, size, BUDGET_ROWS),
        "facility": facility(rng, codes, size, FACILITY_ROWS),
    }
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet", compression="zstd")
        table.write_csv(folder / f"{name}.csv")
        print(f"{name}: {table.height} rows", flush=True)
    (folder / "finished").touch()


def regions(rng: np.random.Generator) -> pl.DataFrame:
    """Provinces and regencies; how many regencies a province has is skewed."""
    share = rng.lognormal(0, 0.5, len(PROVINCES))
    counts = np.maximum(4, np.round(share / share.sum() * REGENCIES).astype(int))
    while counts.sum() != REGENCIES:
        index = rng.integers(len(counts))
        step = np.sign(REGENCIES - counts.sum())
        if 4 < counts[index] + step <= 40:
            counts[index] += step
    rows: list[tuple[str, str, str, str | None]] = [
        (str(province), f"Provinsi {province}", "province", None) for province in PROVINCES
    ]
    for province, count in zip(PROVINCES, counts, strict=True):
        for number in range(1, count + 1):
            is_city = number > 0.8 * count
            code = f"{province}{70 + number - int(0.8 * count) if is_city else number:02d}"
            rows.append((code, f"{'Kota' if is_city else 'Kabupaten'} {code}", "regency", str(province)))
    return pl.DataFrame(rows, schema=["code", "name", "level", "province_code"], orient="row")


def population(rng: np.random.Generator, codes: np.ndarray, size: np.ndarray) -> pl.DataFrame:
    """Every regency, year, sex and age group."""
    years = np.arange(2010, 2025)
    shape = (len(codes), len(years), 2, len(AGES))
    base = 900_000 * size / size.mean() / (2 * len(AGES))
    age_factor = np.linspace(1.35, 0.35, len(AGES))
    value = (
        base[:, None, None, None]
        * (1.011 ** (years - 2010))[None, :, None, None]
        * np.array([1.01, 0.99])[None, None, :, None]
        * age_factor[None, None, None, :]
        * rng.normal(1, 0.03, shape)
    )
    region, year, sex, age = np.indices(shape)
    return pl.DataFrame(
        {
            "region_code": codes[region.ravel()],
            "year": years[year.ravel()].astype(np.int32),
            "sex": np.array(["L", "P"])[sex.ravel()],
            "age_group": np.array(AGES)[age.ravel()],
            "population": np.maximum(1, value.ravel()).astype(np.int64),
        }
    )


def budget(rng: np.random.Generator, codes: np.ndarray, size: np.ndarray, rows: int) -> pl.DataFrame:
    """Budget lines: amounts are log-normal, agencies and regions skewed."""
    region = rng.choice(len(codes), rows, p=size / size.sum())
    year = rng.integers(2020, 2025, rows).astype(np.int32)
    weight = rng.lognormal(0, 0.8, 48)
    agencies = np.array([f"{number // 8 + 1}.{number % 8 + 1:02d}" for number in range(48)])
    agency = agencies[rng.choice(48, rows, p=weight / weight.sum())]
    programmes = np.array([f"Program {verb} {thing}" for verb in VERBS for thing in OBJECTS])
    activities = np.array(
        [f"{verb} {thing} Tahap {stage}" for verb in VERBS for thing in OBJECTS for stage in (1, 2, 3)]
    )
    activity = rng.integers(0, len(activities), rows)
    programme = (activity // 3 + rng.integers(0, 12, rows)) % len(programmes)
    accounts = np.array(
        [f"5.{a}.{b:02d}.{c:02d}" for a in (1, 2, 3) for b in range(1, 9) for c in range(1, 13)]
    )
    amount = np.round(np.exp(rng.normal(18.5, 1.6, rows)) * 100 / 1000).astype(np.int64) * 1000 + 100_000
    amount = np.minimum(amount, 9_000_000_000_000)
    amount += rng.choice([0, 25, 50, 75], rows)
    realised = (amount * np.clip(rng.beta(9, 1.5, rows), 0, 1)).astype(np.int64)
    day = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + rng.integers(0, 365, rows)
    return pl.DataFrame(
        {
            "id": np.arange(1, rows + 1),
            "region_code": codes[region],
            "year": year,
            "agency_code": agency,
            "programme": programmes[programme],
            "activity": activities[activity],
            "account_code": accounts[rng.integers(0, len(accounts), rows)],
            "amount": _money(amount),
            "realised": _money(realised),
            "date": day,
        }
    )


def facility(rng: np.random.Generator, codes: np.ndarray, size: np.ndarray, rows: int) -> pl.DataFrame:
    """Health facilities with synthetic names (some words are much more frequent than others) and places."""
    words = sorted({"".join(rng.choice(SYLLABLES, rng.integers(2, 4))).capitalize() for _ in range(900)})
    chosen = rng.zipf(1.25, rows * 2) % len(words)
    kind = np.array(KINDS)[rng.choice(len(KINDS), rows, p=KIND_SHARES)]
    region = rng.choice(len(codes), rows, p=size / size.sum())
    number = rng.integers(1, 400, rows)
    names = [
        f"{KIND_WORDS[a]} {words[b]} {words[c]} {d}"
        for a, b, c, d in zip(kind, chosen[:rows], chosen[rows:], number, strict=True)
    ]
    beds = [
        int(count) if a == "rumah_sakit" or (a == "puskesmas" and count % 3 == 0) else None
        for a, count in zip(kind, rng.integers(5, 600, rows), strict=True)
    ]
    centre = np.stack([rng.uniform(-10, 5, len(codes)), rng.uniform(95.5, 140.5, len(codes))], 1)
    place = np.round(centre[region] + rng.normal(0, 0.2, (rows, 2)), 6)
    opened = np.datetime64("1965-01-01") + rng.integers(0, 21_500, rows)
    return pl.DataFrame(
        {
            "id": np.arange(1, rows + 1),
            "name": names,
            "region_code": codes[region],
            "kind": kind,
            "lat": place[:, 0],
            "lon": place[:, 1],
            "opened": opened,
            "beds": pl.Series(beds, dtype=pl.Int32),
            "active": rng.random(rows) < 0.93,
        }
    )


def _money(cents: np.ndarray) -> pl.Series:
    return (pl.Series(cents).cast(pl.Decimal(20, 0)) / 100).cast(pl.Decimal(18, 2))


if __name__ == "__main__":
    make_tables(Path(sys.argv[1]))
