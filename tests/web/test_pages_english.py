"""一（三）: every page, as every post sees it, says no Chinese word to a reader of English [1.3.1]

Pages are asked for with a patient's own ids where they need any, so refusals, empty lists and errors are read too.
Chinese that belongs there is marked as Chinese (lang="zh-CN"), as readers of screens need, or stands in a field;
what somebody typed, in whatever language, is marked lang="", HTML's word for a language nobody knows.
"""

import re

import pytest

from jingui.core.words import Purpose, Role
from jingui.web.viewmodels.paths import PATHS
from tests.gate.test_door import bundle
from tests.gate.test_table import ROLES
from tests.hospital import Hospital
from tests.web.clinic import Pages, pages
from tests.web.test_routes_table import address

HAN = re.compile(r"[\u3400-\u9fff]+")
OURS = {"金匮", "中文"}  # the product's name, the language to change to
#: Pages of a text that is Chinese itself: the policy and documents as they were published.
WRITTEN = {"policy", "policy_version", "clause", "document"}
MARKED = re.compile(r"<(\w+)\b[^>]*\blang=\"(?:zh[^\"]*)?\"[^>]*>.*?</\1>|<(textarea|script)\b.*?</\2>", re.S)
FILLED = re.compile(r"\b(?:href|value|content)=\"[^\"]*\"")


@pytest.fixture(scope="module")
def chart(hospital: Hospital) -> list[str]:
    """A patient whose name is not Chinese."""
    changes = bundle("Rosa Lindqvist", "00970001")
    return [one.id for one in hospital.enter("his", *changes, purpose=Purpose.OPERATION).made]


def patients(hospital: Hospital) -> set[str]:
    """Names and aliases of the house's patients, as other files entered them: data, not words of a page."""
    found = hospital.sql("""SELECT p.patient_id, p.face, k.wrapped FROM patient p JOIN patient_key k
        ON k.patient_id = p.patient_id AND k.retention_class = 'identity' WHERE p.face IS NOT NULL""")
    vault, out = hospital.runtime.vault, set()
    for number, face, wrapped in found:
        opened = vault.open_face(vault.key(number, "identity", bytes(wrapped)), number, bytes(face))
        out |= {str(opened.get(part, "")) for part in ("name", "alias")}
    return out - {""}


@pytest.mark.parametrize("role", ROLES)
def test_no_page_says_chinese_to_a_reader_of_english(hospital: Hospital, chart: list[str], role: Role) -> None:
    who = f"e_{role}"
    hospital.person(who, role, "jyk")  # nobody's patients: names of patients are what they are
    names = {row[0] for row in hospital.sql("SELECT name FROM department UNION SELECT name FROM person")}
    names |= patients(hospital)
    told: dict[str, set[str]] = {}
    read = 0
    with pages():
        for name in PATHS.keys() - WRITTEN:
            answer = Pages(hospital.actors[who], "en").get(address(name, chart))
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            text = FILLED.sub("", MARKED.sub(" ", answer.content.decode()))
            for one in names:
                text = text.replace(one, " ")
            read += 1
            if said := set(HAN.findall(text)) - OURS:
                told[name] = said
    assert told == {}
    assert read > 60
