"""四（二）4 去标识化: what stands around a name: Latin words, cut words, surnames alone, units [4.2.4]"""

import re

import pytest

from jingui.formats.deidentify_project import Known
from jingui.formats.deidentify_text import findings
from jingui.formats.deidentify_words import either


def hidden(text: str) -> str:
    """The text with a box for each character of a name."""
    out = list(text)
    for one in findings(text, Known()):
        if one.kind.value == "name":
            out[one.start : one.end] = "□" * (one.end - one.start)
    return "".join(out)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("昨天晚上，xiaoyun说她会来看我。", "xiaoyun"),
        ("感谢margaret，祝她一切顺利。", "margaret"),
        ("分析师邱建承认为下半年会好转。", "邱建承"),
        ("昨天瑞儿生日，大家都来了。", "瑞儿"),
        ("我和蒋晚晚起开了一个玩笑。", "蒋晚晚"),
        ("感谢雒建新，他昨天送我回家。", "雒建新"),
        ("送行李敏皓先走了，大家都很高兴。", "李敏皓"),
    ],
)
def test_a_name_is_hidden_whole(text: str, gone: str) -> None:
    assert gone not in hidden(text)
    assert hidden(text).count("□") <= len(gone) + 2


@pytest.mark.parametrize(
    "text",
    [
        "这个demo很好，style也很cool，大家在facebook上说。",
        "请看www.example说明，download之后install。",
        "复查时间定在3周后，每2周一次，持续5年。",
        "左半结肠切除术后，脐周隐痛。",
        "慢性子宫颈炎，宫颈口光滑。",
        "左上腹压痛，胃小弯侧见溃疡。",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    assert hidden(text) == text


@pytest.mark.parametrize("name", ["包英", "金程", "段长磊", "关轩", "温红根", "于国洋", "向艳民", "高亮义"])
def test_a_record_names_even_those_whose_surname_is_a_word_of_medicine(name: str) -> None:
    for sentence in (
        "今日{}主任医师查房，指示继续抗感染、补液治疗。",
        "患者{}诉切口疼痛，予止痛对症处理。",
        "家属{}签署知情同意书，要求继续化疗。",
        "病人{}于今晨6时突发胸闷、气促。",
    ):
        assert name not in hidden(sentence.format(name)), sentence
        assert hidden(sentence.format(name)).count("□") <= len(name) + 1


def test_a_round_names_nobody_by_itself() -> None:
    text = "今日主任医师查房，上级医师指示继续补液，患者安返病房，主治医师代主任查房。"
    assert hidden(text) == text


def test_a_surname_alone_is_hidden_where_the_full_name_stands() -> None:
    assert hidden("昨天，詹建国来了。当时詹一方面表示同意。").endswith("当时□一方面表示同意。")
    assert hidden("昨天，公司来人了。当时詹一方面表示同意。").endswith("当时詹一方面表示同意。")


def test_longer_words_come_first_and_signs_are_only_signs() -> None:
    pattern = re.compile(either(("主任", "主任医师", "a.b", "]x")))
    assert [match.group() for match in pattern.finditer("副主任医师，主任，a.b，acb，]x")] == [
        "主任医师",
        "主任",
        "a.b",
        "]x",
    ]
