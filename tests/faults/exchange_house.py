"""One of two houses that exchange documents, worked on in its own home ($JINGUI_HOME) by a process of its own:

`python -m tests.faults.exchange_house found|befriend|share ASKED OUT`, both files of JSON. It acts only through the
door, as its people would.
"""

import json
import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

PATIENTS = "patients"
#: As quick as the settings' limits let a hospital be: a proof that takes hours is run by nobody.
QUICK = {
    "send_first_seconds": 1, "send_longest_seconds": 3, "send_attempts": 100, "send_lease_seconds": 2,
    "channel_most": 60_000,
}  # fmt: skip
USES = ("tls", "sign", "encrypt")


def card_of(n: int) -> tuple[str, str]:
    """The nth made-up person's birth date and number, with its check digit."""
    from stdnum.cn import ric

    born = f"19{50 + n % 40:02d}-{1 + n % 12:02d}-{1 + n % 28:02d}"
    base = f"610103{born.replace('-', '')}{n % 1000:03d}"
    return born, base + str(ric.calc_check_digit(base + "0"))


def founded(facts: dict[str, Any]) -> dict[str, Any]:
    """The house's people and patients; what its partner needs to pin it."""
    from jingui.config import plugs
    from jingui.core.bylaws import ChangeSetting
    from jingui.core.collect import Relate
    from jingui.core.enter import Change
    from jingui.core.operation import Target
    from jingui.core.words import Purpose, Relation, Verb
    from jingui.gate import runtime
    from tests.gateway import arriving, partnering, sharing

    hospital = here()
    hospital.found()
    partnering.staff(hospital)
    for name, value in QUICK.items():
        asked = ChangeSetting(name=name, value=str(value))
        partnering.confirmed(hospital, "sysadmin", "head", Verb.CHANGE_SETTING, asked)
    made = []
    for n in range(facts["patients"]):
        born, card = card_of(n)
        person = arriving.person(f"往来{n:04d}", born, card)
        found = hospital.enter("his", Change(person, "urn:uuid:p"), purpose=Purpose.OPERATION).made
        made.append(str(found[0].id))
        now = hospital.now()
        treats = Relate(kind=Relation.TREATING, person=hospital.people["doctor"], starts=now - timedelta(hours=1),
                        ends=now + timedelta(days=20))  # fmt: skip
        where = Target(patient=sharing.number(hospital, made[-1]))
        hospital.write("registrar", Verb.RELATE, treats, target=where, purpose=Purpose.OPERATION)
        for code in ("2345-7", "10839-9"):
            sharing.observe(hospital, made[-1], code)
    keys = runtime.current().gateway_keys
    assert keys is not None
    own = keys()
    return {
        PATIENTS: made, "database": plugs.address().psycopg(), "uscc": hospital.runtime.uscc,
        "certificates": {use: b64encode(own[use].certificate).decode() for use in USES},
        "actors": {name: one.account for name, one in hospital.actors.items()},
        "posts": {name: one.post for name, one in hospital.actors.items()}, "people": hospital.people,
        "departments": hospital.departments,
    }  # fmt: skip


def befriended(facts: dict[str, Any]) -> dict[str, Any]:
    """The other house as a partner, the whole way; every patient agrees to referrals to it."""
    from tests.gateway import partnering as p
    from tests.gateway.sharing import give

    hospital, other = here(facts), facts["other"]
    partner = p.registered(hospital, 1, uscc=other["uscc"], name=other["name"])
    for use in USES:
        p.trusted(hospital, partner, b64decode(other["certificates"][use]), use)
    assessed = p.assessed(hospital, subject="医联体转诊", kind="provide")
    given = {"purposes": "referral", "views": "referral", "inbound": "referral", "assessment": str(assessed)}
    p.agreed(hospital, other["uscc"], "转诊-2026", **given)
    p.opened(hospital, other["uscc"], "other", address=facts["address"], most="60000", seconds=str(facts["seconds"]))
    for patient in facts[PATIENTS]:
        give(
            hospital, patient, kind="sharing", labels=(), party=f"{other['uscc']} {other['name']}"[:40],
            uses=("referral",),
        )  # fmt: skip
    return {**facts, "partner": partner}


def shared(facts: dict[str, Any]) -> dict[str, Any]:
    """`count` referrals of the patients in turn, each looked at before the first and confirmed; their messages."""
    from jingui.core.errors import Unavailable
    from jingui.core.operation import Target
    from jingui.core.sharing import Share
    from jingui.core.words import Purpose, Verb
    from tests.gateway.sharing import number

    hospital, began, busy = here(facts), time.monotonic(), 0
    seen: dict[str, str] = {}
    out = []
    numbers = {one: number(hospital, one) for one in facts[PATIENTS]}

    def asked(patient: str, confirm: str = "") -> Any:
        nonlocal busy
        while True:
            try:
                return hospital.write(
                    "doctor", Verb.SHARE, Share(partner=facts["partner"], purpose="referral", confirm=confirm),
                    target=Target(patient=numbers[patient]), purpose=Purpose.TREATMENT,
                ).value  # fmt: skip
            except Unavailable:
                busy += 1
                time.sleep(0.5)

    for n in range(facts["count"]):
        patient = facts[PATIENTS][n % len(facts[PATIENTS])]
        if patient not in seen:
            seen[patient] = asked(patient).digest
        out.append(asked(patient, seen[patient]).message)
    return {"messages": out, "seconds": time.monotonic() - began, "busy": busy}


def here(facts: dict[str, Any] | None = None) -> Any:
    """This house with its people, as an earlier run left them."""
    from jingui.config import plugs
    from jingui.core.operation import Actor
    from jingui.core.words import Entrance, Strength
    from jingui.gate import runtime
    from tests.hospital import Hospital

    hospital = Hospital({"root": plugs.cluster().address("root")}, runtime.current())
    for name, account in ((facts or {}).get("actors") or {}).items():
        assert facts is not None
        hospital.actors[name] = Actor(
            account=account, post=facts["posts"][name], session=f"s-{name}", address="127.0.0.1",
            strength=Strength.TWO_FACTOR, entrance=Entrance.PAGE,
        )  # fmt: skip
    hospital.people, hospital.departments = (facts or {}).get("people", {}), (facts or {}).get("departments", {})
    return hospital


STEPS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "found": founded, "befriend": befriended, "share": shared,
}  # fmt: skip


def main(step: str, asked: Path, out: Path) -> None:
    from jingui.config import house

    with house.opened(sequencing=step != "share"):
        said = STEPS[step](json.loads(asked.read_text()))
        out.write_text(json.dumps(said, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
