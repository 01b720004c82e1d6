"""Real files through the whole hub by HTTP: contract, upload, review, publication, and the right sums from GraphQL."""

import hashlib
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest
import yaml

Hub = Any  # tests/conftest.py: RunningHub
Find = Callable[[str], Any]  # conftest.py: Sample
Publish = Callable[..., Hub]

REASON = "Diperiksa: peringatan berasal dari berkas sumber dan diterbitkan apa adanya."
REGISTER = """mutation($input: RegisterDatasetInput!) {
  registerDataset(input: $input) { dataset { slug } problems { code message { value } } } }"""
CREATE_UPLOAD = """mutation($input: CreateUploadInput!) {
  createUpload(input: $input) { upload { id url headers { name value } } problems { code } } }"""
SUBMIT = """mutation($input: SubmitDataInput!) {
  submitData(input: $input) { submission { id state } problems { code } } }"""
REVIEW = """mutation($input: ReviewSubmissionInput!) {
  reviewSubmission(input: $input) { submission { state } problems { code message { value } } } }"""
PUBLISH = """mutation($input: PublishSubmissionInput!) {
  publishSubmission(input: $input) { submission { state } problems { code message { value } } } }"""
SUBMISSION = (
    """query($id: ID!) { submission(id: $id) { state report { verdict rules { code column severity } } } }"""
)


def act(hub: Hub, document: str, payload: dict[str, Any], account: dict[str, Any]) -> Any:
    body = hub.graphql(document, {"input": payload}, account["token"])
    assert "errors" not in body, body["errors"]
    answer = next(iter(body["data"].values()))
    assert answer["problems"] == []
    return answer


def wait_for(hub: Hub, submission: str, state: str, account: dict[str, Any]) -> Any:
    deadline = time.monotonic() + 90
    while True:
        answer = hub.graphql(SUBMISSION, {"id": submission}, account["token"])["data"]["submission"]
        if answer["state"] in (state, "REJECTED", "FAILED"):
            assert answer["state"] == state
            return answer
        assert time.monotonic() < deadline, f"still {answer['state']}, waited for {state}"
        time.sleep(0.1)


