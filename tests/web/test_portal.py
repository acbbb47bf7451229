"""一（三）2 患者门户: a browser from the slip to the readers, and what it never sees [1.3.2] [6.1.2] [4.1.3]"""

import json
import re
import statistics
import time
from pathlib import Path

import pytest

from jingui.core.portal import EndPortal
from jingui.core.words import Role, Verb
from jingui.web.policies import PORTAL, WHO, Who
from jingui.web.viewmodels.paths import PATHS
from tests.gate.test_portal import CARD, at, born, number, opened
from tests.hospital import Hospital
from tests.web.browser import Browser, outcomes, with_credentials
from tests.web.portal_browser import OWN, Patient, looks, text, verified

ALPHA, BRAVO = "甲甲甲ALPHACANARY", "乙乙乙BRAVOCANARY"


@pytest.fixture(scope="module")
def alpha(hospital: Hospital) -> list[str]:
    return born(hospital, ALPHA, "51000001", "1949-12-31", CARD)


@pytest.fixture(scope="module")
def bravo(hospital: Hospital) -> list[str]:
    return born(hospital, BRAVO, "51000002", "1951-01-01")


@pytest.fixture(scope="module")
def mine(hospital: Hospital, alpha: list[str]) -> Patient:
    return Patient().begin(hospital, opened(hospital, alpha[0]))


@pytest.fixture(scope="module")
def theirs(hospital: Hospital, bravo: list[str]) -> Patient:
    looks(hospital, "doctor", bravo[0])
    return Patient().begin(hospital, opened(hospital, bravo[0], document="E7654321", papers=("passport",)))


def test_from_the_slip_to_my_record(hospital: Hospital, alpha: list[str], mine: Patient) -> None:
    answer = mine.get("/portal/")
    assert answer["Location"] == f"/portal/charts/{alpha[0]}/"
    page = text(mine.get(answer["Location"]))
    assert ALPHA in page
    assert "10839-9" in page or "/portal/records/" in page
    assert "/patients/" not in page
    record = re.search(r"/portal/records/[0-9a-f]{32}/", page).group(0)  # type: ignore[union-attr]
    assert mine.get(record).status_code == 200


def test_the_start_code_works_once(hospital: Hospital) -> None:
    slip = opened(hospital, born(hospital, "起始", "51000003", "1990-01-01")[0])
    first = Patient()
    assert first.password(slip.number.lower(), slip.code.replace("-", " ").upper())["Location"] == "/portal/password/"
    assert first.get("/portal/")["Location"] == "/portal/password/"
    assert first.post("/portal/password/", new=slip.code, again=slip.code).status_code == 400
    assert first.post("/portal/password/", new=OWN, again="another").status_code == 400
    assert first.post("/portal/password/", new=OWN, again=OWN).status_code == 302
    assert Patient().password(slip.number, slip.code).status_code == 400
    second = Patient()
    assert second.password(slip.number)["Location"] == "/portal/authenticator/"
    assert second.get("/portal/password/")["Location"] == "/portal/factor/".replace("factor", "sign-in/second-factor")


def test_a_number_that_exists_takes_no_longer(hospital: Hospital, mine: Patient, alpha: list[str]) -> None:
    from jingui.gate import door

    slip = opened(hospital, born(hospital, "时长", "51000005", "1990-01-01")[0])

    def took(name: str) -> float:
        began = time.perf_counter()
        door.signing.check_credentials(name, "wrong word", "patient", "wrong-word")
        return time.perf_counter() - began

    took(slip.number), took("P99999999999")
    there = statistics.median(took(slip.number) for _ in range(9))
    not_there = statistics.median(took("P99999999999") for _ in range(9))
    assert abs(there - not_there) < 0.5 * max(there, not_there)


def test_staff_cannot_sign_in_here_nor_patients_there(hospital: Hospital, mine: Patient) -> None:
    if "visitor" not in hospital.actors:
        hospital.person("visitor", Role.PHYSICIAN, "gwk")
        with_credentials(hospital, "visitor")
    from tests.web.browser import WORD

    assert Patient().password("visitor", WORD).status_code == 400
    ((username,),) = hospital.sql("SELECT username FROM account WHERE kind = 'patient' ORDER BY id LIMIT 1")
    assert Browser().password(username, OWN).status_code == 400
    assert outcomes(hospital)[0] == ("deny", "unknown_actor")


