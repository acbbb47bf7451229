"""二（二）录入: each form of a shared document as a page, with every item [2.1.1] [2.2.2]"""

from collections.abc import Iterator
from html import escape

import pytest

from jingui.core.words import EncounterKind, Role
from jingui.formats import capture
from jingui.formats.cda_map import makings
from jingui.web.viewmodels.paths import to
from tests.hospital import Hospital
from tests.web.writing import admitted, plain

HANDS = {Role.PHYSICIAN: "doctor", Role.NURSE: "nurse"}
TEMPLATES = capture.templates()
FORMS = sorted(
    name for name in {one.form for one in makings().values()}
    if not TEMPLATES[name].privilege and HANDS.keys() & set(TEMPLATES[name].writers)
    and (not TEMPLATES[name].visits or EncounterKind.INPATIENT in TEMPLATES[name].visits)
)  # fmt: skip
MOST = 300_000  # bytes of a page


@pytest.fixture(scope="module")
def ward(hospital: Hospital) -> Iterator[Hospital]:
    from tests.web.clinic import pages

    with pages():
        yield hospital


def test_each_form_shows_all_its_items(ward: Hospital) -> None:
    """A page for whoever writes it, every item's name on it, and listed among what may be written."""
    from tests.web.clinic import Pages

    patient = admitted(ward, "写一写")
    browsers = {role: Pages(ward.actors[who]) for role, who in HANDS.items()}
    listed = {role: one.get(to("write", patient=patient)).content.decode() for role, one in browsers.items()}
    assert len(FORMS) > 40
    for name in FORMS:
        template = TEMPLATES[name]
        role = next(one for one in HANDS if one in template.writers)
        where = to("form", patient=patient, template=name)
        assert where in listed[role], name
        page = browsers[role].get(where)
        assert page.status_code == 200, (name, plain(page))
        text = page.content.decode()
        assert len(text.encode()) < MOST, name
        assert [one.zh for one in template.every() if not one.sex and escape(one.zh) not in text] == [], name
