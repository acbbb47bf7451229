"""四（二）4 去标识化: free texts: known identities, forms, days, names; what stays [4.2.4] [5.2.4]"""

import random
import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingui.bench.deid_planted import planted
from jingui.core.deidentify_words import Kind
from jingui.formats.deidentify_dates import moved
from jingui.formats.deidentify_project import Known, Project, pseudonym, shift_days
from jingui.formats.deidentify_text import MARK, deidentify_text, findings

KEY = b"k" * 32
PROJECT = Project(key=KEY, profile="research")
NOBODY = Known()


def clean(text: str, known: Known = NOBODY, patient: str = "p1", project: Project = PROJECT) -> str:
    return deidentify_text(text, project, known, patient).text


def kinds(text: str, known: Known = NOBODY) -> list[tuple[str, str]]:
    return [(one.kind.value, text[one.start : one.end]) for one in findings(text, known)]


# ------------------------------------------------------------------------------------------------- known identities
@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("张建国", "张建国"),
        ("张建国", "张 建 国"),
        ("张建国", "张\u200b建国"),
        ("张建国", "张·建·国"),
        ("张建国", "Zhang Jianguo"),
        ("张建国", "ZHANG JIANGUO"),
        ("张建国", "jianguo zhang"),
        ("𠮷田𬭎", "𠮷田𬭎"),  # Han outside the basic plane
        ("买买提·艾山江", "买买提艾山江"),
        ("买买提·艾山江", "买买提•艾山江"),
        ("买买提·艾山江", "买买提·艾山江"),
        ("欧阳娜娜", "欧阳 娜娜"),
        ("Zoë Müller", "Zoe\u0308 Mu\u0308ller"),  # decomposed
        ("O'Brien Mary", "o'brien mary"),
        ("\uff2aohn Smith", "John Smith"),
    ],
)
def test_a_known_name_is_found_in_each_written_form(name: str, written: str) -> None:
    text = f"今晨{written}诉腹痛。"
    known = Known(names=(name,))
    taken = {at for one in findings(text, known) for at in range(one.start, one.end)}
    start = text.index(written)
    assert {at for at in range(start, start + len(written)) if text[at].isalnum()} <= taken
    assert "诉腹痛" in clean(text, known)


def test_one_person_has_one_pseudonym_however_written() -> None:
    known = Known(names=("张建国",))
    found = set(MARK.findall(clean("张建国、张 建国、Zhang Jianguo、建国来诊。", known)))
    assert found == {f"\u3014姓名 {pseudonym(PROJECT, 'name', '张建国')}\u3015"}


def test_a_known_number_is_found_with_anything_thin_between() -> None:
    known = Known(numbers=("ZY00123456",))
    noisy = "ＺＹ００１２３４５６"  # noqa: RUF001  (full width is what is tried)
    for written in ("ZY00123456", "zy 00 123 456", noisy, "ZY0012\u200b3456", "ZYOO123456", "ZY零零一二三四五六"):
        assert "123456" not in clean(f"号{written}。", known), written
        assert [kind for kind, _ in kinds(f"号{written}。", known)] == ["record"], written
    assert kinds("体温37.1，9900123456元", Known(numbers=("00123456",)))[:1] != [("record", "00123456")]


def test_staff_are_found_too() -> None:
    assert "李晓红" not in clean("记录：李晓红", Known(staff=("李晓红",)))


# --------------------------------------------------------------------------------------------------------- by form
def test_planted_identifiers_are_found_in_noisy_forms() -> None:
    missed = []
    for one in planted(1100, seed=7):
        taken = {at for each in findings(one.text, NOBODY) for at in range(each.start, each.end)}
        inside = {at for at in range(one.start, one.end) if one.text[at].isalnum()}
        if one.kind.startswith("address"):
            inside = {at for at in inside if at > one.text.index("市", one.start)}
            inside = {at for at in inside if "市" not in one.text[at : one.end]}
        if not inside <= taken:
            missed.append(one)
    assert missed == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("身份证11010519491231002X", Kind.ID_CARD),
        ("身份证110105491231002", Kind.ID_CARD),
        ("身份证一一零一零五一九四九一二三一零零二X", Kind.ID_CARD),
        ("身份证１１０１０５１９４９１２３１００２Ｘ", Kind.ID_CARD),
        ("身份证110105 19491231 002X", Kind.ID_CARD),
        ("身份证1101O5194912310O2X", Kind.ID_CARD),
        ("电话：138-0013-8000", Kind.PHONE),
        ("电话：幺三八零零幺三八零零零", Kind.PHONE),
        ("电话：+86 13800138000", Kind.PHONE),
        ("电话010-62345678转801", Kind.PHONE),
        ("电话1 38 0013 80 00", Kind.PHONE),
        ("13800138000", Kind.PHONE),
        ("1380 0138 000", Kind.PHONE),
        ("wx：abc_12345", Kind.ACCOUNT),
        ("热线400-820-8820", Kind.PHONE),
        ("卡6222021001116245702", Kind.BANK_CARD),
        ("车牌京A·12345", Kind.PLATE),
        ("车牌粤BD12345", Kind.PLATE),
        ("护照E12345678", Kind.PASSPORT),
        ("邮箱zhang.san\uff20163.com", Kind.EMAIL),
        ("邮箱zhangsan(at)163.com", Kind.EMAIL),
        ("微信：wxid_a1b2c3", Kind.ACCOUNT),
        ("QQ 12345678", Kind.ACCOUNT),
        ("见https://example.org/a?b=1", Kind.LINK),
        ("主机192.168.1.10", Kind.LINK),
        ("住院号：ZY2024001234", Kind.RECORD),
        ("病案号 0012345", Kind.RECORD),
        ("床号：23床", Kind.BED),
        ("12床患者", Kind.BED),
        ("住址：杭州市西湖区文三路188号3幢502室", Kind.ADDRESS),
        ("患者93岁", Kind.AGE),
    ],
)
def test_a_form_is_found(text: str, kind: Kind) -> None:
    assert kind in [one.kind for one in findings(text, NOBODY)]


