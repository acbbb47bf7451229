"""五（一）2: apps of other hands, unmodified, at a running house: authorised, reading within scope, refused [5.1.2]"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import fhirpy
import pytest
import requests
from fhirclient import client as fhirclient

from tests.api.client import free_port, worker
from tests.gateway import apps
from tests.gateway.sharing import admit, clinic, consented, observe
from tests.hospital import Hospital
from tests.web.browser import WORD, code_of, unused, with_credentials

SCOPE = "launch/patient offline_access patient/Patient.r patient/Observation.rs"
KIT = Path(__file__).with_name("smart_kit.mjs")


@dataclass
class Person:
    """A doctor's browser that speaks plain HTTP with the running house."""

    base: str
    session: requests.Session = field(default_factory=requests.Session)

    def post(self, path: str, **fields: Any) -> requests.Response:
        fields["csrfmiddlewaretoken"] = self.session.cookies["csrftoken"]
        return self.session.post(f"{self.base}{path}", data=fields, allow_redirects=False, timeout=30)

    def sign_in(self, hospital: Hospital, who: str) -> None:
        self.session.get(f"{self.base}/sign-in/", timeout=30)
        assert self.post("/sign-in/", login=who, password=WORD).status_code == 302
        unused(hospital, who)
        assert self.post("/sign-in/second-factor/", code=code_of(hospital, who)).status_code == 302

    def agree(self, address: str, mrn: str, patient: str) -> str:
        """The whole way of a person whom an app sent here; where they are sent back to."""
        assert self.session.get(address, timeout=30).status_code == 200
        page = self.session.get(f"{self.base}/app/consent/", allow_redirects=False, timeout=30)
        assert page.status_code == 200, (page.status_code, page.headers)
        scopes = re.findall(r'name="scope" value="([^"]+)"', page.text)
        seal = re.search(r'name="seal" value="([0-9a-f]{32})"', page.text).group(1)  # type: ignore[union-attr]
        done = self.post("/app/consent/", seal=seal, scope=scopes, answer="yes", mrn=mrn, patient=patient)
        assert done.status_code == 303, done.text
        return str(done.headers["location"])


@dataclass(kw_only=True)
class Running:
    """The served house, a doctor at a browser, a patient and somebody else's record."""

    base: str
    hospital: Hospital
    person: Person
    patient: str
    mrn: str
    record: str
    foreign: str
    party: Any

    @property
    def fhir(self) -> str:
        return f"{self.base}/fhir"

    def authorised(self, address: str) -> str:
        return self.person.agree(address, self.mrn, self.patient)


