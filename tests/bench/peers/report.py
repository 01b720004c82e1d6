"""The tables: ours divided by each peer, and every figure, as Markdown. Ratios are of one run, round by round."""

import statistics
from dataclasses import asdict
from typing import Any

from answers import Checked
from questions import OPERATIONS
from timing import Run, Runs, median

OURS = "hub"
FIGURES = {"per_second": "req/s", "p50": "p50", "p99": "p99", "cpu": "CPU ms/req"}


def tables(runs: Runs, operations: dict[str, Checked], systems: list[str]) -> str:
    """Ratios against each peer, then all figures, then what was refused."""
    peers = [name for name in systems if name != OURS]
    parts = [_ratios(runs, peer) for peer in peers if OURS in systems]
    parts.append(_figures(runs, systems))
    refused = [
        f"{operation} ({OPERATIONS[operation]}) is refused by {name}: {reason}"
        for operation, checked in operations.items()
        for name, reason in checked.refused.items()
    ]
    return "\n\n".join([*parts, *refused]) + "\n"


def plain(runs: Runs) -> list[dict[str, Any]]:  # Any: numbers and texts
    """Every run, for a file."""
    return [
        {"operation": key[0], "connections": key[1], "system": key[2], "round": index, **asdict(run)}
        for key, done in runs.items()
        for index, run in enumerate(done)
    ]


def _ratios(runs: Runs, peer: str) -> str:
    connections = sorted({key[1] for key in runs})
    heads = [f"{name}, c={count}" for count in connections for name in FIGURES.values()]
    lines = [
        f"{OURS} / {peer}: requests a second (more is better), then latencies and processor time (less is better)",
        "",
        f"| op | what | {' | '.join(heads)} |",
        f"| --- | --- |{' ---: |' * len(heads)}",
    ]
    for operation in sorted({key[0] for key in runs}, key=list(OPERATIONS).index):
        pairs = [(runs.get((operation, c, OURS)), runs.get((operation, c, peer))) for c in connections]
        cells = [_ratio(ours, theirs, name) for ours, theirs in pairs for name in FIGURES]
        if any(cells):
            lines.append(f"| {operation} | {OPERATIONS[operation]} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _ratio(ours: list[Run] | None, theirs: list[Run] | None, name: str) -> str:
    """The median over the rounds of ours divided by theirs in the same round; empty when one did not run."""
    if not ours or not theirs:
        return ""
    rounds = [(getattr(a, name), getattr(b, name)) for a, b in zip(ours, theirs, strict=True)]
    return _shown(statistics.median(a / b for a, b in rounds)) if all(b for _, b in rounds) else ""


def _figures(runs: Runs, systems: list[str]) -> str:
    lines = [
        "| op | c | system | req/s | p50 ms | p99 ms | CPU ms/req |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    order = list(OPERATIONS)
    for operation, connections, system in sorted(
        runs, key=lambda key: (order.index(key[0]), key[1], systems.index(key[2]))
    ):
        done = runs[operation, connections, system]
        failed = next((run for run in done if run.failed), None)
        name = f"{system} (failed: {failed.first_failure})" if failed else system
        figures = " | ".join(_shown(median(done, figure)) for figure in FIGURES)
        lines.append(f"| {operation} | {connections} | {name} | {figures} |")
    return "\n".join(lines)


def _shown(value: float) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 0.1 else 3
    return f"{value:,.{digits}f}"
