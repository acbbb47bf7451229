"""一（三）2 事项: what a matter's row promises can be done, or nothing starts [1.3.1]"""

import importlib
from dataclasses import replace

import pytest

from jingui.core.errors import Misconfigured
from jingui.core.matters import KINDS
from jingui.gate import acts, effects


def test_an_effect_that_nobody_keeps_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process takes its acts from one package: with a row that promises nothing real, it cannot be had."""
    row = replace(KINDS["internal_access"], id="promise", effect="nobody_keeps_this")
    monkeypatch.setitem(KINDS, row.id, row)
    with pytest.raises(Misconfigured) as stopped:
        importlib.reload(acts)
    assert stopped.value.data == {"matter": "promise", "effect": "nobody_keeps_this"}


def test_every_effect_is_kept_and_none_is_left_over() -> None:
    """As shipped each row's effect exists, and each effect, question and ending belongs to a row."""
    importlib.reload(acts)
    named = {kind.effect for kind in KINDS.values()}
    assert set(effects.EFFECTS) == named - {""}
    assert set(effects.CHECKS) | set(effects.ENDINGS) <= named
