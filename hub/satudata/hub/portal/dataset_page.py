"""The page of a dataset: what it is, who vouches for it, its first rows, its columns, versions and downloads."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from satudata.datasets.access.policy import not_found_text
from satudata.datasets.errors import LimitReached, NotFound
from satudata.graphql.documents import rows_document
from satudata.hub.assembly import Hub
from satudata.hub.portal import formats
from satudata.hub.portal.columns import ColumnWords, column_words
from satudata.hub.portal.page_query import PageQuery, PageQueryFailed, run, run_document
from satudata.hub.portal.rendering import render
from satudata.hub.portal.translations import N_, translations
from satudata.validation.contracts.model import DataContract
from satudata.validation.text import Language, Text

ROWS = 20
FURTHEST_OFFSET = 10_000
_FORMATS = (("CSV", "csv"), ("XLSX", "xlsx"), ("Parquet", "parquet"))
_HINTS = {"csv": N_("teks"), "xlsx": N_("Excel"), "parquet": N_("analisis")}


@dataclass(frozen=True, slots=True)
class Table:
    """Some rows, ready to be shown. `first` and `last` count from 1; `previous` and `next` are offsets."""

    columns: list[ColumnWords]
    rows: list[list[formats.Cell]]
    first: int
    last: int
    total: int
    previous: int | None
    next: int | None


async def dataset(request: Request) -> Response:
    """The newest version, or the one asked for with `?version=`; `?offset=` turns the pages of its rows."""
    slug = _slug(request)
    written = request.query_params.get("version")
    asked = _whole(written)
    if written and asked is None:
        raise NotFound(not_found_text(Text(f"Versi {written} dari {slug}", f"Version {written} of {slug}")))
    query = await run(request, "dataset-page", {"slug": slug, "version": asked})
    found = query.data["dataset"]
    if found is None:
        raise NotFound(not_found_text(Text(f"Dataset {slug}", f"Dataset {slug}")))
    gettext = translations(request.state.language).gettext
    queries = [(gettext("Keterangan dataset"), query)]

    shown = found["latest"]
    if asked is None and shown is None and found["versions"]["nodes"]:
        asked = found["versions"]["nodes"][0]["number"]
    if asked is not None and (shown is None or shown["number"] != asked):
        pinned = await run(request, "dataset-version", {"slug": slug, "version": asked})
        shown = pinned.data["dataset"]["version"]
        queries.append((gettext("Versi yang ditampilkan"), pinned))
        if shown is None:
            raise NotFound(not_found_text(Text(f"Versi {asked} dari {slug}", f"Version {asked} of {slug}")))
    withdrawn = shown if shown and shown["state"] == "WITHDRAWN" else None

    hub: Hub = request.app.state.hub
    entry = await hub.services.catalogue.get(slug, request.state.principal)
    contract = entry.contract
    if shown is not None:
        contract = await hub.services.catalogue.contract(slug, shown["contractVersion"])
    columns = column_words(contract, request.state.language)

    table, row_query = None, None
    if shown is not None and withdrawn is None:
        offset = min(_whole(request.query_params.get("offset")) or 0, FURTHEST_OFFSET)
        table, row_query = await _rows(request, contract, columns, asked, offset)
        if row_query is not None:
            queries.insert(0, (gettext("Baris data"), row_query))
    context = {
        "dataset": found,
        "shown": shown,
        "withdrawn": withdrawn,
        "asked_version": asked,
        "report": None if shown is None or withdrawn else shown["report"],
        "columns": columns,
        "rules": [
            *(rule.message for rule in contract.row_rules),
            *(rule.message for rule in contract.set_rules),
        ],
        "limitations": contract.limitations,
        "usage": contract.usage,
        "source_url": contract.source_url,
        "contract_url": f"/datasets/{slug}/contract.yaml",
        "downloads": _downloads(slug, shown, request.state.language) if shown else [],
        "table": table,
        "row_query": row_query,
        "queries": queries,
    }
    return render(request, "dataset.html", context)


async def contract(request: Request) -> Response:
    """The contract as its steward wrote it (ODCS YAML), newest or of `?version=` of the contract."""
    slug = _slug(request)
    hub: Hub = request.app.state.hub
    entry = await hub.services.catalogue.get(slug, request.state.principal)
    return Response(entry.contract.source, media_type="application/yaml; charset=utf-8")


async def _rows(
    request: Request, contract: DataContract, columns: list[ColumnWords], version: int | None, offset: int
) -> tuple[Table | None, PageQuery | None]:
    """A page of rows with the query that answered it; nothing when the rows cannot be read just now."""
    document = rows_document(contract, ROWS, offset=offset, version=version)
    try:
        query = await run_document(request, document)
    except (LimitReached, PageQueryFailed):
        return None, None
    connection = next(iter(next(iter(query.data["data"].values())).values()))
    if connection is None:
        return None, query
    language: Language = request.state.language
    rows = [
        [
            formats.cell(value, column.kind, language, grouped=column.grouped)
            for value, column in zip(node.values(), columns, strict=True)
        ]
        for node in connection["nodes"]
    ]
    total = connection["totalCount"]
    last = offset + len(rows)
    table = Table(
        columns=columns,
        rows=rows,
        first=offset + 1 if rows else 0,
        last=last,
        total=total,
        previous=max(0, offset - ROWS) if offset else None,
        next=last if rows and last < min(total, FURTHEST_OFFSET) else None,
    )
    return table, query


def _downloads(slug: str, shown: dict[str, Any], language: Language) -> list[dict[str, Any]]:
    known = {download["format"].lower(): download["bytes"] for download in shown["downloads"]}
    gettext = translations(language).gettext
    return [
        {
            "format": name,
            "url": f"/download/{slug}/{shown['number']}.{extension}",
            "hint": gettext(_HINTS[extension]),
            "bytes": known.get(extension),
        }
        for name, extension in _FORMATS
    ]


def _slug(request: Request) -> str:
    return f"{request.path_params['agency']}/{request.path_params['name']}"


def _whole(text: str | None) -> int | None:
    """A whole number of up to nine digits in an address, None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
