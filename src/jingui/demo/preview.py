"""Prints a sample of what the generator writes, to be read: `python -m jingui.demo.preview [--seed N] [--script ID]`"""

import argparse
import re
import sys
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from jingui.demo.generator import EncounterStory, Entry, PatientStory, build_hospital, stories

_TAGS = re.compile(r"<[^>]+>")


def _plain(div: str) -> str:
    text = _TAGS.sub("", div.replace("</p><p>", "\n      "))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _said(resource: dict[str, Any]) -> Iterator[str]:
    """One resource in a line or, for documents, a few."""
    match resource:
        case {"resourceType": "Composition", "title": title, "section": [*sections]}:
            yield f"《{title}》"
            for part in sections:
                yield f"    【{part['title']}】{_plain(part['text']['div'])}"
        case {"resourceType": "DiagnosticReport", "text": {"div": str(div)}, "code": {"text": name}}:
            yield f"检查报告 {name}：{_plain(div)}"
        case {"resourceType": "DiagnosticReport", "conclusion": said, "code": {"text": name}}:
            yield f"检验报告 {name}：{said}"
        case {"resourceType": "Condition", "code": {"coding": [{"code": code}], "text": name}}:
            yield f"诊断 {name}（{code}）"
        case {"resourceType": "MedicationRequest", "dosageInstruction": [dose]}:
            name = resource["medicationCodeableConcept"]["text"]
            yield f"医嘱 {name}：{dose['text']}"
        case {"resourceType": "Procedure", "code": {"text": name}}:
            yield f"手术 {name}"
        case {"resourceType": "Observation", "valueQuantity": {"value": value}, "code": {"text": name}}:
            flag = resource.get("interpretation", [{"text": ""}])[0]["text"]
            unit = resource["valueQuantity"].get("unit", "")
            yield f"{name} {value} {unit} {flag}"
        case {"resourceType": kind}:
            yield str(kind)


def _encounter(encounter: EncounterStory, names: dict[str, str], *, whole: bool) -> Iterator[str]:
    end = f"{encounter.end:%Y-%m-%d %H:%M}" if encounter.end else "在院"
    yield f"== {encounter.kind.label} {encounter.script} {encounter.department}"
    yield f"   {encounter.start:%Y-%m-%d %H:%M} – {end}"
    for entry in encounter.entries:
        if whole or entry.resource["resourceType"] in ("Composition", "DiagnosticReport", "Condition", "Procedure"):
            yield from _lines(entry, names)


def _lines(entry: Entry, names: dict[str, str]) -> Iterator[str]:
    first, *others = _said(entry.resource)
    mark = " [补记]" if entry.late else ""
    yield f"  {entry.at:%m-%d %H:%M} {names[entry.author]}{mark} {first}"
    yield from others


def sample(seed: int, today: date, count: int, script: str, *, whole: bool) -> Iterator[str]:
    """The lines of `count` patients (only those who ever had `script`, if named)."""
    rng = Random(seed)
    hospital = build_hospital(rng, today)
    names = {person.id: person.name for person in hospital.staff}
    shown = 0
    for story in stories(hospital, rng, today):
        if script and script not in {each.script for each in story.encounters}:
            continue
        yield from _story(story, names, whole=whole)
        shown += 1
        if shown >= count:
            return


def _story(story: PatientStory, names: dict[str, str], *, whole: bool) -> Iterator[str]:
    who = story.identity
    yield f"\n#### {who.name} {who.sex} {who.birth} {who.mrn} {who.note}"
    yield f"联系人 {who.contact_name}（{who.contact_relation}）"
    for encounter in story.encounters:
        yield from _encounter(encounter, names, whole=whole)


def main() -> None:
    """Read the arguments and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--script", default="")
    parser.add_argument("--whole", action="store_true", help="every resource, not only what is prose")
    given = parser.parse_args()
    for line in sample(given.seed, date(2026, 11, 22), given.count, given.script, whole=given.whole):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
