"""docs/cli.md describes every command with every option, and none that do not exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from satudata.hub.cli.main import app

DOCS = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
SECTIONS = dict(re.findall(r"^## (satudata [^\n]+)\n(.*?)(?=^## |\Z)", DOCS, re.MULTILINE | re.DOTALL))


def commands() -> Iterator[tuple[str, set[str]]]:
    """Every command with its options, `--help` aside."""

    def walk(command: object, path: str) -> Iterator[tuple[str, set[str]]]:
        children = getattr(command, "commands", None)
        if children:
            for name, child in children.items():
                yield from walk(child, f"{path} {name}")
            return
        options = {
            name
            for parameter in getattr(command, "params", [])
            for name in parameter.opts
            if name.startswith("-") and name not in ("--help", "-h")
        }
        yield path, options

    yield from walk(typer.main.get_command(app), "satudata")


COMMANDS = dict(commands())


def test_every_command_has_its_section_and_no_section_is_left_over() -> None:
    assert set(SECTIONS) == set(COMMANDS)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_section_names_exactly_the_options(command: str) -> None:
    named = set(re.findall(r"`(--?[a-z][a-z-]*)", SECTIONS[command]))
    named |= {
        name for example in re.findall(r"`satudata ([^`]+)`", SECTIONS[command]) for name in _options(example)
    }
    assert named == COMMANDS[command]


def _options(example: str) -> list[str]:
    return re.findall(r"(?<=\s)(--?[a-z][a-z-]*)", example)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_teaches_itself(command: str) -> None:
    found = typer.main.get_command(app)
    for name in command.split()[1:]:
        found = found.commands[name]  # type: ignore[attr-defined]  # groups have it, typer's type does not say so
    assert found.help
    assert found.help.strip().endswith(".")
    for parameter in found.params:
        assert getattr(parameter, "help", None), f"{command} does not say what {parameter.name} is"
