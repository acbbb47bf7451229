"""四（二）4 去标识化: the closed words of de-identification [4.2.4]"""

from typing import Final

from jingui.core.word import N_, Word

#: 受限制数据集 (research), 公开或汇总 (public), 教学库 (teaching): the columns of every table of rows.
PROFILE_NAMES: Final = ("research", "public", "teaching")


class Technique(Word):
    """What is done to an element; in brackets the family of GB/T 37964-2019."""

    KEEP = "keep", N_("保留")
    SUPPRESS = "suppress", N_("抑制：删除")
    MASK = "mask", N_("抑制：屏蔽")
    GENERALISE = "generalise", N_("泛化")
    ROUND = "round", N_("泛化：取整")
    TOP_CODE = "top_code", N_("泛化：顶层编码")
    PSEUDONYM = "pseudonym", N_("假名化：密码派生")
    SHIFT = "shift", N_("随机化：日期平移")
    TEXT = "text", N_("自由文本清洗")
    WALK = "walk", N_("逐项处理")


class Kind(Word):
    """What is found in a text; the label stands in its place."""

    NAME = "name", N_("姓名")
    ID_CARD = "id_card", N_("身份证号")
    PHONE = "phone", N_("电话")
    BANK_CARD = "bank_card", N_("银行卡号")
    PLATE = "plate", N_("车牌号")
    PASSPORT = "passport", N_("证件号")
    EMAIL = "email", N_("电子邮箱")
    ACCOUNT = "account", N_("网络账号")
    LINK = "link", N_("网络地址")
    ADDRESS = "address", N_("地址")
    ORGANISATION = "organisation", N_("机构")
    RECORD = "record", N_("记录号")
    BED = "bed", N_("床号")
    NUMBER = "number", N_("号码")
    DATE = "date", N_("日期")
    AGE = "age", N_("高龄")
