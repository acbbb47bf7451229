"""`jingui stamp show | renew | import`: the certificate, changed by an approved matter alone [4.2.1] [3.2.3]"""

import argparse
import getpass
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from jingui.cli.words import out, say
from jingui.config import house, plugs, stamp
from jingui.config.home import home
from jingui.core.errors import Misconfigured, Refused
from jingui.core.matters.asking import ReadMatter
from jingui.core.operation import Operation
from jingui.core.word import N_
from jingui.core.words import Purpose, Verb

KIND: Final = "configuration_change"  # two people decide it: security administrator and head
PART: Final = "keys"
CHINA: Final = ZoneInfo("Asia/Shanghai")
LARGEST: Final = 1_000_000


def chosen(given: argparse.Namespace) -> int:
    """Show the certificate, or put another in its place."""
    if given.step == "show":
        return shown(stamp.certificate(stamp.read(home(), plugs.keyring())))
    with house.opened(sequencing=True):
        at = datetime.now(UTC)
        permitted(given.username, given.matter, at)
        issued = stamp.own(home(), at) if given.step == "renew" else stamp.bought(*brought(given.file))
        made = stamp.certificate(stamp.replaced(home(), plugs.keyring(), issued, at))
    out(say(N_("已更换。请公布新的根证书；此前用印的复制件仍按原证书核验。")))
    return shown(made)


def permitted(username: str, matter: int, at: datetime) -> None:
    """Refused unless that matter, read in the administrator's name, lets the keys' files be changed today."""
    from jingui.cli.ledger import acting
    from jingui.gate import door

    actor, asked = acting(username, "system_admin"), ReadMatter(matter=matter)
    operation = Operation(actor=actor, verb=Verb.READ_MATTER, at=at, purpose=Purpose.OPERATION, data=asked)
    seen = door.read(operation).value
    approved(seen.line.kind, seen.line.state, seen.answers, at)


def approved(kind: str, state: str, answers: Mapping[str, str], at: datetime) -> None:
    """Refused unless this matter, decided by two people, lets the keys' files be changed today."""
    today = f"{at.astimezone(CHINA):%Y-%m-%d}"
    fits = kind == KIND and state == "executed" and PART in answers.get("parts", "").split(",")
    if not fits or not answers.get("first", "") <= today <= answers.get("last", ""):
        raise Refused(
            N_("没有批准今天更换密钥文件的配置变更申请。"),
            N_("请先办理“配置变更申请”，变更的部分选“密钥文件”，由安全管理员审核、分管负责人批准。"),
            clauses=("3.2.3", "4.2.1"), reason="purpose", matter=KIND,
        )  # fmt: skip


def brought(file: str) -> tuple[bytes, bytes | None]:
    """What the hospital bought, and its password: asked for at the terminal, or the first line of input."""
    path = Path(file)
    if not file or not path.is_file() or path.stat().st_size > LARGEST:
        raise Misconfigured(N_("没有这个证书文件，或文件过大。"), N_("请给出 .pfx 或 .p12 文件。"), path=file)
    tty = sys.stdin.isatty()
    password = getpass.getpass(say(N_("证书文件的密码："))) if tty else sys.stdin.readline().rstrip("\n")
    return path.read_bytes(), password.encode() or None


def shown(one: stamp.Certificate) -> int:
    """What people compare: how long it holds, its fingerprint and its root's."""
    out(say(N_("有效期 {first} 至 {last}"), first=f"{one.first:%Y-%m-%d}", last=f"{one.last:%Y-%m-%d}"))
    out(say(N_("证书 SHA-256 {digest}"), digest=one.digest))
    out(say(N_("根证书 SHA-256 {digest}"), digest=one.root))
    out(say(N_("此前的证书 {n} 份"), n=one.past))
    return 0
