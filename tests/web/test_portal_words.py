"""一（三）2 我的同意: every kind of consent is told in words in the portal [1.3.2] [2.1.3]"""

from datetime import UTC, datetime

import pytest
from django.utils.translation import gettext

from jingui.core.consents import KINDS, ConsentLine
from jingui.web.portal_rights import consent


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("state", ["given", "withdrawn", "refused"])
def test_each_kind_and_state_has_words(kind: str, state: str) -> None:
    row = KINDS[kind]
    line = ConsentLine(7, kind, row.purpose.value, ("hiv",), (), "", state, "", datetime(2026, 11, 1, tzinfo=UTC), None)
    shown = consent(line)
    assert gettext(row.label) in shown.what
    assert shown.state.text
    assert shown.state.text != state
    assert shown.withdraw == (7 if state == "given" else 0)