def filled(name: str, ids: dict[str, str]) -> str:
    """An address with ids in it."""
    pieces = [ids.get(piece, "7" if piece.startswith("<int") else piece) for piece in PATHS[name].split("/")]
    return "/" + "/".join(ids["<other>"] if piece.startswith("<") else piece for piece in pieces)


STAFF_PAGES = [name for name, who in WHO.items() if who in (Who.SIGNED_IN, Who.CONTENT, Who.HALF)]


@pytest.mark.parametrize("name", STAFF_PAGES)
def test_no_staff_page_for_a_patient(hospital: Hospital, mine: Patient, alpha: list[str], name: str) -> None:
    ids = {"<str:patient>": alpha[0], "<str:record>": alpha[2], "<str:clause>": "4.1.1", "<other>": "1"}
    for method in ("get", "post"):
        before = hospital.sql("SELECT count(*) FROM entry")[0][0]
        answer = getattr(mine, method)(filled(name, ids))
        assert answer.status_code == 403, (method, answer)
        assert "您的账号不能从这里使用" in text(answer)
        assert hospital.sql("SELECT count(*) FROM entry")[0][0] == before + 1
        assert ALPHA not in text(answer)


@pytest.mark.parametrize("name", [name for name, who in WHO.items() if who in PORTAL])
def test_no_portal_page_for_staff(hospital: Hospital, alpha: list[str], name: str) -> None:
    if "porter" not in hospital.actors:
        hospital.person("porter", Role.PHYSICIAN, "xnk")
        with_credentials(hospital, "porter")
        browser = Browser()
        browser.sign_in(hospital, "porter")
        hospital.porter = browser  # type: ignore[attr-defined]  # one session for the whole table
    ids = {"<str:patient>": alpha[0], "<str:record>": alpha[2], "<other>": "0" * 32}
    for method in ("get", "post"):
        answer = getattr(hospital.porter, method)(filled(name, ids))  # type: ignore[attr-defined]  # set above
        assert answer.status_code == 403
        assert ALPHA not in text(answer)
    assert outcomes(hospital, "porter")[0] == ("deny", "entrance")


def routes(own: list[str], other: list[str], entry: str, foreign: str) -> list[tuple[str, dict[str, str]]]:
    """Every page of the portal with ids of the other patient wherever an id can stand."""
    mine, theirs = f"/portal/charts/{own[0]}/", f"/portal/charts/{other[0]}/"
    out: list[tuple[str, dict[str, str]]] = [
        (f"{chart}{rest}", {})
        for chart in (mine, theirs)
        for rest in (
            "", "readers/", "readers/?shown=all", "readers/?shown=writing", "consents/", "restrictions/",
            f"readers/{foreign}/proof/", f"readers/{foreign}/proof/?download", f"readers/{foreign}/objection/",
            f"readers/?after={foreign}", f"readers/{entry}/proof/", "?category=tests", f"?encounter={other[1]}",
        )
    ]  # fmt: skip
    out += [(f"/portal/records/{one}/", {}) for one in (*own, *other)]
    out += [(f"/portal/readers/{foreign}/news/", {}), (f"/portal/readers/{entry}/news/?after={foreign}", {})]
    out += [
        (f"{theirs}restrictions/", {"kind": "others"}), (f"{mine}restrictions/", {"kind": "person", "entry": foreign}),
        (f"{mine}restrictions/", {"lift": "1"}), (f"{theirs}consents/", {"withdraw": "1"}),
        (f"{theirs}readers/{foreign}/objection/", {"kind": "access_objection", "reason": "试"}),
        (f"{mine}readers/{foreign}/objection/", {"kind": "access_objection", "reason": "试"}),
        (theirs, {"after": "x"}),
    ]  # fmt: skip
    return out


def test_no_byte_of_the_other(
    hospital: Hospital, mine: Patient, theirs: Patient, alpha: list[str], bravo: list[str]
) -> None:
    a, b = looks(hospital, "doctor", alpha[0]), looks(hospital, "doctor", bravo[0])
    time.sleep(1.5)
    both = ((mine, alpha, bravo, a, b, ALPHA, BRAVO), (theirs, bravo, alpha, b, a, BRAVO, ALPHA))
    for browser, own, other, entry, foreign, word, canary in both:
        told = 0
        for address, form in routes(own, other, entry, foreign):
            answer = browser.post(address, **form) if form else browser.get(address)
            page = text(answer)
            assert canary not in page, address
            for one in other:
                if one not in address:
                    assert one not in page, (address, one)
            if other[0] in address or any(one in address for one in other[1:] if "records" in address):
                assert answer.status_code in (403, 404), (address, answer.status_code)
            if foreign in address and "proof" in address:
                assert answer.status_code in (403, 404), address
            told += word in page
        assert told >= 3


