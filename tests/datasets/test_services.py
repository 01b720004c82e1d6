"""The assembled layer: light to import, opened on a fresh home, closed without leaving processes behind."""

import subprocess
import sys
import uuid
from pathlib import Path

from satudata.datasets.access.principal import ANONYMOUS, OPERATOR
from satudata.datasets.agencies.types import AgencyKind
from satudata.datasets.config import DatasetsConfig
from satudata.datasets.identifiers import new_id
from satudata.datasets.migrations import is_current, upgrade
from satudata.datasets.services import open_services
from satudata.validation.text import Text

HEAVY = ("polars", "pandas", "pandera", "great_expectations", "dbos", "pyarrow", "alembic")

LOOK = f"""
import sys
from pathlib import Path
import satudata.datasets.services, satudata.datasets.verification, satudata.datasets.jobs.inline
loaded = [name for name in {HEAVY!r} if name in sys.modules]
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(loaded, int(status["VmRSS"].split()[0]) // 1024)
"""


def test_the_web_process_loads_nothing_heavy() -> None:
    printed = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True).stdout
    loaded, megabytes = printed.rsplit(" ", 1)
    assert loaded == "[]"
    assert int(megabytes) < 200


async def test_a_fresh_home_opens_works_and_opens_again(tmp_path: Path) -> None:
    config = DatasetsConfig(home=tmp_path / "home")
    for round_ in (1, 2):
        await upgrade(config.database)
        services = await open_services(config)
        assert await is_current(services.database)
        await services.agencies.create(OPERATOR, f"dinas-{round_}", Text("Dinas", ""), AgencyKind.OTHER)
        assert (await services.agencies.list()).total == round_
        assert await services.epoch.current() == round_
        assert (await services.catalogue.search(ANONYMOUS)).total == 0
        assert await services.pending_jobs() == []
        await services.close()
    assert {path.name for path in config.home.iterdir()} >= {
        "catalogue.sqlite",
        "files",
        "references",
        "work",
    }


def test_ids_are_version_7_and_sort_by_time() -> None:
    made = [new_id() for _ in range(1000)]
    milliseconds = [value[:12] for value in made]
    assert milliseconds == sorted(milliseconds)
    assert len(set(made)) == 1000
    assert {uuid.UUID(value).version for value in made} == {7}
