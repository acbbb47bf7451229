"""五（一）传输: the hot path of ingest stays hot [5.1.2]"""

import time

from jingui.formats.fhir_json import dump, parse
from jingui.formats.fhir_tokens import tuples
from jingui.formats.validate import validate
from tests.formats.shared import resources

GOAL = 60  # µs of processor time for one Observation, read, checked, described and written
SLACK = 2  # a shared machine


def test_one_observation() -> None:
    bodies = [dump(each) for each in resources() if each["resourceType"] == "Observation"][:1500]
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        for body in bodies:
            resource = parse(body)
            validate(resource)
            tuples(resource)
            dump(resource)
        best = min(best, (time.process_time() - began) / len(bodies) * 1e6)
    assert best < GOAL * SLACK, f"{best:.0f} µs"
