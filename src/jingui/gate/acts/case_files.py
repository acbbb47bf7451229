"""三（二）2 病案室流转: the operations on case files [3.2.2]"""

from jingui.core.custody import (
    AnswerDeficiency,
    CaseFilesRequest,
    CloseDeficiency,
    CodeCaseFile,
    DeficienciesRequest,
    JudgeCaseFile,
    MoveCaseFile,
    OpenCaseFile,
    PutBack,
    RatesRequest,
    ReturnDeficiency,
)
from jingui.core.errors import Invalid
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.words import Grant, Role, Verb
from jingui.gate import case_files as c
from jingui.gate import case_files_board as board
from jingui.gate import case_files_coding as coding
from jingui.gate import case_files_deficiencies as deficiencies
from jingui.gate import case_files_moves as moves
from jingui.gate import case_files_page as page
from jingui.gate.actors import ActorFacts
from jingui.gate.context import ReadContext
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.runtime import Runtime
from jingui.gate.stances import NONE, Stance, stance
from jingui.gate.writing import WriteContext
from jingui.store.models import Deficiency

COVERS = Stance(grant=Grant.COVERS)


def number(runtime: Runtime, operation: Operation, public: str) -> int:
    """The number behind a public id of the target; 0 for one of another patient, which the act says is not there."""
    pair = runtime.ids.internal(public) if public else None
    return pair[1] if pair is not None and pair[0] == operation.target.patient else 0


@stance(Verb.JUDGE_CASE_FILE)
def judging(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """Who coded a case file is a party to its judgement."""
    data = operation.data
    file = number(runtime, operation, data.file) if isinstance(data, JudgeCaseFile) else 0
    return Stance(party=bool(file) and actor.person in c.coders(runtime, operation.target.patient, file))


@stance(Verb.CODE_CASE_FILE)
def coded(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """Who judged a case file does not code it afterwards."""
    data = operation.data
    file = number(runtime, operation, data.file) if isinstance(data, CodeCaseFile) else 0
    return Stance(party=bool(file) and actor.person in c.judges(runtime, operation.target.patient, file))


@stance(Verb.ANSWER_DEFICIENCY, Verb.CLOSE_DEFICIENCY)
def concerned(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """A deficiency is answered by its author, and settled by anybody of the office but them."""
    data = operation.data
    if not isinstance(data, AnswerDeficiency | CloseDeficiency):
        return NONE
    at = number(runtime, operation, data.deficiency)
    row = Deficiency.objects.filter(pk=(operation.target.patient, at)).first() if at else None
    if row is None:
        return COVERS  # the act says that there is none
    runtime.sealer.check(row)
    mine = row.author_id == actor.person
    return Stance(grant=Grant.COVERS if mine else Grant.NONE, party=mine and isinstance(data, CloseDeficiency))


@read_act(Verb.READ_CASE_FILES)
async def read_case_files(context: ReadContext, permit: Permit) -> Done:
    """The board, deficiencies in a list, or the rates."""
    match permit.operation.data:
        case CaseFilesRequest() as data:
            return await board.board(context, permit, data)
        case DeficienciesRequest() as data:
            return await board.deficiencies(context, permit, data)
        case RatesRequest() as data:
            return await board.rates(context, permit, data)
    raise Invalid()


read_act(Verb.READ_CASE_FILE)(page.read)


@write_act(Verb.MOVE_CASE_FILE)
def move_case_file(context: WriteContext, permit: Permit) -> Done:
    """Open or put back (the timed task), or move on (people)."""
    system = context.actor.role is Role.SYSTEM
    match permit.operation.data:
        case OpenCaseFile() as data if system:
            return moves.open_file(context, permit, data)
        case PutBack() as data if system:
            return moves.put_back(context, permit, data)
        case MoveCaseFile() as data if not system:
            return moves.move_on(context, permit, data)
    raise Invalid()


@write_act(Verb.CODE_CASE_FILE)
def code_case_file(context: WriteContext, permit: Permit) -> Done:
    """编码"""
    match permit.operation.data:
        case CodeCaseFile() as data:
            return coding.code(context, permit, data)
    raise Invalid()


@write_act(Verb.JUDGE_CASE_FILE)
def judge_case_file(context: WriteContext, permit: Permit) -> Done:
    """首页质控、终末质控、退回"""
    match permit.operation.data:
        case JudgeCaseFile() as data:
            return moves.judge(context, permit, data)
    raise Invalid()


@write_act(Verb.RETURN_DEFICIENCY)
def return_deficiency(context: WriteContext, permit: Permit) -> Done:
    """退回缺陷"""
    match permit.operation.data:
        case ReturnDeficiency() as data:
            return deficiencies.give_back(context, permit, data)
    raise Invalid()


@write_act(Verb.ANSWER_DEFICIENCY)
def answer_deficiency(context: WriteContext, permit: Permit) -> Done:
    """答复缺陷"""
    match permit.operation.data:
        case AnswerDeficiency() as data:
            return deficiencies.answer(context, permit, data)
    raise Invalid()


@write_act(Verb.CLOSE_DEFICIENCY)
def close_deficiency(context: WriteContext, permit: Permit) -> Done:
    """核销缺陷或再次退回"""
    match permit.operation.data:
        case CloseDeficiency() as data:
            return deficiencies.close(context, permit, data)
    raise Invalid()