@pytest.mark.parametrize(
    ("text", "kept", "gone"),
    [
        ("家住浙江省杭州市西湖区文三路188号", "浙江省杭州市", "西湖区"),
        ("患者来自安徽省阜阳市颍上县江口镇", "安徽省阜阳市", "颍上"),
        ("患者来自绍兴市。", "绍兴市", None),
        ("住西藏自治区。", "西藏自治区", None),
        ("老家在桐庐。", "老家", "桐庐"),
        ("转自浙江省绍兴市人民医院", "转自", "人民医院"),
        ("于当地医院就诊，后来我院。", "于当地医院就诊，后来我院。", None),
    ],
)
def test_province_and_city_stay_and_what_is_finer_goes(text: str, kept: str, gone: str | None) -> None:
    out = clean(text)
    assert kept in out
    assert gone is None or gone not in out


CLINICAL = [
    "白细胞5.6×10^9/L，血红蛋白132g/L，血小板210×10^9/L，C反应蛋白3.2mg/L。",
    "BP 120/80mmHg，P 80次/分，R 18次/分，T 36.5℃，SpO2 98%，体重62.5kg。",
    "给予奥沙利铂150MG D1，亚叶酸钙0.3G+替加氟1.0G D2-D6化疗，白蛋白10g静滴。",
    "HBV-DNA 12500000IU/mL，AFP 1210ng/mL，CA199 37.5U/mL。",
    "阿尔茨海默病，帕金森病，布氏杆菌病，白塞病，高血压3级，左心室肥厚，黄疸，何杰金淋巴瘤。",
    "血压逐日为130 120 115 98 124，尿量1500 1800 2000 1700ml，心率88 90 76 102次/分。",
    "血糖5.6 7.8 9.0 11.2 13.5mmol/L，肌酐78、82、91、105、130μmol/L。",
    "术后3天拔管，3周后复查，每日3次，每次2片，5-7天。",
    "行腹腔镜下直肠癌根治术（Dixon术），切缘阴性，淋巴结0/12，TNM分期pT3N0M0，Gleason 3+4=7分。",
    "神清，精神可，双肺呼吸音清，未闻及干湿性啰音，腹软，无压痛，移动性浊音阴性，双下肢无水肿。",
    "甲状腺右叶结节，大小1.2×0.8cm，TI-RADS 4a类，建议穿刺。",
]


@pytest.mark.parametrize("text", CLINICAL)
def test_a_clinical_text_without_identifiers_is_unchanged(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("患者王秀英，女，65岁。", ["王秀英"]),
        ("联系人：刘德明（儿子）。", ["刘德明"]),
        ("主治医师 赵文静", ["赵文静"]),
        ("术者：欧阳振华，一助：周海涛，麻醉医师：吴敏", ["欧阳振华", "周海涛", "吴敏"]),
        ("陈主任查房后指示继续抗感染。", ["陈"]),
        ("患者阿卜杜拉·买买提诉头痛。", ["阿卜杜拉·买买提"]),
        ("患者次仁卓玛，女，42岁。", ["次仁卓玛"]),
        ("家属乌兰图雅签署同意书。", ["乌兰图雅"]),
        ("责任护士古丽娜尔·阿不都热依木给予宣教。", ["古丽娜尔·阿不都热依木"]),
        ("姓名：李　明，男。", ["李　明"]),
        ("由其妻孙桂兰陪同。", ["孙桂兰"]),
        ("Dr. John Smith会诊。", ["John Smith"]),
    ],
)
def test_names_are_found_by_rule(text: str, names: list[str]) -> None:
    found = clean(text)
    for name in names:
        assert name not in found
    assert len(MARK.findall(found)) >= len(names)


