"""The set rules of a contract as a Great Expectations suite over a one-row batch of measures.

Great Expectations takes seconds to import, so nobody imports this module who has no set rule to judge. An
expectation whose metric raised is a mistake of ours (`CheckFault`), although the library calls it a failure.
"""

import gc
import logging
import os
import socket
from collections.abc import Mapping, Sequence

from satudata.validation.contracts.model import SetRule, Severity
from satudata.validation.faults import CheckFault

os.environ["GX_ANALYTICS_ENABLED"] = "false"
logging.getLogger("great_expectations").setLevel(logging.ERROR)

# Loading its HTTP library tries an IPv6 socket; a checker opens none.
_has_ipv6, socket.has_ipv6 = socket.has_ipv6, False
# Millions of objects are made and all are kept: looking for garbage among them took a seventh of the seconds.
_collecting = gc.isenabled()
gc.disable()

import great_expectations as gx  # noqa: E402 the variable above is read at import
import pandas as pd  # type: ignore[import-untyped]  # noqa: E402 ships no types
from great_expectations.data_context.types.base import (  # noqa: E402
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.core.expect_column_values_to_be_between import (  # noqa: E402
    ExpectColumnValuesToBeBetween,
)
from great_expectations.expectations.metadata_types import FailureSeverity  # noqa: E402

socket.has_ipv6 = _has_ipv6
if _collecting:
    gc.enable()


def broken_rules(rules: Sequence[SetRule], values: Mapping[str, float | None]) -> list[SetRule]:
    """The rules whose measure is known and out of bounds. Raises CheckFault."""
    judged = [rule for rule in rules if values.get(rule.measure) is not None]
    if not judged:
        return []
    context = gx.get_context(mode="ephemeral", project_config=_in_memory())
    suite = context.suites.add(
        gx.ExpectationSuite(name="set_rules", expectations=[*map(_expectation, judged)])
    )
    measures = context.data_sources.add_pandas("measures").add_dataframe_asset("measures")
    batch = measures.add_batch_definition_whole_dataframe("all")
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name="set_rules", data=batch, suite=suite)
    )
    frame = pd.DataFrame([{rule.measure: values[rule.measure] for rule in judged}])
    outcome = definition.run(batch_parameters={"dataframe": frame}, result_format="SUMMARY")
    by_name = {rule.name: rule for rule in judged}
    broken: set[str] = set()
    for result in outcome.results:
        config = result.expectation_config
        name = str(config.meta["rule"]) if config is not None and config.meta else "?"
        _require_no_exception(name, result.exception_info)
        if not result.success:
            broken.add(name)
    if len(outcome.results) != len(judged):
        raise CheckFault("set.rule", f"{len(outcome.results)} of {len(judged)} expectations were run")
    return [by_name[rule.name] for rule in judged if rule.name in broken]


def _in_memory() -> DataContextConfig:
    """Nothing on disk, no pages, nothing sent anywhere."""
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )


def _expectation(rule: SetRule) -> ExpectColumnValuesToBeBetween:
    return ExpectColumnValuesToBeBetween(
        column=rule.measure,
        min_value=None if rule.minimum is None else float(rule.minimum),
        max_value=None if rule.maximum is None else float(rule.maximum),
        severity=FailureSeverity.CRITICAL if rule.severity is Severity.ERROR else FailureSeverity.WARNING,
        meta={"rule": rule.name},
    )


def _require_no_exception(name: str, info: Mapping[str, object] | None) -> None:
    """`info` is one record or, when metrics raised, a record for each of them."""
    records = [info, *(info or {}).values()]
    for record in records:
        if isinstance(record, Mapping) and record.get("raised_exception"):
            raise CheckFault(f"set.rule {name}", str(record.get("exception_message"))[:300])
