"""四（二）4 去标识化: made-up names planted into a record: what is found without knowing anybody [4.2.4]"""

import random
from collections.abc import Iterator
from typing import Final

from jingui.bench.deid_planted import Planted

_SURNAMES: Final = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛"
    "闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁"
)
_COMPOUND: Final = "欧阳 上官 司马 诸葛 司徒 东方 慕容 皇甫 令狐 尉迟".split()
_GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰萍红文建国志海波鹏辉飞斌峰宇浩然梓轩子涵雨欣怡诗琪佳慧淑珍秀云凤翠莲春梅金荣福生德贵根永庆长富学忠义仁宏晓东卫民光亮新俊凯"
    "思远嘉睿一诺可馨若曦语晨亦菲锦程泽宇"
)
_MINORITY: Final = (
    "买买提·艾山江",
    "阿依古丽·吐尔逊",
    "扎西·多吉",
    "巴特尔",
    "古丽娜尔·阿不都热依木",
    "次仁卓玛",
    "乌兰图雅",
    "努尔哈提·马合木提",
)
_SENTENCES: Final = (
    "患者{}，男，{age}岁，因“上腹部疼痛3天”入院。",
    "患者姓名：{} 性别：女 年龄：{age}岁",
    "今日{}主任医师查房，指示继续抗感染、补液治疗。",
    "{}副主任医师查房记录：患者神志清，双肺呼吸音清。",
    "病史由患者之子{}陈述，可靠。",
    "联系人：{}（配偶），已告知病情。",
    "术者：{}，麻醉方式：全麻，手术顺利，术中出血约50ml。",
    "手术医师{}，助手见记录单，患者安返病房。",
    "医师签名：{}",
    "记录者：{}，2024-05-06 10:20",
    "已请心内科{}医生会诊，建议完善冠脉CTA。",
    "家属{}签署知情同意书，要求继续化疗。",
    "责任护士{}给予健康宣教，患者表示理解。",
    "患者{}诉切口疼痛，予止痛对症处理。",
    "与患者女儿{}沟通，告知目前诊断为胃癌。",
    "陪护人员{}代述：患者昨夜未眠。",
    "患者{}因“反复咳嗽、咳痰5年，加重1周”收入我科。",
    "{}，女，{age}岁，已婚，农民，汉族。",
    "请示上级医师{}后，予以抗凝治疗。",
    "{}教授会诊意见：完善增强CT，必要时手术。",
    "手术由{}主任主刀，术中未见转移。",
    "一助：{} 二助：见手术记录",
    "护士{}遵医嘱给予静脉补液。",
    "报告医师：{} 审核医师：见签名",
    "患儿{}，其母代诉发热2天。",
    "家属（儿子{}）表示知情同意。",
    "配偶{}，体健，否认遗传病史。",
    "其兄{}有高血压病史十年。",
    "已电话通知家属{}来院。",
    "电话联系{}（患者之妹），告知检验结果。",
    "感谢{}医生的精心治疗和护理。",
    "受委托人：{}，与患者关系：父子",
    "{}主治医师代主任查房，同意目前诊疗方案。",
    "科主任{}指示：继续抗炎、护胃治疗。",
    "病人{}于今晨6时突发胸闷、气促。",
    "嘱患者{}出院后定期复查血常规。",
    "与{}沟通病情后，家属表示理解。",
    "{}诉昨夜睡眠欠佳，食欲一般。",
    "患者家属{}要求转院，已签字。",
    "见证人{}，身份证已核对。",
    "查房时{}指出，应警惕深静脉血栓。",
    "由{}护士长负责出院宣教。",
    "门诊以“冠心病”收住，接诊医生{}。",
    "患者{}术后第三天，切口愈合良好。",
)


def _name(chance: random.Random) -> str:
    """A made-up name: mostly a surname and one or two characters, some compound, some of minorities."""
    die = chance.random()
    if die < 0.05:
        return chance.choice(_MINORITY)
    first = chance.choice(_COMPOUND) if die < 0.1 else chance.choice(_SURNAMES)
    return first + "".join(chance.choice(_GIVEN) for _ in range(chance.choice((1, 2, 2, 2))))


def planted_names(count: int, seed: int = 1) -> Iterator[Planted]:
    """Yield so many sentences of a record with a name each, repeatable by the seed."""
    chance = random.Random(seed)  # noqa: S311  (made-up test values, repeatable on purpose)
    for number in range(count):
        before, _, after = _SENTENCES[number % len(_SENTENCES)].partition("{}")
        name, age = _name(chance), str(chance.randint(18, 88))
        before, after = before.replace("{age}", age), after.replace("{age}", age)
        yield Planted("name", before + name + after, len(before), len(before) + len(name))