# ------------------------------------------------------------------------------------------------------------ days
@pytest.mark.parametrize(
    ("written", "by", "expected"),
    [
        ("2024年3月5日", -10, "2024年2月24日"),
        ("2024-03-05", -5, "2024-02-29"),
        ("2024/3/5", 1, "2024/3/6"),
        ("24.3.5", 1, "24.3.6"),
        ("2024.03.05", 30, "2024.04.04"),
        ("20240305", -5, "20240229"),
        ("3月5日", -5, "2月28日"),
        ("2024年3月", -31, "2024年2月"),
        ("2024年", -365, "2023年"),
        ("二〇二四年三月五日", -10, "二〇二四年二月二十四日"),
        ("三月五日", 20, "三月二十五日"),
        ("2023年2月30日", 1, None),
        ("\u3007\u3007\u3007\u3007年三月五日", 1, None),
        ("\u3007\u3007\u3007一年三月五日", -365, None),
    ],
)
def test_a_day_moves_in_its_own_form(written: str, by: int, expected: str | None) -> None:
    assert moved(written, by) == expected


@settings(deadline=None, max_examples=60)
@given(st.dates(date(1950, 1, 1), date(2038, 12, 31)), st.integers(0, 400), st.text("abc0123", min_size=1, max_size=8))
def test_the_time_between_two_days_stays(day: date, gap: int, patient: str) -> None:
    other = day + timedelta(days=gap)
    text = f"于{day.year}年{day.month}月{day.day}日入院，{other:%Y-%m-%d}出院。"
    out = clean(text, patient=patient)
    first = date(*map(int, re.search(r"于(\d+)年(\d+)月(\d+)日", out).groups()))
    second = date(*map(int, re.search(r"(\d{4})-(\d\d)-(\d\d)", out).groups()))
    assert (second - first).days == gap
    assert (first - day).days == shift_days(PROJECT, patient)
    assert -365 <= (first - day).days <= -1


@pytest.mark.parametrize(
    "text",
    [
        "2016.02.13、2016.03.06",
        "2013-01-06、2013-01-25",
        "2016-02-03 2016-02-28",
        "2016-02-03，2016-02-28",
        "16.02.05,16.02.27",
    ],
)
def test_rows_of_days_are_days(text: str) -> None:
    assert [one.kind for one in findings(f"化疗（{text}）", NOBODY)] == [Kind.DATE, Kind.DATE]


def test_public_texts_name_quarters_at_most() -> None:
    assert clean("2024年5月6日入院", project=Project(key=KEY, profile="public")) == "2024年第2季度入院"


# ------------------------------------------------------------------------------------------------------ properties
@settings(deadline=None, max_examples=80)
@given(st.lists(st.sampled_from([one.text for one in planted(120, seed=3)] + CLINICAL), min_size=1, max_size=5))
def test_a_second_pass_finds_days_alone(parts: list[str]) -> None:
    once = clean("\n".join(parts))
    assert {one.kind for one in findings(once, NOBODY)} <= {Kind.DATE}


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=200))
def test_places_are_in_order_and_inside(text: str) -> None:
    at = 0
    for one in findings(text, Known(names=("张建国",), numbers=("0012345678",))):
        assert at <= one.start < one.end <= len(text)
        at = one.end


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=80), st.text(max_size=80))
def test_a_known_identity_never_survives(before: str, after: str) -> None:
    out = clean(f"{before}张建国{after}", Known(names=("张建国",)))
    assert "张建国" not in out


def test_pseudonyms_are_of_one_project() -> None:
    other = Project(key=b"j" * 32, profile="research")
    assert pseudonym(PROJECT, "name", "张建国") == pseudonym(PROJECT, "name", "张 建国")
    assert pseudonym(PROJECT, "name", "张建国") != pseudonym(other, "name", "张建国")
    assert pseudonym(PROJECT, "name", "张建国") != pseudonym(PROJECT, "staff", "张建国")
    assert len({shift_days(PROJECT, str(number)) for number in range(200)}) > 100
    assert shift_days(PROJECT, "1") != shift_days(other, "1") or shift_days(PROJECT, "2") != shift_days(other, "2")


def test_a_pseudonym_tells_nothing_of_the_value() -> None:
    assert re.fullmatch("[A-Z]{14}", pseudonym(PROJECT, "id_card", "11010519491231002X"))


def test_a_function_serves_as_a_key() -> None:
    import hmac

    project = Project(key=lambda message: hmac.digest(KEY, message, "sha256"), profile="research")
    assert pseudonym(project, "name", "张建国") == pseudonym(project, "name", "张建国")
    assert "张建国" not in clean("患者张建国", project=project)


def test_a_short_key_is_refused() -> None:
    from jingui.core.errors import Misconfigured

    with pytest.raises(Misconfigured):
        Project(key=b"short", profile="research")


def test_long_and_empty_texts() -> None:
    assert clean("") == ""
    noise = random.Random(5)
    text = "".join(noise.choice("一二三0123456789 -.，患者王李张建国路号") for _ in range(100_000))
    assert findings(text, NOBODY)  # ends in seconds
