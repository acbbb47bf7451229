"""`jingui verify | export ledger | token issue | bench`: evidence, and ways in for machines."""

import argparse
import json
import sys
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jingui.cli.progress import Progress, amount
from jingui.cli.words import err, out, say
from jingui.config import house
from jingui.core.errors import Misconfigured
from jingui.core.operation import Actor, Operation
from jingui.core.oversee import ExportPart, ExportRequest
from jingui.core.oversee import Progress as Step
from jingui.core.protect import IssueToken
from jingui.core.word import N_
from jingui.core.words import Purpose, Verb

WHAT = {"entries": N_("条目"), "versions": N_("记录版本"), "rows": N_("决定权限的行")}


def verify(given: argparse.Namespace) -> int:
    """Check the whole ledger and all it answers for; 0 only if nothing is wrong."""
    progress = Progress()

    def tell(step: Step) -> None:
        what = say(WHAT.get(step.what, step.what))
        line = say(N_("核验{what}：{done}，每秒 {rate:.0f}"), what=what, done=step.done, rate=step.rate)
        progress.show(step.what, line, step.done, step.total or step.done + 1)

    with house.opened(reading=False, sequencing=True):
        from jingui.config.evidence import verified

        found = verified(tell)
    if given.json:
        out(json.dumps({**asdict(found), "well": found.well}, ensure_ascii=False, indent=1, default=str))
        return 0 if found.well else 1
    out(
        say(N_("台账 {size} 条，根 {root}"), size=found.size, root=found.root)
        + "\n"
        + say(
            N_("条目 {entries}，检查点 {checkpoints}，记录版本 {versions}，决定权限的行 {rows}，用时 {time}"),
            entries=found.entries, checkpoints=found.checkpoints, versions=found.versions, rows=found.rows,
            time=amount(found.seconds),
        )
    )  # fmt: skip
    if found.well:
        out("● " + say(N_("全部一致。")))
        return 0
    out("■ " + say(N_("发现 {n} 处与写入时不一致："), n=len(found.findings)))
    for one in found.findings[:50]:
        place = "" if one.index is None else f" #{one.index}"
        out(f"  {one.kind}{place}  {one.where}  {one.why}")
    out(say(N_("请立即通知安全管理员，并保留现场。")))
    return 1


def acting(username: str, role: str) -> Actor:
    """The named account's own post."""
    found = house.names().actor(username, role)
    if found is None:
        raise Misconfigured(N_("没有这个账号，或它没有所需的岗位。"), N_("请核对账号名。"), account=username, post=role)
    return found


def export(given: argparse.Namespace) -> int:
    """Write the ledger as JSON lines, part by part; each part is entered before it leaves."""
    with ExitStack() as stack:
        stack.enter_context(house.opened(sequencing=True))
        from jingui.gate import door

        actor = acting(given.username, "audit_admin")
        target = sys.stdout.buffer if given.out == "-" else stack.enter_context(Path(given.out).open("wb"))
        asked, lines = ExportRequest(), 0
        while True:
            operation = Operation(
                actor=actor, verb=Verb.EXPORT_LEDGER, at=datetime.now(UTC), purpose=Purpose.OVERSIGHT, data=asked
            )
            part: ExportPart = door.read(operation).value
            target.write(part.lines)
            lines += part.lines.count(b"\n")
            if part.next is None:
                break
            asked = replace(asked, start=part.next, stop=part.stop)
        target.flush()
    err(say(N_("已导出 {n} 行。"), n=lines))
    return 0


def token(given: argparse.Namespace) -> int:
    """Issue a bearer token and show it once."""
    with house.opened(reading=False):
        from jingui.gate import door

        actor = acting(given.username, "security_admin")
        holder = acting(given.account, "")
        word, digest = door.new_token()
        now = datetime.now(UTC)
        data = IssueToken(
            digest=digest, account=holder.account, post=holder.post, scopes=tuple(given.scope or ("system/*.cruds",)),
            label=given.label, expires=now + timedelta(days=given.days),
        )  # fmt: skip
        door.write(Operation(actor=actor, verb=Verb.ISSUE_TOKEN, at=now, purpose=Purpose.OPERATION, data=data))
    err(say(N_("令牌只显示这一次，请妥善保存：")))
    out(word)
    return 0


def bench(given: argparse.Namespace) -> int:
    """Measure speed in a house of its own, de-identification on labelled texts, or an extract of made-up patients."""
    chosen = [name for name, on in (("--json", given.json), ("--quick", given.quick)) if on]
    if given.what == "deid":
        from jingui.bench.deid import main as deid

        return deid([*chosen, "--text", given.text] if given.text else chosen)
    if given.what == "extract":
        from jingui.bench.extract import main as extract

        return extract(chosen)
    from jingui.bench.__main__ import main

    return main(chosen)
