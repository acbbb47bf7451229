"""一（三）2 患者门户: opened at the window, used by the patient: restrictions, readers, consents [1.3.2] [4.2.1]"""

from dataclasses import replace
from datetime import datetime

from django.contrib.auth.hashers import make_password

from jingui.core import onetime
from jingui.core.access import ChartRequest
from jingui.core.operation import Target
from jingui.core.portal import OpenPortal, PlaceRestriction, ReadersRequest
from jingui.core.protect import ChangePassword, EnrolFactor
from jingui.core.words import Purpose, Relation, Strength, Verb
from jingui.demo.accounts import PASSWORD
from jingui.demo.cast import Cast
from jingui.demo.deeds.doing import Kept, deed
from jingui.demo.generator.numbers import id_card
from jingui.demo.month import Deed


@deed("open_portal")
def open_portal(cast: Cast, row: Deed) -> Kept:
    """The window checks the papers and opens an account; `guardian` names a parent and the day they were born."""
    more = row.more
    born = datetime.fromisoformat(more["born"]).date() if "born" in more else None
    document = id_card(born, "female", 402, "530000") if born else cast.story(row.about).identity.id_card
    data = OpenPortal(
        relation=Relation(more.get("relation", "self")), papers=tuple(more["papers"]), document=document,
        name=more.get("name", ""),
    )  # fmt: skip
    slip = cast.write(row, Verb.OPEN_PORTAL, data, purpose=Purpose.PATIENT_REQUEST).value
    return {"number": slip.number, "zh": row.words, "en": more.get("en", "")}


@deed("settle_portal")
def settle(cast: Cast, row: Deed) -> Kept:
    """The first sign-in: a password of one's own and an authenticator; in a demonstration both are published."""
    number = cast.kept(row.more["of"], "number")
    actor = cast.actor(f"portal:{row.more['of']}")
    here = {"target": Target(), "purpose": Purpose.OPERATION}
    weak = replace(actor, strength=Strength.PASSWORD)
    cast.write(row, Verb.CHANGE_PASSWORD, ChangePassword(password_hash=make_password(PASSWORD)), actor=weak, **here)
    secret = onetime.demo_secret(number)
    before = onetime.code(secret, onetime.counter_at(cast.now()) - 1)
    data = EnrolFactor(kind="totp", name="演示", secret=secret.encode(), code=before)
    cast.write(row, Verb.ENROL_FACTOR, data, actor=weak, **here)
    return {"number": number}


@deed("restrict")
def restrict(cast: Cast, row: Deed) -> Kept:
    """The patient closes the chart, or some of it, to a department, a person, or all who do not treat them."""
    data = PlaceRestriction(
        kind=row.more["kind"], categories=tuple(row.more.get("categories", ())),
        department=cast.names.department(row.more["department"]) if "department" in row.more else 0,
        entry=cast.kept(row.more["entry"], "entry") if "entry" in row.more else "",
    )  # fmt: skip
    return {"restriction": str(cast.write(row, Verb.PLACE_RESTRICTION, data).value)}


@deed("readers")
def readers(cast: Cast, row: Deed) -> Kept:
    """谁看过我的病历."""
    return {"entry": cast.read(row, Verb.READ_READERS, ReadersRequest()).trace.entry}


@deed("own_chart")
def own_chart(cast: Cast, row: Deed) -> Kept:
    """The patient, or a child's guardian, opens the chart."""
    return {"entry": cast.read(row, Verb.OPEN_CHART, ChartRequest(count=10)).trace.entry}