def test_the_interface_knows_no_patient(hospital: Hospital, mine: Patient, alpha: list[str]) -> None:
    assert mine.get(f"/fhir/Patient/{alpha[0]}").status_code in (302, 401, 403, 404)


def test_who_read_my_record(hospital: Hospital, mine: Patient, alpha: list[str]) -> None:
    entry = looks(hospital, "doctor", alpha[0])
    address = f"/portal/charts/{alpha[0]}/readers/"
    page = text(mine.get(address))
    assert f'id="e{entry}"' in page
    assert "心血管内科 · 医师" in page
    assert "诊疗" in page
    assert ">doctor<" not in page
    assert "Tdoctor" not in page
    mine.get(f"/portal/charts/{alpha[0]}/")
    assert "我自己的查看" in text(mine.get(address))
    refused = None
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- Refused, its entry is what counts
        looks(hospital, "surgeon", alpha[0])
    refused = caught.value.entry  # type: ignore[attr-defined]  # a Refused has it
    page = text(mine.get(address))
    assert f'id="e{refused}"' in page
    assert "未获准许，没有看到内容" in page


def test_the_proof_of_a_line_holds_and_shows_nobody_else(
    hospital: Hospital, mine: Patient, alpha: list[str], bravo: list[str], tmp_path: Path
) -> None:
    looked = looks(hospital, "doctor", alpha[0])
    until = time.monotonic() + 5
    answer = mine.get(f"/portal/charts/{alpha[0]}/readers/{looked}/proof/")
    while answer.status_code == 202 and time.monotonic() < until:
        time.sleep(0.1)
        answer = mine.get(f"/portal/charts/{alpha[0]}/readers/{looked}/proof/")
    found = json.loads(answer.content)
    assert found["proof"]["kind"] == "line"
    assert found["proof"]["target"]["patient"] == alpha[0]
    assert "private" not in found["proof"]
    assert bravo[0] not in text(answer)
    file = mine.get(f"/portal/charts/{alpha[0]}/readers/{looked}/proof/?download")
    assert "attachment" in file["Content-Disposition"]
    assert json.loads(file.content) == found["proof"]
    assert verified(tmp_path, file.content, found["key"]) == 0
    assert verified(tmp_path, file.content.replace(b'"open_chart', b'"close_chart'), found["key"]) == 1


def test_news_is_one_bit_under_the_pages_own_entry(
    hospital: Hospital, mine: Patient, theirs: Patient, alpha: list[str], bravo: list[str]
) -> None:
    page = text(mine.get(f"/portal/charts/{alpha[0]}/readers/"))
    place = re.search(r'data-news="(/portal/[^"]+)"', page).group(1)  # type: ignore[union-attr]
    newest = re.search(r'data-newest="([^"]+)"', page).group(1)  # type: ignore[union-attr]
    before = hospital.sql("SELECT count(*) FROM entry")[0][0]
    assert mine.get(f"{place}?after={newest}").status_code == 204
    assert hospital.sql("SELECT count(*) FROM entry")[0][0] == before
    looks(hospital, "doctor", bravo[0])
    assert mine.get(f"{place}?after={newest}").status_code == 204
    looks(hospital, "doctor", alpha[0])
    told = mine.get(f"{place}?after={newest}")
    assert (told.status_code, told.content) == (200, b"1")
    assert theirs.get(f"{place}?after={newest}").status_code == 404  # somebody else's page
    assert mine.get(f"{place}?after=nonsense").status_code == 404


