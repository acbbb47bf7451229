"""A house with 5,000 volumes on their boards: `python -m tests.journeys.archive_house OUT` founds it in $JINGUI_HOME.

Every volume comes through the door, 500 at a time, and is shelved by scanning.
"""

import json
import sys
import time
from pathlib import Path

from jingui.core.archive import MOST_CODES
from jingui.core.archive_asking import NewVolume, RegisterVolumes, Shelve
from jingui.core.words import Verb

VOLUMES, BOARDS, BATCH = 5000, 50, 500


def main(out: Path) -> None:
    from jingui.config import house

    with house.opened(sequencing=True):
        from jingui.gate import runtime
        from tests.gate import archived as a
        from tests.gate.entering import admit
        from tests.hospital import Hospital
        from tests.web.browser import with_credentials

        hospital = Hospital({}, runtime.current())
        hospital.found()
        a.people(hospital)
        for who in ("archivist", "archivist2", "doctor"):
            with_credentials(hospital, who)
        patients = [admit(hospital) for _ in range(25)]
        room, boards = a.room(hospital, rows=("A", "B", "C", "D", "E"), shelves=2, boards=5, capacity=120)
        begun = time.monotonic()
        codes: list[str] = []
        for _ in range(VOLUMES // BATCH):
            volumes = tuple(NewVolume(patient=patients[n % 25].public, pages=80) for n in range(BATCH))
            made = a.do(hospital, "archivist", Verb.REGISTER_VOLUME, RegisterVolumes(volumes=volumes))
            codes += [code for _, code in made]
        each = VOLUMES // BOARDS
        assert each <= MOST_CODES
        shelves = {}
        for n, board in enumerate(boards):
            lying = codes[n * each : (n + 1) * each]
            a.do(hospital, "archivist", Verb.SHELVE_VOLUME, Shelve(position=board, codes=tuple(lying)))
            shelves[board] = lying
        seconds = time.monotonic() - begun
        out.write_text(json.dumps({"room": room, "shelves": shelves, "seconds": seconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
