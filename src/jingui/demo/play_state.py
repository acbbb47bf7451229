"""What the demonstration remembers between runs: its first day, its seed, and which story id is which record [1.2]"""

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO

NOTES = "demo.jsonl"


@dataclass(slots=True, kw_only=True)
class State:
    """Ids only; nothing here says anything about anybody."""

    folder: Path
    today: date
    seed: int
    ids: dict[str, str] = field(default_factory=dict)  # reference in the stories -> public id
    known: dict[str, str] = field(default_factory=dict)  # the same as references of this house
    directory: dict[str, str] = field(default_factory=dict)  # those of them that are about nobody's chart
    patients: set[str] = field(default_factory=set)  # stories entered whole
    marked: set[str] = field(default_factory=set)  # stories whose teams and marks are made
    scene: int = 0  # scenes played
    month: str = ""  # the month's own now
    deeds: dict[str, dict[str, str]] = field(default_factory=dict)  # rows of the month played: ids and numbers
    keys: dict[str, str] = field(default_factory=dict)  # forms under way: entered once whatever happens
    _file: IO[str] | None = None

    @classmethod
    def load(cls, folder: Path, today: date, seed: int) -> "State":
        """The notes in `folder`, or new ones that begin `today`. A half-written last line is ignored."""
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        state = cls(folder=folder, today=today, seed=seed)
        path = folder / NOTES
        known = path.read_text("utf-8") if path.exists() else ""
        whole = known[: known.rfind("\n") + 1]
        for line in whole.splitlines():
            state._take(json.loads(line))
        if whole != known:
            path.write_text(whole, "utf-8")
        state._file = path.open("a", encoding="utf-8")
        if not whole:
            state.note({"today": today.isoformat(), "seed": seed})
        return state

    def _take(self, row: dict[str, object]) -> None:
        if "today" in row:
            self.today, self.seed = date.fromisoformat(str(row["today"])), int(str(row["seed"]))
        if isinstance(ids := row.get("ids"), dict):
            self.ids |= ids
            here = {reference: f"{reference.partition('/')[0]}/{public}" for reference, public in ids.items()}
            self.known |= here
            if not row.keys() & {"patient", "scene", "deed"}:
                self.directory |= here
        if "patient" in row:
            self.patients.add(str(row["patient"]))
        if "marked" in row:
            self.marked.add(str(row["marked"]))
        if "month" in row:
            self.month = str(row["month"])
        if "key" in row:
            self.keys[str(row["form"])] = str(row["key"])
        if isinstance(kept := row.get("kept"), dict):
            self.deeds[str(row["deed"])] = kept
        if "scene" in row:
            self.scene = int(str(row["scene"]))

    def note(self, row: dict[str, object]) -> None:
        """Write one line at once."""
        self._take(row)
        if self._file is not None:
            self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
            self._file.flush()
