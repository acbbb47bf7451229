"""`jingui import codes FILE --table NAME`: the hospital's own code table, entered in its directory [2.2.2]"""

import argparse
from collections.abc import Callable
from pathlib import Path

from jingui.cli.words import out, say
from jingui.config import house
from jingui.core.enter import Change, Submission
from jingui.core.errors import Misconfigured
from jingui.core.operation import Actor, Operation
from jingui.core.word import N_
from jingui.core.words import Purpose, Verb
from jingui.formats.codetables_import import code_system, rows_of


def imported(given: argparse.Namespace, who: Callable[[str], Actor]) -> int:
    """Enter one table; the same table again is a new version of it, and the one before stays to be read."""
    if len(given.folder) != 1 or not given.table:
        raise Misconfigured(N_("请指定一个文件，并用 --table 指明编码表。"))
    path = Path(given.folder[0])
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Misconfigured(N_("文件无法读取。"), where=path.name) from error
    resource = code_system(given.table, rows_of(data), given.source or path.stem)
    with house.opened(reading=True, sequencing=True):
        from jingui.gate import door

        change = Change(resource=resource, full_url=f"urn:jingui:codes:{given.table}")
        operation = Operation(
            actor=who(given.username), verb=Verb.IMPORT, at=door.now(), purpose=Purpose.OPERATION,
            data=Submission(changes=(change,), source="codes"),
        )  # fmt: skip
        made = door.enter(operation).made[0]
    out(say(N_("编码表 {table}：{n} 条，第 {version} 版，约半分钟内生效。"), table=given.table, n=resource["count"],
            version=made.version))  # fmt: skip
    return 0
