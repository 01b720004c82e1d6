"""PUT /uploads/{id}: only the announced file, only by its owner, refused with what to do."""

import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

Server = Any  # tests/hub/conftest.py


@pytest.fixture
def producer(server: Server) -> httpx.Client:
    client: httpx.Client = server.client(server.account("PRODUCER", "kemenkes"))
    return client


def test_the_announced_file_is_taken(server: Server, producer: httpx.Client) -> None:
    content = b"kode_kab,jumlah_puskesmas\n1101,20\n"
    upload = server.announce(producer, content)
    assert producer.get(f"/uploads/{upload}").json()["receivedBytes"] == 0
    answer = producer.put(f"/uploads/{upload}", content=content)
    assert answer.status_code == 200
    assert answer.json()["complete"] is True
    assert answer.json()["receivedBytes"] == len(content)
    assert producer.get(f"/uploads/{upload}").json()["complete"] is True


def test_a_file_may_be_streamed_without_a_length(server: Server, producer: httpx.Client) -> None:
    pieces = [b"a" * 70_000 for _ in range(30)]
    upload = server.announce(producer, b"".join(pieces))

    def stream() -> Iterator[bytes]:
        yield from pieces

    answer = producer.put(f"/uploads/{upload}", content=stream())
    assert "content-length" not in answer.request.headers
    assert answer.json()["receivedBytes"] == 2_100_000


def test_sending_it_again_changes_nothing(server: Server, producer: httpx.Client) -> None:
    upload = server.announce(producer, b"a,b\n1,2\n")
    for _ in range(2):
        assert producer.put(f"/uploads/{upload}", content=b"a,b\n1,2\n").status_code == 200


@pytest.mark.parametrize(
    ("sent", "code"),
    [(b"a,b\n1,3\n", "UPLOAD_CHANGED"), (b"a,b\n", "UPLOAD_SIZE"), (b"a,b\n1,2\nmore", "UPLOAD_SIZE")],
)
def test_another_file_is_refused_and_the_right_one_still_welcome(
    server: Server, producer: httpx.Client, sent: bytes, code: str
) -> None:
    upload = server.announce(producer, b"a,b\n1,2\n")
    answer = producer.put(f"/uploads/{upload}", content=sent)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert set(answer.json()["message"]) == {"id", "en"}
    assert producer.put(f"/uploads/{upload}", content=b"a,b\n1,2\n").status_code == 200


def test_nobody_else_knows_of_it(server: Server, producer: httpx.Client) -> None:
    upload = server.announce(producer, b"a,b\n1,2\n")
    other = server.client(server.account("PRODUCER", "disnakertrans-jabar"))
    for client, status in ((server.client(), 401), (other, 404)):
        answer = client.put(f"/uploads/{upload}", content=b"a,b\n1,2\n")
        assert answer.status_code == status
        assert set(answer.json()["message"]) == {"id", "en"}
    assert producer.get(f"/uploads/{upload}").json()["complete"] is False


def test_an_upload_that_breaks_off_leaves_nothing_and_can_be_sent_again(
    server: Server, producer: httpx.Client
) -> None:
    content = b"a,b\n" + b"1,2\n" * 50_000
    upload = server.announce(producer, content)
    address = urlsplit(server.url)
    token = server.account("PRODUCER", "kemenkes")["token"]
    with socket.create_connection((address.hostname, address.port), timeout=10) as raw:
        head = f"PUT /uploads/{upload} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        raw.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content[:100_000])
    assert producer.get(f"/uploads/{upload}").json()["receivedBytes"] == 0
    assert producer.put(f"/uploads/{upload}", content=content).status_code == 200
    assert not [line for line in server.lines if line["level"] == "error"]


def test_an_unknown_upload_is_not_found(producer: httpx.Client) -> None:
    answer = producer.put("/uploads/0192f0", content=b"x")
    assert answer.status_code == 404
    assert answer.json()["code"] == "NOT_FOUND"
