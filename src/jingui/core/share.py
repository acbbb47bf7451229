"""五（二）共享: purposes, views, bases: what may leave, for what, on which ground [5.2.1] [5.2.2] [5.2.4]"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from jingui.core.word import N_
from jingui.core.words import Category, Level, Purpose


class View(NamedTuple):
    """A row: what a purpose needs and no more: categories, record types, how far back (days; 0 = the visit alone)."""

    text: str
    categories: frozenset[Category]
    types: frozenset[str]  # FHIR types; empty = all of these categories
    days: int
    level: Level = Level.SENSITIVE  # the highest that it ever shows


class Basis(NamedTuple):
    """A row: the ground without consent: its words and the law's citation."""

    text: str
    law: str


class SharePurpose(NamedTuple):
    """A row: a lawful purpose, the door's purpose it is judged as, its view, its ground, whether it is assessed."""

    text: str
    purpose: Purpose
    view: str
    basis: str  # "consent", or a row of BASES
    kinds: frozenset[str]  # partners' kinds that may be the receiver
    assessed: bool  # whether an impact assessment is a precondition (PIPL 55)


BASES: Final[Mapping[str, Basis]] = {
    "infectious": Basis(N_("传染病报告"), N_("传染病防治法")),
    "death": Basis(N_("死因登记"), N_("人口死亡医学证明和信息登记管理规定")),
    "life": Basis(N_("生命危急且无法取得同意"), N_("个人信息保护法第十三条第一款第四项")),
    "payment": Basis(N_("医疗保障结算"), N_("社会保险法、医疗保障基金使用监督管理条例")),
    "quality": Basis(N_("医疗质量监管"), N_("医疗质量管理办法")),
}
