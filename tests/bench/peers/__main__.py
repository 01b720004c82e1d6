"""`make bench-peers DIR=...`: our API beside PostGraphile and Datasette, on the same tables, in one run.

    python tests/bench/peers DIR [--ops Q1,Q2] [--systems hub,postgraphile] [--rounds 3] [--secs 3] [--connections 1,8]
                                 [--check-only] [--restart hub] [--publish-again] [--keep] [--stop]

Everything lives in DIR, outside the repository: tables, servers, homes, `NAME.json` with each system's questions, and
the result (`table.md`, `runs.json`). What is there already is used again. Servers listen on 127.0.0.1 only and are
stopped at the end unless `--keep` leaves them for the next run.
"""

import argparse
import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import our_hub
import peers
import questions
import report
import servers
from answers import Disagreement, check
from questions import OPERATIONS, Parameters, Question, System
from tables import make_tables
from timing import Plan, measure

ROOT = Path(__file__).parents[3]
HUB_PORT = 5681
SYSTEMS = ("hub", "postgraphile", "datasette")
SERVERS = {
    "hub": ("hub",),
    "postgraphile": ("postgraphile", "postgres"),
    "datasette": ("datasette",),
}
URLS = {
    "hub": f"http://127.0.0.1:{HUB_PORT}/graphql",
    "postgraphile": f"http://127.0.0.1:{peers.POSTGRAPHILE_PORT}/graphql",
    "datasette": f"http://127.0.0.1:{peers.DATASETTE_PORT}/graphql/hub",
}
ASKED: dict[str, Callable[[Parameters, str], dict[str, Question]]] = {
    "hub": questions.hub,
    "postgraphile": questions.postgraphile,
    "datasette": questions.datasette,
}


def main() -> int:
    options = _options()
    folder: Path = options.folder.resolve()
    if folder.is_relative_to(ROOT):
        print(f"{folder} is inside the repository. Choose a folder outside, for example DIR=/tmp/peers.")
        return 2
    if options.stop:
        _stop(folder, SYSTEMS)
        return 0
    try:
        return _compare(folder, options)
    except (peers.Missing, servers.ServerFailed, questions.NotAnswering) as error:
        print(error)
        return 2
    except subprocess.CalledProcessError as error:
        print(f"This step failed, its messages are above: {shlex.join(map(str, error.cmd))}")
        return 2
    except Disagreement as error:
        print(f"The answers differ, nothing was timed. {error}")
        return 1
    finally:
        if not options.keep:
            _stop(folder, options.systems)


def _compare(folder: Path, options: argparse.Namespace) -> int:
    _require(options)
    _prepare(folder, options)
    systems = _systems(folder, options.systems)
    checked = {name: check(systems, name, options.checks) for name in options.ops}
    if options.check_only:
        return 0
    runs = measure(systems, checked, Plan(options.rounds, options.secs, options.connections))
    shown = report.tables(runs, checked, list(options.systems))
    (folder / "table.md").write_text(shown)
    (folder / "runs.json").write_text(json.dumps(report.plain(runs), indent=1))
    print(f"\n{shown}\nAlso in {folder / 'table.md'}. Machines differ: compare ratios of one run.")
    return 0


def _require(options: argparse.Namespace) -> None:
    """Say what is missing before anything takes minutes."""
    if not options.check_only:
        peers.require_wrk()
    if "postgraphile" in options.systems:
        peers.postgres_programs()


def _prepare(folder: Path, options: argparse.Namespace) -> None:
    """Tables, and every system installed, loaded and up."""
    folder.mkdir(parents=True, exist_ok=True)
    tables, home = folder / "data", folder / "hub-home"
    if not (tables / "finished").exists():
        make_tables(tables)
    _stop(folder, options.restart)
    if "hub" in options.systems:
        if options.publish_again:
            servers.stop(folder, "hub")
            our_hub.remake(home)
        our_hub.publish(tables, home)
        command, environment = our_hub.serve_command(home, HUB_PORT)
        servers.start(folder, "hub", command, HUB_PORT, environment)
    if "postgraphile" in options.systems:
        peers.start_postgres(folder)
        peers.load_postgres(folder, tables)
        peers.start_postgraphile(folder, options.postgraphile_workers)
    if "datasette" in options.systems:
        peers.start_datasette(folder, tables)


def _systems(folder: Path, names: tuple[str, ...]) -> list[System]:
    """The systems with their questions, also written to `NAME.json`."""
    drawn = questions.parameters(folder / "data")
    systems = []
    for name in names:
        pid_files = tuple(servers.pid_file(folder, server) for server in SERVERS[name])
        system = System(name, URLS[name], ASKED[name](drawn, URLS[name]), pid_files)
        asked = {key: asdict(question) for key, question in system.questions.items()}
        content = {"systems": [{"name": name, "url": system.url, "ops": asked}]}
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1))
        systems.append(system)
    return systems


def _stop(folder: Path, names: tuple[str, ...]) -> None:
    for name in names:
        for server in SERVERS[name]:
            servers.stop(folder, server)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-peers DIR=", description="Our API beside its peers.")
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder outside the repository")
    parser.add_argument("--ops", type=_names(tuple(OPERATIONS)), default=tuple(OPERATIONS))
    parser.add_argument("--systems", type=_names(SYSTEMS), default=SYSTEMS, help="in this order")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--secs", type=int, default=3, help="seconds of one run")
    parser.add_argument("--connections", type=_numbers, default=(1, 8))
    parser.add_argument("--checks", type=int, default=20, help="answers compared for each operation")
    parser.add_argument("--check-only", action="store_true", help="compare the answers, time nothing")
    parser.add_argument("--restart", type=_names(SYSTEMS), default=(), help="stop and start these first")
    parser.add_argument("--publish-again", action="store_true", help="make the hub's home anew")
    parser.add_argument("--postgraphile-workers", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="leave the servers running")
    parser.add_argument("--stop", action="store_true", help="stop what --keep left")
    return parser.parse_args()


def _names(known: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    def names(text: str) -> tuple[str, ...]:
        wanted = tuple(text.split(","))
        if unknown := [name for name in wanted if name not in known]:
            raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(known)}")
        return wanted

    return names


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
