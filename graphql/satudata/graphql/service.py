"""The GraphQL API of a hub, free of HTTP: documents in, JSON out. `http.py` puts it on the web.

The way of a request: parsed and measured (`guard.py`), validated against the schema of its scope (`scoped.py`), its
variables coerced, priced (`cost.py`), executed (`executor.py`), written. Parsed and validated documents are kept by
epoch and text, so a repeated one starts at its variables.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
from graphql.execution import Executor, create_source_event_stream
from graphql.pyutils import is_awaitable

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    get_operation_ast,
    parse,
    validate,
)
from satudata.datasets.access.principal import ANONYMOUS, Principal
from satudata.datasets.documents.service import DocumentService
from satudata.datasets.errors import NotFound
from satudata.datasets.rows.deadline import Deadline, DeadlineExceeded
from satudata.datasets.services import Services
from satudata.graphql.budget import Budget, spend
from satudata.graphql.caching import BoundedCache, CarriedCache
from satudata.graphql.compiled import CannotCompile, CompiledOperation
from satudata.graphql.config import ApiConfig
from satudata.graphql.context import NOBODY, RequestContext
from satudata.graphql.cost import Pricer
from satudata.graphql.errors import ApiError, as_graphql_error
from satudata.graphql.executor import SplicingExecutor
from satudata.graphql.guard import beyond_tokens, check_document, check_mentions, check_variables
from satudata.graphql.introspection import Introspection, SdlDocument
from satudata.graphql.mentions import Mentions, mentions_of
from satudata.graphql.outcome import ExecutionOutcome
from satudata.graphql.rows.resolving import RowResolving
from satudata.graphql.rows.served import RowCatalogue, Scope, TypeStore
from satudata.graphql.rules import RULES
from satudata.graphql.scoped import Resolvers, build_schema
from satudata.graphql.static import static_types
from satudata.graphql.subscriptions.follower import Event, Follower
from satudata.graphql.subscriptions.following import Following, Together
from satudata.graphql.writing import (
    NO_EVENTS,
    TOO_DEEP,
    RefusedRequest,
    written_refusal,
    written_result,
)
from satudata.validation.text import Language

_BYTES_PER_CHARACTER = 70
"""Memory of a parsed document by the length of its text, measured on our own operations."""

_QUERY_GRACE_SECONDS = 1.0
"""Rows stop at the deadline by themselves; everything else is cut off this much later."""


@dataclass(frozen=True)
class _Parsed:
    """A document as text alone tells it: no schema, no epoch."""

    document: DocumentNode
    mentions: Mentions


@dataclass(frozen=True)
class _Compiled:
    """A document validated against the schema of its scope."""

    schema: GraphQLSchema
    document: DocumentNode
    errors: tuple[GraphQLError, ...]
    pricer: Pricer
    key: tuple[object, ...] = field(default=())
    operations: dict[str | None, CompiledOperation | None] = field(default_factory=dict)
    """By name, operations that were run before: laid out, or None where they cannot be."""

    def lay_out(self, name: str | None, executor: Executor[Any]) -> None:
        """Make the next run of an operation that ran well a short one."""
        if name not in self.operations:
            try:
                self.operations[name] = CompiledOperation(executor, self.document, self.pricer)
            except CannotCompile:
                self.operations[name] = None


class GraphQLApi:
    """Answers GraphQL requests over the services of one hub. Make it once a process, in the running event loop."""

    def __init__(self, services: Services, config: ApiConfig) -> None:
        self.config = config
        self._services = services
        self._types = TypeStore(static_types())
        self._catalogue = RowCatalogue(services, self._types, -1)
        resolving = RowResolving(services, config)
        self._resolvers = Resolvers(resolving.rows, resolving.linked)
        self._introspection = Introspection(self._resolvers)
        self._together = Together()
        entries, room = config.document_cache_entries, config.document_cache_bytes
        self._parsed: BoundedCache[str, _Parsed] = BoundedCache(entries, room)
        self._compiled: CarriedCache[tuple[object, ...], _Compiled] = CarriedCache(entries, room)
        self._compiled_whole: BoundedCache[tuple[object, ...], _Compiled] = BoundedCache(entries, room)
        self._schemas: CarriedCache[tuple[object, ...], GraphQLSchema] = CarriedCache(
            config.schema_cache_entries, config.schema_cache_entries
        )

    async def execute(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,  # Any: JSON values
        operation_name: str | None = None,
        *,
        principal: Principal,
        language: Language = "id",
        no_mutations: ApiError | None = None,
        budget: Budget | None = None,
    ) -> ExecutionOutcome:
        """Answer one request. Never raises for what a client sent; unexpected faults are masked and logged.

        `language` is that of messages and of `Text.value` without an argument. With `no_mutations`, the error to tell,
        a mutation is refused before it runs (`ExecutionOutcome.mutation_refused`). The price is taken from `budget`, of
        which the caller has taken 1 for the request.
        """
        anonymous = principal.person_id is None
        try:
            result, price, shared = await self._run(
                document, variables or {}, operation_name, principal, language, no_mutations, budget
            )
        except RefusedRequest as refusal:
            return written_refusal(refusal, language, anonymous=anonymous)
        shared = shared and anonymous and not principal.operator
        return written_result(result, price, language, anonymous=anonymous, shared=shared)

    def is_subscription(self, document: str, operation_name: str | None = None) -> bool:
        """Whether `subscribe` is to be asked. False for what cannot be read: `execute` says why."""
        try:
            operation = get_operation_ast(self._parse(document).document, operation_name)
        except RefusedRequest:
            return False
        return operation is not None and operation.operation is OperationType.SUBSCRIPTION

    async def subscribe(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,  # Any: JSON values
        operation_name: str | None = None,
        *,
        follower: Follower,
    ) -> Following | ExecutionOutcome:
        """Open a subscription, or say why not: as `execute`, and for what there is nothing to follow of.

        Each event is run against the schema of its moment with the rights the follower then has, within the time of a
        request, and costs the price of the operation. Opening costs nothing.
        """
        given = variables or {}
        try:
            compiled, context = await self._looked_up(
                document, given, operation_name, follower.principal, follower.language, follower
            )
            executor = self._executor(compiled, context, given, operation_name)
            price = self._price(compiled, executor)
            opening = create_source_event_stream(executor)
            source: Any = await opening if is_awaitable(opening) else opening
            if isinstance(source, ExecutionResult):
                raise RefusedRequest(list(source.errors or ()))
        except RefusedRequest as refusal:
            anonymous = follower.principal.person_id is None
            return written_refusal(refusal, follower.language, anonymous=anonymous)

        question = document, operation_name, _canonical(given), follower.language

        async def answer(event: Event) -> ExecutionOutcome | None:
            answering = partial(self._answer_event, document, given, operation_name, follower, event)
            if follower.principal != ANONYMOUS or event.id is None:
                return await answering()
            return await self._together.answer((*question, event.id, await self.epoch()), answering)

        return Following(source, answer, price, follower)

    @property
    def documents(self) -> DocumentService:
        """Where registered documents are kept."""
        return self._services.documents

    async def epoch(self) -> int:
        """The epoch answers of now belong to; what was told in an older one may be told otherwise."""
        return await self._services.epoch.current()

    async def sdl(self, datasets: Collection[str] | None = None) -> SdlDocument:
        """The schema as SDL: with every open dataset, or only with those named (slugs). Raises NotFound."""
        return await self._introspection.sdl(await self._current(), datasets)

    async def close(self) -> None:
        """End the introspection thread. The services stay open; whoever opened them closes them."""
        self._introspection.close()

    async def _run(
        self,
        text: str,
        variables: Mapping[str, Any],
        operation_name: str | None,
        principal: Principal,
        language: Language,
        no_mutations: ApiError | None,
        budget: Budget | None,
    ) -> tuple[ExecutionResult, int, bool]:
        """The result, the price of its operation, and whether that is a query that is not about the schema."""
        compiled, context = await self._looked_up(text, variables, operation_name, principal, language)
        if (known := compiled.operations.get(operation_name)) is not None:
            repeated = await self._repeat(known, variables, context, budget)
            if repeated is not None:
                return ExecutionResult(repeated[0], None), repeated[1], True
        executor = self._executor(compiled, context, variables, operation_name)
        price = self._check_operation(compiled, executor, no_mutations, budget)
        result = await self._finish(executor)
        if not result.errors:
            compiled.lay_out(operation_name, executor)
        is_shared = executor.operation.operation is OperationType.QUERY and not context.introspects
        return result, price, is_shared

    async def _answer_event(
        self,
        text: str,
        variables: Mapping[str, Any],
        operation_name: str | None,
        follower: Follower,
        event: Event,
    ) -> ExecutionOutcome | None:
        principal, language = follower.principal, follower.language
        anonymous = principal.person_id is None
        try:
            value = await event.read()
            compiled, context = await self._looked_up(text, variables, operation_name, principal, language)
            executor = self._executor(compiled, context, variables, operation_name, value)
            price = self._price(compiled, executor)
        except NotFound:
            return None
        except RefusedRequest as refusal:
            return written_refusal(refusal, language, anonymous=anonymous)
        return written_result(await self._finish(executor), price, language, anonymous=anonymous)

    async def _looked_up(
        self,
        text: str,
        variables: Mapping[str, Any],
        operation_name: str | None,
        principal: Principal,
        language: Language,
        follower: Follower = NOBODY,
    ) -> tuple[_Compiled, RequestContext]:
        """The validated document, and what its resolvers share."""
        parsed = self._parse(text)
        beyond = check_variables(variables, self.config.limits)
        if beyond is not None:
            raise RefusedRequest.because(beyond)
        catalogue = await self._current()
        compiled = await self._compile(text, parsed, variables, catalogue, principal)
        if compiled.errors:
            raise RefusedRequest(list(compiled.errors))
        return compiled, RequestContext(
            self._services,
            self.config,
            principal,
            language,
            Deadline.after(self.config.timeout_seconds),
            self._introspection.answer,
            (*compiled.key, operation_name, _canonical(variables)),
            follower,
        )

    def _executor(
        self,
        compiled: _Compiled,
        context: RequestContext,
        variables: Mapping[str, Any],
        operation_name: str | None,
        root: Any = None,  # Any: the value of a subscription's event
    ) -> Executor[Any]:
        executor = SplicingExecutor.build(
            compiled.schema,
            compiled.document,
            root_value=root,
            context_value=context,
            raw_variable_values=dict(variables),
            operation_name=operation_name,
            hide_suggestions=True,
            operation_extensions=None,
        )
        if isinstance(executor, list):
            raise RefusedRequest(executor)
        return executor

    async def _repeat(
        self,
        operation: CompiledOperation,
        variables: Mapping[str, Any],
        context: RequestContext,
        budget: Budget | None,
    ) -> tuple[dict[str, Any], int] | None:
        """Data and price of an operation laid out before; None when the executor has to find out what is wrong."""
        taken = 0
        try:
            coerced = operation.variables(variables)
            if coerced is None:
                return None
            price = operation.price(coerced)
            if budget is not None:
                taken = spend(budget, price, 1)
            async with asyncio.timeout(self.config.timeout_seconds + _QUERY_GRACE_SECONDS):
                return await operation.run(coerced, context), price
        except Exception:
            if budget is not None:
                budget.give_back(taken)
            return None  # told, and logged where it is a fault, by the ordinary way

    def _check_operation(
        self,
        compiled: _Compiled,
        executor: Executor[Any],
        no_mutations: ApiError | None,
        budget: Budget | None,
    ) -> int:
        """The price, taken from the budget."""
        kind = executor.operation.operation
        if kind is OperationType.SUBSCRIPTION:
            raise RefusedRequest.because(NO_EVENTS)
        if no_mutations is not None and kind is OperationType.MUTATION:
            raise RefusedRequest.because(no_mutations, mutation_refused=True)
        price = self._price(compiled, executor)
        try:
            if budget is not None:
                spend(budget, price, 1)
        except ApiError as error:
            raise RefusedRequest.because(error) from None
        return price

    def _price(self, compiled: _Compiled, executor: Executor[Any]) -> int:
        try:
            return compiled.pricer.price(executor.operation, executor.variable_values.coerced)
        except ApiError as error:
            raise RefusedRequest.because(error) from None

    async def _finish(self, executor: Executor[Any]) -> ExecutionResult:
        """Run to the end. A reading is cut off when its time is over; a mutation finishes what it has begun."""
        is_mutation = executor.operation.operation is OperationType.MUTATION
        seconds = self.config.timeout_seconds + _QUERY_GRACE_SECONDS
        try:
            async with asyncio.timeout(None if is_mutation else seconds):
                running = executor.execute_operation()
                result = await running if is_awaitable(running) else running
        except TimeoutError:
            return ExecutionResult(None, [GraphQLError("timeout", original_error=DeadlineExceeded())])
        if not isinstance(result, ExecutionResult):
            raise TypeError("incremental delivery is not enabled")
        return result

    def _parse(self, text: str) -> _Parsed:
        known = self._parsed.get(text)
        if known is not None:
            return known
        try:
            document = parse(text, max_lexical_tokens=self.config.limits.tokens)
        except GraphQLError as error:
            beyond = beyond_tokens(error, self.config.limits)
            raise RefusedRequest([error if beyond is None else as_graphql_error(beyond)]) from None
        except RecursionError:
            raise RefusedRequest.because(TOO_DEEP) from None
        beyond = check_document(document, self.config.limits)
        if beyond is not None:
            raise RefusedRequest.because(beyond)
        parsed = _Parsed(document, mentions_of(document))
        beyond = check_mentions(parsed.mentions, self.config.limits)
        if beyond is not None:
            raise RefusedRequest.because(beyond)
        self._parsed.put(text, parsed, len(text) * _BYTES_PER_CHARACTER)
        return parsed

    async def _compile(
        self,
        text: str,
        parsed: _Parsed,
        variables: Mapping[str, Any],
        catalogue: RowCatalogue,
        principal: Principal,
    ) -> _Compiled:
        mentions = parsed.mentions.with_variables(variables)
        if mentions.whole:
            key: tuple[object, ...] = (catalogue.epoch, text)
            return self._compiled_whole.get(key) or self._validated(
                self._compiled_whole, key, await self._introspection.whole(catalogue), parsed, text
            )
        scope = await catalogue.scope(mentions, principal)
        key = (text, scope.key)
        return self._compiled.get(key) or self._validated(
            self._compiled, key, self._schema(scope), parsed, text
        )

    def _schema(self, scope: Scope) -> GraphQLSchema:
        schema = self._schemas.get(scope.key)
        if schema is None:
            schema = build_schema(scope, self._resolvers)
            self._schemas.put(scope.key, schema, 1)
        return schema

    def _validated(
        self,
        cache: BoundedCache[tuple[object, ...], _Compiled],
        key: tuple[object, ...],
        schema: GraphQLSchema,
        parsed: _Parsed,
        text: str,
    ) -> _Compiled:
        try:
            errors = validate(schema, parsed.document, RULES, hide_suggestions=True)
        except RecursionError:
            raise RefusedRequest.because(TOO_DEEP) from None
        pricer = Pricer(schema, parsed.document, self.config.limits)
        compiled = _Compiled(schema, parsed.document, tuple(errors), pricer, key)
        cache.put(key, compiled, len(text) * _BYTES_PER_CHARACTER)
        return compiled

    async def _current(self) -> RowCatalogue:
        """The catalogue of the newest epoch.

        The whole schema of an older one is let go, and what was made from a few datasets once an epoch has passed in
        which it was not asked for: most publications change nothing about it.
        """
        epoch = await self._services.epoch.current()
        if epoch != self._catalogue.epoch:
            self._catalogue = RowCatalogue(self._services, self._types, epoch)
            self._compiled_whole.clear()
            self._compiled.turn()
            self._schemas.turn()
        return self._catalogue


def _canonical(variables: Mapping[str, Any]) -> bytes:
    return orjson.dumps(dict(variables), option=orjson.OPT_SORT_KEYS)
