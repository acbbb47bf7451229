"""四（一）3: two charts full of words of their own: no answer about one holds anything of the other [4.1.3] [1.3.2]

S2, S3, S4, S7 and S10 of the goals for the pages: every page, export and print; ids of the other chart in every place
where an id stands; fields that no form has; posts without the token; texts that would run in a page or a spreadsheet.
"""

import csv
import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from jingui.core.enter import Change
from jingui.core.words import Purpose, Role
from jingui.web.viewmodels.paths import PATHS, to
from tests.gate.test_consents import give, treat
from tests.gate.test_door import bundle
from tests.hospital import Hospital
from tests.web.browser import Browser, with_credentials
from tests.web.routed import STAFF

ALPHA, BRAVO = "甲甲甲ALPHACHART", "乙乙乙BRAVOCHART"
#: Pages that list several patients by their nature.
LISTS = {"desk", "patients", "drafts", "signing", "due", "consents_due", "entries", "matters", "grants", "waiting"}
STRINGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "hostile" / "blns.json"
PROBES = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'-alert(1)-'", "</textarea><svg/onload=alert(1)>",
    "javascript:alert(1)", "<a href=javascript:alert(1)>x</a>", "{{7*7}}{% debug %}", "<!--", "]]><b>", "&lt;b&gt;",
    "<iframe srcdoc='<script>alert(1)</script>'>", "<style>*{display:none}</style>", "＜script＞alert(1)＜/script＞",
    "<base href=//evil.example>", "<meta http-equiv=refresh content='0;url=//evil.example'>",
)  # fmt: skip
FORMULAS = ("=1+1", "＝1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1+1", "＋1", "－1",
            "\uff20x", "|calc", "%0A=1", "\u3000=1+1", '"=1+1', "=HYPERLINK(\"//evil.example\")")  # fmt: skip
#: What no text may bring into a page.
TAGS = {"iframe", "base", "object", "embed", "applet", "frame", "xss", "marquee", "math"}


