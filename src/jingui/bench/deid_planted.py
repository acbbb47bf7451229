"""四（二）4 去标识化: made-up identifiers in noisy written forms, planted into sentences to be found again [4.2.4]"""

import random
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_FULL: Final = {
    ord(one): chr(ord(one) + 0xFEE0) for one in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz@.-"
}
_HAN: Final = str.maketrans("0123456789", "零一二三四五六七八九")
_AREAS: Final = ("110105", "310104", "330102", "440305", "510107", "420106", "370202", "650102", "540102", "150102")
_ROADS: Final = ("人民路", "解放大道", "中山北路", "文化街", "和平巷", "建设路", "滨江大道", "桂花弄")
_ESTATES: Final = ("阳光花园", "金色家园", "幸福小区", "翠竹苑", "东方公寓", "锦绣新村")
_PLACES: Final = (
    "北京市海淀区",
    "上海市徐汇区",
    "浙江省杭州市西湖区",
    "广东省深圳市福田区",
    "四川省成都市武侯区",
    "湖北省武汉市洪山区",
)
_PROVINCES: Final = "京津沪冀豫云辽黑湘皖鲁苏浙赣鄂桂甘晋陕吉闽贵粤青川宁琼"
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class Planted(NamedTuple):
    """A sentence with one identifier at [start, end)."""

    kind: str
    text: str
    start: int
    end: int


def id_card(chance: random.Random) -> str:
    """An identity number of 18 characters with its check digit."""
    born = f"{chance.randint(1930, 2020)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
    first = f"{chance.choice(_AREAS)}{born}{chance.randint(0, 999):03d}"
    total = sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]


def _old_card(chance: random.Random) -> str:
    born = f"{chance.randint(30, 85):02d}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
    return f"{chance.choice(_AREAS)}{born}{chance.randint(1, 999):03d}"


def _mobile(chance: random.Random) -> str:
    return f"1{chance.choice('3456789')}{chance.randint(0, 999_999_999):09d}"


def _landline(chance: random.Random) -> str:
    area = chance.choice(("10", "21", "571", "755", "28", "27"))
    return f"0{area}-{chance.randint(2, 8)}{chance.randint(0, 9_999_999):07d}"


def _bank(chance: random.Random) -> str:
    body = chance.choice(("6222", "6217", "6228", "6230")) + f"{chance.randint(0, 99_999_999_999_999):014d}"
    double = sum(sum(divmod(int(one) * 2, 10)) for one in body[::-2])
    return body + str(-(double + sum(int(one) for one in body[-2::-2])) % 10)


def _plate(chance: random.Random) -> str:
    tail = "".join(chance.choice("0123456789") for _ in range(4)) + chance.choice(_LETTERS + "0123456789")
    return f"{chance.choice(_PROVINCES)}{chance.choice('ABCDEFGH')}{chance.choice(('', '·', ' '))}{tail}"


def _email(chance: random.Random) -> str:
    name = "".join(chance.choice("abcdefghijkmnopqrstuvwxyz0123456789._") for _ in range(chance.randint(4, 10)))
    return f"a{name}b@{chance.choice(('163.com', 'qq.com', 'sina.com.cn', 'example.org', 'outlook.com'))}"


def _wechat(chance: random.Random) -> str:
    return "wx" + "".join(chance.choice("abcdefghijkmnopqrstuvwxyz0123456789_") for _ in range(chance.randint(5, 12)))


def _address(chance: random.Random) -> str:
    road = f"{chance.choice(_ROADS)}{chance.randint(1, 999)}号"
    house = f"{chance.choice(_ESTATES)}{chance.randint(1, 40)}栋{chance.randint(1, 6)}单元{chance.randint(101, 2801)}室"
    return chance.choice(_PLACES) + chance.choice((road, house, road + house))


def _record(chance: random.Random) -> str:
    return chance.choice(("", "ZY", "M")) + f"{chance.randint(100_000, 99_999_999)}"


def _passport(chance: random.Random) -> str:
    return chance.choice(("E", "G", "EA"))[:1] + f"{chance.randint(10_000_000, 99_999_999)}"


