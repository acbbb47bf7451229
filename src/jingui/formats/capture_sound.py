"""二（一）1 采集模板: whether a template hangs together, whoever wrote it [2.1.1]"""

import re
from collections.abc import Iterator
from typing import Final

from jingui.core.capture import Item, ItemKind, Necessity, Template
from jingui.core.word import N_
from jingui.formats.capture_extract import MAKES
from jingui.formats.capture_rules import RULES
from jingui.formats.codetables import shipped
from jingui.formats.identifiers import CHECKS

LINK: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


def problems(template: Template) -> Iterator[tuple[str, str]]:
    """What is wrong with a template's own make-up, as (link, msgid); nothing when it can be used."""
    every = template.every()
    links = [item.link for item in every]
    yield from (
        (link, N_("两个项目用了同一个标识。")) for link in sorted({one for one in links if links.count(one) > 1})
    )
    known = {*links, *(f"{item.link}.{one.link}" for item in every for one in item.items)}
    for item in every:
        yield from ((item.link, text) for text in _item(item, known))
    for rule in template.rules:
        if rule.kind not in RULES or rule.left not in known or (rule.right and rule.right not in known):
            yield rule.left, N_("核对规则所用的项目不存在。")
    for make in template.makes:
        if make.kind not in MAKES or (make.of != "*" and make.of not in known):
            yield make.of, N_("此项用于形成诊断、用药等结构化资料，不能删除。")


def _item(item: Item, known: set[str]) -> Iterator[str]:
    coded = item.kind in (ItemKind.CHOICE, ItemKind.CODED)
    if not LINK.fullmatch(item.link):
        yield N_("标识只能用小写字母、数字和下划线。")
    if not item.zh.strip():
        yield N_("请填写名称。")
    if coded != bool(item.table) or (item.table and item.table not in shipped()):
        yield N_("选项和编码须指定编码表。")
    if (item.kind is ItemKind.GROUP) != bool(item.items):
        yield N_("多行项目须含有至少一个项目。")
    if item.check and item.check not in CHECKS:
        yield N_("没有这种校验。")
    other = item.when[0]
    if (item.necessity is Necessity.CONDITIONAL) != bool(other) or (other and other not in known):
        yield N_("有条件必填须写明存在的条件项目。")
    if item.low is not None and item.high is not None and item.low > item.high:
        yield N_("下限高于上限。")
