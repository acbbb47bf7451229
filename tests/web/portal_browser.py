"""一（三）2 患者门户: a patient's browser, and what stands beside it [1.3.2]"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from jingui.core import onetime
from jingui.core.access import ChartRequest
from jingui.core.operation import Target
from jingui.core.words import Verb
from tests.gate.test_portal import number
from tests.hospital import Hospital
from tests.web.browser import Browser

VERIFIER = Path(__file__).resolve().parents[2] / "verifier" / "src"
OWN = "月下独酌花间一壶酒 2749"


class Patient(Browser):
    """A patient's browser: the portal's own pages."""

    def post(self, path: str, **fields: str) -> Any:
        if "csrftoken" not in self.client.cookies:
            self.get("/portal/sign-in/")
        fields["csrfmiddlewaretoken"] = self.client.cookies["csrftoken"].value
        return self.client.post(path, fields)

    def password(self, username: str, word: str = OWN) -> Any:
        return self.post("/portal/sign-in/", login=username, password=word)

    def begin(self, hospital: Hospital, slip: Any) -> "Patient":
        """The whole first sign-in: start code, own password, authenticator."""
        assert self.password(slip.number, slip.code)["Location"] == "/portal/password/"
        assert self.post("/portal/password/", new=OWN, again=OWN)["Location"] == "/portal/account/"
        enrol = self.get("/portal/authenticator/").content.decode()
        secret = "".join(re.search(r'<p class="mono">([A-Z2-7 ]+)</p>', enrol).group(1).split())  # type: ignore[union-attr]
        self.secret = secret
        code = onetime.code(secret, onetime.counter_at(hospital.runtime.clock.now()))
        assert self.post("/portal/authenticator/", code=code)["Location"] == "/portal/"
        return self


def verified(folder: Path, proof: bytes, key: str) -> int:
    """What the stand-alone verifier, which shares no code with Jingui, says of a downloaded proof."""
    (folder / "proof.json").write_bytes(proof)
    (folder / "key.txt").write_text(key)
    command = [
        sys.executable,
        "-m",
        "jingui_verify",
        "proof",
        str(folder / "proof.json"),
        "--key",
        str(folder / "key.txt"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(VERIFIER)}
    return subprocess.run(command, env=environment, capture_output=True, check=False, timeout=60).returncode


def text(answer: Any) -> str:
    return str(answer.content.decode())


def looks(hospital: Hospital, who: str, public: str) -> str:
    """Somebody opens the chart; the entry."""
    asked = hospital.operation(who, Verb.OPEN_CHART, ChartRequest(), target=Target(patient=number(hospital, public)))
    from jingui.gate import door

    return str(door.read(asked).trace.entry)
