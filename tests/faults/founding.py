"""Founds a house in $JINGUI_HOME, with people, tokens and one patient: `python -m tests.faults.founding OUT`."""

import json
import sys
from datetime import timedelta
from pathlib import Path

SHORT = 75  # seconds the short token lives


def main(out: Path) -> None:
    from jingui.config import house

    with house.opened(sequencing=True):
        from jingui.core.enter import Change
        from jingui.core.protect import IssueToken
        from jingui.core.words import Purpose, Verb
        from jingui.gate import door, runtime
        from tests.api.samples import stay
        from tests.hospital import Hospital

        hospital = Hospital({}, runtime.current())
        hospital.found()
        tokens = {}
        month, short = timedelta(days=30), timedelta(seconds=SHORT)
        for name, who, scopes, lasts in (
            ("doctor", "doctor", ("user/*.cruds",), month), ("his", "his", ("system/*.cruds",), month),
            ("short", "doctor", ("user/*.cruds",), short),
        ):  # fmt: skip
            token, digest = door.new_token()
            actor = hospital.actors[who]
            data = IssueToken(
                digest=digest, account=actor.account, post=actor.post, scopes=scopes, label=f"faults {name}",
                expires=hospital.now() + lasts,
            )  # fmt: skip
            hospital.write("secadmin", Verb.ISSUE_TOKEN, data)
            tokens[name] = token
        changes = [Change(one["resource"], one["fullUrl"]) for one in stay("崩一崩", "90000001")["entry"]]
        made = hospital.enter("his", *changes, purpose=Purpose.OPERATION).made
        out.write_text(json.dumps({"tokens": tokens, "patient": made[0].id}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
