"""What the timed jobs do to the house in $JINGUI_HOME right now: `python -m tests.faults.timing OUT`."""

import json
import sys
from pathlib import Path
from typing import Any

COUNTS = {
    "posts": "SELECT count(*) FROM post WHERE state = 'active'",
    "tokens": "SELECT count(*) FROM token WHERE NOT revoked",
    "matters": "SELECT count(*) FROM matter WHERE state NOT IN ('closed', 'refused', 'lapsed', 'withdrawn')",
    "extracts": "SELECT count(*) FROM extract_part WHERE payload <> ''::bytea",
    "holds": "SELECT count(*) FROM hold",
    "backups": "SELECT count(*) FROM backup WHERE state = 'complete'",
    "keys": "SELECT count(*) FROM patient_key",
    "records": "SELECT count(*) FROM record_version",
    "sealings": "SELECT count(*) FROM sealing WHERE state = 'sealed'",
    "destructions": "SELECT count(*) FROM destruction WHERE state = 'destroyed'",
}


def counted() -> dict[str, int]:
    """How many of each stand."""
    from jingui.gate.sql import raw

    return {name: raw(sql)[0][0] for name, sql in COUNTS.items()}


def main(out: Path) -> None:
    from jingui.config import house

    with house.opened(sequencing=True):
        from datetime import UTC, datetime

        from jingui import jobs
        from jingui.gate import door

        before = counted()
        ran: dict[str, Any] = {}
        for name, task in jobs.timed.tasks.items():
            if name in {"backup", "backups"}:
                continue
            try:
                task.func(0)
                ran[name] = ""
            except Exception as error:  # noqa: BLE001 -- what it says is the finding
                ran[name] = f"{type(error).__name__}: {error}"[:200]
        wall, ours = datetime.now(UTC), door.now()
        out.write_text(
            json.dumps({
                "before": before, "after": counted(), "ran": ran, "ahead": (wall - ours).total_seconds(),
            })
        )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