def submit(hub: Hub, slug: str, path: Any, producer: dict[str, Any]) -> str:
    content = path.read_bytes()
    payload = {"fileName": path.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    upload = act(hub, CREATE_UPLOAD, payload, producer)["upload"]
    headers = {header["name"]: header["value"] for header in upload["headers"]}
    headers["Authorization"] = f"Bearer {producer['token']}"
    url = hub.url + httpx.URL(upload["url"]).raw_path.decode()
    assert httpx.put(url, content=content, headers=headers, timeout=60).is_success
    payload = {"dataset": slug, "uploadId": upload["id"], "idempotencyKey": str(uuid.uuid4())}
    identifier: str = act(hub, SUBMIT, payload, producer)["submission"]["id"]
    return identifier


@pytest.fixture(scope="module")
def publish(sample: Find, module_demo_server: Hub) -> Publish:
    """`publish("01")` brings a sample to version 1 and returns the hub that serves it."""
    hub = module_demo_server

    def run(
        number: str,
        people: tuple[dict[str, Any], dict[str, Any]] | None = None,
        corrected: Any = None,  # conftest.py: Sample
    ) -> Hub:
        found = corrected or sample(number)
        slug = next(line for line in found.contract.splitlines() if line.startswith("id: ")).removeprefix(
            "id: "
        )
        agency = slug.partition("/")[0]
        producer, steward = people or (hub.account("PRODUCER", agency), hub.account("STEWARD", agency))
        assert act(hub, REGISTER, {"contractYaml": found.contract}, steward)["dataset"]["slug"] == slug
        submission = submit(hub, slug, found.path, producer)
        report = wait_for(hub, submission, "IN_REVIEW", producer)["report"]
        confirmed = [
            f"{rule['code']}:{rule['column']}" if rule["column"] else rule["code"] for rule in report["rules"]
        ]
        review = {"submission": submission, "decision": "ACCEPT", "expectedState": "IN_REVIEW"}
        if confirmed:
            review |= {"confirmedRules": confirmed, "reason": REASON}
        assert act(hub, REVIEW, review, steward)["submission"]["state"] == "APPROVED"
        act(hub, PUBLISH, {"submission": submission, "expectedState": "APPROVED"}, steward)
        wait_for(hub, submission, "PUBLISHED", producer)
        return hub

    return run


def rows(hub: Hub, agency: str, dataset: str, selection: str) -> Any:
    body = hub.graphql(f"{{ data {{ {agency} {{ {dataset}{selection} }} }} }}")
    assert "errors" not in body, body["errors"]
    return body["data"]["data"][agency][dataset]


def test_01_wages(publish: Publish) -> None:
    hub = publish("01")
    answer = rows(
        hub,
        "disnakertransJabar",
        "upahMinimumAsli",
        "(where: {tahun: {eq: 2024}}) { totalCount aggregate { upahMinimum { sum max } } }",
    )
    assert answer == {
        "totalCount": 27,
        "aggregate": {"upahMinimum": {"sum": "91004430.00", "max": "5343430.00"}},
    }


def test_02_poverty_corrected(publish: Publish, corrected_poverty: Any) -> None:
    answer = rows(
        publish("02", corrected=corrected_poverty),
        "bps",
        "kemiskinan",
        "{ totalCount aggregate { p0 { sum min max } tpak { sum } pdrb { sum } kelas { sum } } }",
    )
    assert answer["totalCount"] == 514
    assert answer["aggregate"] == {
        "p0": {"sum": "6308.40", "min": "2.38", "max": "41.66"},
        "tpak": {"sum": "35704.73"},
        "pdrb": {"sum": "11289535826"},
        "kelas": {"sum": "62"},
    }


def test_03_air_quality(publish: Publish) -> None:
    answer = rows(
        publish("03"),
        "dlhJakarta",
        "ispuHarian",
        "{ totalCount aggregate { pm25 { sum count } pm10 { sum } maks { sum count } }"
        " groups(by: [{kategori: VALUE}]) { key { kategori } aggregate { rowCount } } }",
    )
    assert answer["totalCount"] == 5538
    assert answer["aggregate"] == {
        "pm25": {"sum": "136049.0", "count": 1516},
        "pm10": {"sum": "294614.0"},
        "maks": {"sum": "540554.0", "count": 5537},
    }
    assert {group["key"]["kategori"]: group["aggregate"]["rowCount"] for group in answer["groups"]} == {
        "SEDANG": 3187,
        "TIDAK SEHAT": 1827,
        "BAIK": 316,
        "SANGAT TIDAK SEHAT": 203,
        "TIDAK ADA DATA": 4,
        "BERBAHAYA": 1,
    }


def test_04_climate(publish: Publish) -> None:
    hub = publish("04")
    answer = rows(hub, "bmkg", "iklimBandungAsli", "{ aggregate { rr { sum count } tn { sum } ss { sum } } }")
    assert answer["aggregate"] == {
        "rr": {"sum": "2142.3", "count": 310},
        "tn": {"sum": "7528.3"},
        "ss": {"sum": "1856.9"},
    }
    november = '(where: {tanggal: {gte: "2024-11-01", lte: "2024-11-30"}}) { aggregate { rr { sum } } }'
    assert rows(hub, "bmkg", "iklimBandungAsli", november)["aggregate"]["rr"]["sum"] == "477.6"


def test_05_food_crops_below_merged_headers(publish: Publish, sample: Find) -> None:
    """No agency of the demo grows rice; the statistics office sends the file."""
    found = sample("05")
    of_bps = type(found)(found.path, found.contract.replace("kementan", "bps"))
    answer = rows(
        publish("05", corrected=of_bps),
        "bps",
        "produksiTanamanPangan",
        "{ totalCount aggregate { padi2014 { sum count } padi2015 { sum } jagung2015 { sum } ubiJalar2015 { sum } } }",
    )
    assert answer == {
        "totalCount": 38,
        "aggregate": {
            "padi2014": {"sum": "70846465", "count": 34},
            "padi2015": {"sum": "75397841"},
            "jagung2015": {"sum": "19612435"},
            "ubiJalar2015": {"sum": "2297634"},
        },
    }


def test_05_without_the_settings_the_total_row_is_refused_and_the_report_kept(
    sample: Find, module_demo_server: Hub
) -> None:
    hub, found = module_demo_server, sample("05")
    slug = "bps/produksi-tanpa-pengaturan"
    document = yaml.safe_load(found.contract.replace("kementan", "bps"))
    document["id"] = slug
    del document["schema"][0]["customProperties"]
    producer, steward = hub.account("PRODUCER", "bps"), hub.account("STEWARD", "bps")
    act(hub, REGISTER, {"contractYaml": yaml.safe_dump(document, sort_keys=False)}, steward)
    submission = submit(hub, slug, found.path, producer)
    refused = wait_for(hub, submission, "REJECTED", producer)
    assert refused["report"]["verdict"] == "REJECTED"
    assert [rule["code"] for rule in refused["report"]["rules"]] == ["row.footer", "file.header_row"]
    assert hub.graphql(SUBMISSION, {"id": submission})["data"]["submission"] is None
    latest = hub.graphql(f'{{ dataset(key: {{slug: "{slug}"}}) {{ latest {{ number }} }} }}')
    assert latest["data"]["dataset"]["latest"] is None


def test_06_health_centres(publish: Publish) -> None:
    hub = publish("06")
    assert rows(hub, "kemenkes", "daftarPuskesmas", "{ totalCount }")["totalCount"] == 10292
    west_java = '(where: {kodeKab: {startsWith: "32"}}) { totalCount }'
    assert rows(hub, "kemenkes", "daftarPuskesmas", west_java)["totalCount"] == 1086


def test_07_imports(publish: Publish) -> None:
    answer = rows(
        publish("07"),
        "bps",
        "imporBulanan",
        "{ totalCount aggregate { nilai { sum count } berat { sum count } }"
        " groups(by: [{tahun: VALUE}]) { key { tahun } aggregate { nilai { sum } } } }",
    )
    assert answer["totalCount"] == 34884
    assert answer["aggregate"] == {
        "nilai": {"sum": "1324453060580", "count": 17606},
        "berat": {"sum": "1394385342013", "count": 17606},
    }
    by_year = {group["key"]["tahun"]: group["aggregate"]["nilai"]["sum"] for group in answer["groups"]}
    assert by_year[1999] == "24002969972"
    assert by_year[2012] == "191691991673"
    assert by_year[2014] == "14916980154"


def test_08_earthquakes(publish: Publish) -> None:
    hub = publish("08")
    answer = rows(hub, "bmkg", "gempaSemua", "{ totalCount aggregate { magnitude { sum min max } } }")
    assert answer["totalCount"] == 3406
    assert answer["aggregate"]["magnitude"] == {"sum": "13482.2", "min": "1.4", "max": "7.9"}
    strong = "(where: {magnitude: {gte: 5}}) { totalCount }"
    assert rows(hub, "bmkg", "gempaSemua", strong)["totalCount"] == 562
    marked = '(where: {metaErroneousDataReason: {eq: "FUTURE_EARTHQUAKE"}}) { totalCount }'
    assert rows(hub, "bmkg", "gempaSemua", marked)["totalCount"] == 11


def test_09_catalogue_of_an_agency_new_to_the_hub(publish: Publish, module_demo_server: Hub) -> None:
    """The operator's commands on a hub that is running: agency, people, roles, tokens."""
    hub = module_demo_server

    def satudata(*arguments: str) -> str:
        command = [sys.executable, "-m", "satudata.hub.cli", *arguments, "--home", str(hub.home)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    agency = "diskominfo-jabar"
    satudata(
        "agency", "add", agency, "--name", "Dinas Komunikasi dan Informatika Jawa Barat", "--kind", "PROVINCE"
    )

    def person(role: str) -> dict[str, Any]:
        email = f"{role.lower()}@{agency}.example"
        satudata("user", "add", email, "--name", f"{role} {agency}", "--generate-password")
        satudata("role", "grant", email, role, "--agency", agency)
        return {"token": satudata("token", "create", email, "--name", "tes", "--scope", "publish")}

    publish("09", (person("PRODUCER"), person("STEWARD")))
    answer = rows(
        hub,
        "diskominfoJabar",
        "katalog",
        "{ totalCount aggregate { tautan { distinctCount } produsenData { distinctCount } tahunData { count } }"
        " groups(by: [{statusData: VALUE}]) { key { statusData } aggregate { rowCount } } }",
    )
    assert answer["totalCount"] == 3427
    assert answer["aggregate"] == {
        "tautan": {"distinctCount": 3424},
        "produsenData": {"distinctCount": 38},
        "tahunData": {"count": 3423},
    }
    assert {group["key"]["statusData"]: group["aggregate"]["rowCount"] for group in answer["groups"]} == {
        "Tetap": 2907,
        "Sementara": 520,
    }


def test_10_procurement(publish: Publish) -> None:
    answer = rows(
        publish("10"),
        "lkpp",
        "capaianAsli",
        "{ totalCount aggregate { capaianPengadaan { sum count } capaianKontrak { sum count }"
        " capaianPelaksanaan { sum count } capaianPho { sum count max } } }",
    )
    assert answer["totalCount"] == 792
    found = {name: (Decimal(value["sum"]), value["count"]) for name, value in answer["aggregate"].items()}
    assert found == {
        "capaianPengadaan": (Decimal("29633.59"), 527),
        "capaianKontrak": (Decimal("26183.63"), 443),
        "capaianPelaksanaan": (Decimal("22941.43"), 422),
        "capaianPho": (Decimal("11937.87"), 318),
    }
