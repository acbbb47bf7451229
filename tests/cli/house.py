"""A house of its own in a temporary folder, and the command line run in it as a process."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SYNTHEA = ROOT.parent / "shared" / "data" / "fhir" / "synthea"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """Runs `jingui` commands with a home of its own; the embedded server stops when nothing uses it."""

    def __init__(self, home: Path, port: int = 0) -> None:
        self.home, self.port = home, port or free_port()

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("JINGUI_")}
        return {
            **kept, "JINGUI_HOME": str(self.home), "PORT": str(self.port), "LANG": "C.UTF-8", "LC_ALL": "",
            "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip

    def start(self, *argv: str, **more: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "jingui.cli", *argv], env={**self.environment, **more}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    def run(self, *argv: str, limit: float = 120, **more: str) -> "subprocess.CompletedProcess[str]":
        process = self.start(*argv, **more)
        try:
            out, err = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess(argv, process.returncode, out, err)


def bundle(folder: Path, name: str, number: int, *, kind: str = "transaction", observations: int = 5) -> Path:
    """One patient's bundle, references by urn:uuid; equal arguments give equal bundles."""
    patient = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
    resources: list[tuple[str, Mapping[str, object]]] = [
        (patient, {
            "resourceType": "Patient", "name": [{"text": f"张三{number}"}], "birthDate": "1970-01-02", "gender": "male",
            "identifier": [{"system": "urn:test:mrn", "value": f"M{number:06d}"}],
        }),
    ]  # fmt: skip
    for i in range(observations):
        url = f"urn:uuid:00000000-0000-4000-9{i:03d}-{number:012d}"
        resources.append((url, {
            "resourceType": "Observation", "status": "final", "code": {"text": f"第 {i} 项"},
            "subject": {"reference": patient}, "valueQuantity": {"value": i + 1.5, "unit": "mmol/L"},
        }))  # fmt: skip
    entries = [
        {"fullUrl": url, "resource": made, "request": {"method": "POST", "url": made["resourceType"]}}
        for url, made in resources
    ]
    path = folder / name
    path.write_text(json.dumps({"resourceType": "Bundle", "type": kind, "entry": entries}, ensure_ascii=False))
    return path
