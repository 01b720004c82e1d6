"""What fields of datasets answer with: a request for rows under `data`, and rows by code under `data` of codes."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLResolveInfo
from satudata.datasets.codes.written import as_written
from satudata.datasets.rows.parts import RowParts
from satudata.datasets.services import Services
from satudata.datasets.versions.types import DatasetVersion, VersionState
from satudata.graphql.catalogue.codes import CodeInList
from satudata.graphql.config import ApiConfig
from satudata.graphql.context import RequestContext
from satudata.graphql.rows.backlinks import CodesTogether
from satudata.graphql.rows.connection import RowContext, RowsRequest, check_columns
from satudata.graphql.rows.linked import LinkedRequest, LinkedRows
from satudata.graphql.rows.links import carrier_of, entry_conditions
from satudata.graphql.rows.served import ServedDataset
from satudata.graphql.rows.types import RowTypes


class RowResolving:
    """Resolvers over the services of one hub."""

    def __init__(self, services: Services, config: ApiConfig) -> None:
        self._services = services
        self._config = config

    async def rows(
        self,
        served: ServedDataset,
        types: RowTypes,
        info: GraphQLResolveInfo[RequestContext],
        arguments: dict[str, Any],
    ) -> RowsRequest:
        """The rows of a dataset. Raises ApiError BAD_INPUT, NotFound."""
        return await self._request(served, types, info.context, arguments)

    async def linked(
        self,
        served: ServedDataset,
        types: RowTypes,
        source: object,
        info: Any,  # Any: graphql-core's, or a `Running`, which has the context too
        arguments: dict[str, Any],
    ) -> LinkedRows | LinkedRequest:
        """The rows of each code of a group; or of one code, asked for together with all that came with it.

        Raises ApiError BAD_INPUT, NotFound.
        """
        context: RequestContext = info.context
        if isinstance(source, CodesTogether):
            return await self._linked(served, types, source, context, arguments)
        if not isinstance(source, CodeInList):
            raise TypeError(f"no codes: {source!r}")
        together = source.group.together
        key = ("linked", together, id(info.field_nodes[0]))
        rows = await context.once(key, lambda: self._linked(served, types, together, context, arguments))
        return LinkedRequest(rows, source.place)

    async def _linked(
        self,
        served: ServedDataset,
        types: RowTypes,
        together: CodesTogether,
        context: RequestContext,
        arguments: dict[str, Any],
    ) -> LinkedRows:
        below = bool(arguments.pop("below", False))
        request = await self._request(served, types, context, arguments)
        carrier = carrier_of(types.links.values(), together.code_list)
        if carrier is None:
            return LinkedRows(request, RowParts("", ((),) * len(together.codes)))
        column = carrier.column.name
        check_columns(types, request.snapshot, [column])
        codes = carrier.written(await self._services.versions.code_editions(request.version))
        if below:
            spans = await self._services.codes.spans_below(codes, together.codes)
            parts = tuple(
                tuple((span.first, span.last) for span in spans.get(code, ())) for code in together.codes
            )
        else:
            values = [as_written(code, codes.format) for code in together.codes]
            parts = tuple(((value, value),) for value in values)
        return LinkedRows(request, RowParts(column, parts))

    async def _request(
        self,
        served: ServedDataset,
        types: RowTypes,
        context: RequestContext,
        arguments: dict[str, Any],
    ) -> RowsRequest:
        version = await self._version(served, arguments.pop("version", None), context)
        limits = self._config.limits
        where: Mapping[str, Any] | None = arguments.get("where")
        entries = await entry_conditions(where, types.links, version, self._services, limits.list_values)
        rows = RowContext(self._services.rows, context.deadline, limits, self._config.cursor_key)
        return RowsRequest(types, version, arguments, rows, entries)

    async def _version(
        self, served: ServedDataset, number: int | None, context: RequestContext
    ) -> DatasetVersion:
        latest = served.latest
        if number in (None, latest.number) and latest.state is not VersionState.WITHDRAWN:
            return latest
        asked = latest.number if number is None else number
        return await self._services.versions.readable(served.dataset.slug, asked, context.principal)
