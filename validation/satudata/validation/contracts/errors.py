"""What is wrong with a contract: every problem at once, each with its place in the file and how to fix it.

The wording stands in `messages/contract.yaml`. Raised by `loading.py` only.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from satudata.validation.findings.catalogue import rule
from satudata.validation.text import Text


@dataclass(frozen=True, slots=True)
class ContractProblem:
    """One problem. `path` is where it stands, e.g. `schema[0].properties[3].logicalTypeOptions.pattern`."""

    path: str
    message: Text
    fix: Text
    code: str

    def __str__(self) -> str:
        return f"{self.path or '(file)'}: {self.message.en} {self.fix.en}"


class ContractError(Exception):
    """The text is not a contract the hub can work with; `problems` has at least one entry, in file order."""

    def __init__(self, problems: tuple[ContractProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Problems:
    """Collects problems; the first one of a path wins, so that one mistake is told once."""

    def __init__(self) -> None:
        self._by_path: dict[str, ContractProblem] = {}

    def add(self, code: str, path: str, **values: object) -> None:
        """Note a problem; `values` fill the message template of `code`."""
        message, fix = rule(code).tell(path=path, **values)
        self._by_path.setdefault(path, ContractProblem(path, message, fix, code))

    def __bool__(self) -> bool:
        return bool(self._by_path)

    def __iter__(self) -> Iterator[ContractProblem]:
        return iter(self._by_path.values())

    def raise_if_any(self) -> None:
        """Raise ContractError when something was noted."""
        if self._by_path:
            raise ContractError(tuple(self))
