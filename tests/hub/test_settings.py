"""Settings: what the environment may say, what is refused and how, and that docs/settings.md tells the truth."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest

from satudata.hub.settings import (
    PREFIX,
    Settings,
    SettingsError,
    language_of_environment,
    load_settings,
    secret_of,
    unknown_names,
)

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def test_the_documentation_lists_every_setting_with_its_default_and_meaning() -> None:
    documented = {
        name: (default, meaning)
        for name, default, meaning in re.findall(
            r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", DOCS.read_text(), re.MULTILINE
        )
    }
    expected = {}
    for name, field in Settings.model_fields.items():
        default = "unset" if field.default in (None, ()) else f"`{field.default}`"
        expected[f"{PREFIX}{name.upper()}"] = (default, field.description)
    assert documented == expected


def test_defaults_put_everything_into_one_folder_below_the_working_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert settings.home == tmp_path / ".satudata"
    assert settings.jobs_database == f"sqlite:///{tmp_path}/.satudata/jobs.sqlite"
    assert settings.workers == 1
    assert not settings.secure_cookies


def test_command_line_options_win_over_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SATUDATA_HOME", "/somewhere/else")
    assert load_settings(home=tmp_path).home == tmp_path
    assert load_settings(home=None).home == Path("/somewhere/else")


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUDATA_WORKERS", "")
    assert load_settings().workers == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SATUDATA_WORKERS", "many"),
        ("SATUDATA_WORKERS", "0"),
        ("SATUDATA_LOG_LEVEL", "loud"),
        ("SATUDATA_PUBLIC_URL", "data.example.go.id"),
        ("SATUDATA_PUBLIC_URL", "ftp://data.example.go.id"),
        ("SATUDATA_TRUSTED_PROXIES", "10.0.0.1, proxy"),
        ("SATUDATA_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("SATUDATA_SECRET_KEY", "too short"),
        ("SATUDATA_RESPONSE_CACHE_MB", "-1"),
        ("SATUDATA_COST_PER_MINUTE", "9999"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert [problem.name for problem in refused.value.problems] == [name]


def test_a_refused_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUDATA_SECRET_KEY", "hunter2")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)


def test_bad_settings_end_a_command_with_one_line_and_exit_code_2(cli: Any) -> None:
    ended = cli("agency", "list", SATUDATA_WORKERS="many")
    assert ended.returncode == 2
    assert ended.stderr.startswith("satudata: SATUDATA_WORKERS: nilai tidak dapat dipakai")
    assert "Traceback" not in ended.stderr


def test_proxies_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUDATA_TRUSTED_PROXIES", "10.0.0.0/8, ::1")
    assert load_settings().trusted_proxies == ("10.0.0.0/8", "::1")


def test_the_public_address_decides_origin_and_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUDATA_PUBLIC_URL", "https://Data.Example.go.id/")
    settings = load_settings()
    assert settings.public_url == "https://Data.Example.go.id"
    assert settings.origin == "https://data.example.go.id"
    assert settings.secure_cookies


def test_the_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home")
    secret = secret_of(settings)
    assert len(secret) >= 32
    assert secret_of(load_settings(home=tmp_path / "home")) == secret
    assert stat.S_IMODE((tmp_path / "home" / "secret.key").stat().st_mode) == 0o600


def test_a_damaged_secret_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("")
    with pytest.raises(SettingsError, match=r"Delete it"):
        secret_of(load_settings(home=tmp_path))


def test_a_misspelt_name_is_noticed() -> None:
    environ = {
        "SATUDATA_DATABSE_URL": "x",
        "SATUDATA_HOME": "/h",
        "SATUDATA_TEST_PG_URL": "y",
        "HOME": "/root",
    }
    assert unknown_names(environ) == [("SATUDATA_DATABSE_URL", "SATUDATA_DATABASE_URL")]


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "id"),
        ({"LANG": "C.UTF-8"}, "id"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "id_ID.UTF-8"}, "id"),
    ],
)
def test_people_are_spoken_to_in_indonesian_unless_their_locale_is_english(
    environ: dict[str, str], language: str
) -> None:
    assert language_of_environment(environ) == language
