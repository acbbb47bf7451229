"""六（一）3 恢复测试: what was restored is opened, compared, signed; the entry names each patient [6.1.3]"""

from datetime import UTC, datetime
from typing import Any, Final, cast

from jingui.core.backup import RestoreRun, Result, Step
from jingui.core.errors import Invalid, JinguiError, NotFound, Tampered
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.crypto import note
from jingui.crypto.canon import canon
from jingui.gate import backups, settings
from jingui.gate.acts.backups import alarm, machine
from jingui.gate.backups_compare import Compared, Other, disagreements, patients, signed_point
from jingui.gate.lockdown import ledger_key
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, next_id
from jingui.gate.runtime import Runtime
from jingui.gate.writing import WriteContext
from jingui.store.models import Backup, RestoreTest

TYPE: Final = "jingui-restore-test/1"
KINDS: Final = ("test", "point_in_time", "drill")


@write_act(Verb.TEST_RESTORE)
def test_restore(context: WriteContext, permit: Permit) -> Done:
    """Compare the restored cluster that stands now with the present, sign what was seen, keep it [6.1.3] [3.1.1]."""
    machine(context)
    data = cast(RestoreRun, permit.operation.data)
    if data.kind not in KINDS or len(data.steps) > 100:
        raise Invalid(places=(("kind", N_("请从列表中选择")),))
    row = Backup.objects.filter(pk=data.backup).first() if data.backup else None
    if data.backup and row is None:
        raise NotFound()
    wanted = settings.number(context.runtime, context.epoch, "restore_test_patients")
    steps, compared, tree = list(data.steps), None, None
    if data.stands:
        more, compared, tree = looked(context.runtime, wanted)
        steps += more
    passed = data.stands and bool(steps) and all(step.ok for step in steps)
    ended = max(datetime.now(UTC), data.started)
    text = report(context.runtime, data, steps, compared, tree, passed, wanted, ended)
    key = ledger_key(context.runtime)
    signed = note.sign(text, key, context.runtime.keyring.ledger_signer()).encode()
    made = RestoreTest(
        id=next_id(RestoreTest), backup_id=data.backup, kind=data.kind, started=data.started, ended=ended,
        result=(Result.PASSED if passed else Result.FAILED).value, size=data.size, seconds=round(data.seconds),
        patients=len(compared.patients) if compared else 0, mismatches=len(compared.differing) if compared else 0,
        report=signed, digest=context.runtime.suite.digest(signed), person_id=0,
    )  # fmt: skip
    keep(context, made, new=True)
    if not passed:
        failing = next((f"{step.name}: {step.seen}" for step in steps if not step.ok), "")
        alarm(context, permit, ["test_failed"], f"{data.name} {failing}"[:500])
    seen = compared.patients if compared else ()
    return Done(
        value=(made.pk, passed, tuple(steps), signed), patients=seen, lines=tuple(context.line(one) for one in seen)
    )


def looked(runtime: Runtime, wanted: int) -> tuple[list[Step], Compared | None, tuple[int, str] | None]:
    """The steps that need the vault: the ledger's tree, and patients drawn by its root."""
    other = Other(backups.restored())
    began = datetime.now(UTC)
    try:
        point = signed_point(runtime, other)
        wrong = disagreements(runtime, other, point) if point else ["no checkpoint"]
    except (JinguiError, Tampered) as error:
        return [Step(name="ledger", ok=False, ms=spent(began), seen=error.code)], None, None
    size = point.size if point else 0
    steps = [Step(name="ledger", ok=not wrong, ms=spent(began), seen="; ".join(wrong) or f"prefix of {size}")]
    seed = point.root if point else runtime.suite.digest(b"jingui:restore-sample:empty")
    began = datetime.now(UTC)
    found = patients(runtime, other, seed.hex(), wanted)
    public = [f"{one.split(':')[0]}" for one in found.differing]
    steps.append(
        Step(
            name="patients", ok=not found.differing, ms=spent(began),
            seen=f"{len(found.patients)} of {found.of}, {found.versions} versions"
            + (f", differing: {', '.join(sorted(set(public)))} {len(public)}" if public else ""),
        )
    )  # fmt: skip
    return steps, found, (size, seed.hex())


def spent(began: datetime) -> int:
    """Milliseconds since then."""
    return int((datetime.now(UTC) - began).total_seconds() * 1000)


def report(
    runtime: Runtime, data: RestoreRun, steps: list[Step], compared: Compared | None, tree: tuple[int, str] | None,
    passed: bool, wanted: int, ended: datetime,
) -> str:  # fmt: skip
    """The text that is signed: a line that says what it is, and canonical JSON. It names no patient."""
    body: dict[str, Any] = {
        "type": TYPE, "institution": runtime.institution, "origin": runtime.origin, "backup": data.name,
        "kind": data.kind, "started": stamp(data.started), "ended": stamp(ended), "server": data.server,
        "bytes": data.size, "ms": round(data.seconds * 1000), "result": "passed" if passed else "failed",
        "steps": [{"name": one.name, "ok": one.ok, "ms": one.ms, "seen": one.seen} for one in steps],
    }  # fmt: skip
    if tree is not None:
        body["ledger"] = {"size": tree[0], "root": tree[1]}
    if compared is not None:
        body["sample"] = {
            "seed": compared.seed, "of": compared.of, "wanted": wanted, "looked": len(compared.patients),
            "versions": compared.versions, "destroyed": compared.destroyed, "rotated": compared.rotated,
            "differing": len(compared.differing),
        }  # fmt: skip
    return f"{TYPE} {runtime.origin}\n{canon(body).decode()}\n"


def stamp(at: datetime) -> str:
    """A time in UTC."""
    return at.astimezone(UTC).isoformat(timespec="seconds")
