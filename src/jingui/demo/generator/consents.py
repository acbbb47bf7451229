"""Written consents: to collecting sensitive information, and to an operation [2.1.3]"""

from datetime import datetime, timedelta

from jingui.demo.generator import codes
from jingui.demo.generator.chart import Chart, instant

MINUTE = timedelta(minutes=1)


def sensitive_consent(chart: Chart, at: datetime) -> None:
    """The written consent that sensitive information needs, its purpose told to the patient [2.1.3]."""
    chart.add(
        {
            "resourceType": "Consent",
            "identifier": [{"system": f"{codes.OID}.1.34", "value": f"ZQ{chart.who.mrn}{at:%y%m%d}"}],
            "status": "active",
            "scope": codes.concept(
                f"{codes.HL7}/consentscope", "patient-privacy", "Privacy Consent", "个人信息处理同意"
            ),
            "category": [codes.concept(codes.LOINC, "59284-0", "Consent Document", "敏感个人信息采集知情同意书")],
            "patient": chart.subject,
            "dateTime": instant(at),
            "performer": [chart.subject],
            "organization": [codes.reference("Organization", "hospital", chart.hospital.name)],
            "policyRule": {"text": "患者医疗信息管理制度 二（一）3"},
            "provision": {
                "type": "permit",
                "purpose": [codes.coding(f"{codes.HL7}/v3-ActReason", "TREAT", "treatment")],
            },
        },
        chart.team.attending,
        at,
        after=5 * MINUTE,
    )


def surgical_consent(chart: Chart, at: datetime) -> None:
    """The Consent to an operation, signed by the patient or the legal representative."""
    chart.add(
        {
            "resourceType": "Consent",
            "identifier": [{"system": f"{codes.OID}.1.34", "value": f"SS{chart.who.mrn}{at:%y%m%d}"}],
            "status": "active",
            "scope": codes.concept(f"{codes.HL7}/consentscope", "treatment", "Treatment", "诊疗同意"),
            "category": [codes.concept(codes.LOINC, "59284-0", "Consent Document", "手术知情同意书")],
            "patient": chart.subject,
            "dateTime": instant(at),
            "performer": [chart.subject],
            "organization": [codes.reference("Organization", "hospital", chart.hospital.name)],
            "policyRule": {"text": "中华人民共和国民法典 第一千二百一十九条"},
        },
        chart.team.resident,
        at,
    )
