"""Setting up a hub from the command line: agencies, people, roles, tokens, datasets; every refusal in one line."""

import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

Cli = Any  # tests/hub/conftest.py
CONTRACTS = Path(__file__).parents[2] / "datasets/satudata/datasets/demo/contracts"


def ok(ended: "subprocess.CompletedProcess[str]") -> str:
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def refused(ended: "subprocess.CompletedProcess[str]", code: int = 1) -> str:
    """The one line of a refusal."""
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    lines = ended.stderr.strip().splitlines()
    assert lines[-1].startswith("satudata: "), ended.stderr
    return lines[-1].removeprefix("satudata: ")


def test_from_an_empty_home_to_a_registered_dataset(command: Cli) -> None:
    name = ("--name", "Dinas Tenaga Kerja", "--name-en", "Manpower Office", "--kind", "province")
    assert "terdaftar" in ok(command("agency", "add", "disnakertrans-jabar", *name))
    assert "sudah dipakai" in refused(command("agency", "add", "disnakertrans-jabar", *name))
    assert "huruf kecil" in refused(command("agency", "add", "Bukan Slug", "--name", "X"))
    assert ok(command("agency", "list")).splitlines()[1].split()[:2] == ["disnakertrans-jabar", "PROVINCE"]

    shown = command("user", "add", "Sari@Dinas.go.id", "--name", "Sari", "--generate-password")
    assert len(ok(shown).splitlines()[1]) == 23
    assert "sudah terdaftar" in refused(
        command("user", "add", "sari@dinas.go.id", "--name", "Sari", "--generate-password")
    )
    assert ok(command("user", "list", "--language", "en")).splitlines() == [
        "E-mail            Name",
        "sari@dinas.go.id  Sari",
    ]

    contract = str(CONTRACTS / "upah-minimum.yaml")
    register = ("dataset", "register", contract, "--as", "sari@dinas.go.id")
    assert "tidak berwenang" in refused(command(*register))
    assert "harus menyebut instansinya" in refused(command("role", "grant", "sari@dinas.go.id", "STEWARD"))
    ok(
        command(
            "role",
            "grant",
            "sari@dinas.go.id",
            "STEWARD",
            "--agency",
            "disnakertrans-jabar",
            "--decree",
            "SK 1/2026",
        )
    )
    [line] = ok(command("role", "list")).splitlines()[1:]
    assert line.split()[:3] == ["sari@dinas.go.id", "STEWARD", "disnakertrans-jabar"]
    assert line.endswith("SK 1/2026")


def test_registering_needs_the_code_lists_and_says_so(command: Cli, home: Path) -> None:
    here = {"SATUDATA_HOME": str(home)}
    contract = str(CONTRACTS / "upah-minimum.yaml")
    steward = "walidata.disnakertrans-jabar@demo.example"
    assert "dapat didaftarkan" in ok(
        command("dataset", "register", contract, "--as", steward, "--dry-run", **here)
    )
    assert "terdaftar dengan kontrak 1.0.0" in ok(
        command("dataset", "register", contract, "--as", steward, **here)
    )
    assert (
        "tidak ada orang"
        in refused(command("dataset", "register", contract, "--as", "x@demo.example", **here)).lower()
    )
    producer = "produsen.disnakertrans-jabar@demo.example"
    assert "tidak berwenang" in refused(command("dataset", "register", contract, "--as", producer, **here))
    assert "tidak ada" in refused(command("dataset", "register", "nothing.yaml", "--as", steward, **here), 2)


def test_passwords_come_by_standard_input_and_must_be_long_enough(command: Cli) -> None:
    person = ("user", "add", "budi@dinas.go.id", "--name", "Budi")
    assert "kurang dari 10" in refused(command(*person, input="pendek\n"), 2)
    ok(command(*person, input="panjang sekali\n"))
    assert (
        "tidak ada orang"
        in refused(command("user", "password", "x@y.go.id", input="panjang sekali\n")).lower()
    )


def test_a_role_ends_when_it_is_revoked(command: Cli) -> None:
    ok(command("user", "add", "budi@bappenas.go.id", "--name", "Budi", "--generate-password"))
    ok(command("role", "grant", "budi@bappenas.go.id", "SECRETARIAT"))
    ok(command("role", "revoke", "budi@bappenas.go.id", "SECRETARIAT"))
    [line] = ok(command("role", "list", "--email", "budi@bappenas.go.id")).splitlines()[1:]
    assert len(line.split()) == 4
    assert "tidak sedang memegang" in refused(command("role", "revoke", "budi@bappenas.go.id", "SECRETARIAT"))
    wrong = command("role", "grant", "budi@bappenas.go.id", "MINISTER")
    assert wrong.returncode == 2
    assert "MINISTER" in wrong.stderr
    dates = ("--from", "2027-01-01", "--until", "2026-01-01")
    backwards = command("role", "grant", "budi@bappenas.go.id", "SECRETARIAT", *dates)
    assert "mendahului" in refused(backwards)


def test_migrate_and_verify(command: Cli, tmp_path: Path) -> None:
    assert "mutakhir" in ok(command("migrate"))
    assert "mutakhir" in ok(command("migrate"))
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700
    assert ok(command("verify", "--language", "en")).startswith("All is well")


def test_verify_finds_a_changed_file(command: Cli, home: Path) -> None:
    here = {"SATUDATA_HOME": str(home)}
    assert ok(command("verify", **here)).startswith("Baik")
    [lake] = (home / "files/lake/kemenkes/puskesmas").iterdir()
    lake.chmod(0o644)
    lake.write_bytes(lake.read_bytes()[:-1] + b"!")
    ended = command("verify", **here)
    assert ended.returncode == 1
    assert ended.stdout.startswith("CHANGED_FILE: lake/kemenkes/puskesmas/")


@pytest.mark.parametrize("arguments", [(), ("--help",), ("check", "--help"), ("role", "grant", "-h")])
def test_help_teaches(command: Cli, arguments: tuple[str, ...]) -> None:
    ended = command(*arguments)
    assert "Usage" in ended.stdout
    assert "satudata" in ended.stdout
    assert ended.returncode == (0 if arguments else 2)


def test_an_unknown_command_is_named(command: Cli) -> None:
    ended = command("publsh")
    assert ended.returncode == 2
    assert "publsh" in ended.stderr


def test_a_fault_of_ours_is_one_line_and_a_file(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "catalogue.sqlite").write_bytes(b"this is no database" * 100)
    ended = cli("agency", "list", TMPDIR=str(tmp_path))
    line = refused(ended, 70)
    [details] = tmp_path.glob("satudata-*.log")
    assert str(details) in line
    assert "Traceback" in details.read_text()
