"""二（一）1 采集模板: the templates in force: the shipped ones, or the hospital's own newest version of each [2.1.1]

Read once per epoch: every published version is a sealed row, its body is held by its digest. A version is parsed once
in a process, whatever the epoch does. Older versions stay: what was written with one is read and corrected with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from jingui.core.capture import Template
from jingui.core.errors import NotFound, Tampered
from jingui.core.word import N_
from jingui.formats import capture, fhir_json
from jingui.gate import code_tables
from jingui.gate.pipeline import Pipeline
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.store.statements import Columns

VERSION = Columns()
VERSION.sealed("c", "capture_template")
VERSIONS_SQL = f"""SELECT {VERSION.sql}, d.done FROM (SELECT count(*) AS done FROM matter m
  WHERE m.kind = 'template_change' AND m.state IN ('executed', 'closed')) d
LEFT JOIN capture_template c ON true ORDER BY c.name, c.n"""  # noqa: S608 -- own names
BODIES_SQL = "SELECT id, body FROM capture_template WHERE id = ANY($1::bigint[])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One published version: who may read it knows nothing of a patient by it."""

    id: int
    name: str
    n: int
    state: str
    effective: datetime
    matter: int
    entry: str
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is in force under one epoch, and every version there ever was by (name, n)."""

    epoch: int
    templates: Mapping[str, Template]
    versions: tuple[Version, ...]
    every: Mapping[tuple[str, int], Template]


_known: dict[int, Known] = {}  # by runtime
_parsed: dict[bytes, Template] = {}  # by digest


def held(runtime: Runtime, epoch: int) -> Known:
    """All that is known under `epoch`, on this thread's own connection (writing acts)."""
    found = _known.get(id(runtime))
    if found is not None and found.epoch == epoch:
        return found
    versions = genuine(runtime, raw(VERSIONS_SQL))
    lacking = [one.id for one in versions if one.digest not in _parsed]
    return remember(runtime, epoch, versions, raw(BODIES_SQL, lacking) if lacking else ())


def fresh(runtime: Runtime) -> Known:
    """As `held`, past what was known: what this very transaction sees, kept for nobody else."""
    versions = genuine(runtime, raw(VERSIONS_SQL), done=False)
    return known_of(runtime, -1, versions, raw(BODIES_SQL, [one.id for one in versions]))


async def loop_held(pipe: Pipeline, epoch: int, *, reading: bool = False) -> Known:
    """All that is known under `epoch`, on the data plane's loop; the code tables they choose from are put in force."""
    await code_tables.refresh(pipe, reading=reading)
    found = _known.get(id(pipe.runtime))
    if found is not None and found.epoch == epoch:
        return found
    versions = genuine(pipe.runtime, await pipe.pool.fetch(VERSIONS_SQL))
    lacking = [one.id for one in versions if one.digest not in _parsed]
    return remember(pipe.runtime, epoch, versions, await pipe.pool.fetch(BODIES_SQL, lacking) if lacking else ())


def genuine(runtime: Runtime, rows: Sequence[Sequence[Any]], *, done: bool = True) -> tuple[Version, ...]:
    """The published versions; Tampered when a row is not what was written, or one is missing.

    Every executed matter published one version and nothing else does; inside such a matter (`done` False) the counts
    differ until it is over.
    """
    group, at, out = VERSION.groups["c"], VERSION.at, []
    for row in rows:
        number = row[at["c.id"]]
        if number is None:
            continue
        if not runtime.sealer.holds("capture_template", group.values(row), group.mac(row)):
            raise Tampered(where=f"capture_template:{number}")
        out.append(
            Version(
                id=number, name=row[at["c.name"]], n=row[at["c.n"]], state=row[at["c.state"]],
                effective=row[at["c.effective"]], matter=row[at["c.matter"]], entry=str(row[at["c.entry"]]),
                digest=bytes(row[at["c.digest"]]),
            )
        )  # fmt: skip
    for name in {one.name for one in out}:
        numbers = [one.n for one in out if one.name == name]
        if numbers != list(range(1, len(numbers) + 1)):
            raise Tampered(where=f"capture_template:{name}")
    if done and rows[0][-1] != len(out):
        raise Tampered(where="capture_template")
    return tuple(out)


def remember(runtime: Runtime, epoch: int, versions: tuple[Version, ...], bodies: Sequence[Sequence[Any]]) -> Known:
    """Keep what was read for this epoch."""
    _known[id(runtime)] = found = known_of(runtime, epoch, versions, bodies)
    return found


def known_of(runtime: Runtime, epoch: int, versions: tuple[Version, ...], bodies: Sequence[Sequence[Any]]) -> Known:
    """Parse what is new, and put the hospital's own over the shipped ones."""
    texts = {row[0]: row[1] for row in bodies}
    every: dict[tuple[str, int], Template] = {(name, 0): one for name, one in capture.templates().items()}
    templates = dict(capture.templates())
    for version in versions:
        made = _parsed.get(version.digest)
        if made is None:
            made = _parsed[version.digest] = parsed(runtime, version, texts.get(version.id, ""))
        every[version.name, version.n] = made
        if version.state == "active":
            templates[version.name] = made
    return Known(epoch=epoch, templates=templates, versions=versions, every=every)


def parsed(runtime: Runtime, version: Version, body: str) -> Template:
    """The template in a stored body; Tampered unless it is what was published."""
    if not compare_digest(runtime.suite.digest(body.encode()), version.digest):
        raise Tampered(where=f"capture_template:{version.id}")
    made = capture.from_questionnaire(fhir_json.parse(body.encode()))
    if (made.name, made.n) != (version.name, version.n):
        raise Tampered(where=f"capture_template:{version.id}")
    return made


def named(found: Known, name: str, n: int = -1) -> Template:
    """The template called `name` in force, or in its version `n`; NotFound when this house has none."""
    template = found.templates.get(name) if n < 0 else found.every.get((name, n))
    if template is None:
        raise NotFound(N_("没有这个采集模板。"), N_("请从模板列表中选择。"))
    return template
