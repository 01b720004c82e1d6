"""What is to be sent: the document from an argument, a file or standard input, and the variables it declares."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLSyntaxError,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeNode,
    VariableDefinitionNode,
    parse,
    print_ast,
)
from satudata.hub.cli.output import USAGE, fail, require_file
from satudata.validation.text import Text

Variables = Mapping[str, Any]  # Any: JSON values

_TEXT_SIGNS = frozenset("{} \n\t")
_JSON_TYPES = frozenset({"Int", "Float", "Boolean", "Count", "JSON"})
_TEXT_TYPES = frozenset({"ID", "String", "Decimal", "BigInt", "Date", "DateTime"})


@dataclass(frozen=True, slots=True)
class Question:
    """A document that parses, and the operation of it that is meant."""

    text: str
    document: DocumentNode
    operation: OperationDefinitionNode

    @property
    def name(self) -> str | None:
        return self.operation.name.value if self.operation.name else None


def read_question(given: str | None, file: Path | None, operation: str | None) -> Question:
    """The document of an argument (the text itself, or the name of a file), of `file` or of standard input.

    Ends the program with exit code 2 where there is none, or one that is no GraphQL.
    """
    text = _text_of(given, file)
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        at = ", ".join(f"{place.line}:{place.column}" for place in error.locations or ())
        fail(
            Text(
                id=f"Dokumen GraphQL salah tulis pada {at} (baris:kolom): {error.message}",
                en=f"The GraphQL document is wrong at {at} (line:column): {error.message}",
            ),
            USAGE,
        )
    return Question(text, document, _operation(document, operation))


def read_variables(question: Question, assigned: Sequence[str], file: Path | None) -> dict[str, Any]:
    """The variables of a JSON file, and over them those given as `name=value`.

    A value is read by the type its variable is declared with: numbers and booleans as JSON, codes, texts, decimals,
    dates and enum values as they stand, lists and objects (`[...]`, `{...}`) as JSON.
    """
    variables = _variables_of(file) if file is not None else {}
    declared = {
        definition.variable.name.value: definition
        for definition in question.operation.variable_definitions or ()
    }
    for assignment in assigned:
        name, separator, value = assignment.partition("=")
        if not separator or name not in declared:
            known = ", ".join(f"${name}: {_written(item.type)}" for name, item in declared.items()) or "-"
            fail(
                Text(
                    id=f"-v {assignment}: tulis nama=nilai dengan variabel yang dideklarasikan dokumen: {known}.",
                    en=f"-v {assignment}: write name=value with a variable the document declares: {known}.",
                ),
                USAGE,
            )
        variables[name] = _value(declared[name], value)
    return variables


def _text_of(given: str | None, file: Path | None) -> str:
    if given is not None and file is not None:
        fail(
            Text(
                id="Beri dokumen sebagai argumen atau dengan --file, jangan keduanya.",
                en="Give the document as an argument or with --file, not both.",
            ),
            USAGE,
        )
    if given is not None and given != "-" and not _TEXT_SIGNS.isdisjoint(given):
        return given
    path = file if given is None else Path(given)
    if path is not None and str(path) != "-":
        require_file(path)
        return path.read_text(encoding="utf-8-sig")
    if path is None and sys.stdin.isatty():
        fail(
            Text(
                id="Tidak ada dokumen. Beri sebagai argumen, dengan --file BERKAS, atau lewat masukan standar.",
                en="There is no document. Give it as an argument, with --file FILE, or on standard input.",
            ),
            USAGE,
        )
    return sys.stdin.read()


def _operation(document: DocumentNode, wanted: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    fitting = [node for node in operations if wanted is None or (node.name and node.name.value == wanted)]
    if len(fitting) != 1:
        names = ", ".join(node.name.value for node in operations if node.name) or "-"
        fail(
            Text(
                id=f"Sebut satu operasi dokumen ini dengan --operation: {names}.",
                en=f"Name one operation of this document with --operation: {names}.",
            ),
            USAGE,
        )
    return fitting[0]


def _variables_of(file: Path) -> dict[str, Any]:
    require_file(file)
    try:
        variables = json.loads(file.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        fail(Text(id=f"{file} bukan JSON: {error}.", en=f"{file} is not JSON: {error}."), USAGE)
    if not isinstance(variables, dict):
        fail(
            Text(
                id=f'{file} harus berisi satu objek JSON, misalnya {{"tahun": 2024}}.',
                en=f'{file} must hold one JSON object, e.g. {{"tahun": 2024}}.',
            ),
            USAGE,
        )
    return variables


def _value(definition: VariableDefinitionNode, text: str) -> Any:
    kind = definition.type
    if isinstance(kind, NonNullTypeNode):
        kind = kind.type
    named = kind.name.value if isinstance(kind, NamedTypeNode) else None
    is_structure = text.startswith(("[", "{")) and named not in _TEXT_TYPES
    if named not in _JSON_TYPES and not is_structure:
        return text
    try:
        return json.loads(text)
    except ValueError:
        name = definition.variable.name.value
        fail(
            Text(
                id=f"-v {name}={text}: nilai itu bukan {_written(definition.type)}. Tulis sebagai JSON.",
                en=f"-v {name}={text}: this is no {_written(definition.type)}. Write it as JSON.",
            ),
            USAGE,
        )


def _written(kind: TypeNode) -> str:
    return print_ast(kind)
