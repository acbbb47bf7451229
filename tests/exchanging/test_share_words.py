"""五（一）（二）: what pages say of codes: no bare word of a table is shown to anybody [5.1.3]"""

import pytest

from jingui.core.partners import WHY
from jingui.core.sending import PROBLEMS
from jingui.core.sharing import WITHDRAWN
from jingui.core.transmit import DOUBTS
from jingui.gate.receiving_told import SETTLED
from jingui.web.received import named, worded
from jingui.web.share_words import labelled, why


@pytest.mark.parametrize("code", sorted({*WHY, *PROBLEMS, *DOUBTS}))
def test_every_reason_has_words(code: str) -> None:
    assert why(code) != code


@pytest.mark.parametrize("code", [SETTLED, WITHDRAWN, "60591-5"])
def test_labels_that_houses_agreed_on_have_words(code: str) -> None:
    assert labelled(code) != code
    assert labelled("99999-9") == "99999-9"


def test_what_a_content_says_is_in_words_and_what_is_no_moment_stays() -> None:
    assert worded("性别", "female") == "女"
    assert worded("形成时间", "2026-11-23T13:33:29.026Z") == "2026-11-23 21:33"
    assert worded("形成时间", "去年") == "去年"
    assert worded("形成时间", "2026-11-23") == "2026-11-23"
    assert worded("姓名", "female") == "female"


def test_a_title_that_is_only_a_code_is_told_in_words() -> None:
    assert named("60591-5") == "患者摘要"
    assert named("转诊资料") == "转诊资料"
