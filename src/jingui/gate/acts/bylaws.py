"""八 附则: the start of the system, the directory, settings and versions of the policy [8.2] [8.3] [6.1.2]"""

from datetime import timedelta
from typing import cast

from jingui.core.bylaws import ChangeSetting, PolicyRequest, PolicyState, PublishPolicy
from jingui.core.entry import Line
from jingui.core.errors import Conflict
from jingui.core.permit import Permit
from jingui.core.words import Verb
from jingui.gate import settings
from jingui.gate.cockpit import clause_lines, counted, setting_lines, versions
from jingui.gate.context import ReadContext
from jingui.gate.proposals import carries
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.setting_rows import written
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Epoch, Patient, PatientKey, PolicyVersion
from jingui.store.statements import KEYS_LOCK
from jingui.store.verify_rows import SETTING

carries(Verb.CHANGE_SETTING, ChangeSetting)
carries(Verb.PUBLISH_POLICY, PublishPolicy)


@write_act(Verb.START_SYSTEM)
def start_system(context: WriteContext, permit: Permit) -> Done:
    """Enter the start; make the directory's row and key the first time. Misconfigured when a setting is unusable."""
    settings.values(context.runtime, context.epoch)
    if not Patient.objects.filter(patient_id=0).exists():
        row = Patient(patient_id=0, kind="directory", created=permit.at, entry=context.entry)
        context.runtime.sealer.seal(row)
        row.save(force_insert=True)
        raw("SELECT pg_advisory_xact_lock_shared($1::bigint)", KEYS_LOCK)
        key = context.runtime.keyring.new_data_key(0, "directory")
        PatientKey.objects.create(
            patient_id=0, retention_class="directory", segment=context.runtime.keyring.segment(0, "directory"),
            wrapped=context.runtime.keyring.wrap(key), created=permit.at,
        )  # fmt: skip
    return Done()


@write_act(Verb.CHANGE_SETTING)
def change_setting(context: WriteContext, permit: Permit) -> Done:
    """Set a setting, by two people; Invalid for an unknown one or beyond what law and policy allow."""
    data = cast(ChangeSetting, permit.operation.data)
    version = written(context, data.name, data.value, permit.at)
    return Done(value=data.name, lines=(Line("", data.name, SETTING, version),), bump=True)


@write_act(Verb.PUBLISH_POLICY)
def publish_policy(context: WriteContext, permit: Permit) -> Done:
    """Publish a policy version; the old one stays for old decisions."""
    data = cast(PublishPolicy, permit.operation.data)
    policy = Epoch.objects.get(pk=1).policy  # the bump moves it: nothing locks the epoch before the entry
    last = PolicyVersion.objects.order_by("-n").first()
    if last is not None and last.text_hash == data.text_hash and last.rules_hash == data.rules_hash:
        raise Conflict()
    row = PolicyVersion(
        n=policy + 1, source=data.source, body=data.body, text_hash=data.text_hash, rules_hash=data.rules_hash,
        effective=data.effective, entry=context.entry,
    )  # fmt: skip
    context.runtime.sealer.seal(row)
    row.save(force_insert=True)
    return Done(value=row.n, bump=True)


@read_act(Verb.READ_POLICY)
async def read_policy(context: ReadContext, permit: Permit) -> Done:
    """What carries each clause and what the ledger holds of it, the published versions, the settings [8.1] [8.3]."""
    data = permit.operation.data
    request = data if isinstance(data, PolicyRequest) else PolicyRequest()
    since = permit.at - timedelta(days=min(max(request.days, 1), 366))
    rows, total, complete = await counted(context, since)
    state = PolicyState(
        since=since, counted=total, complete=complete, clauses=clause_lines(context.runtime, rows),
        versions=await versions(context), settings=await setting_lines(context),
    )  # fmt: skip
    return Done(value=state)
