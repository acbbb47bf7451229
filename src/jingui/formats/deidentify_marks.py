"""四（二）4 去标识化: identifiers told by a word before them or by their own form, in a plain text [4.2.4]"""

import re
from collections.abc import Iterator
from typing import Final

from jingui.core.deidentify_words import Kind
from jingui.formats.deidentify_noise import regions
from jingui.formats.deidentify_project import Found

_IS: Final = r"\s?(?:号码|号|编号|账号|帐号|ID|id|No|NO)?\.?\s?(?:[:：=#是为]|号是|号为){0,2}\s{0,2}"
_CUED: Final = re.compile(
    r"(?:住院|病案|病历|门诊|急诊|就诊|挂号|登记|体检|检查|检验|化验|标本|样本|条码|影像|放射|超声|病理|申请单|流水|处方|医嘱|票据|发票|收据|报告单|"
    r"合同|保单|档案|编|工|学|警官证|军官证|士兵证|护照|通行证|身份证|证件|社保|社保卡|医保|医保卡|就诊卡|诊疗卡|健康卡|一卡通|银行卡|卡|"
    r"新农合|参合|准考证|执业证书|执业证|资格证|驾驶证|出生证|出生医学证明|台胞证|港澳通行证|回乡证|居住证|残疾证)(?:号码|证号|卡号|号|ID)"
    r"\s?(?:[:：=#是为]){0,2}\s{0,2}([A-Za-z]{0,6}[\-/]?\d[A-Za-z0-9\-/]{2,23})"
)
_ID: Final = re.compile(
    r"(?<![A-Za-z])(?:MRN|PID|ID|CT号|MR号|MRI号|X线号|DR号|US号|B超号|心电图号)"
    + _IS
    + r"([A-Za-z]{0,6}-?\d[A-Za-z0-9\-]{3,19})"
)
_BED: Final = re.compile(
    r"床号\s?[:：]\s?([A-Za-z0-9+\-加]{1,8})|床号?\s?[:：]?\s?([+加]?\d{1,3}(?:-\d{1,2})?床?)(?![\d.])|"
    r"(?<![\d.A-Za-z])([A-Za-z]{0,4}-?[+加]?\d{1,3})\s?号?床(?![旁边单位])"
)
_PAPER: Final = re.compile(
    r"(?:护照|通行证|台胞证|军官证|士兵证|警官证|回乡证|居住证|驾驶证|医保卡|社保卡|就诊卡|健康卡|病案|病历)(?:号码|号)?\s?[:：]?\s?"
    r"((?:[一-鿿]{1,3}字?第?)?[A-Za-z]{0,3}\s?\d[\d \-]{3,20}\d号?)"
)
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9_.+\-]{0,63}\s?(?:@|艾特|\[at\]|\(at\)|（at）|#at#| at )\s?"
    r"(?:[A-Za-z0-9\-]{1,63}\s?(?:\.|点|\[dot\]|\(dot\)|。| dot )\s?){1,4}[A-Za-z]{2,10}(?![A-Za-z])"
)
_ACCOUNT: Final = re.compile(
    r"(?=[微薇wWVvX威Qq扣抖快小支钉SstLT])(?:微信号?|微\s?信|薇[❤♥\ufe0f]*|weixin|wechat|WeChat|Wechat|WECHAT|(?<![A-Za-z])(?:VX|vx|wx|WX|Wx)|V信|v信|薇信|威信|[Qq]\s?[Qq]|扣扣|抖音号?|快手号?|小红书|微博|支付宝|钉钉|Skype|skype|Line|telegram|Telegram)"
    r"(?:账号|帐号|号码|号|ID|id|群)?\s?(?:[:：=是为加]|号是|就是){0,2}\s{0,2}"
    r"([A-Za-z0-9_][A-Za-z0-9_\-.@ ]{3,23}[A-Za-z0-9_])"
)
_HANDLE: Final = re.compile(
    r"(?<![A-Za-z0-9])@[A-Za-z0-9_\-一-鿿]{2,20}|(?<=[A-Za-z0-9_])@(?=[A-Za-z一-鿿])[A-Za-z0-9_\-一-鿿]{2,20}"
)
_PLATE: Final = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼新使][ ·.\-]?[A-HJ-NP-Za-hj-np-z][ ·•.\-]{0,2}"
    r"(?=[A-Za-z0-9 \-]*\d)[A-HJ-NP-Za-hj-np-z0-9](?:[ \-]?[A-HJ-NP-Za-hj-np-z0-9]){4,5}(?![A-Za-z0-9])[挂学警港澳领]?"
)
_ACROSS: Final = re.compile(r"粤\s?[Zz][ ·•.\-]{0,2}[A-HJ-NP-Z0-9]{4}[港澳]")
_PASSPORT: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:[EGDSPHeg][A-Za-z]?[ \-]?\d{7,8}|[CWcw][ \-]?\d{8}|[HMhm]\d{8,10}"
    r"|1[45]\d{7}|[A-Z]{1,2}\d{6}\([0-9A]\))(?![A-Za-z0-9.])"
)
_LINK: Final = re.compile(
    r"(?:https?|ftp)\s?[:：]\s?//[^\s，。；、）)》”\"]+|(?<![A-Za-z0-9])www\.[A-Za-z0-9\-.]+[A-Za-z0-9](?:/[^\s，。；、）)》]*)?",
    re.IGNORECASE,
)
_IP: Final = re.compile(
    r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])|(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}(?![0-9A-Fa-f:])|(?<![0-9A-Fa-f:\-])(?:[0-9A-Fa-f]{2}[:\-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:])"
)
_POSTCODE: Final = re.compile(r"邮(?:政)?编(?:码)?\s?[:：]?\s?(\d{6})(?!\d)")
_AGE: Final = re.compile(r"(?<![\d.])(9\d|1[0-2]\d)(?=\s?(?:周岁|岁)(?!以上))")
_SPOKEN_AGE: Final = re.compile(
    r"(?:九十[一二三四五六七八九]?|一百(?:零|一|二|[零一二]?十?)?[一二三四五六七八九]?)(?=(?:周岁|岁|高龄)(?!以上))"
)