#: Kind, maker, sentences, noises that people write it with.
_KINDS: Final[tuple[tuple[str, Callable[[random.Random], str], tuple[str, ...], tuple[str, ...]], ...]] = (
    ("id_card", id_card, ("身份证号：{}，已核对。", "患者{}持本人证件就诊", "证件号码为{}。"),
     ("as is", "full", "spaced", "dashed", "hidden", "lower", "han", "look", "mixed", "many")),
    ("id_card_15", _old_card, ("身份证号：{}（旧证）。", "老人证件号{}，"),
     ("as is", "full", "hidden", "mixed", "many")),
    ("mobile", _mobile, ("联系电话{}，家属在外地。", "手机：{}", "请拨{}联系其子。"),
     ("as is", "full", "344", "344dash", "hidden", "han", "look", "+86", "single", "dots", "mixed", "many")),
    ("landline", _landline, ("单位电话：{}。", "家中座机{}"), ("as is", "full", "hidden", "mixed", "many")),
    ("bank", _bank, ("退费至银行卡{}。", "卡号：{}"), ("as is", "full", "4444", "hidden", "mixed", "many")),
    ("plate", _plate, ("驾驶{}车辆来院。", "车牌号{}"), ("as is", "full", "hidden", "mixed", "many")),
    ("email", _email, ("报告发至{}。", "邮箱：{}"), ("as is", "full", "at", "hidden", "mixed", "many")),
    ("wechat", _wechat, ("微信：{}", "加微信号{}随访。", "vx：{}"), ("as is", "full", "hidden", "mixed", "many")),
    ("address", _address, ("住址：{}。", "患者家住{}，独居。", "从{}由急救车送来。"),
     ("as is", "full", "hidden", "mixed", "many")),
    ("record", _record, ("住院号：{}，", "病案号{}。", "门诊号 {}"), ("as is", "full", "hidden", "mixed", "many")),
    ("passport", _passport, ("护照号{}。", "持护照（{}）就诊。"), ("as is", "full", "hidden", "mixed", "many")),
)  # fmt: skip


def _noisy(value: str, noise: str, chance: random.Random) -> str:
    """A value as people or systems write it."""
    if noise == "full":
        return value.translate(_FULL)
    if noise == "spaced":
        return f"{value[:6]} {value[6:14]} {value[14:]}"
    if noise == "dashed":
        return f"{value[:6]}-{value[6:14]}-{value[14:]}"
    if noise == "lower":
        return value.lower()
    if noise == "han":
        return value.translate(_HAN)
    if noise == "look":
        return value.replace("0", chance.choice("Oo\u3007")) if 0 < value.count("0") < len(value) // 2 else value
    if noise == "344":
        return f"{value[:3]} {value[3:7]} {value[7:]}"
    if noise == "344dash":
        return f"{value[:3]}-{value[3:7]}-{value[7:]}"
    if noise == "4444":
        return " ".join(value[at : at + 4] for at in range(0, len(value), 4))
    if noise == "+86":
        return f"+86 {value}"
    if noise == "single":
        return " ".join(value)
    if noise == "at":
        return value.replace("@", chance.choice(("(at)", "[at]", " @ ")))
    if noise == "dots":
        return f"{value[:3]}.{value[3:7]}.{value[7:]}"
    if noise == "mixed":  # half in full width, one invisible character
        half = len(value) // 2
        return value[:half].translate(_FULL) + chance.choice("\u200b\u2060") + value[half:]
    if noise == "many":  # an invisible character after each
        return "\u200c".join(value)
    if noise == "hidden":
        at = chance.randint(1, len(value) - 1)
        return value[:at] + chance.choice("\u200b\u200d\ufeff\u2060") + value[at:]
    return value


def planted(count: int, seed: int = 1) -> Iterator[Planted]:
    """Yield so many sentences, kinds and noises in turn, repeatable by the seed."""
    chance = random.Random(seed)  # noqa: S311  (made-up test values, repeatable on purpose)
    for number in range(count):
        kind, make, sentences, noises = _KINDS[number % len(_KINDS)]
        noise = noises[number // len(_KINDS) % len(noises)]
        value = _noisy(make(chance), noise, chance)
        before, _, after = chance.choice(sentences).partition("{}")
        yield Planted(f"{kind} ({noise})", before + value + after, len(before), len(before) + len(value))
