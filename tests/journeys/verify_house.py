"""A house with three stamped copies: `python -m tests.journeys.verify_house OUT` founds it in $JINGUI_HOME."""

import base64
import json
import sys
from pathlib import Path

from jingui.core.release import Part, RevokeCopy
from jingui.core.words import Verb


def main(out: Path) -> None:
    from jingui.config import house

    with house.opened(sequencing=True):
        from jingui.gate import runtime
        from jingui.gate.copies import KEYS_SQL, Safe
        from jingui.gate.sql import raw
        from jingui.store.models import Copy
        from tests.gate import copying
        from tests.gate.test_charts import number
        from tests.gate.test_portal import born
        from tests.hospital import Hospital

        hospital = Hospital({}, runtime.current())
        hospital.found()
        copying.staff(hospital)
        patient = number(hospital, born(hospital, "皇甫不群", "61000772", "1949-12-31", copying.CARD)[0])
        made = {}
        for name in ("one", "two", "revoked"):
            copy = copying.stamped(hospital, patient, applicant="皇甫不群")
            target = copying.at(copy)["target"]
            row = Copy.objects.get(pk=(target.patient, target.record))
            kept = Safe(hospital.runtime, target.patient, target.record, raw(KEYS_SQL, target.patient))
            secret = kept.open(row.payload)[0].secret
            file = copying.read(hospital, "archivist", copy, Part.FILE).body
            copying.proved(hospital, secret, "")
            made[name] = {"number": copy.number, "secret": secret, "file": base64.b64encode(file).decode()}
        hospital.write("affairs_c", Verb.REVOKE_COPY, RevokeCopy(reason="误收材料"), **copying.at(copy))
        out.write_text(json.dumps(made))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
