"""Each command says one clear line when something is wrong, and never shows a trace."""

import json
import socket
from pathlib import Path

import pytest

from jingui.cli.parser import parser
from jingui.cli.words import language, trouble, utf8
from jingui.core.errors import KeyTrouble, Refused

from .house import ROOT, House

utf8()


@pytest.fixture
def bare(tmp_path: Path) -> House:
    return House(tmp_path / "home")


def test_every_command_has_help_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("zh_CN.UTF-8", "en_US.UTF-8"):
        monkeypatch.setenv("LANG", name)
        monkeypatch.delenv("LC_ALL", raising=False)
        text = parser().format_help()
        for command in ("init", "serve", "worker", "demo", "import", "policy", "verify", "where", "why", "clauses",
                        "doctor", "bench", "export", "token", "sequencer"):  # fmt: skip
            assert command in text


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        ({}, "zh"), ({"LANG": "C"}, "zh"), ({"LANG": "C.UTF-8"}, "zh"), ({"LANG": "zh_CN.GB18030"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"), ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)  # fmt: skip
def test_language_follows_the_locale(names: dict[str, str], wanted: str) -> None:
    assert language(names) == wanted


def test_errors_become_one_line_with_the_next_step() -> None:
    line = trouble(KeyTrouble(path="/x/provider.key", problem="missing"))
    assert "\n" not in line
    assert "problem=missing" in line
    assert line.endswith(("恢复密钥文件。", "custody."))
    assert "[4.1.1]" in trouble(Refused(clauses=("4.1.1",)))


@pytest.mark.parametrize("command", [("where", "9.9.9"), ("why", "no_such"), ("import", "fhir", "/no/such/folder"),
                                     ("policy", "import", "/no/such/file")])  # fmt: skip
def test_wrong_arguments_are_told_in_a_line(bare: House, command: tuple[str, ...]) -> None:
    done = bare.run(*command)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert 0 < len(done.stderr.strip().splitlines()) <= 2


def test_clauses_as_data_work_without_a_server(bare: House) -> None:
    rows = json.loads(bare.run("clauses", "--json").stdout)
    assert len(rows) == 49
    assert all(set(row) >= {"id", "zh", "en", "rules", "matters", "duties", "indicators", "tests", "evidence", "state"}
               for row in rows)  # fmt: skip
    assert {row["evidence"] for row in rows} == {0}
    assert any("treating-staff-read" in row["rules"] for row in rows)
    assert not bare.home.exists(), "looking changes nothing"


def test_where_and_why_name_rules(bare: House) -> None:
    assert "patient-own-read" in bare.run("where", "四（二）1").stdout
    assert "treating-staff-read" in bare.run("why", "read").stdout


def test_a_taken_port_is_named(bare: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = bare.run("serve", PORT=str(port))
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert not (bare.home / "db").exists(), "nothing was founded"


def test_doctor_is_red_without_a_house(bare: House) -> None:
    done = bare.run("doctor", "--json")
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["well"] is False
    assert said["checks"]["serve"]["state"] == "red"


def test_demo_refuses_a_real_home(bare: House) -> None:
    bare.home.mkdir()
    (bare.home / "jingui.toml").write_text('institution = "真实医院"\n')
    done = bare.run("demo")
    assert done.returncode == 1
    assert not (bare.home / "db").exists()
    assert bare.run("demo", "--reset").returncode == 1


def test_an_unknown_setting_stops_the_start(bare: House) -> None:
    bare.home.mkdir()
    (bare.home / "jingui.toml").write_text("workerz = 3\n")
    done = bare.run("serve")
    assert done.returncode == 1
    assert "workerz" in done.stderr


def test_the_shipped_policy_text_is_read(bare: House) -> None:
    text = ROOT.parent / "shared" / "reference" / "policy.txt"
    if not text.exists():
        pytest.skip("the reference text is not here")
    assert bare.run("policy", "import", str(text)).returncode == 0
