"""A GraphQL request in the forms in which readers take it away: for the console, the shell, Python and JavaScript.

Each form is whole: it runs as it is, without a package to install.
"""

import json
import pprint
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

Variables = Mapping[str, Any]  # Any: JSON values


@dataclass(frozen=True, slots=True)
class ShownQuery:
    """A document with its variables and the address it is sent to."""

    document: str
    variables: Variables
    endpoint: str

    @property
    def variables_json(self) -> str:
        """The variables as a person would type them; empty when there are none."""
        return json.dumps(self.variables, ensure_ascii=False, indent=2) if self.variables else ""

    @property
    def ide_parameters(self) -> str:
        """Query string of `/ide` that opens this document."""
        parts = {"query": self.document.strip()}
        if self.variables:
            parts["variables"] = self.variables_json
        return urlencode(parts)

    @property
    def curl(self) -> str:
        """The request as one shell command."""
        body = json.dumps(self._payload, ensure_ascii=False).replace("'", "'\\''")
        return f"curl {self.endpoint} \\\n  -H 'Content-Type: application/json' \\\n  --data '{body}'"

    @property
    def python(self) -> str:
        """The request as a Python program that needs no package."""
        variables = pprint.pformat(dict(self.variables), width=88, sort_dicts=False)
        return (
            "import json\nfrom urllib.request import Request, urlopen\n\n"
            f'query = """{_inside(self.document, chr(34) * 3)}"""\n'
            f"variables = {variables}\n\n"
            "request = Request(\n"
            f'    "{self.endpoint}",\n'
            '    json.dumps({"query": query, "variables": variables}).encode(),\n'
            '    {"Content-Type": "application/json"},\n'
            ")\n"
            "answer = json.load(urlopen(request))\n"
            'print(json.dumps(answer["data"] if "data" in answer else answer["errors"], indent=2))\n'
        )

    @property
    def javascript(self) -> str:
        """The request as a JavaScript module, for browsers and for Node (as a file ending in .mjs)."""
        variables = json.dumps(self.variables, ensure_ascii=False, indent=2)
        return (
            f"const query = `{_inside(self.document, '`', '${')}`;\n"
            f"const variables = {variables};\n\n"
            f'const response = await fetch("{self.endpoint}", {{\n'
            '  method: "POST",\n'
            '  headers: { "Content-Type": "application/json" },\n'
            "  body: JSON.stringify({ query, variables }),\n"
            "});\n"
            "const { data, errors } = await response.json();\n"
            "console.log(JSON.stringify(data ?? errors, null, 2));\n"
        )

    @property
    def _payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = {"query": _on_one_line(self.document)}
        if self.variables:
            payload["variables"] = dict(self.variables)
        return payload


def _inside(document: str, *ends: str) -> str:
    """The document between the quotes of a program."""
    text = document.strip().replace("\\", "\\\\")
    for end in ends:
        text = text.replace(end, "".join(f"\\{sign}" for sign in end))
    return text


def _on_one_line(document: str) -> str:
    """Shorter for a command line; left alone when it holds text or comments whose white space means something."""
    return document.strip() if '"' in document or "#" in document else " ".join(document.split())
