"""二（二）3 停机应急: the station's texts: Chinese, or English where the browser asks [2.2.3]"""

import gettext
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from jingui.core.word import N_

LOCALE: Final = Path(__file__).resolve().parents[1] / "locale"
SEX: Final = {"male": N_("男"), "female": N_("女"), "unknown": N_("未知"), "other": N_("其他")}
PRECAUTIONS: Final = {
    "blood": N_("血液、体液防护"), "airborne": N_("空气隔离"), "contact": N_("飞沫、接触隔离"),
}  # fmt: skip

#: What pages say inside f-strings, where the collector of texts does not look; tests hold the two together.
PAGES: Final = (
    N_("停机应急查阅"),
    N_("本站密钥由口令保护：关机后，没有口令的人拿走本机也打不开任何内容。"),
    N_("本站密钥只由操作系统的文件权限保护：能以本用户登录本机的人就能打开摘要。请锁好本机。"),
    N_("床位"),
    N_("患者"),
    N_("诊断"),
    N_("过敏"),
    N_("防护提示"),
    N_("病区患者"),
    N_("时间"),
    N_("床位、姓名"),
    N_("观察、处置、用药"),
    N_("执行人签名"),
    N_("补录人、时间"),
    N_("停机期间纸质记录单"),
    N_("停机情况和查阅理由"),
    N_("打印病区清单"),
    N_("打印此摘要"),
    N_("账号"),
    N_("应急 PIN"),
    N_("进入"),
    N_("打印空白纸质记录单"),
    N_("摘要取得于"),
    N_("此后的医嘱和变化不在其中"),
    N_("本站台账"),
    N_("退出"),
    N_("{n} 岁"),
    N_("保密病案，此为化名"),
    N_("最近病历文书"),
    N_("返回病区患者"),
    N_("日期"),
    N_("第 ____ 页 共 ____ 页"),
    N_("系统恢复后由执行人本人补录并核对，本单随病历归档。"),
    N_("返回"),
    N_("系统运行正常。请在系统内查阅："),
    N_("连不上系统。可凭应急 PIN 查阅本病区的加密摘要，每次查阅先写入本站台账。"),
    N_("可用至"),
    N_("没有可用的摘要。请使用纸质流程。"),
    N_("系统无法使用（说明情况，恢复后由医务或审计复核）"),
    N_("另有 {n} 名患者的信息不能放入摘要，请用纸质流程。"),
    N_("取摘要时本病区没有在诊患者。"),
    N_("另有 {n} 条高度敏感或患者限制的记录不在摘要内。"),
    N_("摘要中没有记录；不等于没有，请向患者核实。"),
    N_("已留痕。请用浏览器的打印（Ctrl+P）。"),
    N_("应急工作站"),
    N_("跳到正文"),
    N_("病案号"),
    N_("当前用药"),
)


def language(accepted: str) -> str:
    """`en` where the browser asks for English first, else `zh`."""
    return "en" if accepted.strip().lower().startswith("en") else "zh"


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "zh":
        return gettext.NullTranslations()
    return gettext.translation("django", LOCALE, languages=[code], fallback=True)


class Say:
    """Texts of one reader, ready for HTML."""

    def __init__(self, code: str) -> None:
        """Speak this language."""
        self.code = code

    def __call__(self, text: str, /, **values: object) -> str:
        """A msgid in the reader's language, escaped, its values filled in."""
        found = _catalogue(self.code).gettext(text) if text else ""
        return escape(found.format(**values) if values else found)