class Page(HTMLParser):
    """What a browser would make of a page: anything that runs and is not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in TAGS or (tag == "meta" and "http-equiv" in given) or tag == "style":
            self.bad.append(tag)
        if tag == "script" and "src" not in given and given.get("type") not in ("application/json", "importmap"):
            self.bad.append("script")
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith("on") or (name in ("href", "src", "action", "formaction") and "script:" in address):
                self.bad.append(f"{tag} {name}={value}")
            if name in ("src", "action", "formaction") and address.startswith(("//", "http")):
                self.bad.append(f"{tag} {name}={value}")


def runs(text: str) -> list[str]:
    """What of this page would run or lead away."""
    page = Page()
    page.feed(text)
    return page.bad


def entered(hospital: Hospital, word: str, number: str, *texts: str) -> list[str]:
    """A patient of the ward whose records hold the word or the texts; the doctor treats them."""
    changes = bundle(word, number)
    for n, text in enumerate(texts or (word,)):
        one = {"subject": {"reference": "urn:uuid:p"}, "code": {"text": text}}
        changes += [
            Change({"resourceType": "Condition", **one, "note": [{"text": text}]}, f"urn:uuid:c{n}"),
            Change({"resourceType": "Procedure", "status": "completed", **one}, f"urn:uuid:q{n}"),
            Change({"resourceType": "Observation", "status": "final", **one, "valueString": text}, f"urn:uuid:o{n}"),
        ]  # fmt: skip
    made = [one.id for one in hospital.enter("his", *changes, purpose=Purpose.OPERATION).made]
    treat(hospital, made[0])
    return made


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    if "office" not in hospital.actors:
        hospital.person("office", Role.MEDICAL_AFFAIRS, "xxk")
    with pages():
        yield hospital


@pytest.fixture(scope="module")
def charts(clinic: Hospital) -> tuple[list[str], list[str]]:
    """Two charts of the same ward; the doctor treats both."""
    return entered(clinic, ALPHA, "00961001"), entered(clinic, BRAVO, "00961002")


def browser(clinic: Hospital, who: str) -> Any:
    from tests.web.clinic import Pages

    return Pages(clinic.actors[who])


def address(name: str, chart: list[str], record: str = "", **more: str) -> str:
    """A page of this chart."""
    words = {"patient": chart[0], "record": record or chart[2], "template": "progress_note", "version": "1",
             "kind": "internal_access", "setting": "idle_minutes", "table": "icd10", "clause": "4.1.1",
             **more}  # fmt: skip
    pieces = PATHS[name].split("/")
    return "/" + "/".join(words.get(p[1:-1].partition(":")[2], "1") if p.startswith("<") else p for p in pieces)


def numbers(clinic: Hospital, chart: list[str]) -> list[str]:
    """The ids of a chart as text, outside and inside."""
    pairs = [clinic.runtime.ids.internal(one) for one in chart]
    return [*chart, *(str(record) for _, record in pairs if record > 10_000), str(pairs[0][0])]


def test_no_byte_of_one_chart_on_any_page_of_the_other(clinic: Hospital, charts: tuple[list[str], ...]) -> None:
    doctor = browser(clinic, "doctor")
    told = asked = 0
    for (mine, other), (word, theirs) in ((charts, (ALPHA, BRAVO)), (charts[::-1], (BRAVO, ALPHA))):
        for name in sorted(set(STAFF) - LISTS):
            for record in mine[1:] if "<str:record>" in PATHS[name] else ("",):
                fields = {"form": "csv", "text": "抄录", "by": "button", "category": ""}
                where = address(name, mine, record)
                for answer in (
                    doctor.get(where),
                    doctor.post(where, fields),
                    doctor.post(where, fields | {"form": "fhir"}),
                ):
                    asked += 1
                    body = answer.content.decode() + str(answer.headers)
                    told += word in body
                    assert theirs not in body, where
                    for one in numbers(clinic, other):
                        assert one not in body, (where, one)
    print(f"\n{asked} answers, {told} of them with the patient's own word")
    assert told > 40


def test_ids_of_the_other_chart_open_nothing(clinic: Hospital, charts: tuple[list[str], ...]) -> None:
    """S3: the surgeon may read neither; the doctor's own chart with the other's visit, consent, record in it."""
    mine, other = charts
    give(clinic, other[0], "doctor", labels=("hiv",))
    number = clinic.runtime.ids.internal(other[0])[0]
    consent = str(clinic.sql("SELECT max(consent_id) FROM patient_consent WHERE patient_id = %s", number)[0][0])
    visit = str(clinic.runtime.ids.internal(other[1])[1])
    doctor = browser(clinic, "doctor")
    for name, parts in (("withdraw_consent", {"consent": consent}), ("filing", {"visit": visit})):
        for answer in (
            doctor.get(address(name, mine, **parts)),
            doctor.post(address(name, mine, **parts), {"reason": "x"}),
        ):
            assert answer.status_code in (400, 403, 404), (name, answer.status_code)
            assert BRAVO not in answer.content.decode()
    assert clinic.sql(
        "SELECT state FROM patient_consent WHERE patient_id = %s AND consent_id = %s", number, int(consent)
    ) == [("given",)]
    for key in ("encounter", "visit", "record"):
        answer = doctor.get(f"{address('form', mine)}?{key}={other[1]}")
        assert BRAVO not in answer.content.decode()
        assert other[1] not in answer.content.decode().replace(f"{key}={other[1]}", "")
    surgeon = browser(clinic, "surgeon")
    for name in sorted(one for one in STAFF if "<str:" in PATHS[one]):
        for swapped in ({"patient": other[2], "record": other[0]}, {"patient": other[1], "record": other[1]},
                        {"patient": "0" * 32, "record": "f" * 32}, {"patient": "../" + other[0],
                        "record": "%00"}):  # fmt: skip
            where = address(name, mine, **swapped)
            for answer in (
                surgeon.get(where),
                surgeon.post(where, {"reason": "", "patient": other[0], "record": other[2]}),
            ):
                assert answer.status_code < 500, where
                body = answer.content.decode()
                assert ALPHA not in body, where
                assert BRAVO not in body, where


def test_fields_that_no_form_has_change_nothing(clinic: Hospital, charts: tuple[list[str], ...]) -> None:
    """Mass assignment: a body that names another patient, another person, a role or a decision is not heard."""
    mine, other = charts
    extra = {
        "patient": other[0], "patient_id": other[0], "record": other[2], "person": "1", "person_id": "1",
        "role": "head", "post": "1", "decision": "allow", "purpose": "treatment", "state": "approved",
        "until": "2099-01-01",
        "ends": "2099-01-01", "matter": "1", "grant": "1", "restricted": "no", "author": "1", "verified": "1",
        "next": "//evil",
    }  # fmt: skip
    surgeon = browser(clinic, "surgeon")
    opened = surgeon.post(to("break_glass", patient=mine[0]), {**extra, "reason": "昏迷，急查"})
    assert opened.status_code == 302
    assert "evil" not in opened["Location"]
    rows = clinic.sql(
        "SELECT patient_id, ends - starts < interval '13 hours' FROM access_grant WHERE person_id = %s "
        "AND purpose = 'emergency' AND patient_id = ANY(%s)", clinic.people["surgeon"],
        [clinic.runtime.ids.internal(one[0])[0] for one in charts],
    )  # fmt: skip
    assert rows == [(clinic.runtime.ids.internal(mine[0])[0], True)]
    assert surgeon.get(to("chart", patient=other[0])).status_code == 403
    surgeon.post(to("break_glass", patient=mine[0]), {"end": "1"})
    started = surgeon.post(to("start_matter", kind="internal_access") + f"?patient={mine[0]}", {
        **extra, "patient": mine[0], "then": "submit", "days": "3", "reason": "质控", "key": "two-charts",
    })  # fmt: skip
    assert started.status_code in (302, 400), started.content.decode()
    made = clinic.sql("SELECT state, person_id FROM matter WHERE kind = 'internal_access' AND person_id = %s",
                      clinic.people["surgeon"])  # fmt: skip
    assert {row[0] for row in made} <= {"submitted", "step", "draft", "waiting", "review", "deciding"}, made


def test_every_post_wants_its_token(hospital: Hospital, charts: tuple[list[str], ...]) -> None:
    """S4: a post from elsewhere is refused before anything of it is looked at, and changes nothing."""
    from django.test import override_settings

    with override_settings(ROOT_URLCONF="jingui.config.urls", MIDDLEWARE=real_middleware()):
        hospital.person("csrf", Role.PHYSICIAN, "xnk")
        with_credentials(hospital, "csrf")
        here = Browser()
        here.sign_in(hospital, "csrf")
        before = hospital.sql("SELECT count(*) FROM entry WHERE decision = 'allow'")
        posts = [name for name, (_, post) in STAFF.items() if post is not None]
        for name in [*posts, "sign_out", "language", "switch_user"]:
            answer = here.client.post(address(name, charts[0]), {"reason": "试验", "csrfmiddlewaretoken": "x" * 64})
            assert answer.status_code == 403, name
        assert hospital.sql("SELECT count(*) FROM entry WHERE decision = 'allow'") == before
        assert here.get("/account/").status_code == 200  # nobody signed out by a foreign page


def real_middleware() -> list[str]:
    """The whole stack, as settings have it."""
    from jingui.config import settings

    return list(settings.MIDDLEWARE)


def test_texts_run_nowhere(clinic: Hospital) -> None:
    """S7: hostile texts in names, records, reasons and documents, shown on pages and on paper."""
    texts = list(PROBES)
    if STRINGS.is_file():
        texts += [one for one in json.loads(STRINGS.read_text()) if "<" in one and "\0" not in one]
    made = entered(clinic, PROBES[0] + PROBES[1], "00961003", *texts[:60], "\n".join(texts[60:]))
    doctor, office = browser(clinic, "doctor"), browser(clinic, "office")
    surgeon = browser(clinic, "surgeon")
    surgeon.post(to("break_glass", patient=made[0]), {"reason": "".join(PROBES[:6])})
    chart = to("chart", patient=made[0])
    shown = [doctor.get(chart), doctor.get("/"), surgeon.get(chart), doctor.post(to("patients"), {"terms": "00961003"}),
             doctor.post(to("patients"), {"terms": PROBES[1]}), doctor.get(f"{chart}?category={PROBES[1]}"),
             doctor.post(to("print_chart", patient=made[0]), {"category": ""}), office.get(to("matters"))]  # fmt: skip
    for record in made[2:40]:
        shown += [doctor.get(to("record", record=record)), doctor.post(to("print_record", record=record), {})]
    for kind in ("internal_access",):
        sent = {"purpose": "treatment", "days": PROBES[1], "reason": "".join(PROBES), "key": PROBES[1]}
        shown.append(doctor.post(to("start_matter", kind=kind) + f"?patient={made[0]}", sent))
        right = {"purpose": "treatment", "days": "3", "reason": "".join(PROBES), "key": "probe", "then": "submit",
                 "patient": made[0]}  # fmt: skip
        begun = doctor.post(to("start_matter", kind=kind) + f"?patient={made[0]}", right)
        assert begun.status_code == 302, begun.content.decode()
        shown += [
            doctor.get(begun["Location"]),
            office.get(begun["Location"]),
            doctor.get(begun["Location"] + "?print=1"),
        ]
    shown += [doctor.post(to(name, patient=made[0]), {"reason": PROBES[1], "alias": PROBES[0], "restricted": "yes"})
              for name in ("secrecy", "give_consent")]  # fmt: skip
    proposed = office.post(to("publish_document"), {
        "kind": "procedure", "code": "probe-text", "title": PROBES[0], "title_en": PROBES[1],
        "body": "\n\n".join(PROBES),
    })  # fmt: skip
    assert proposed.status_code == 302, proposed.content.decode()
    shown += [office.get(proposed["Location"]), office.get(to("waiting"))]
    with_text = 0
    for answer in shown:
        assert answer.status_code in (200, 400), answer.request
        text = answer.content.decode()
        assert not runs(text), (answer.request["PATH_INFO"], runs(text))
        assert "<script>alert" not in text
        with_text += "alert(1)" in text
    print(f"\n{len(shown)} pages, {with_text} with a probe on them, {len(texts)} probes")
    assert with_text > 30


def test_cells_calculate_nothing(clinic: Hospital) -> None:
    """S10: no cell of an exported table begins as a formula does, full-width signs and leading spaces included."""
    made = entered(clinic, "=cmd|'/C calc'!A0", "00961004", *FORMULAS)
    answer = browser(clinic, "doctor").post(to("export_chart", patient=made[0]), {"form": "csv", "category": ""})
    assert answer.status_code == 200
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    found = [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@|%＝＋－\uff20｜％") and cell.strip()]
    assert not found, found
    assert sum("1+1" in cell for cell in cells) >= 4
    assert len(rows) > len(FORMULAS)
