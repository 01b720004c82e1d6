"""`load_sqlite.py TABLES OUT.db`: the tables and indexes of PostgreSQL as one SQLite file, for Datasette.

Foreign keys are declared as there, so that datasette-graphql makes the relations. Decimal columns are REAL: SQLite has
no decimal type, so sums agree to the precision of floats only.
"""

import csv
import sqlite3
import sys
from pathlib import Path

TABLES = {
    "region": "code text primary key, name text not null, level text not null,"
    " province_code text references region(code)",
    "population": "region_code text not null references region(code), year integer not null, sex text not null,"
    " age_group text not null, population integer not null, primary key (region_code, year, sex, age_group)",
    "budget": "id integer primary key, region_code text not null references region(code), year integer not null,"
    " agency_code text not null, programme text not null, activity text not null, account_code text not null,"
    " amount real not null, realised real not null, date text not null",
    "facility": "id integer primary key, name text not null, region_code text not null references region(code),"
    " kind text not null, lat real, lon real, opened text, beds integer, active integer not null",
}
INDEXES = [
    "region(province_code)",
    "region(level)",
    "population(year)",
    "budget(region_code, year)",
    "budget(year)",
    "budget(year, agency_code)",
    "budget(region_code, amount desc, id)",
    "budget(agency_code)",
    "facility(region_code, kind, name)",
    "facility(kind)",
]
# The only way to an aggregate in datasette-graphql: a view made beforehand by the publisher.
VIEW = (
    "create view budget_by_agency_year as select year, agency_code, count(*) as n, sum(amount) as total "
    "from budget group by year, agency_code"
)
VALUES = {"true": 1, "false": 0, "": None}


def load(tables: Path, file: Path) -> None:
    """Make the file anew."""
    file.unlink(missing_ok=True)
    connection = sqlite3.connect(file)
    connection.execute("pragma journal_mode=off")
    connection.execute("pragma synchronous=off")
    for table, columns in TABLES.items():
        connection.execute(f"create table {table} ({columns})")
        with (tables / f"{table}.csv").open(newline="", encoding="utf-8") as source:
            lines = csv.reader(source)
            places = ",".join("?" * len(next(lines)))
            rows = ([VALUES.get(value, value) for value in line] for line in lines)
            connection.executemany(f"insert into {table} values ({places})", rows)
    for number, index in enumerate(INDEXES):
        connection.execute(f"create index index_{number} on {index}")
    connection.execute(VIEW)
    connection.execute("analyze")
    connection.commit()
    connection.close()


if __name__ == "__main__":
    load(Path(sys.argv[1]), Path(sys.argv[2]))
