"""The operations Q1 to Q8, their seeded parameters, and how each system is asked.

Request i of an operation asks every system for the same rows. `rows` is the dotted path of the row list (or the one
row) under `data`, `fields` the dotted paths in a row that are compared, in this order, with the other systems' fields
(a path maps over lists; a number takes one item).
"""

import base64
import json
import random
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

OPERATIONS = {
    "Q1": "one facility by its id, 8 fields",
    "Q2": "50 facilities of a region and kind by name, 8 fields",
    "Q3": "1,000 budget rows of a region and year, 10 fields",
    "Q4": "38 regencies, each with its 5 highest budget rows",
    "Q5": "sum and count by agency, one year and amount at least M",
    "Q5v": "sum and count by agency, one year",
    "Q6": "count of budget rows, one year and amount at least M",
    "Q7": "100 budget rows after row ~500,000, by cursor",
    "Q7o": "100 budget rows after row ~500,000, by offset",
    "Q8": "20 facilities whose name contains a word, any case",
}
PARAMETER_SETS = 200
SEED = 85

FACILITY = ["id", "name", "kind", "lat", "lon", "opened", "beds", "active"]
BUDGET = [
    "id",
    "year",
    "agency_code",
    "programme",
    "activity",
    "account_code",
    "amount",
    "realised",
    "date",
]
DEEP = ["id", "year", "agency_code", "amount", "date"]
TOP = ["id", "year", "agency_code", "amount"]

Parameters = dict[str, list[dict[str, Any]]]  # Any: values of variables


