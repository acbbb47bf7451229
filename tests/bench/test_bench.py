"""七（一）监督检查: the bench runs end to end in a house of its own, and its ratios come from its own figures [7.1]"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jingui.bench import measure
from jingui.bench.load import share
from jingui.bench.processes import environment
from jingui.bench.report import RATIOS, Figure, as_json, as_table, ratio
from tests.hospital import SRC

PROMISED = {
    "hello_world", "governed_read", "search", "create", "bundle", "ledger_append", "ledger_verify", "page_read",
    "memory",
}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, str, Path]:
    """One quick run as JSON, what it said, and the temporary directory it worked in."""
    place = tmp_path_factory.mktemp("bench")
    env = {**environment(place / "unused"), "PYTHONPATH": f"{SRC}:{SRC.parent / 'verifier' / 'src'}"}
    done = subprocess.run(
        [sys.executable, "-m", "jingui.bench", "--quick", "--json"],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout), done.stderr, place


@pytest.mark.slow
def test_every_promised_figure_is_there(run: tuple[dict, str, Path]) -> None:
    figures, said, _ = run
    assert set(figures) >= PROMISED
    for name, one in figures.items():
        assert set(one) == {"value", "unit", "ratio_to", "ratio"}, name
        assert one["value"] >= 0, name
        assert one["unit"], name
    assert "durable (fsync" in said


@pytest.mark.slow
def test_ratios_are_of_the_same_run(run: tuple[dict, str, Path]) -> None:
    figures = run[0]
    for name, to in RATIOS.items():
        if name in figures:
            one = figures[name]
            assert one["ratio_to"] == to
            assert one["ratio"] == pytest.approx(one["value"] / figures[to]["value"], rel=0.02)
    assert all(one["ratio"] is None for name, one in figures.items() if name not in RATIOS)


@pytest.mark.slow
def test_no_other_house_is_touched(run: tuple[dict, str, Path]) -> None:
    assert not (run[2] / "unused").exists()


def test_the_server_is_measured_as_it_is_served() -> None:
    from jingui.config import serve
    from jingui.config.home import home

    web = next(child for child in serve.children(home()) if child.name == serve.WEB)
    ours, theirs = list(measure.SERVER), list(web.argv[2:-1])
    for argv, name in (
        (theirs, "--port"),
        (theirs, "--workers"),
        (ours, "--workers"),
        (theirs, "--host"),
        (ours, "--host"),
    ):
        at = argv.index(name)
        del argv[at : at + 2]
    assert ours == theirs


def test_another_installation_is_never_named() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JINGUI_DATABASE_URL", "postgresql://hospital")
        patch.setenv("DJANGO_SETTINGS_MODULE", "elsewhere")
        env = environment(Path("/bench"))
    assert "JINGUI_DATABASE_URL" not in env
    assert (env["JINGUI_HOME"], env["DJANGO_SETTINGS_MODULE"]) == ("/bench", "jingui.config.settings")


def test_ratio_and_table() -> None:
    figures = [
        Figure(name="hello_world", value=1000.0, unit="requests/s"),
        Figure(name="governed_read", value=250.0, unit="requests/s"),
        Figure(name="memory", value=99.44, unit="MB"),
    ]  # fmt: skip
    assert json.loads(as_json(figures))["governed_read"] == {
        "value": 250, "unit": "requests/s", "ratio_to": "hello_world", "ratio": 0.25
    }  # fmt: skip
    assert ratio("governed_read", {"governed_read": 1.0}) is None
    assert "0.25 × hello_world" in as_table(figures)
    assert "99.4 MB" in as_table(figures)


def test_share() -> None:
    assert share([], 0.5) == 0.0
    assert share([1.0, 2.0, 3.0, 4.0], 0.5) == 3.0
    assert share([1.0, 2.0], 0.99) == 2.0


def test_gauging_refuses_a_hospital() -> None:
    from jingui.core.errors import JinguiError
    from jingui.gate import gauging, runtime

    class Hospital:
        origin = "hospital.example/ledger"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "_current", [Hospital()])
        with pytest.raises(JinguiError):
            gauging.append(0.1)
        with pytest.raises(JinguiError):
            gauging.verify(4)
