"""四（二）1, 三（二）3: the stamp's certificate changes only under a change that two people approved [3.2.3]"""

import os
from datetime import UTC, datetime
from typing import Any

import pytest

from jingui.cli.stamp import approved
from jingui.core.errors import Refused
from jingui.core.matters.asking import ReadMatter, StartMatter
from jingui.core.operation import Operation
from jingui.core.words import Purpose, Verb
from jingui.crypto import certificates
from jingui.gate import door, importing_names
from tests.gate.sealed import decided
from tests.hospital import Hospital


def seen(hospital: Hospital, matter: int) -> Any:
    """The matter as the command reads it: through the door, from this host, as the administrator's own post."""
    name = hospital.sql("SELECT username FROM account WHERE id = %s", hospital.actors["sysadmin"].account)[0][0]
    actor = importing_names.actor(name, "system_admin")
    assert actor is not None
    asked = ReadMatter(matter=matter)
    now = datetime.now(UTC)
    return door.read(Operation(actor=actor, verb=Verb.READ_MATTER, at=now, purpose=Purpose.OPERATION, data=asked)).value


def test_two_people_decide_and_the_command_asks_the_door(hospital: Hospital) -> None:
    today = str(hospital.today())
    answers = {
        "parts": "keys", "what": "换发电子印章证书", "why": "将到期", "risk": "无", "rollback": "保留旧证书",
        "first": today, "last": today,
    }  # fmt: skip
    data = StartMatter(kind="configuration_change", answers=tuple(answers.items()), submit=True)
    matter = hospital.write("sysadmin", Verb.START_MATTER, data).value.matter
    for who in ("secadmin", "head"):
        found = seen(hospital, matter)
        with pytest.raises(Refused):
            approved(found.line.kind, found.line.state, found.answers, datetime.now(UTC))
        decided(hospital, who, matter)
    found = seen(hospital, matter)
    approved(found.line.kind, found.line.state, found.answers, datetime.now(UTC))
    told = hospital.sql("SELECT verb, decision FROM entry ORDER BY at DESC LIMIT 1")[0]
    assert told == ("read_matter", "allow")


def test_earlier_roots_stay_published(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    """[4.2.1] Copies stamped before a renewal lead to a root that the hospital still names."""
    now = datetime.now(UTC)
    old, new = (certificates.new_root("某医院", now, os.urandom) for _ in range(2))
    first, second = (certificates.new_seal(root, "某医院", "章", now, os.urandom) for root in (old, new))
    issued = certificates.Issued(key=second.key, chain=second.chain, past=(first.chain,))
    monkeypatch.setattr(hospital.runtime, "stamp", lambda: issued)
    assert door.published.stamp_chain() == (*second.chain, *first.chain)
    assert door.published.root_fingerprint() == certificates.fingerprint(new.certificate)
    assert door.published.stamp_root() == certificates.pem((new.certificate, old.certificate))
