"""`jingui import fhir DIR`: bundles of another system, refused ones reported, the rest entered [2.1.2]"""

import argparse
import json
import os
from pathlib import Path

from jingui.cli.progress import Progress, amount
from jingui.cli.words import out, say
from jingui.config import house
from jingui.config.home import home
from jingui.core.errors import Misconfigured
from jingui.core.operation import Actor
from jingui.core.word import N_
from jingui.core.words import Entrance, Strength

SHOWN = 20


def actor_of(username: str) -> Actor:
    """Who imports: this host's import task, or the account whose token JINGUI_TOKEN holds, or an account's own post."""
    if not username:
        return Actor(name="system:import", strength=Strength.LOCAL, entrance=Entrance.COMMAND)
    found = house.actor(username, os.environ.get("JINGUI_TOKEN", ""))
    if found is None:
        raise Misconfigured(N_("没有这个账号，或它没有有效岗位。"), N_("请核对账号名。"), account=username)
    return found


def chosen(given: argparse.Namespace) -> int:
    """Import in the format that was named."""
    return FORMATS[given.format](given)


def fhir(given: argparse.Namespace) -> int:
    """Import every file of a folder: 0 when nothing was refused."""
    from jingui.config.bulk import Bulk, Order, files_of

    if len(given.folder) != 1:
        raise Misconfigured(N_("请指定一个目录。"))
    folder = Path(given.folder[0]).resolve()
    files_of(folder)  # a wrong folder is told before anything is started
    progress = Progress()

    def tell(done: int, of: int, resources: int, name: str) -> None:
        line = say(N_("已导入 {done:.1f}/{of:.1f} MB，记录 {n} 条"), done=done / 1e6, of=of / 1e6, n=resources)
        progress.show("import", line, done, of)

    with house.opened(reading=bool(os.environ.get("JINGUI_TOKEN")), sequencing=True):
        order = Order(
            folder=folder, actor=actor_of(given.username), source=given.source or "fhir", department=given.department,
            processes=given.processes or len(os.sched_getaffinity(0)), notes=home().state / "imports",
        )  # fmt: skip
        outcome = Bulk(order, tell).run()
    total = outcome.resources.total()
    report = {
        "folder": folder.name, "source": order.source, "files": outcome.files, "standing": outcome.standing,
        "resources": dict(outcome.resources), "seconds": round(outcome.seconds, 2),
        "per_second": round(total / max(outcome.seconds, 1e-9), 1),
        "refused": [
            {"file": name, "code": code, "message": say(message), "places": [[p, say(what)] for p, what in places]}
            for name, code, message, places in sorted(outcome.refused)
        ],
    }  # fmt: skip
    if given.report:
        Path(given.report).write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    out(
        say(N_("文件 {files} 个：收录 {entered}，此前已收录 {standing}，拒收 {refused}。"), files=outcome.files,
            entered=outcome.files - outcome.standing - len(outcome.refused), standing=outcome.standing,
            refused=len(outcome.refused))
    )  # fmt: skip
    out(
        say(N_("记录：新增 {created}，更新 {updated}，未变 {unchanged}；用时 {time}。"), time=amount(outcome.seconds),
            **{name: outcome.resources[name] for name in ("created", "updated", "unchanged")})
    )  # fmt: skip
    for row in report["refused"][:SHOWN]:  # type: ignore[index]  # a list, as built above
        out(f"  {row['file']}: {row['message']}")
        for place, what in row["places"][:3]:
            out(f"    {place}: {what}")
    if len(outcome.refused) > SHOWN:
        out(say(N_("另有 {n} 个，见报告（--report FILE）。"), n=len(outcome.refused) - SHOWN))
    return 1 if outcome.refused else 0


def hl7(given: argparse.Namespace) -> int:
    """Import files of HL7 v2 messages in the name of a registered source: 0 when nothing was refused."""
    from jingui.cli.messages import taken

    return taken(given, actor_of)


def codes(given: argparse.Namespace) -> int:
    """Import one code table of the hospital's own."""
    from jingui.cli.codes import imported

    return imported(given, actor_of)


FORMATS = {"codes": codes, "fhir": fhir, "hl7": hl7}