def test_a_restriction_binds_at_once_and_is_lifted(hospital: Hospital, mine: Patient, alpha: list[str]) -> None:
    from jingui.core.errors import Refused

    entry = looks(hospital, "doctor", alpha[0])
    address = f"/portal/charts/{alpha[0]}/restrictions/"
    assert "不显示姓名" in text(mine.post(address, entry=entry))
    assert mine.post(address, entry=entry, kind="person", category="").status_code == 302
    with pytest.raises(Refused) as refused:
        looks(hospital, "doctor", alpha[0])
    assert refused.value.reason == "objected"
    assert looks(hospital, "nurse", alpha[0])  # somebody else of the ward still reads
    page = text(mine.get(address))
    assert "心血管内科 · 医师" in page
    lift = re.search(r'name="lift" value="(\d+)"', page).group(1)  # type: ignore[union-attr]
    assert mine.post(address, lift=lift).status_code == 302
    assert looks(hospital, "doctor", alpha[0])
    assert mine.post(address, lift=lift).status_code == 409
    assert mine.post(address, kind="department", department="").status_code == 400
    assert mine.post(address, kind="king").status_code == 400


def test_an_objection_becomes_a_matter_about_that_entry(hospital: Hospital, mine: Patient, alpha: list[str]) -> None:
    entry = looks(hospital, "doctor", alpha[0])
    address = f"/portal/charts/{alpha[0]}/readers/{entry}/objection/"
    assert mine.get(address).status_code == 200
    assert mine.post(address, kind="access_objection", reason="").status_code == 400
    assert mine.post(address, kind="access_objection", reason="当天我没有就诊").status_code == 302
    rows = hospital.sql("SELECT kind, state, subject_id FROM matter WHERE patient_id = %s", number(hospital, alpha[0]))
    assert rows == [("access_objection", "waiting", hospital.people["doctor"])]


def test_the_end_of_the_portal_ends_the_session(hospital: Hospital) -> None:
    patient = born(hospital, "终止", "51000007", "1990-01-01")[0]
    slip = opened(hospital, patient)
    browser = Patient().begin(hospital, slip)
    assert browser.get(f"/portal/charts/{patient}/").status_code == 200
    ending = EndPortal(number=slip.number, reason="手机遗失")
    hospital.write("registrar", Verb.END_PORTAL, ending, **at(hospital, patient))
    assert browser.get(f"/portal/charts/{patient}/").status_code == 302
    assert Patient().password(slip.number).status_code == 403  # the door says what to do; it opens nothing


def test_the_window_shows_the_slip_once(hospital: Hospital) -> None:
    from tests.web.clinic import Pages, pages

    patient = born(hospital, "窗口", "51000009", "1990-01-01")[0]
    with pages():
        desk = Pages(hospital.actors["registrar"])
        address = f"/patients/{patient}/portal/"
        assert desk.get(address).status_code == 200
        wrong = desk.post(address, {"do": "open", "relation": "self", "paper": "passport", "document": ""})
        assert wrong.status_code == 400
        made = desk.post(address, {"do": "open", "relation": "self", "paper": "passport", "document": "E1234567"})
        found = re.search(r"P\d{11}", text(made))
        assert found
        assert re.search(r"[2-9a-z]{5}-[2-9a-z]{5}-[2-9a-z]{5}", text(made))
        assert found.group(0) not in text(desk.get(address))
        unknown = desk.post(address, {"do": "end", "ended": "P00000000000", "reason": "试一试"})
        assert unknown.status_code == 400
        assert "没有此患者的有效门户" in text(unknown)
        assert desk.post(address, {"do": "end", "ended": found.group(0), "reason": "手机遗失"}).status_code == 302
        assert Pages(hospital.actors["doctor"]).get(address).status_code == 403


def test_a_correction_is_asked_for_and_its_answer_is_read(
    hospital: Hospital, mine: Patient, theirs: Patient, alpha: list[str], bravo: list[str]
) -> None:
    record = alpha[2]
    assert mine.get(f"/portal/records/{bravo[2]}/correction/").status_code == 403
    assert mine.post(f"/portal/records/{bravo[2]}/correction/", reason="不是我的").status_code == 403
    assert mine.post(f"/portal/records/{record}/correction/", reason="").status_code == 400
    assert mine.post(f"/portal/records/{record}/correction/", reason="单位写错了").status_code == 302
    page = text(mine.get("/portal/matters/"))
    assert "患者申请更正" in page
    place = re.search(r"/portal/matters/\d+/", page).group(0)  # type: ignore[union-attr]
    one = text(mine.get(place))
    assert "单位写错了" in one
    for stranger in (theirs,):
        assert stranger.get(place).status_code == 404
        assert "单位写错了" not in text(stranger.get("/portal/matters/"))
