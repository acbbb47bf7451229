"""四（二）: the pages of sealing, retrieval and outside viewing, whatever they show, take few statements [4.2]"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jingui.gate import plane
from tests.gate import sealed as s
from tests.gate.entering import admit, entered, sign, signing
from tests.gate.test_outside import asked as viewed
from tests.gate.test_outside import person
from tests.gate.test_retrieval import asked
from tests.hospital import Hospital
from tests.web.clinic import Pages, pages


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return s.people(hospital)


def test_few_statements(house: Hospital) -> None:
    made = admit(house)
    signing(house, "doctor")
    for _ in range(5):
        sign(house, "doctor", made, entered(house, "doctor", made))
    drawn = s.sealed(house, made.patient)
    again = s.approved(house, made.patient)
    legal, outside = asked(house, made), viewed(house, made)
    s.decided(house, "head", legal, outcome="open")
    s.decided(house, "affairs", outside)
    clerk, visitor = Pages(house.actors["archivist"]), Pages(person(house, outside))
    pool, said = plane.current().pipe.pool, []
    fetch = pool.fetch

    async def counted(sql: str, *args: object) -> object:
        said.append(sql)
        return await fetch(sql, *args)

    here = f"/patients/{made.public}/sealings/"
    with pages():
        for browser, address in (
            (clerk, "/sealings/"), (clerk, here), (clerk, f"{here}{drawn.sealing}/"),
            (clerk, f"/sealings/new/{again}/"), (clerk, f"/matters/{legal}/retrieval/"), (clerk, "/outside-viewing/"),
            (clerk, f"/matters/{outside}/outside/"), (visitor, "/outside/"),
        ):  # fmt: skip
            assert browser.get(address).status_code == 200, address  # names and templates warm
            said.clear()
            pool.fetch = counted
            try:
                with CaptureQueriesContext(connection) as direct:
                    assert browser.get(address).status_code == 200
            finally:
                del pool.fetch
            print(address.split("/")[1], len(said), len(direct))
            assert len(said) + len(direct) <= 12, (address, len(said), len(direct), said)
