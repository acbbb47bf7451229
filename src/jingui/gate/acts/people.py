"""六（一）2 账号管理: who works here, from which posts, with which accounts [6.1.2]"""

from jingui.core.errors import NotFound
from jingui.core.permit import Permit
from jingui.core.protect import Directory, PeopleRequest
from jingui.core.words import Verb
from jingui.gate.context import ReadContext
from jingui.gate.directory import MOST, clashes, departments, history, holders, people
from jingui.gate.registry import Done, read_act


@read_act(Verb.READ_PEOPLE)
async def read_people(context: ReadContext, permit: Permit) -> Done:
    """One page of people, or one person with the history of their rights; NotFound when there is no such person."""
    data = permit.operation.data
    request = data if isinstance(data, PeopleRequest) else PeopleRequest()
    found = await people(context, request)
    count = min(max(request.count, 1), MOST)
    if request.person and not found:
        raise NotFound()
    value = Directory(
        departments=await departments(context), people=found[:count], holders=await holders(context), clashes=clashes(),
        history=await history(context, request.person) if request.person else (),
    )  # fmt: skip
    return Done(value=value, more=str(found[count - 1].id) if len(found) > count else "")
