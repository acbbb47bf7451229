"""一（三）4: every page by every post: the answer that the policy says, and an entry for each refusal [1.3.4] [4.1.3]

S1 of the goals for the pages, with the whole stack of middleware. What is expected stands in routed.py, written by
hand; the second table is what patients are answered. No answer to somebody who is refused holds the patient's word.
"""

import pytest

from jingui.core.words import Purpose, Role
from jingui.web.policies import PORTAL as PORTAL_WHO
from jingui.web.policies import WHO, Who
from jingui.web.viewmodels.paths import PATHS
from tests.gate.test_door import bundle
from tests.gate.test_portal import CARD, born, opened
from tests.gate.test_table import ROLES
from tests.hospital import Hospital
from tests.web.browser import Browser, with_credentials
from tests.web.portal_browser import Patient
from tests.web.routed import PORTAL, THRESHOLD
from tests.web.routed import STAFF as ROWS
from tests.web.routed_keep import SAID

STAFF = {**ROWS, **SAID}
CANARY = "甲乙丙ROUTECANARY"
WORDS = {
    "<str:clause>": "4.1.1", "<str:template>": "progress_note", "<str:kind>": "internal_access",
    "<str:setting>": "idle_minutes", "<str:table>": "icd10", "<str:person>": "Tnobody", "<int:version>": "1",
    "<str:report>": "hqms",
}  # fmt: skip
NOTHING = "98765432100"  # a number that nothing has


@pytest.fixture(scope="module")
def chart(hospital: Hospital) -> list[str]:
    """A patient of the department where every post of the test is."""
    return [one.id for one in hospital.enter("his", *bundle(CANARY, "00960001"), purpose=Purpose.OPERATION).made]


def address(name: str, chart: list[str]) -> str:
    """The page's address with the chart's own ids, and numbers of nothing."""
    parts = WORDS | {"<str:patient>": chart[0], "<str:record>": chart[2], "<str:transmission>": chart[2]}
    pieces = [parts.get(piece, NOTHING if piece.startswith("<") else piece) for piece in PATHS[name].split("/")]
    return "/" + "/".join(pieces)


def denials(hospital: Hospital) -> int:
    """How many refusals, and failed sign-ins, the ledger knows."""
    sql = "SELECT count(*) FROM entry WHERE decision = 'deny' OR (decision = 'fail' AND verb = 'sign_in')"
    return int(hospital.sql(sql)[0][0])


def test_every_page_has_a_row_here() -> None:
    """A page that nobody thought of is a page that nobody may add."""
    staff = {name for name, who in WHO.items() if who not in PORTAL_WHO}
    assert set(STAFF) | THRESHOLD == staff | {"portal_sign_in"}
    assert set(PORTAL) == {name for name, who in WHO.items() if who in PORTAL_WHO}
    assert {name for name, who in WHO.items() if who in (Who.ANYONE, Who.HALF)} <= THRESHOLD | {"enrol_totp"}


@pytest.mark.parametrize("role", ROLES)
def test_every_page_answers_this_post_as_the_policy_says(hospital: Hospital, chart: list[str], role: Role) -> None:
    who = f"r_{role}"
    hospital.person(who, role, "xnk")
    with_credentials(hospital, who)
    browser = Browser()
    browser.sign_in(hospital, who)
    wrong, refused = [], 0
    for name, methods in STAFF.items():
        for method, says in zip(("get", "post"), methods, strict=True):
            before = denials(hospital)
            answer = getattr(browser, method)(address(name, chart))
            made = denials(hospital) - before
            wanted = 405 if says is None else says.status if role in says.who else says.other
            if answer.status_code != wanted:
                wrong.append(f"{method} {name}: {answer.status_code}, not {wanted}")
            if answer.status_code == 403:
                refused += 1
                if made != 1:
                    wrong.append(f"{method} {name}: refused with {made} entries")
            if answer.status_code in (403, 404, 409) and CANARY in answer.content.decode():
                wrong.append(f"{method} {name}: a refusal shows the patient")
    print(f"\n{role}: {2 * len(STAFF)} answers, {refused} refused and entered")
    assert not wrong, "\n".join(wrong)
    assert refused > 10


def test_staff_are_refused_at_every_page_of_the_portal(hospital: Hospital, chart: list[str]) -> None:
    hospital.person("rp", Role.PHYSICIAN, "xnk")
    with_credentials(hospital, "rp")
    browser = Browser()
    browser.sign_in(hospital, "rp")
    for name in PORTAL:
        for method in (browser.get, browser.post):
            before = denials(hospital)
            answer = method(address(name, chart))
            assert (answer.status_code, denials(hospital) - before) == (403, 1), name
            assert CANARY not in answer.content.decode()


def test_a_patient_sees_the_own_pages_and_no_other(hospital: Hospital, chart: list[str]) -> None:
    mine = born(hospital, "路由本人", "00960002", "1949-12-31", CARD)
    patient = Patient().begin(hospital, opened(hospital, mine[0]))
    wrong = []
    for name, wanted in PORTAL.items():
        for method, status in zip(("get", "post"), wanted, strict=True):
            answer = getattr(patient, method)(address(name, mine))
            if answer.status_code != status:
                wrong.append(f"{method} {name}: {answer.status_code}, not {status}")
    for name in (*STAFF, *PORTAL):
        for method in ("get", "post"):
            if "<str:patient>" not in PATHS[name] and "<str:record>" not in PATHS[name] and name in PORTAL:
                continue
            before = denials(hospital)
            answer = getattr(patient, method)(address(name, chart))
            if name in STAFF and (answer.status_code, denials(hospital) - before) != (403, 1):
                wrong.append(
                    f"{method} {name}: {answer.status_code} for a patient, {denials(hospital) - before} entries"
                )
            if name in PORTAL and answer.status_code not in (403, 404, 405, 400):
                wrong.append(f"{method} {name}: {answer.status_code} about somebody else's chart")
            if CANARY in answer.content.decode():
                wrong.append(f"{method} {name}: shows somebody else")
    assert not wrong, "\n".join(wrong)
