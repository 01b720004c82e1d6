"""`satudata query`: ask a hub, on this machine or anywhere, and get JSON or rows."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from satudata.hub.cli.options import ActorOption, HomeOption, LanguageOption
from satudata.hub.cli.output import USAGE, fail
from satudata.hub.cli.query.formats import Format
from satudata.validation.text import Text

if TYPE_CHECKING:
    from satudata.hub.cli.query.asking import Ask
    from satudata.hub.cli.query.document import Question, Variables

EPILOG = """
[bold]Examples[/bold]

  satudata query '{ datasets(search: "upah") { nodes { slug rowField title { value } } } }' --format table

  satudata query --format csv --all 'query ($year: Int) { data { bps { imporPelabuhan(where: {tahun: {eq: $year}})
  { nodes { tahun kodePelabuhan nilai } } } } }' -v year=2012

[bold]Exit codes[/bold]: 0 answered; 1 the hub refused something (what it answered is still written); 2 nothing was
asked: wrong usage, a file or hub that cannot be reached.
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("query", epilog=EPILOG)(query)


def query(
    document: Annotated[
        str | None,
        typer.Argument(
            metavar="[DOCUMENT]",
            help="The GraphQL document, or the name of a file with it. Absent: read from standard input.",
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", metavar="FILE", help="Read the document from this file.")
    ] = None,
    variable: Annotated[
        list[str] | None,
        typer.Option(
            "--variable",
            "-v",
            metavar="NAME=VALUE",
            help="A variable of the document; lists and objects as JSON. May be given more than once.",
        ),
    ] = None,
    variables: Annotated[
        Path | None,
        typer.Option("--variables", metavar="FILE", help="Variables from a JSON file; those of -v win."),
    ] = None,
    operation: Annotated[
        str | None,
        typer.Option("--operation", metavar="NAME", help="Which operation, where the document has several."),
    ] = None,
    output_format: Annotated[
        Format,
        typer.Option(
            "--format",
            help="json: the whole answer. table, csv, jsonl: the rows of the one list it asks for, "
            "a column for each field.",
        ),
    ] = Format.JSON,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Follow the cursors to the last page (1,000 rows at once, unless `first` says otherwise). "
            "Rows are written as they come.",
        ),
    ] = False,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="Ask the hub at this address instead of that of the home."),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", metavar="FILE", help="With --url: a file with the access token."),
    ] = None,
    actor: ActorOption = None,
    home: HomeOption = None,
    language: LanguageOption = None,
) -> None:
    """Send a GraphQL document to a hub and write the answer."""
    _refuse_mixtures(url, token_file, actor, home)
    if every and output_format is Format.JSON:
        fail(
            Text(
                id="--all menulis baris demi baris: tambahkan --format csv, jsonl atau table.",
                en="--all writes row by row: add --format csv, jsonl or table.",
            ),
            USAGE,
        )

    # Imported here: none of this is needed by `--help`.
    from satudata.hub.cli.query.asking import hub_at, this_home
    from satudata.hub.cli.query.document import read_question, read_variables

    question = read_question(document, file, operation)
    values = read_variables(question, variable or [], variables)

    async def whole() -> None:
        async with hub_at(url, token_file) if url is not None else this_home(home, actor) as ask:
            if output_format is Format.JSON:
                await _json(ask, question, values)
            else:
                await _rows(ask, question, values, output_format, every=every)

    asyncio.run(whole())


async def _json(ask: "Ask", question: "Question", values: "Variables") -> None:
    # Imported here, as above.
    from satudata.hub.cli.query.answering import write_json

    write_json(await ask(question.text, values, question.name))


async def _rows(
    ask: "Ask", question: "Question", values: "Variables", output_format: Format, *, every: bool
) -> None:
    # Imported here, as above.
    from satudata.hub.cli.query.answering import RowOutput
    from satudata.hub.cli.query.columns import Fields
    from satudata.hub.cli.query.paging import pages

    fields = Fields(question)
    output = RowOutput(fields, output_format)
    async for page in pages(ask, question, values, fields, every=every):
        output.write(page.answer)
    output.finish(more=page.more, every=every)


def _refuse_mixtures(url: str | None, token_file: Path | None, actor: str | None, home: Path | None) -> None:
    if url is not None and (actor is not None or home is not None):
        fail(
            Text(
                id="--url menanyai hub lain: --as dan --home tidak berlaku di sana. Pakai --token-file.",
                en="--url asks another hub: --as and --home do not hold there. Use --token-file.",
            ),
            USAGE,
        )
    if url is None and token_file is not None:
        fail(
            Text(
                id="--token-file hanya berlaku dengan --url. Di folder hub sendiri pakai --as SUREL.",
                en="--token-file holds only with --url. In a hub's own folder use --as EMAIL.",
            ),
            USAGE,
        )
