"""Who is asking: logging in and out, sessions, tokens and requests that other sites make, over a real server."""

import re
import sqlite3
from typing import Any

import httpx
import pytest

Server = Any  # tests/hub/conftest.py

VIEWER = "{ viewer { email } }"


def csrf_of(client: httpx.Client, path: str = "/review") -> str:
    """The token of a page's forms; without a session, /review leads to the login form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path, follow_redirects=True).text)
    assert found
    return found[1]


def login(client: httpx.Client, account: dict[str, Any], **headers: str) -> httpx.Response:
    fields = {"email": account["email"], "password": account["password"], "csrf_token": csrf_of(client)}
    return client.post("/login", data=fields, headers={"Sec-Fetch-Site": "same-origin", **headers})


def viewer(client: httpx.Client, **headers: str) -> str | None:
    body = client.post("/graphql", json={"query": VIEWER}, headers=headers).json()
    found = body["data"]["viewer"]
    return found["email"] if found else None


@pytest.fixture
def account(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = server.account("STEWARD", "kemenkes")
    return found


@pytest.fixture
def browser(server: Server, account: dict[str, Any]) -> httpx.Client:
    """A client that is logged in and, like a browser, says where its requests come from."""
    client: httpx.Client = server.client(**{"Sec-Fetch-Site": "same-origin"})
    assert login(client, account).status_code == 303
    return client


def test_a_session_cookie_is_closed_to_scripts_and_other_sites(
    server: Server, account: dict[str, Any]
) -> None:
    answer = login(server.client(), account)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert re.fullmatch(
        r"satudata_session=[\w-]{43}; HttpOnly; Max-Age=43200; Path=/; SameSite=lax", cookie
    ), cookie


def test_the_session_is_the_person(server: Server, account: dict[str, Any], browser: httpx.Client) -> None:
    assert viewer(browser) == account["email"]
    assert viewer(server.client()) is None
    assert browser.get("/", headers={"Accept": "text/html"}).headers["cache-control"].startswith("private")


def test_the_database_knows_only_hashes(
    server: Server, account: dict[str, Any], browser: httpx.Client
) -> None:
    cookie = browser.cookies["satudata_session"]
    with sqlite3.connect(f"file:{server.home}/catalogue.sqlite?mode=ro", uri=True) as database:
        dump = "\n".join(database.iterdump())
    for secret in (cookie, account["password"], account["token"]):
        assert secret not in dump


def test_logging_in_starts_another_session_and_ends_the_one_before(
    server: Server, account: dict[str, Any], browser: httpx.Client
) -> None:
    before = browser.cookies["satudata_session"]
    other = server.account("PRODUCER", "kemenkes")
    token = csrf_of(browser)
    fields = {"email": other["email"], "password": other["password"], "csrf_token": token}
    assert browser.post("/login", data=fields).status_code == 303
    assert browser.cookies["satudata_session"] != before
    assert viewer(browser) == other["email"]
    stale = server.client(Cookie=f"satudata_session={before}")
    assert viewer(stale) is None


def test_a_planted_session_id_is_never_taken_over(server: Server, account: dict[str, Any]) -> None:
    planted = "attacker-chose-this-value"
    client = server.client()
    client.cookies.set("satudata_session", planted, domain="127.0.0.1", path="/")
    assert login(client, account).status_code == 303
    assert planted not in [
        cookie.value for cookie in client.cookies.jar if cookie.value and len(cookie.value) == 43
    ]
    assert viewer(server.client(Cookie=f"satudata_session={planted}")) is None


def test_logging_out_ends_the_session_everywhere(server: Server, browser: httpx.Client) -> None:
    cookie = browser.cookies["satudata_session"]
    answer = browser.post("/logout", data={"csrf_token": csrf_of(browser)})
    assert answer.status_code == 303
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert viewer(server.client(Cookie=f"satudata_session={cookie}")) is None


def test_a_cookie_that_is_no_longer_good_is_removed(server: Server) -> None:
    answer = server.client(Cookie="satudata_session=long-gone").get("/")
    assert answer.status_code == 200
    assert "satudata_session=" in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(
    server: Server, account: dict[str, Any]
) -> None:
    answers = [
        login(server.client(), {"email": email, "password": "salah sekali"})
        for email in (account["email"], "nobody@demo.example")
    ]
    texts = [re.sub(r'value="[^"]*"', "", answer.text) for answer in answers]
    assert {answer.status_code for answer in answers} == {401}
    assert texts[0] == texts[1]
    assert "Surel atau kata sandi tidak cocok" in texts[0]
    assert all("set-cookie" not in answer.headers for answer in answers)


def test_guessing_is_stopped(server: Server) -> None:
    victim = {"email": "sekretariat@demo.example", "password": "tebakan"}
    statuses = [login(server.client(), victim).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert login(server.client(), server.account("SECRETARIAT")).status_code == 429
    assert login(server.client(), server.account("STANDARDS_AUTHORITY")).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
        {"Sec-Fetch-Site": ""},
    ],
)
def test_another_site_cannot_act_with_a_session(browser: httpx.Client, headers: dict[str, str]) -> None:
    for name, value in headers.items():
        if value:
            browser.headers[name] = value
        else:
            browser.headers.pop(name, None)
    posted = browser.post("/graphql", json={"query": VIEWER})
    put = browser.put("/uploads/0192f0", content=b"x")
    for answer in (posted, put):
        assert answer.status_code == 403
        assert answer.json()["code"] == "CROSS_SITE"


def test_our_own_pages_can(server: Server, browser: httpx.Client, account: dict[str, Any]) -> None:
    browser.headers.pop("Sec-Fetch-Site")
    assert viewer(browser, Origin=server.url) == account["email"]
    assert viewer(browser, **{"Sec-Fetch-Site": "same-origin"}) == account["email"]
    assert viewer(browser, **{"X-CSRF-Token": csrf_of(browser)}) == account["email"]
    assert browser.get("/review", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("token", [None, "", "guess", "é"])
def test_a_form_without_its_token_is_refused(browser: httpx.Client, token: str | None) -> None:
    fields = {} if token is None else {"csrf_token": token}
    answer = browser.post("/logout", data=fields, headers={"Accept": "text/html"})
    assert answer.status_code == 403
    assert "Muat ulang halaman" in answer.text


def test_the_login_form_is_not_open_to_other_sites_either(server: Server, account: dict[str, Any]) -> None:
    client = server.client()
    assert login(client, account, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    fields = {"email": account["email"], "password": account["password"]}
    assert client.post("/login", data=fields).status_code == 403


def test_a_token_is_the_person_and_cookies_beside_it_do_not_count(
    server: Server, browser: httpx.Client
) -> None:
    other = server.account("PRODUCER", "disnakertrans-jabar")
    browser.headers["Sec-Fetch-Site"] = "cross-site"
    assert viewer(browser, Authorization=f"Bearer {other['token']}") == other["email"]


@pytest.mark.parametrize(
    "authorization",
    ["Bearer sdi_pat_wrong", "Bearer", "Basic dXNlcjpwYXNz", "Bearer sdi_pat_" + "0" * 36, "sdi_pat_x"],
)
def test_a_bad_token_is_refused_not_ignored(
    server: Server, browser: httpx.Client, authorization: str
) -> None:
    answer = browser.post("/graphql", json={"query": VIEWER}, headers={"Authorization": authorization})
    assert answer.status_code == 401
    assert answer.json()["code"] == "TOKEN_REFUSED"
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_reading_token_reads_and_does_not_act(server: Server, command: Any) -> None:
    account = server.account("PRODUCER", "kemenkes")
    made = command("token", "create", account["email"], "--name", "reader", SATUDATA_HOME=str(server.home))
    token = made.stdout.strip()
    client = server.client(Authorization=f"Bearer {token}")
    assert viewer(client) == account["email"]
    assert server.ask(client, "{ submissions { totalCount } }")["submissions"]["totalCount"] > 0
    document = """mutation ($i: CreateUploadInput!) {
      createUpload(input: $i) { problems { code message { english } } } }"""
    wish = {"fileName": "x.csv", "bytes": 1, "sha256": "0" * 64}
    [problem] = server.ask(client, document, i=wish)["createUpload"]["problems"]
    assert problem["code"] == "NOT_ALLOWED"
    assert "may only read" in problem["message"]["english"]


def test_a_revoked_token_ends_at_once(server: Server, command: Any) -> None:
    home = {"SATUDATA_HOME": str(server.home)}
    account = server.account("STEWARD", "disnakertrans-jabar")
    token = command("token", "create", account["email"], "--name", "short life", **home).stdout.strip()
    client = server.client(Authorization=f"Bearer {token}")
    assert viewer(client) == account["email"]
    listed = command("token", "list", "--email", account["email"], "--language", "en", **home).stdout
    [line] = [line for line in listed.splitlines() if "short life" in line]
    assert token not in listed
    assert token[-4:] in line
    assert "live" in line
    assert command("token", "revoke", line.split()[0], **home).returncode == 0
    assert client.post("/graphql", json={"query": VIEWER}).status_code == 401


def test_a_new_password_ends_the_sessions(
    server: Server, browser: httpx.Client, account: dict[str, Any], command: Any
) -> None:
    assert viewer(browser) == account["email"]
    changed = command(
        "user", "password", account["email"], input=account["password"] + "\n", SATUDATA_HOME=str(server.home)
    )
    assert changed.returncode == 0, changed.stderr
    assert viewer(browser) is None


def test_a_role_given_counts_at_the_next_request(server: Server, command: Any) -> None:
    home = {"SATUDATA_HOME": str(server.home)}
    email = "baru@demo.example"
    command("user", "add", email, "--name", "Orang Baru", "--generate-password", **home)
    token = command("token", "create", email, "--name", "t", "--scope", "publish", **home).stdout.strip()
    client = server.client(Authorization=f"Bearer {token}")
    roles = "{ viewer { roles { role agency { slug } } } }"
    assert server.ask(client, roles)["viewer"]["roles"] == []
    command("role", "grant", email, "PRODUCER", "--agency", "kemenkes", **home)
    expected = [{"role": "PRODUCER", "agency": {"slug": "kemenkes"}}]
    assert server.ask(client, roles)["viewer"]["roles"] == expected
    command("role", "revoke", email, "PRODUCER", "--agency", "kemenkes", **home)
    assert server.ask(client, roles)["viewer"]["roles"] == []
