"""五（一）2: clients of other hands, unmodified: fhirpy and fhirclient [5.1.2]"""

import asyncio

import fhirpy
import pytest

from tests.api.admitting import admit
from tests.api.client import Served
from tests.api.samples import observation, patient


@pytest.fixture(scope="module")
def chart(served: Served) -> list[str]:
    return admit(
        served,
        "客一客",
        "75000001",
        "xnk",
        *[observation("urn:uuid:00000000-0000-4000-8000-000000000001", "2345-7")] * 5,
    )


def client(served: Served, who: str = "doctor", kind: str = "Sync") -> object:
    return getattr(fhirpy, f"{kind}FHIRClient")(served.base, authorization=f"Bearer {served.tokens[who]}")


def test_fhirpy_reads_searches_and_pages(served: Served, chart: list[str]) -> None:
    her = client(served).reference(reference=chart[0]).to_resource()
    assert her["name"][0]["text"] == "客一客"
    query = client(served).resources("Observation").search(patient=chart[0])
    assert len(query.fetch()) == 6
    assert len(query.limit(2).fetch_all()) == 6
    assert query.count() == 6
    assert client(served).resources("Patient").search(identifier="75000001").first()["id"] == her["id"]


def test_fhirpy_creates_and_corrects(served: Served, chart: list[str]) -> None:
    made = client(served).resource(
        "Observation", **{k: v for k, v in observation(chart[0]).items() if k != "resourceType"}
    )
    made.save()
    assert made["meta"]["versionId"] == "1"
    made["status"] = "amended"
    made.save()
    assert made["meta"]["versionId"] == "2"
    assert client(served).reference("Observation", made["id"]).to_resource()["status"] == "amended"


def test_fhirpy_registers_only_once(served: Served) -> None:
    condition = {"If-None-Exist": "identifier=urn:jingui:mrn|75000002"}
    his = fhirpy.SyncFHIRClient(served.base, authorization=f"Bearer {served.tokens['his']}", extra_headers=condition)
    resource = patient("又一次", "75000002")
    assert his.execute("Patient", "post", data=resource)["meta"]["versionId"] == "1"
    assert his.execute("Patient", "post", data=resource) is None, "it stood already"
    assert client(served).resources("Patient").search(identifier="75000002").count() in (0, 1)


def test_fhirpys_own_way_of_conditions_makes_no_second_patient(served: Served, chart: list[str]) -> None:
    """It puts the condition into the address of the POST, where FHIR has none: refused rather than ignored."""
    from fhirpy.base.exceptions import OperationOutcome

    before = served.counts()
    his = client(served, "his")
    one = his.resource("Patient", **{k: v for k, v in patient("客一客", "75000001").items() if k != "resourceType"})
    with pytest.raises(OperationOutcome, match="If-None-Exist"):
        his.resources("Patient").search(identifier="urn:jingui:mrn|75000001").get_or_create(one)
    assert served.counts() == before


def test_fhirpy_hears_refusals(served: Served, chart: list[str]) -> None:
    from fhirpy.base.exceptions import ForbiddenError, ResourceNotFound

    with pytest.raises(ForbiddenError, match="no_relation"):
        client(served, "surgeon").reference(reference=chart[0]).to_resource()
    with pytest.raises(ResourceNotFound):
        client(served).reference("Observation", "nothing").to_resource()


def test_fhirpy_asynchronously(served: Served, chart: list[str]) -> None:
    async def several() -> list[object]:
        each = client(served, kind="Async")
        return await asyncio.gather(*(each.reference(reference=one).to_resource() for one in chart))

    assert [one.reference for one in (r.to_reference() for r in asyncio.run(several()))] == chart


def smart(served: Served, who: str = "doctor") -> object:
    from fhirclient.client import FHIRClient

    made = FHIRClient(settings={"app_id": "jingui-test", "api_base": f"{served.base}/"})
    made.server.session.headers["Authorization"] = f"Bearer {served.tokens[who]}"
    return made


def test_fhirclient_reads_searches_and_creates(served: Served, chart: list[str]) -> None:
    from fhirclient.models.bundle import Bundle
    from fhirclient.models.observation import Observation
    from fhirclient.models.patient import Patient

    server = smart(served).server
    her = Patient.read(chart[0].partition("/")[2], server)
    assert her.name[0].text == "客一客"
    found: Bundle = Observation.where({"patient": chart[0], "code": "2345-7"}).perform(server)
    assert found.total == 5
    made = Observation(observation(chart[0]))
    answer = made.create(server)
    assert answer["meta"]["versionId"] == "1"
    again = Observation.read(answer["id"], server)
    again.status = "amended"
    assert again.update(server)["meta"]["versionId"] == "2"


def test_fhirclient_hears_refusals(served: Served, chart: list[str]) -> None:
    from fhirclient.models.patient import Patient
    from fhirclient.server import FHIRUnauthorizedException

    with pytest.raises(Exception, match=r"403|Forbidden") as refused:
        Patient.read(chart[0].partition("/")[2], smart(served, "surgeon").server)
    assert not isinstance(refused.value, FHIRUnauthorizedException)
