"""四（二）4 去标识化: nicknames, handles, usual names from abroad, and what stands beside a name [4.2.4]"""

import pytest

from jingui.formats.deidentify_project import Known
from jingui.formats.deidentify_text import findings
from jingui.formats.deidentify_words import cut


def hidden(text: str) -> str:
    """The text with a box for each character of a name or an account."""
    out = list(text)
    for one in findings(text, Known()):
        if one.kind.value in ("name", "account"):
            out[one.start : one.end] = "□" * (one.end - one.start)
    return "".join(out)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("网友“晚风清凉”表示，医院的服务很好。", "晚风清凉"),
        ("发起人是一位叫“蒲公英X3”的志愿者。", "蒲公英X3"),
        ("“大树”说，他每天都来。", "大树"),
        ("女孩兰兰（化名）今年上三年级。", "兰兰"),
        ("活动昨天结束。（文/柳三青）", "柳三青"),
        ("网友飞鸟与鱼：今天排队很久。", "飞鸟与鱼"),
        ("这次缺了小玲，大家很想她。", "小玲"),
        ("昨天去找泽哥吃饭。", "泽哥"),
        ("感谢佳佳，感谢大家。", "佳佳"),
        ("我和周楠楠一起去看海。", "周楠楠"),
        ("皇马球星C罗昨天到了。", "C罗"),
        ("去年认识了婷，从此不孤单。", "婷"),
        ("转发V@海边的人 今天天气好", "海边的人"),
    ],
)
def test_what_people_are_called_is_found(text: str, gone: str) -> None:
    assert gone not in hidden(text)
    assert hidden(text).count("□") <= len(gone) + 2


@pytest.mark.parametrize(
    "text",
    [
        "请看看，想想，再试试，谢谢妈妈、奶奶。",
        "小学的小朋友和大人都在大海边，大哥、二姐也在。",
        "他说“今天很冷”，又说“明天会好”。",
        "（图片来源于网络）",
        "“一带一路”建设取得进展。",
    ],
)
def test_what_only_looks_like_a_nickname_stays(text: str) -> None:
    assert hidden(text) == text


@pytest.mark.parametrize("name", ["凯文", "墨菲", "威尔逊", "安德森", "特朗普"])
def test_a_usual_name_from_abroad_needs_no_dot(name: str) -> None:
    assert name not in hidden(f"昨天晚上，{name}表示他会参加比赛。")


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("墨菲征阳性，右上腹压痛，胆囊壁增厚。", "墨菲"),
        ("考虑桥本甲状腺炎，甲状腺弥漫性肿大，予左甲状腺素治疗。", "桥本"),
        ("行毕Ⅱ式吻合，胃窦腺癌根治术后，予奥沙利铂化疗。", "毕Ⅱ"),
        ("双肺呼吸音清，小儿推拿后咳嗽好转，予氨溴索。", "小儿"),
        ("威尔逊病患者，肝硬化，予青霉胺。", "威尔逊"),
    ],
)
def test_eponyms_stay_in_clinical_texts(text: str, stays: str) -> None:
    assert stays in hidden(text)


def test_words_that_any_text_has_make_no_clinical_one() -> None:
    assert not cut("总统最初的经济刺激方案被否决，市场稳定。").medical
    assert cut("胃窦腺癌根治术后化疗方案稳定。").medical


def test_parts_of_a_name_are_found_again() -> None:
    text = "主治医师常福林来了。乡亲们说，福林心眼好。弗拉基米尔·伊萨科夫来访，伊萨科夫说很高兴。"
    assert "福林" not in hidden(text)
    assert "伊萨科夫" not in hidden(text)


def test_many_names_end_in_time() -> None:
    """What is found beside names is not looked at again."""
    text = "小卢卡斯、阿卢卡斯、老卢卡斯说，" * 300
    assert len(findings(text, Known())) < 2000