class NotAnswering(Exception):
    """A system that must be up does not answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """One operation as one system takes it."""

    query: str
    variables: list[dict[str, Any]]
    rows: str
    fields: list[str]
    unordered: bool = False

    def body(self, index: int) -> str:
        """The JSON of request `index`."""
        return json.dumps({"query": self.query, "variables": self.variables[index]})


@dataclass(frozen=True, slots=True)
class System:
    """A server under measurement; `pid_files` name the roots of its process trees."""

    name: str
    url: str
    questions: dict[str, Question]
    pid_files: tuple[Path, ...]


def parameters(tables: Path) -> Parameters:
    """Plain parameters of every operation, drawn from the tables."""
    rng = random.Random(SEED)
    facility = pl.read_parquet(tables / "facility.parquet", columns=["id", "name", "region_code", "kind"])
    budget = pl.read_parquet(tables / "budget.parquet", columns=["region_code", "year"])
    region = pl.read_parquet(tables / "region.parquet").filter(pl.col("level") == "regency")
    codes = region["code"].sort().to_list()
    pairs = _frequent(facility, "region_code", "kind", 50)
    big = _frequent(budget, "region_code", "year", 1000)
    second_word = pl.col("name").str.to_lowercase().str.split(" ").list.get(1)
    counted = facility.select(second_word).to_series().value_counts().filter(pl.col("count") >= 20)
    words = counted.sort("name")["name"].to_list()
    drawn: Parameters = {name: [] for name in OPERATIONS}
    for _ in range(PARAMETER_SETS):
        drawn["Q1"].append({"id": rng.randint(1, facility.height)})
        code, kind, _count = rng.choice(pairs)
        drawn["Q2"].append({"r": code, "k": kind})
        code, year, _count = rng.choice(big)
        drawn["Q3"].append({"r": code, "y": year})
        after = rng.randrange(len(codes) - 38)
        drawn["Q4"].append({"after": codes[after], "codes": codes[after + 1 : after + 39]})
        drawn["Q5"].append({"y": rng.randint(2020, 2024), "m": rng.randint(1_000, 900_000)})
        drawn["Q5v"].append({"y": rng.randint(2020, 2024)})
        drawn["Q6"].append({"y": rng.randint(2020, 2024), "m": rng.randint(1_000_000, 900_000_000)})
        drawn["Q7"].append({"after": rng.randint(450_000, 550_000)})
        drawn["Q7o"].append({"o": rng.randint(450_000, 550_000)})
        drawn["Q8"].append({"t": rng.choice(words)})
    return drawn


def _frequent(table: pl.DataFrame, first: str, second: str, least: int) -> list[tuple[Any, ...]]:
    return table.group_by(first, second).len().filter(pl.col("len") >= least).sort(first, second).rows()


def hub(drawn: Parameters, url: str) -> dict[str, Question]:
    """Our API, as a service would write it. Its cursors are signed, so they are asked for."""
    facility, budget, deep, top = (_camel(names) for names in (FACILITY, BUDGET, DEEP, TOP))

    def rows(head: str, call: str, selection: str) -> str:
        return f"query({head}){{data{{bench{{{call}{{{selection}}}}}}}}}"

    def nodes(names: list[str]) -> str:
        return f"nodes{{{' '.join(names)}}}"

    in_year = "year:{eq:$y}"
    dear = f"{in_year},amount:{{gte:$m}}"
    here = "regionCode:{eq:$r}"
    groups = "groups(by:[{agencyCode:VALUE}]){key{agencyCode} aggregate{rowCount amount{sum}}}"
    group_fields = ["key.agencyCode", "aggregate.amount.sum", "aggregate.rowCount"]
    text_amount = {name: [{**v, "m": str(v["m"])} for v in drawn[name]] for name in ("Q5", "Q6")}
    facilities, budgets = "data.bench.facility.nodes", "data.bench.budget.nodes"
    top_rows = f"codeEntry{{data{{bench{{budget(first:5,orderBy:[{{amount:DESC}}]){{{nodes(top)}}}}}}}}}"
    return {
        "Q1": Question(
            rows("$id:Int!", "facility(where:{id:{eq:$id}},first:1)", nodes(facility)),
            drawn["Q1"],
            facilities,
            facility,
        ),
        "Q2": Question(
            rows(
                "$r:ID!,$k:String!",
                f"facility(where:{{{here},kind:{{eq:$k}}}},orderBy:[{{name:ASC}}],first:50)",
                nodes(facility),
            ),
            drawn["Q2"],
            facilities,
            facility,
        ),
        "Q3": Question(
            rows(
                "$r:ID!,$y:Int!",
                f"budget(where:{{{here},{in_year}}},first:1000)",
                nodes(["regionCode", *budget]),
            ),
            drawn["Q3"],
            budgets,
            budget,
        ),
        "Q4": Question(
            rows(
                "$c:[ID!]!",
                "region(where:{code:{in:$c}},orderBy:[{code:ASC}],first:38)",
                f"nodes{{code name {top_rows}}}",
            ),
            [{"c": values["codes"]} for values in drawn["Q4"]],
            "data.bench.region.nodes",
            ["code", "name", *(f"codeEntry.data.bench.budget.nodes.{name}" for name in top)],
        ),
        "Q5": Question(
            rows("$y:Int!,$m:Decimal!", f"budget(where:{{{dear}}})", groups),
            text_amount["Q5"],
            "data.bench.budget.groups",
            group_fields,
            unordered=True,
        ),
        "Q5v": Question(
            rows("$y:Int!", f"budget(where:{{{in_year}}})", groups),
            drawn["Q5v"],
            "data.bench.budget.groups",
            group_fields,
            unordered=True,
        ),
        "Q6": Question(
            rows("$y:Int!,$m:Decimal!", f"budget(where:{{{dear}}})", "totalCount"),
            text_amount["Q6"],
            "data.bench.budget",
            ["totalCount"],
        ),
        "Q7": Question(
            rows("$a:String!", "budget(first:100,after:$a)", nodes(deep)),
            [{"a": _hub_cursor(url, values["after"])} for values in drawn["Q7"]],
            budgets,
            deep,
        ),
        "Q7o": Question(
            rows("$o:Int!", "budget(first:100,offset:$o)", nodes(deep)),
            drawn["Q7o"],
            budgets,
            deep,
        ),
        "Q8": Question(
            rows(
                "$t:String!",
                "facility(where:{name:{contains:$t,ignoreCase:true}},first:20)",
                nodes(["id", "name", "kind"]),
            ),
            drawn["Q8"],
            facilities,
            ["id", "name", "kind"],
        ),
    }


def _hub_cursor(url: str, row: int) -> str:
    query = "query($o:Int!){data{bench{budget(first:1,offset:$o){pageInfo{endCursor}}}}}"
    answer = _ask(url, query, {"o": row - 1})
    return str(answer["data"]["bench"]["budget"]["pageInfo"]["endCursor"])


def postgraphile(drawn: Parameters, url: str) -> dict[str, Question]:
    """PostGraphile 5 with connection filter and aggregates. A cursor is a digest of the order and the key."""
    facility, budget, deep, top = (_row_id(_camel(names)) for names in (FACILITY, BUDGET, DEEP, TOP))
    answer = _ask(url, "{allBudgets(first:1){edges{cursor}}}", {})
    digest = json.loads(base64.b64decode(answer["allBudgets"]["edges"][0]["cursor"]))[0]

    def cursor(key: int) -> str:
        return base64.b64encode(json.dumps([digest, str(key)], separators=(",", ":")).encode()).decode()

    dear = "year:{equalTo:$y},amount:{greaterThanOrEqualTo:$m}"
    groups = "{groupedAggregates(groupBy:[AGENCY_CODE]){keys sum{amount} distinctCount{rowId}}}}"
    group_fields = ["keys.0", "sum.amount", "distinctCount.rowId"]
    text_amount = {name: [{**v, "m": str(v["m"])} for v in drawn[name]] for name in ("Q5", "Q6")}
    return {
        "Q1": Question(
            f"query($id:Int!){{facilityByRowId(rowId:$id){{{' '.join(facility)}}}}}",
            drawn["Q1"],
            "facilityByRowId",
            facility,
        ),
        "Q2": Question(
            "query($r:String!,$k:String!){allFacilities(filter:{regionCode:{equalTo:$r},kind:{equalTo:$k}},"
            f"orderBy:[NAME_ASC],first:50){{nodes{{{' '.join(facility)}}}}}}}",
            drawn["Q2"],
            "allFacilities.nodes",
            facility,
        ),
        "Q3": Question(
            "query($r:String!,$y:Int!){allBudgets(filter:{regionCode:{equalTo:$r},year:{equalTo:$y}},first:1000)"
            f"{{nodes{{regionCode {' '.join(budget)}}}}}}}",
            drawn["Q3"],
            "allBudgets.nodes",
            budget,
        ),
        "Q4": Question(
            'query($c:String!){allRegions(filter:{level:{equalTo:"regency"},code:{greaterThan:$c}},first:38,'
            "orderBy:[CODE_ASC]){nodes{code name budgetsByRegionCode(first:5,orderBy:[AMOUNT_DESC])"
            f"{{nodes{{{' '.join(top)}}}}}}}}}}}",
            [{"c": values["after"]} for values in drawn["Q4"]],
            "allRegions.nodes",
            ["code", "name", *(f"budgetsByRegionCode.nodes.{name}" for name in top)],
        ),
        "Q5": Question(
            f"query($y:Int!,$m:BigFloat!){{allBudgets(filter:{{{dear}}}){groups}",
            text_amount["Q5"],
            "allBudgets.groupedAggregates",
            group_fields,
            unordered=True,
        ),
        "Q5v": Question(
            f"query($y:Int!){{allBudgets(filter:{{year:{{equalTo:$y}}}}){groups}",
            drawn["Q5v"],
            "allBudgets.groupedAggregates",
            group_fields,
            unordered=True,
        ),
        "Q6": Question(
            f"query($y:Int!,$m:BigFloat!){{allBudgets(filter:{{{dear}}}){{totalCount}}}}",
            text_amount["Q6"],
            "allBudgets",
            ["totalCount"],
        ),
        "Q7": Question(
            f"query($a:Cursor!){{allBudgets(first:100,after:$a){{nodes{{{' '.join(deep)}}}}}}}",
            [{"a": cursor(values["after"])} for values in drawn["Q7"]],
            "allBudgets.nodes",
            deep,
        ),
        "Q7o": Question(
            f"query($o:Int!){{allBudgets(first:100,offset:$o){{nodes{{{' '.join(deep)}}}}}}}",
            drawn["Q7o"],
            "allBudgets.nodes",
            deep,
        ),
        "Q8": Question(
            "query($t:String!){allFacilities(filter:{name:{includesInsensitive:$t}},first:20)"
            "{nodes{rowId name kind}}}",
            drawn["Q8"],
            "allFacilities.nodes",
            ["rowId", "name", "kind"],
        ),
    }


def datasette(drawn: Parameters, url: str) -> dict[str, Question]:
    """Datasette with datasette-graphql: no Q5 and Q7o; Q5v by a view made for it; Q3 without the region code,
    which it gives only as an object, by a statement for each row."""
    join = " ".join
    return {
        "Q1": Question(
            f"query($id:Int!){{facility_row(id:$id){{{join(FACILITY)}}}}}",
            drawn["Q1"],
            "facility_row",
            FACILITY,
        ),
        "Q2": Question(
            "query($r:String!,$k:String!){facility(filter:[{region_code:{eq:$r},kind:{eq:$k}}],sort:name,first:50)"
            f"{{nodes{{{join(FACILITY)}}}}}}}",
            drawn["Q2"],
            "facility.nodes",
            FACILITY,
        ),
        "Q3": Question(
            "query($r:String!,$y:Int!){budget(filter:[{region_code:{eq:$r},year:{eq:$y}}],first:1000)"
            f"{{nodes{{{join(BUDGET)}}}}}}}",
            drawn["Q3"],
            "budget.nodes",
            BUDGET,
        ),
        "Q4": Question(
            'query($c:String!){region(filter:[{level:{eq:"regency"},code:{gt:$c}}],first:38,sort:code)'
            f"{{nodes{{code name budget_list(first:5,sort_desc:amount){{nodes{{{join(TOP)}}}}}}}}}}}",
            [{"c": values["after"]} for values in drawn["Q4"]],
            "region.nodes",
            ["code", "name", *(f"budget_list.nodes.{name}" for name in TOP)],
        ),
        "Q5v": Question(
            "query($y:Int!){budget_by_agency_year(filter:[{year:{eq:$y}}],first:100)"
            "{nodes{agency_code total n}}}",
            drawn["Q5v"],
            "budget_by_agency_year.nodes",
            ["agency_code", "total", "n"],
            unordered=True,
        ),
        "Q6": Question(
            "query($y:Int!,$m:Int!){budget(filter:[{year:{eq:$y},amount:{gte:$m}}],first:1){totalCount}}",
            drawn["Q6"],
            "budget",
            ["totalCount"],
        ),
        "Q7": Question(
            f"query($a:String!){{budget(first:100,after:$a){{nodes{{{join(DEEP)}}}}}}}",
            [{"a": str(values["after"])} for values in drawn["Q7"]],
            "budget.nodes",
            DEEP,
        ),
        "Q8": Question(
            "query($t:String!){facility(filter:{name:{contains:$t}},first:20){nodes{id name kind}}}",
            drawn["Q8"],
            "facility.nodes",
            ["id", "name", "kind"],
        ),
    }


def _camel(names: list[str]) -> list[str]:
    return [first + "".join(word.capitalize() for word in rest) for first, *rest in map(_words, names)]


def _words(name: str) -> list[str]:
    return name.split("_")


def _row_id(names: list[str]) -> list[str]:
    """PostGraphile calls a column `id` `rowId`; `id` is Relay's."""
    return ["rowId" if name == "id" else name for name in names]


def _ask(url: str, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
    except (urllib.error.URLError, OSError) as error:
        raise NotAnswering(f"{url}: {error}") from error
    if answer.get("errors"):
        raise NotAnswering(f"{url}: {answer['errors'][0]['message']}")
    data: dict[str, Any] = answer["data"]
    return data
