"""一 总则 [1.2]: words for the elements and codes of a FHIR resource that people meet on a page or on paper"""

from typing import Final

from jingui.core.word import N_

LABELS: Final[dict[str, str]] = {
    "identifier": N_("编号"), "status": N_("状态"), "category": N_("类别"), "code": N_("项目"), "subject": N_("患者"),
    "patient": N_("患者"), "encounter": N_("就诊"), "context": N_("就诊"), "issued": N_("报告时间"),
    "performer": N_("执行者"), "effectiveDateTime": N_("时间"), "effectivePeriod": N_("时间"), "value": N_("结果"),
    "interpretation": N_("判断"), "note": N_("备注"), "referenceRange": N_("参考范围"), "component": N_("分项"),
    "method": N_("方法"), "bodySite": N_("部位"), "specimen": N_("标本"), "device": N_("设备"),
    "hasMember": N_("包含"), "derivedFrom": N_("来源于"), "author": N_("作者"), "title": N_("标题"),
    "section": N_("章节"), "date": N_("日期"), "type": N_("类型"), "class": N_("就诊类型"), "attester": N_("签名"),
    "custodian": N_("保管机构"), "event": N_("所记事件"), "entry": N_("引用记录"), "mode": N_("方式"),
    "clinicalStatus": N_("临床状态"), "verificationStatus": N_("确认状态"), "severity": N_("严重程度"),
    "stage": N_("分期"), "onsetDateTime": N_("起病时间"), "onsetAge": N_("起病年龄"), "onsetString": N_("起病"),
    "abatementDateTime": N_("缓解时间"), "recordedDate": N_("记录时间"), "recorder": N_("记录者"),
    "asserter": N_("陈述者"), "evidence": N_("依据"), "intent": N_("意图"), "priority": N_("优先级"),
    "medicationCodeableConcept": N_("药品"), "medicationReference": N_("药品"), "authoredOn": N_("开立时间"),
    "requester": N_("开立者"), "reasonCode": N_("原因"), "reasonReference": N_("原因"),
    "dosageInstruction": N_("用法用量"), "dosage": N_("用法用量"), "route": N_("途径"), "doseAndRate": N_("剂量"),
    "doseQuantity": N_("每次剂量"), "timing": N_("频次"), "repeat": N_("重复"), "frequency": N_("次数"),
    "period": N_("时段"), "periodUnit": N_("周期单位"), "sequence": N_("序号"), "asNeededBoolean": N_("必要时"),
    "dispenseRequest": N_("发药"), "quantity": N_("数量"), "validityPeriod": N_("有效期"),
    "expectedSupplyDuration": N_("疗程"), "substitution": N_("替换"), "performedDateTime": N_("施行时间"),
    "performedPeriod": N_("施行时间"), "outcome": N_("结局"), "complication": N_("并发症"), "followUp": N_("随访"),
    "usedCode": N_("所用物品"), "actor": N_("人员"), "function": N_("职责"), "location": N_("地点"),
    "recordedOn": N_("记录时间"), "result": N_("结果项"), "conclusion": N_("结论"), "conclusionCode": N_("结论编码"),
    "presentedForm": N_("报告文件"), "contentType": N_("文件类型"), "data": N_("内容"), "size": N_("大小"),
    "hash": N_("摘要"), "attachment": N_("附件"), "content": N_("内容"), "docStatus": N_("文书状态"),
    "description": N_("说明"), "format": N_("格式"), "vaccineCode": N_("疫苗"), "occurrenceDateTime": N_("发生时间"),
    "lotNumber": N_("批号"), "expirationDate": N_("失效日期"), "primarySource": N_("第一手来源"),
    "criticality": N_("危险程度"), "reaction": N_("反应"), "manifestation": N_("表现"), "substance": N_("物质"),
    "onset": N_("发生时间"), "lastOccurrence": N_("最近发生"), "relationship": N_("关系"), "name": N_("姓名"),
    "gender": N_("性别"), "birthDate": N_("出生日期"), "deceasedBoolean": N_("已故"),
    "deceasedDateTime": N_("死亡时间"), "address": N_("地址"), "telecom": N_("联系方式"),
    "maritalStatus": N_("婚姻状况"), "contact": N_("联系人"), "communication": N_("语言"),
    "generalPractitioner": N_("家庭医生"), "managingOrganization": N_("管理机构"), "active": N_("在用"),
    "multipleBirthBoolean": N_("多胎"), "photo": N_("照片"), "link": N_("关联"), "participant": N_("参与者"),
    "individual": N_("人员"), "diagnosis": N_("诊断"), "condition": N_("病情"), "use": N_("用途"), "rank": N_("次序"),
    "hospitalization": N_("住院"), "admitSource": N_("入院途径"), "dischargeDisposition": N_("离院方式"),
    "serviceProvider": N_("机构"), "serviceType": N_("服务类型"), "length": N_("时长"), "goal": N_("目标"),
    "activity": N_("活动"), "detail": N_("详情"), "scope": N_("范围"), "dateTime": N_("时间"),
    "policyRule": N_("依据规则"), "provision": N_("条款"), "purpose": N_("目的"), "summary": N_("小结"),
    "investigation": N_("检查"), "item": N_("条目"), "finding": N_("所见"), "basis": N_("依据"),
    "problem": N_("问题"), "prognosisCodeableConcept": N_("预后"), "started": N_("开始时间"), "series": N_("序列"),
    "modality": N_("检查设备类型"), "numberOfSeries": N_("序列数"), "numberOfInstances": N_("图像数"),
    "reason": N_("原因"), "basedOn": N_("依据申请"), "partOf": N_("所属"), "occurrencePeriod": N_("发生时间"),
    "dataAbsentReason": N_("缺失原因"), "created": N_("建立时间"), "careTeam": N_("医疗组"), "addresses": N_("针对"),
    "assessor": N_("评估者"), "effective": N_("时间"), "assigner": N_("发放机构"), "system": N_("系统"),
    "display": N_("显示名"), "reference": N_("引用"), "time": N_("时间"), "party": N_("签署者"), "low": N_("下限"),
    "high": N_("上限"), "text": N_("文字"), "line": N_("详细地址"), "city": N_("市"), "district": N_("区县"),
    "state": N_("省"), "postalCode": N_("邮政编码"), "country": N_("国家"),
    "request": N_("依据申请"), "dose": N_("剂量"), "organization": N_("机构"),
}  # fmt: skip

