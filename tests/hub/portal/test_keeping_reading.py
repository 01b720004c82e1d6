"""A guess in reading a file is shown, kept in the contract by the steward, and not asked about again."""

import re
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

Server = Any  # tests/hub/conftest.py
HTML = {"Accept": "text/html"}
AGENCY = "disnakertrans-jabar"
DATASET = f"{AGENCY}/upah-minimum"
BUTTON = "Simpan cara baca ini dalam kontrak"
GUESSED = re.compile(r'class="badge [a-z]+">diperkirakan<')
BELOW_A_TITLE = (
    "Upah minimum Jawa Barat,,,\n"
    ",,,\n"
    "kode_kabupaten_kota,nama_kabupaten_kota,tahun,upah_minimum\n"
    "3201,Kabupaten Bogor,2024,4579541.00\n"
    "3202,Kabupaten Sukabumi,2024,3384491.00\n"
)

LogIn = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def log_in(server: Server) -> LogIn:
    """`log_in("STEWARD")` is a browser of the person with that role in the agency."""

    def browser(role: str, agency: str = AGENCY) -> httpx.Client:
        account = server.account(role, agency)
        client = httpx.Client(
            base_url=server.url, headers={**HTML, "Sec-Fetch-Site": "same-origin"}, timeout=60
        )
        server.clients.append(client)
        fields = {
            "csrf_token": csrf(client.get("/login").text),
            "email": account["email"],
            "password": account["password"],
        }
        assert client.post("/login", data=fields).status_code == 303
        return client

    return browser


def csrf(html: str) -> str:
    return re.findall(r'name="csrf_token" value="([^"]+)"', html)[0]


def checked(producer: httpx.Client, content: str) -> str:
    """Upload a file and wait for its report; the submission's id."""
    form = {"csrf_token": csrf(producer.get("/publish").text), "dataset": DATASET}
    sent = producer.post("/publish", data=form, files={"file": ("upah.csv", content.encode())})
    assert sent.status_code == 303, sent.text
    address = str(sent.headers["location"])
    deadline = time.monotonic() + 60
    while "Cara berkas ini dibaca" not in producer.get(address).text:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return address.rpartition("/")[2]


def test_a_guess_is_kept_by_the_steward_and_not_asked_about_again(server: Server, log_in: LogIn) -> None:
    producer, steward = log_in("PRODUCER"), log_in("STEWARD")
    first = checked(producer, BELOW_A_TITLE)

    shown = producer.get(f"/publish/{first}").text
    assert GUESSED.search(shown)
    assert BUTTON not in shown, "a producer registers no contract"
    token = csrf(shown)
    refused = producer.post(f"/review/{first}/reading", data={"csrf_token": token})
    assert refused.status_code == 409
    assert "Anda tidak berwenang" in refused.text

    page = steward.get(f"/review/{first}").text
    assert f'<button class="second">{BUTTON}</button>' in page
    assert re.search(r"Yang diperkirakan: Baris judul kolom: <strong>3</strong>\.", page)
    assert "Kabupaten Sukabumi" in page.split("Cara berkas ini dibaca", 1)[1], "the first rows beside it"
    assert "Keep this reading in the contract" in steward.get(f"/en/review/{first}").text
    action = f"/review/{first}/reading"
    assert f'action="{action}"' in page
    assert steward.post(action, data={}).status_code == 403, "a form without its token"

    kept = steward.post(action, data={"csrf_token": csrf(page)})
    assert (kept.status_code, kept.headers["location"]) == (303, f"/review/{first}#cara-baca")
    for client, address in ((steward, f"/review/{first}"), (producer, f"/publish/{first}")):
        told = client.get(address).text
        assert "Kontrak versi 1.0.1 menyimpan cara baca ini" in told
        assert BUTTON not in told
    assert "Version 1.0.1 of the contract holds this reading" in steward.get(f"/en/review/{first}").text
    contract = steward.get(f"/datasets/{DATASET}/contract.yaml").text
    assert "headerRow: 3" in contract
    again = steward.post(action, data={"csrf_token": csrf(page)})
    assert again.status_code == 303, "twice is once"

    second = checked(producer, BELOW_A_TITLE)
    after = steward.get(f"/review/{second}").text
    assert not GUESSED.search(after)
    assert "file.header_row" not in after
    assert BUTTON not in after
    assert "menyimpan cara baca ini" not in after


def test_strangers_do_not_learn_of_the_submission(server: Server, log_in: LogIn) -> None:
    submission = checked(log_in("PRODUCER"), BELOW_A_TITLE.replace("4579541", "4579542"))
    stranger = log_in("STEWARD", "kemenkes")
    token = csrf(stranger.get("/publish").text)
    assert stranger.post(f"/review/{submission}/reading", data={"csrf_token": token}).status_code == 404
    visitor = server.client(**HTML, **{"Sec-Fetch-Site": "same-origin"})
    sent = visitor.post(f"/review/{submission}/reading", data={})
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/login")
