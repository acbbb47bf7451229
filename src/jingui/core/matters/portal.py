"""一（三）2 患者权益优先: what patients ask for in their portal: objections, corrections, complaints [1.3.2] [2.2.4]"""

from typing import Final

from jingui.core.matters.row import About, Ask, MatterKind, Move, Question, Step
from jingui.core.word import N_
from jingui.core.words import Role

ENTRY: Final = Question(name="entry", text=N_("存证条目"), ask=Ask.HIDDEN, length=36)
TOPICS: Final = (
    ("care", N_("诊疗和服务")), ("record", N_("病历内容和书写")), ("privacy", N_("隐私和信息使用")),
    ("copies", N_("复制和收费")), ("other", N_("其他")),
)  # fmt: skip
ROWS: Final = (
    MatterKind(
        id="access_objection",
        text=N_("对查阅的异议"),
        purpose=N_("患者认为某一次查阅不应该时提出，由与该次查阅无关的人员调查并答复。"),
        clauses=("1.3.2", "4.1.3"),
        section="access",
        about=About.PATIENT,
        starters=(Role.PATIENT,),
        questions=(
            ENTRY,
            Question(
                name="reason", text=N_("具体情况"), ask=Ask.LONG,
                help=N_("例如：当天没有就诊，也不认识该科室的人。"),
            ),
        ),
        steps=(
            Step(
                name=N_("调查答复"), roles=(Role.MEDICAL_AFFAIRS, Role.DISCIPLINE), days="patient_answer_days",
                moves=(Move.APPROVE,),
                outcomes=(
                    ("proper", N_("查阅正当，已说明依据"), True), ("improper", N_("查阅不当，已按制度处理"), True),
                ),
            ),
        ),
        appeal=(Step(name=N_("机构负责人复核"), roles=(Role.HEAD,), days="patient_answer_days"),),
        appeal_days="matter_appeal_days",
        may_read=(Role.SUPERVISOR, Role.DISCIPLINE),
        confidential=True,
    ),
    MatterKind(
        id="reader_name",
        text=N_("申请知道查阅人姓名"),
        purpose=N_("患者有正当理由时，申请知道某一次查阅的人员姓名；答复中写明姓名或不予提供的理由。"),
        clauses=("1.3.2",),
        section="access",
        about=About.PATIENT,
        starters=(Role.PATIENT,),
        questions=(ENTRY, Question(name="reason", text=N_("理由"), ask=Ask.LONG)),
        steps=(Step(name=N_("医务部门答复"), roles=(Role.MEDICAL_AFFAIRS,), days="patient_answer_days"),),
        appeal=(Step(name=N_("机构负责人复核"), roles=(Role.HEAD,), days="patient_answer_days"),),
        appeal_days="matter_appeal_days",
    ),
    MatterKind(
        id="patient_correction",
        text=N_("患者申请更正"),
        purpose=N_("患者发现病历写错时提出，由书写科室核实；确有错误的由书写人更正，原文保留并划线。"),
        clauses=("1.3.2", "2.2.4"),
        section="enter",
        about=About.RECORD,
        starters=(Role.PATIENT,),
        questions=(
            Question(name="reason", text=N_("哪里写错了"), ask=Ask.LONG, help=N_("写明原来的文字、正确的内容和依据。")),
        ),
        steps=(
            Step(
                name=N_("医务部门核实答复"), roles=(Role.MEDICAL_AFFAIRS, Role.QUALITY), days="patient_answer_days",
                moves=(Move.APPROVE, Move.REFUSE),
            ),
        ),
        appeal=(Step(name=N_("机构负责人复核"), roles=(Role.HEAD,), days="patient_answer_days"),),
        appeal_days="matter_appeal_days",
    ),
    MatterKind(
        id="complaint",
        text=N_("投诉与建议"),
        purpose=N_("患者或监护人对诊疗服务、信息使用、复制和收费有意见或建议时提出，由医务部门答复。"),
        clauses=("1.3.2",),
        section="access",
        about=About.PATIENT,
        starters=(Role.PATIENT,),
        questions=(
            Question(name="topic", text=N_("关于什么"), ask=Ask.CHOICE, choices=TOPICS),
            Question(
                name="reason", text=N_("具体情况"), ask=Ask.LONG,
                help=N_("什么时候、在哪里、发生了什么；您希望怎样处理。"),
            ),
            Question(
                name="phone", text=N_("联系电话"), required=False, length=20, help=N_("不填则只在门户中答复"),
            ),
        ),
        steps=(
            Step(
                name=N_("医务部门答复"), roles=(Role.MEDICAL_AFFAIRS,), days="patient_answer_days",
                moves=(Move.REPLY,),  # an answer always says something
                outcomes=(
                    ("accepted", N_("意见已采纳，处理情况见答复"), True),
                    ("explained", N_("未采纳，理由见答复"), False),
                ),
            ),
        ),
        appeal=(Step(name=N_("机构负责人复核"), roles=(Role.HEAD,), days="patient_answer_days"),),
        appeal_days="matter_appeal_days",
        may_read=(Role.SUPERVISOR, Role.DISCIPLINE),
    ),
)  # fmt: skip