# Codes whose meaning hangs on the element they stand in: "A" is a blood group elsewhere, "h" somebody's text.
VALUES: Final[dict[str, str]] = {
    "final": N_("最终"), "preliminary": N_("初步"), "amended": N_("已修订"), "corrected": N_("已更正"),
    "registered": N_("已登记"), "entered-in-error": N_("误录"), "active": N_("进行中"), "completed": N_("已完成"),
    "stopped": N_("已停止"), "on-hold": N_("暂停"), "cancelled": N_("已取消"), "in-progress": N_("进行中"),
    "finished": N_("已结束"), "planned": N_("计划中"), "arrived": N_("已到达"), "onleave": N_("请假外出"),
    "inactive": N_("非活动"), "resolved": N_("已痊愈"), "remission": N_("缓解"), "recurrence": N_("复发"),
    "relapse": N_("再发"), "confirmed": N_("已确诊"), "provisional": N_("拟诊"), "differential": N_("鉴别诊断"),
    "unconfirmed": N_("未确认"), "refuted": N_("已排除"), "male": N_("男"), "female": N_("女"), "unknown": N_("不详"),
    "other": N_("其他"), "order": N_("医嘱"), "plan": N_("计划"), "proposal": N_("建议"), "routine": N_("常规"),
    "urgent": N_("加急"), "asap": N_("尽快"), "stat": N_("立即"), "current": N_("现行"), "superseded": N_("已被取代"),
    "draft": N_("草稿"), "available": N_("可用"), "allergy": N_("过敏"), "intolerance": N_("不耐受"), "low": N_("低"),
    "high": N_("高"), "unable-to-assess": N_("无法评估"), "mild": N_("轻度"), "moderate": N_("中度"),
    "severe": N_("重度"), "food": N_("食物"), "medication": N_("药物"), "environment": N_("环境"),
    "biologic": N_("生物制品"), "not-done": N_("未执行"), "permit": N_("同意"), "deny": N_("不同意"),
    "rejected": N_("已拒绝"), "professional": N_("执业签名"), "legal": N_("法定签名"), "official": N_("正式"),
    "personal": N_("个人"), "laboratory": N_("检验"), "vital-signs": N_("生命体征"), "imaging": N_("影像"),
    "exam": N_("体格检查"), "social-history": N_("个人史"), "survey": N_("量表"), "procedure": N_("操作"),
    "therapy": N_("治疗"), "encounter-diagnosis": N_("就诊诊断"), "problem-list-item": N_("问题列表"),
    "IMP": N_("住院"), "AMB": N_("门诊"), "EMER": N_("急诊"), "OBSENC": N_("留观"), "SS": N_("日间"),
    "home": N_("家庭"), "mobile": N_("手机"), "work": N_("单位"),
    "VR": N_("互联网诊疗"), "TREAT": N_("诊疗"),
}  # fmt: skip

INTERPRETATIONS: Final[dict[str, str]] = {
    "H": N_("偏高"),
    "L": N_("偏低"),
    "HH": N_("危急高值"),
    "LL": N_("危急低值"),
    "N": N_("正常"),
    "A": N_("异常"),
    "AA": N_("严重异常"),
    "POS": N_("阳性"),
    "NEG": N_("阴性"),
}

UNITS: Final[dict[str, str]] = {
    "d": N_("天"),
    "h": N_("小时"),
    "wk": N_("周"),
    "mo": N_("月"),
}

CODED: Final = frozenset(
    [
        "status",
        "clinicalStatus",
        "verificationStatus",
        "intent",
        "priority",
        "gender",
        "category",
        "criticality",
        "use",
        "mode",
        "type",
        "docStatus",
        "severity",
        "class",
        "outcome",
        "purpose",
    ]
)


def word(name: str, code: str) -> str:
    """The msgid for `code` standing in element `name`, "" where the code is not ours to explain."""
    if name == "interpretation":
        return INTERPRETATIONS.get(code, "")
    if name in ("periodUnit", "durationUnit"):
        return UNITS.get(code, "")
    return VALUES.get(code, "") if name in CODED else ""
