"""二（一）3 敏感信息: an answer that only denies makes no record sensitive [2.1.3]"""

import pytest

from jingui.gate.entry_forms import denied


@pytest.mark.parametrize("text", ["否认", "无。", "否认肝炎、结核等传染病史。", "否认肝炎史，否认结核史", "没有\n无"])
def test_a_plain_denial(text: str) -> None:
    assert denied(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "乙肝病毒携带",
        "否认结核，乙肝五年",
        "否认肝炎，但曾接触结核患者",
        "无症状携带",
        "否认；HIV 阳性",
        "无 2019 前记录",
    ],
)
def test_anything_more_is_taken_as_said(text: str) -> None:
    assert not denied(text)