@pytest.fixture(scope="module")
def running(hospital: Hospital, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    party = clinic(hospital, "真实应用医院")
    apps.registered(hospital, party, "real-app", scopes=tuple(SCOPE.split()))
    patient, other = admit(hospital, "实应用", mrn="53100001"), admit(hospital, "他人应")
    record, foreign = (observe(hospital, one, "2339-0").made[0].id for one in (patient, other))
    for one in (patient, other):
        consented(hospital, one, party)
    with_credentials(hospital, "doctor")
    port, log = free_port(), tmp_path_factory.mktemp("served") / "worker.log"
    with worker(port, log, "jingui.config.asgi:application"):
        base = f"http://127.0.0.1:{port}"
        person = Person(base)
        person.sign_in(hospital, "doctor")
        yield Running(
            base=base, hospital=hospital, person=person, patient=patient, mrn="53100001", record=record,
            foreign=foreign, party=party,
        )  # fmt: skip


def test_fhirclient_is_authorised_reads_and_is_refused(running: Running) -> None:
    settings = {"app_id": "real-app", "api_base": running.fhir, "redirect_uri": apps.BACK, "scope": SCOPE}
    smart = fhirclient.FHIRClient(settings=settings)
    smart.prepare()
    assert not smart.ready
    smart.handle_callback(running.authorised(smart.authorize_url))
    assert smart.ready
    assert smart.patient_id == running.patient
    from fhirclient.models.condition import Condition
    from fhirclient.models.observation import Observation
    from fhirclient.server import FHIRPermissionDeniedException

    assert Observation.read(running.record, smart.server).code.coding[0].code == "2339-0"
    assert len(Observation.where({"patient": running.patient}).perform_resources(smart.server)) == 1
    with pytest.raises(FHIRPermissionDeniedException):
        Observation.read(running.foreign, smart.server)
    with pytest.raises(FHIRPermissionDeniedException):
        Condition.where({"patient": running.patient}).perform_resources(smart.server)
    first = smart.server.auth.access_token
    assert smart.reauthorize()
    assert smart.server.auth.access_token != first
    assert Observation.read(running.record, smart.server).status == "final"


def test_fhirpy_reads_within_its_scope_alone(running: Running) -> None:
    told = requests.get(f"{running.fhir}/.well-known/smart-configuration", timeout=30).json()
    assert told["code_challenge_methods_supported"] == ["S256"]
    verifier, challenge = apps.pkce()
    asked = requests.Request("GET", told["authorization_endpoint"], params={
        "response_type": "code", "client_id": "real-app", "redirect_uri": apps.BACK, "scope": SCOPE,
        "state": "0123456789", "aud": running.fhir, "code_challenge": challenge, "code_challenge_method": "S256",
    }).prepare().url  # fmt: skip
    code = parse_qs(urlsplit(running.authorised(str(asked))).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": apps.BACK, "client_id": "real-app",
            "code_verifier": verifier}  # fmt: skip
    issued = requests.post(told["token_endpoint"], data=form, timeout=30)
    assert issued.headers["cache-control"] == "no-store"
    got = issued.json()
    assert (got["token_type"], got["patient"], got["expires_in"]) == ("Bearer", running.patient, 1800)
    made = fhirpy.SyncFHIRClient(running.fhir, authorization=f"Bearer {got['access_token']}")
    assert made.reference("Observation", running.record).to_resource()["status"] == "final"
    assert made.resources("Observation").search(patient=running.patient).count() == 1
    for refused in (
        lambda: made.reference("Observation", running.foreign).to_resource(),
        lambda: made.resources("Condition").search(patient=running.patient).fetch(),
        lambda: made.resource("Observation", status="final", code={"text": "x"},
                              subject={"reference": f"Patient/{running.patient}"}).save(),
    ):  # fmt: skip
        with pytest.raises((fhirpy.base.exceptions.OperationOutcome, fhirpy.base.exceptions.ForbiddenError)):
            refused()
    again = requests.post(told["token_endpoint"], data=form, timeout=30)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    gone = requests.get(f"{running.fhir}/Observation/{running.record}", timeout=30,
                        headers={"Authorization": f"Bearer {got['access_token']}"})  # fmt: skip
    assert gone.status_code == 401  # the code came twice


def test_a_server_app_proves_itself_and_a_wrong_one_is_told_nothing(running: Running) -> None:
    key = apps.new_key()
    app = apps.registered(running.hospital, running.party, "real-server", key=key, account="his",
                          scopes=("system/Observation.rs", "system/Practitioner.rs"))  # fmt: skip
    url = f"{running.base}/oauth/token"

    def ask(**claims: Any) -> requests.Response:
        form = {"grant_type": "client_credentials", "client_assertion_type": apps.ASSERTION,
                "client_assertion": app.assertion(**{"aud": url, **claims})}  # fmt: skip
        return requests.post(url, data=form, timeout=30)

    good = ask()
    assert (good.status_code, good.json()["scope"]) == (200, "system/Observation.rs system/Practitioner.rs")
    bearer = {"Authorization": f"Bearer {good.json()['access_token']}"}
    assert requests.get(f"{running.fhir}/Practitioner", headers=bearer, timeout=30).status_code == 200
    assert requests.get(f"{running.fhir}/Condition?patient={running.patient}", headers=bearer,
                        timeout=30).status_code == 403  # fmt: skip
    for bad in (ask(aud="http://evil.cn/oauth/token"), ask(iss="nobody", sub="nobody"), ask(exp=1)):
        assert (bad.status_code, bad.json()["error"]) == (401, "invalid_client")
    form = {"grant_type": "client_credentials", "client_assertion_type": apps.ASSERTION,
            "client_assertion": app.assertion(aud="http://evil.cn/oauth/token")}  # fmt: skip
    assert requests.post(url, data=form, headers={"Host": "evil.cn"}, timeout=30).status_code == 404
    for more, status in (({"headers": {"Content-Type": "application/json"}}, 400), ({"params": {"a": "b"}}, 400)):
        assert requests.post(url, data=form, timeout=30, **more).status_code == status
    assert requests.post(url, data="grant_type=a&grant_type=b", timeout=30,
                         headers={"Content-Type": "application/x-www-form-urlencoded"}).status_code == 400  # fmt: skip
    assert requests.get(url, timeout=30).status_code == 405
    assert requests.post(url, data=b"x" * 70_000, timeout=30).status_code == 413
    said = requests.post(f"{running.base}/oauth/introspect", timeout=30, data={
        "token": good.json()["access_token"], "client_assertion_type": apps.ASSERTION,
        "client_assertion": app.assertion(aud=url),
    }).json()  # fmt: skip
    assert (said["active"], said["client_id"]) == (True, "real-server")


def test_a_browser_reads_answers_for_registered_origins_alone(running: Running) -> None:
    def allowed(origin: str, path: str = "/fhir/metadata", method: str = "GET") -> str | None:
        answer = requests.request(method, f"{running.base}{path}", timeout=30,
                                  headers={"Origin": origin, "Access-Control-Request-Method": "POST"})  # fmt: skip
        assert "access-control-allow-credentials" not in answer.headers
        return answer.headers.get("access-control-allow-origin")

    for path, method in (("/fhir/metadata", "GET"), ("/oauth/token", "OPTIONS"), ("/fhir/Patient", "OPTIONS"),
                         ("/fhir/Patient", "GET")):  # fmt: skip
        assert allowed("https://app.example.cn", path, method) == "https://app.example.cn", (path, method)
        for other in ("https://evil.cn", "https://app.example.cn.evil.cn", "null", "http://app.example.cn"):
            assert allowed(other, path, method) is None, (path, other)


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script beside fhir-kit-client, which the registry gives."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("no node here: fhir-kit-client is not tried")
    folder = tmp_path_factory.mktemp("kit")
    done = subprocess.run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder),
                           "fhir-kit-client@2"], capture_output=True, timeout=240, check=False)  # fmt: skip
    if done.returncode:
        pytest.skip("the registry gives no fhir-kit-client")
    return Path(shutil.copy(KIT, folder))


def test_fhir_kit_client_is_authorised_reads_and_is_refused(running: Running, kit: Path) -> None:
    node = subprocess.Popen(
        ["node", str(kit), running.fhir, "real-app", apps.BACK], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert node.stdin
    assert node.stdout
    said = json.loads(node.stdout.readline() or json.dumps({"value": node.stderr.read() if node.stderr else ""}))
    code = parse_qs(urlsplit(running.authorised(said["value"])).query)["code"][0]
    words = {"code": code, "patient": running.patient, "record": running.record, "foreign": running.foreign}
    out, wrong = node.communicate(json.dumps(words) + "\n", timeout=60)
    assert node.returncode == 0, wrong
    found = {one["name"]: one["value"] for one in map(json.loads, out.splitlines())}
    assert found == {
        "scope": "launch/patient patient/Observation.rs", "patient": running.patient, "read": "Observation",
        "search": 1, "type": 403, "foreign": 403, "write": 403,
    }  # fmt: skip