#: Kind, pattern, and what a text must have at least one of for it; the identifier is the pattern's group, or all of it.
_PATTERNS: Final = (
    (Kind.EMAIL, _EMAIL, ("@", "at", "艾特")), (Kind.LINK, _LINK, ("//", "ww", "WW", "wW", "Ww")),
    (Kind.LINK, _IP, (".", ":", "-")), (Kind.ACCOUNT, _ACCOUNT, ()), (Kind.ACCOUNT, _HANDLE, ("@",)),
    (Kind.RECORD, _CUED, ("号", "ID")), (Kind.RECORD, _PAPER, ("证", "卡", "照", "病")),
    (Kind.RECORD, _ID, ("号", "ID", "MRN")), (Kind.PLATE, _PLATE, ()), (Kind.PLATE, _ACROSS, ("粤",)),
    (Kind.PASSPORT, _PASSPORT, ()), (Kind.NUMBER, _POSTCODE, ("邮",)), (Kind.BED, _BED, ("床",)),
    (Kind.AGE, _AGE, ("岁",)),
)  # fmt: skip


def marks(text: str) -> Iterator[Found]:
    """Yield identifiers of a plain text."""
    parts = regions(text)
    for kind, pattern, needed in _PATTERNS if parts else ():
        if not needed or any(one in text for one in needed):
            for low, high in parts:
                for match in pattern.finditer(text, low, high):
                    yield Found(kind, *match.span(match.lastindex or 0))
    for match in _SPOKEN_AGE.finditer(text) if "岁" in text or "高龄" in text else ():
        yield Found(Kind.AGE, *match.span())
