"""一（三）2 事项: what a row of the table of matters says [1.3.1] [4.1.1]

Pages, queues, states, reminders, entries and `docs/matters.md` follow from rows alone. Texts are msgids.
"""

from dataclasses import dataclass
from typing import Final

from jingui.core.word import N_, Word
from jingui.core.words import Role


class State(Word):
    """Where a matter stands."""

    DRAFT = "draft", N_("草稿")
    WAITING = "waiting", N_("办理中")
    RETURNED = "returned", N_("已退回")
    APPROVED = "approved", N_("已通过")
    EXECUTED = "executed", N_("已执行")
    REFUSED = "refused", N_("未通过")
    APPEALED = "appealed", N_("申诉中")
    WITHDRAWN = "withdrawn", N_("已撤回")
    EXPIRED = "expired", N_("已失效")
    CLOSED = "closed", N_("已办结")


class Move(Word):
    """What may be done with a matter."""

    START = "start", N_("发起")
    SAVE = "save", N_("保存")
    SUBMIT = "submit", N_("提交")
    APPROVE = "approve", N_("通过")
    REFUSE = "refuse", N_("不通过")
    RETURN = "return", N_("退回补充")
    REPLY = "reply", N_("答复")
    WITHDRAW = "withdraw", N_("撤回")
    APPEAL = "appeal", N_("申诉")
    CLOSE = "close", N_("办结")
    EXPIRE = "expire", N_("失效")


class Ask(Word):
    """What kind of answer a question takes."""

    TEXT = "text", N_("文字")
    LONG = "long", N_("多行文字")
    CHOICE = "choice", N_("单选")
    CHOICES = "choices", N_("多选")
    NUMBER = "number", N_("数字")
    DATE = "date", N_("日期")
    PERSON = "person", N_("人员")
    DEPARTMENT = "department", N_("科室")
    PATIENTS = "patients", N_("病案号列表")
    HIDDEN = "hidden", N_("由系统填写")


class About(Word):
    """Whom or what a matter concerns."""

    NOTHING = "nothing", N_("不涉及患者")
    PATIENT = "patient", N_("患者")
    RECORD = "record", N_("记录")


class Who(Word):
    """Who acts in a step, besides the roles it names."""

    ROLES = "roles", N_("岗位")
    SUBJECT = "subject", N_("当事人")
    STARTER = "starter", N_("发起人")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One answer that is asked for. `choices` are (word, msgid); `most` names the setting that limits a number."""

    name: str
    text: str
    ask: Ask = Ask.TEXT
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    least: int | None = None
    most: str = ""  # name of a setting: the highest number allowed
    length: int = 2000
    shown: str = ""  # how its answer is told: "" as it stands, findings, entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper to bring: a document's image or file.

    `after`: only once the matter was executed, by its starter or whoever it lets act: what was signed on the spot.
    """

    name: str
    text: str
    required: bool = True
    help: str = ""
    after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stage: who acts, how many different people, within which time, and what they may say.

    `days` names a setting in working days, `hours` one in hours; without either there is no deadline. `outcomes` are
    (word, msgid, passes): the decider picks one; those that do not pass end the matter as refused. Where the step may
    be refused, a refusal names one of those that do not pass, an approval one of those that do, if there are any.
    """

    name: str
    who: Who = Who.ROLES
    roles: tuple[Role, ...] = ()
    people: int = 1
    days: str = ""
    hours: str = ""
    own_department: bool = False  # only people of the matter's department
    moves: tuple[Move, ...] = (Move.APPROVE, Move.REFUSE, Move.RETURN)
    outcomes: tuple[tuple[str, str, bool], ...] = ()
    grounds: tuple[tuple[str, str], ...] = ()  # (outcome, the paper without which it is not said)
    after: str = "escalate"  # what a missed deadline does: escalate | expire | pass


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterKind:
    """A row. `effect` names what the gate does when the last step passes, "" when nothing follows by itself."""

    id: str
    text: str
    purpose: str  # one sentence: when to use it
    clauses: tuple[str, ...]
    section: str
    starters: tuple[Role, ...]
    steps: tuple[Step, ...]
    about: About = About.NOTHING
    questions: tuple[Question, ...] = ()
    papers: tuple[Paper, ...] = ()
    effect: str = ""
    grants: str = ""  # msgid: what is granted, and how long
    obligations: tuple[str, ...] = ()  # msgids: what comes with it
    then: tuple[str, str] = ("", "")  # where its starter goes on: the matter's page of that name, and its msgid
    appeal: tuple[Step, ...] = ()
    appeal_days: str = ""  # setting, working days after the refusal
    four_eyes: bool = True  # nobody acts in two steps
    may_read: tuple[Role, ...] = ()  # who sees it besides those who take part
    system: bool = False  # opened by the system itself
    page: str = ""  # the page it is started from, where the general form cannot fill it
    confidential: bool = False  # the subject does not see it before it is their turn
    copies: str = ""  # copies may be made for it: patient | legal | sealing


STAFF: Final = tuple(
    role for role in Role if role not in (Role.PATIENT, Role.PARTNER, Role.INTERFACE, Role.SYSTEM, Role.PUBLIC)
)
CLINICAL: Final = (Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST)
