"""6.1: the server's settings fit the machine and never give up durability."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.cluster import settings
from jingui.cluster.settings import GB, MB
from jingui.core.errors import Misconfigured

SIZE = st.integers(256 * MB, 1024 * GB)


def megabytes(text: str) -> int:
    assert text.endswith("MB")
    return int(text[:-2]) * MB


@given(memory=SIZE, cores=st.integers(1, 256))
def test_it_leaves_room_for_the_application(memory: int, cores: int) -> None:
    chosen = settings.tuned(memory=memory, cores=cores)
    assert 64 * MB <= megabytes(chosen["shared_buffers"]) <= max(memory // 4, 64 * MB)
    assert megabytes(chosen["maintenance_work_mem"]) <= max(memory // 16, 64 * MB)
    assert megabytes(chosen["work_mem"]) * int(chosen["max_connections"]) <= 2 * memory
    assert {chosen[name] for name in settings.DURABLE} == {"on"}


def test_a_small_server_gets_what_was_measured() -> None:
    assert settings.tuned(memory=2 * GB, cores=2)["shared_buffers"] == "256MB"


@pytest.mark.parametrize("name", sorted(settings.FIXED))
def test_what_keeps_data_safe_is_not_an_operators_choice(name: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        settings.checked({name: "off"})
    assert caught.value.data["name"] == name


@pytest.mark.parametrize("pair", [("a b", "1"), ("A", "1"), ("work_mem'", "1"), ("work_mem", "1\nfsync=off"), ("", "")])
def test_a_setting_cannot_smuggle_another(pair: tuple[str, str]) -> None:
    with pytest.raises(Misconfigured):
        settings.checked(dict([pair]))


@given(value=st.text(st.characters(min_codepoint=32), max_size=30))
def test_values_stay_inside_their_quotes(value: str) -> None:
    line = settings.rendered({"search_path": value}).splitlines()[-1] if "\x85" not in value else ""
    if line:
        inner = line.removeprefix("search_path = '").removesuffix("'")
        assert inner.replace("\\\\", "").replace("''", "").count("'") == 0


def test_the_log_names_no_values() -> None:
    chosen = settings.tuned(memory=4 * GB, cores=2)
    assert chosen["log_error_verbosity"] == "terse"
    assert chosen["log_min_error_statement"] == "panic"
    assert chosen["log_parameter_max_length_on_error"] == "0"
