"""四（二）4 去标识化: addresses and organisations in Chinese texts [4.2.4]

Province and city stay where the profile keeps them; whatever is finer goes: county, town, road, house, village, room.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from jingui.core.deidentify_words import Kind
from jingui.formats.deidentify_project import Found
from jingui.formats.deidentify_words import PLACE, TERM, Words, either, listed

_H: Final = "一-鿿"
_N: Final = "0-9A-Za-z一二三四五六七八九十百甲乙丙丁"
_UNIT: Final = (
    rf"[{_H}]{{1,7}}?(?:自治州|自治县|自治旗|地区|街道|社区|小区|新村|大道|大街|胡同|开发区|工业园|花园|家园|公寓|大厦|广场|[县区市旗镇乡村路街巷弄里庄屯寨苑庭园坊湾])"
    rf"|[{_N}\-]{{1,6}}\s?(?:号楼|号院|弄|号|栋|幢|座|单元|楼|层|室|组|队|户)"
)
#: An address after a place's name: units, at least one of them finer than a city.
_CHAIN: Final = re.compile(rf"(?:(?:省|自治区|特别行政区|市|州|盟)?(?:{_UNIT})(?:\s?[,，]?(?={_UNIT}))?){{1,8}}")
#: Where somebody is from: the name of a place after it goes even without a suffix.
_HOME: Final = re.compile(
    r"(?:来自|家住|家在|老家|祖籍|籍贯|户籍|出生于|生于|现住|居住在|居住于|住在|住于|转自|返回|回到)(?:于|在|是)?\Z"
)
_FINE: Final = re.compile(
    rf"[县区旗镇乡村路街巷弄里庄屯寨苑园坊湾]|街道|社区|小区|大道|胡同|花园|公寓|大厦|[{_N}](?:号|栋|幢|座|单元|室|组|队)"
)
#: A road or housing estate with a number, whatever stands before.
_ROAD: Final = re.compile(
    rf"[{_H}]{{2,6}}(?:路|街|巷|弄|大道|大街|胡同|小区|花园|家园|苑|公寓|新村|村|庄|里|大厦|广场|坊)\s?[{_N}\-]{{1,6}}\s?(?:号楼|号院|弄|号|栋|幢|座|单元|楼|室|组|队)"
    rf"(?:\s?[{_N}\-]{{1,6}}\s?(?:号楼|号|栋|幢|座|单元|楼|层|室|户))*"
)
_LEAD: Final = re.compile(rf"[{_H}]{{0,5}}[住在于到从往至](?=[{_H}]{{2}})")
_AFTER_CUE: Final = re.compile(r"\s?(?:[:：为是在于]\s?)?([^\s，。；;,、:：\n（(□]{2,40})")
_SUFFIX: Final = re.compile(r".+(?:县|区|镇|乡|村|街道|路|街|社区)\Z")
_HOUSE: Final = re.compile(
    r"(?:人民医院|中医院|医院|卫生院|卫生服务中心|卫生服务站|保健院|保健所|疗养院|诊所|卫生室|门诊部|医学院|急救中心|血站|疾控中心|疾病预防控制中心|大学|学院|中学|小学|幼儿园|"
    r"有限责任公司|股份有限公司|有限公司|集团公司|公司|集团|银行|研究所|研究院|设计院|法院|检察院|公安局|派出所|工厂|出版社|事务所|委员会|合作社|养老院|敬老院|福利院|监狱|看守所|部队|"
    r"协会|学会|基金会|党校|技校|职校|报社|电视台|电台|商场|超市|酒店|宾馆|饭店|大队|支队|厂(?![家商区])|局(?![部限麻灶面势域促]))"
)
_STOP_KINDS: Final = frozenset(("v", "p", "c", "d", "r", "x", "u", "uj", "ul", "t", "y", "e", "ud", "uz", "ad", "vd"))
_STOP_VERBS: Final = frozenset("任在于为是到去来转经由被给送赴入从至向往读住有与和及让请叫")
_JOBS: Final = frozenset("现任 曾任 历任 担任 兼任 就职 任职 毕业 就读 工作 转至 转入 转自 送至 前往 位于".split())
WIDE: Final = 8  # words before the kind of house at most
GENERIC: Final = frozenset(
    """我 本 外 贵 该 当地 上级 县 市 省 区 镇 乡 村 某 各 大 多家 一家 两家 这家 那家 社区 当地县
    当地市 综合 专科 人民 中心 第一 教学 附属 私立 公立 民营 国有 私营 国营""".split()
)


@cache
def _general() -> frozenset[str]:
    return frozenset(listed("places", "general"))


@cache
def _cue() -> re.Pattern[str]:
    return re.compile(f"(?<!\u3014){either(listed('places', 'address_cue'))}")


@cache
def _coarse() -> re.Pattern[str]:
    """Province and city at the start of an address."""
    province = "|".join(sorted(listed("places", "province"), key=len, reverse=True))
    city = "|".join(sorted(listed("places", "city"), key=len, reverse=True))
    return re.compile(
        rf"(?:中国)?(?:(?:{province})(?:省|市|维吾尔自治区|壮族自治区|回族自治区|自治区|特别行政区)?)?"
        rf"(?:(?:{city})(?:市|地区|盟|州|[{_H}]{{1,6}}族自治州)?(?![区县旗]))?"
    )


def coarse(address: str) -> str:
    """The province and city that an address begins with, "" when it names none."""
    match = _coarse().match(address)
    return match.group() if match else ""


def places(text: str, words: Words) -> Iterator[Found]:
    """Yield addresses finer than a city: after a cue, chains of units, roads with numbers, names of counties."""
    for one in _places(text, words):
        if coarse(text[one.start : one.end]) != text[one.start : one.end]:
            yield one


def _places(text: str, words: Words) -> Iterator[Found]:
    for match in _cue().finditer(text):
        if (value := _AFTER_CUE.match(text, match.end())) and not _placeless(value.group(1)):
            yield Found(Kind.ADDRESS, *value.span(1))
    for match in _ROAD.finditer(text):
        lead = _LEAD.match(match.group())
        start = match.start() + (lead.end() if lead else 0)
        yield Found(Kind.ADDRESS, start if lead else _word_start(words, start), match.end())
    for at, (word, kind) in zip(words.at, words.words, strict=True):
        if kind == PLACE or (kind == "ns" and len(word) >= 2):
            end = at + len(word)
            chain = _CHAIN.match(text, end)
            if chain and _FINE.search(chain.group()):
                yield Found(Kind.ADDRESS, at, _word_end(words, chain.end()))
            elif kind == "ns" and ((len(word) >= 3 and _SUFFIX.match(word)) or _HOME.search(text, max(0, at - 5), at)):
                yield Found(Kind.ADDRESS, at, end)


_NO_PLACE: Final = frozenset(("不详", "同上", "无", "同前", "未知", "拒绝提供", "本市", "本地", "当地", "原籍"))


def _placeless(value: str) -> bool:
    """Whether a value says that there is no address."""
    if value in _NO_PLACE or value.startswith(("\u3014", "不详", "无业", "退休")):
        return True
    kept = coarse(value)
    return bool(kept) and (value == kept or value[len(kept) :].startswith("\u3014"))  # cleaned before


def _word_start(words: Words, at: int) -> int:
    """The start of the word that a place of the text lies in."""
    while at and not words.first[at]:
        at -= 1
    return at


def _word_end(words: Words, at: int) -> int:
    """The end of the word that a place of the text lies in."""
    while not words.first[at]:
        at += 1
    return at


def organisations(text: str, words: Words) -> Iterator[Found]:
    """Yield organisations with a name of their own; `当地医院` and `我院` name none."""
    general = _general()
    for match in _HOUSE.finditer(text):
        start = match.start()
        at = _word_start(words, start)
        number = words.number[at]
        begin = at
        for before in range(number - 1, max(-1, number - 1 - WIDE), -1):
            word, kind = words.words[before]
            if _stops(word, kind):
                break
            begin = words.at[before]
            if kind == PLACE:
                break
        end = _word_end(words, match.end())
        own = text[begin : match.start()]
        if own and own not in GENERIC and text[begin:end] not in general:
            yield Found(Kind.ORGANISATION, begin, end)
    for at, (word, kind) in zip(words.at, words.words, strict=True):
        if kind == "nt" and len(word) >= 4 and word not in general:
            yield Found(Kind.ORGANISATION, at, at + len(word))


def _stops(word: str, kind: str) -> bool:
    """Whether an organisation's name cannot reach over a word."""
    if kind == TERM or not (word[0].isalnum() or word in "（）()·") or word in _JOBS:
        return True
    return kind in _STOP_KINDS and not (kind == "v" and len(word) == 1 and word not in _STOP_VERBS)
