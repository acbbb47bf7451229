"""四（二）4 去标识化: what is found, what is destroyed and how fast, per labelled set of texts [4.2.4]

A set is a file of lines `{"text": …, "entity_list": [{"entity_type": …, "entity": …, "entity_index": {"begin": …}}]}`.
A name is found when each of its characters is; a clinical term is destroyed when one of its characters is taken.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from jingui.bench.deid_names import planted_names
from jingui.bench.deid_planted import Planted, planted
from jingui.core.deidentify_words import Kind
from jingui.formats.deidentify_project import Known
from jingui.formats.deidentify_text import findings
from jingui.formats.deidentify_words import listed

NAMES: Final = frozenset(("PERSON", "PER", "NAME", "name", "person_name", "person", "NR", "nr"))
PLACES: Final = frozenset(("GPE", "LOC", "address", "location", "LOCATION", "NS", "ns", "scene"))
HOUSES: Final = frozenset(
    ("ORG", "organization", "company", "government", "org_name", "company_name", "ORGANIZATION", "NT")
)
TERMS: Final = frozenset((
    "疾病和诊断", "手术", "解剖部位", "药物", "影像检查", "实验室检验", "影像",
    "检验", "检查", "症状", "disease", "drug", "symptom", "body",
    "疾病", "症状和体征", "身体部位", "治疗", "检查和检验",
))  # fmt: skip
NOBODY: Final = Known()


@dataclass(slots=True)
class Counted:
    """What was counted in one set."""

    name: str
    texts: int = 0
    size: int = 0  # bytes
    seconds: float = 0.0
    labelled: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    told: int = 0  # findings of names
    right: int = 0  # of these, with a labelled name in them
    destroyed: int = 0

    def row(self) -> dict[str, float | int | str | None]:
        """The figures, None where nothing is labelled."""
        out: dict[str, float | int | str | None] = {"set": self.name, "texts": self.texts}
        for kind in ("names", "places", "organisations"):
            out[kind] = self.labelled[kind]
            out[f"{kind}_recall"] = _share(self.found[kind], self.labelled[kind])
        out["names_precision"] = _share(self.right, self.told) if self.labelled["names"] else None
        out["terms"] = self.labelled["terms"]
        out["terms_destroyed"] = _share(self.destroyed, self.labelled["terms"])
        out["KB/s"] = round(self.size / 1024 / self.seconds) if self.seconds else None
        return out


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def labelled(path: Path) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    """Yield each text of a set and its labels (type, start, end)."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                row = json.loads(line)
                yield (
                    row["text"],
                    [
                        (
                            one["entity_type"],
                            one["entity_index"]["begin"],
                            one["entity_index"]["begin"] + len(one["entity"]),
                        )
                        for one in row["entity_list"]
                    ],
                )


def measured(path: Path, most: int = 0) -> Counted:
    """Count one set, all of it or its first texts."""
    out = Counted(path.stem)
    for text, labels in labelled(path):
        if most and out.texts >= most:
            break
        out.texts += 1
        out.size += len(text.encode())
        begun = time.process_time()
        found = findings(text, NOBODY)
        out.seconds += time.process_time() - begun
        _count(out, text, labels, found)
    return out


def _count(
    out: Counted, text: str, labels: Sequence[tuple[str, int, int]], found: Sequence[tuple[Kind, int, int]]
) -> None:
    taken, named = bytearray(len(text)), bytearray(len(text))
    for _, start, end in found:
        taken[start:end] = b"\1" * (end - start)
    for kind, start, end in labels:
        if kind in TERMS:
            out.labelled["terms"] += 1
            out.destroyed += any(taken[start:end])
            continue
        group = "names" if kind in NAMES else "places" if kind in PLACES else "organisations" if kind in HOUSES else ""
        if group and not (group == "places" and _stays(text[start:end])):
            out.labelled[group] += 1
            out.found[group] += all(taken[at] for at in range(start, end) if text[at].isalnum())
            if group == "names":
                named[start:end] = b"\1" * (end - start)
    for kind, start, end in found:
        if kind == "name":
            out.told += 1
            out.right += any(named[start:end])


@cache
def _coarse() -> frozenset[str]:
    names = (name for group in ("province", "city", "world") for name in listed("places", group))
    return frozenset(names)


def _stays(place: str) -> bool:
    """Whether a place is a city or coarser: it stays on purpose and is not counted."""
    return len(place) == 1 or place in _coarse() or place.rstrip("省市") in _coarse()


def again(those: Iterable[Planted]) -> dict[str, float | int | dict[str, int]]:
    """Look for planted identifiers, each alone in its sentence."""
    missed: Counter[str] = Counter()
    count = 0
    for one in those:
        count += 1
        taken = bytearray(len(one.text))
        for _, start, end in findings(one.text, NOBODY):
            taken[start:end] = b"\1" * (end - start)
        inside = [at for at in range(one.start, one.end) if one.text[at].isalnum()]
        inside = _beyond_city(one.kind, one.text, inside)
        missed[one.kind] += not all(taken[at] for at in inside)
    lost = sum(missed.values())
    return {"planted": count, "found": round(1 - lost / max(count, 1), 5), "missed": dict(+missed)}


def _beyond_city(kind: str, text: str, inside: list[int]) -> list[int]:
    """Of an address, what is finer than a city: province and city may stay."""
    if not kind.startswith("address"):
        return inside
    city = max((at for at in inside if text[at] == "市"), default=inside[0])
    return [at for at in inside if at > city]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure each set of a folder and the planted identifiers; print a table or JSON."""
    parser = argparse.ArgumentParser(
        prog="jingui bench deid", description="去标识化的查全、查准与速度 / de-identification"
    )
    parser.add_argument("--text", metavar="DIR", default="", help="带标注文本所在目录 / folder of labelled texts")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出 / print JSON")
    parser.add_argument("--quick", action="store_true", help="短测 / a short run")
    chosen = parser.parse_args(argv)
    findings("预热：张三", NOBODY)  # the word list is loaded once
    rows = []
    if chosen.text:
        folder = Path(chosen.text)
        if not folder.is_dir():
            sys.stderr.write(f"没有这个目录 / no such folder: {folder}\n")
            return 1
        rows = [measured(path, 100 if chosen.quick else 0).row() for path in sorted(folder.glob("*.txt"))]
    count = 500 if chosen.quick else 10_000
    numbers, names = again(planted(count)), again(planted_names(count // 4))
    if chosen.json:
        sys.stdout.write(
            json.dumps({"sets": rows, "structured": numbers, "names_in_records": names}, ensure_ascii=False, indent=1)
            + "\n"
        )
    else:
        sys.stdout.write(_table(rows) + f"\nstructured {numbers}\nnames in records {names}\n")
    return 0


def _table(rows: Sequence[dict[str, float | int | str | None]]) -> str:
    """Rows for a terminal."""
    if not rows:
        return ""
    heads = list(rows[0])
    lines = [" ".join(f"{head[:14]:>14}" for head in heads)]
    lines += [" ".join(f"{'' if row[head] is None else row[head]!s:>14.14}" for head in heads) for row in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
