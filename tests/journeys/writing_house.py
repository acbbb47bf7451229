"""A house of its own for a day of writing: `python -m tests.journeys.writing_house OUT` founds it in $JINGUI_HOME.

A physician, a nurse and a second physician sign in with password and code; admission records need a second person.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path

from jingui.core.bylaws import ChangeSetting
from jingui.core.proposals import Verdict
from jingui.core.protect import IssueToken
from jingui.core.words import Role, Verb

PEOPLE = ("doctor", "senior", "nurse")


def main(out: Path) -> None:
    from jingui.config import house

    with house.opened(sequencing=True):
        from jingui.gate import door, runtime
        from tests.hospital import Hospital
        from tests.web.browser import with_credentials

        hospital = Hospital({}, runtime.current())
        hospital.found()
        hospital.person("senior", Role.PHYSICIAN, "xnk")
        for who in PEOPLE:
            with_credentials(hospital, who)
        asked = ChangeSetting(name="second_person_forms", value="admission_record")
        waiting = hospital.write("sysadmin", Verb.CHANGE_SETTING, asked).value
        hospital.write(
            "head", Verb.APPROVE, Verdict(proposal=waiting.proposal, digest=waiting.digest, verdict="approve")
        )
        token, digest = door.new_token()
        his = hospital.actors["his"]
        data = IssueToken(
            digest=digest, account=his.account, post=his.post, scopes=("system/*.cruds",), label="journey",
            expires=hospital.now() + timedelta(days=2),
        )  # fmt: skip
        hospital.write("secadmin", Verb.ISSUE_TOKEN, data)
        out.write_text(json.dumps({"tokens": {"his": token}}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
