"""Imaging, ultrasound, ECG, endoscopy and pathology reports in prose [2.1.2]"""

from datetime import datetime, timedelta

from jingui.core.words import Role
from jingui.demo.generator import codes
from jingui.demo.generator.chart import Chart, instant
from jingui.demo.generator.documents import narrative
from jingui.demo.generator.lists import table
from jingui.demo.generator.shapes import Json

_SECTIONS = {  # modality: HL7 v2-0074 diagnostic service section, Chinese, whose report
    "CT": ("CT", "CT 检查", "imaging"),
    "MR": ("NMR", "磁共振检查", "imaging"),
    "DR": ("RAD", "X 线检查", "imaging"),
    "US": ("RUS", "超声检查", "imaging"),
    "DSA": ("RAD", "血管造影", "imaging"),
    "ECG": ("EC", "心电检查", "own"),
    "EEG": ("EN", "脑电检查", "own"),
    "PFT": ("PF", "肺功能检查", "own"),
    "ES": ("OTH", "内镜检查", "own"),
    "PATH": ("SP", "病理检查", "laboratory"),
}


def _writer(chart: Chart, owner: str) -> str:
    if owner == "own":
        return chart.team.attending
    role = Role.PHYSICIAN if owner == "imaging" else Role.TECHNICIAN
    return chart.rng.choice(chart.hospital.of(role, owner)).id


def add_report(chart: Chart, key: str, at: datetime, until: datetime | None = None) -> str:
    """Enter the request and, when due, the report `key`; returns name and conclusion as a note of `until` says."""
    row = table("reports")[key]
    section, kind, owner = _SECTIONS[row["modality"]]
    due = timedelta(minutes=round(row.get("minutes", 90) * chart.rng.uniform(0.7, 1.6)))
    done = at + due <= chart.now
    code = codes.concept(codes.own("examination"), key, row["name"])
    performer = owner if owner != "own" else chart.team.department
    request = chart.add(
        {
            "resourceType": "ServiceRequest",
            "status": "completed" if done else "active",
            "intent": "order",
            "category": [codes.concept(codes.own("request"), "examination", "检查申请")],
            "code": code,
            "subject": chart.subject,
            "encounter": chart.here,
            "authoredOn": instant(at),
            "requester": chart.practitioner(chart.team.resident),
            "performer": [codes.reference("Organization", performer, chart.hospital.department(performer).name)],
        },
        chart.team.resident,
        at,
    )
    if not done or not request:
        return f"{row['name']}：已申请，待检查。"
    writer = _writer(chart, owner)
    findings = chart.say("".join(row["findings"]))
    conclusion = chart.say(row["conclusion"])
    chart.add(
        {
            "resourceType": "DiagnosticReport",
            "status": "final",
            "basedOn": [codes.reference("ServiceRequest", request)],
            "category": [codes.concept(f"{codes.HL7}/v2-0074", section, section, kind)],
            "code": code,
            "subject": chart.subject,
            "encounter": chart.here,
            "effectiveDateTime": instant(at),
            "issued": instant(at + due),
            "performer": [chart.practitioner(writer)],
            "conclusion": conclusion,
            "text": _text(findings, conclusion),
        },
        writer,
        at,
        after=due,
    )
    if until is not None and at + due > until:
        return f"{row['name']}：已检查，报告待回报。"
    return f"{row['name']}：{conclusion}"


def _text(findings: str, conclusion: str) -> Json:
    return narrative(f"检查所见：{findings}\n诊断意见：{conclusion}")
