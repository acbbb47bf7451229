"""二（二）录入: templates, drafts, signatures, signing, deadlines, sources, stations [2.1.1] [2.1.2] [2.2.2]"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jingui.store.models.sealed import Sealed


class CaptureTemplate(Sealed):
    """采集模板: the hospital's own version of a template (FHIR Questionnaire); shipped ones need no row."""

    SEALED = ("id", "name", "n", "digest", "state", "effective", "matter")

    name = models.CharField(max_length=40)
    n = models.IntegerField()
    body = models.TextField()  # Questionnaire, canonical JSON
    digest = models.BinaryField()
    state = models.CharField(max_length=16)  # active | retired
    effective = models.DateTimeField()
    matter = models.BigIntegerField(default=0)

    class Meta:
        db_table = "capture_template"
        constraints = [models.UniqueConstraint(fields=["name", "n"], name="capture_template_once")]


class EntryDraft(models.Model):
    """草稿: what its author has typed so far, encrypted; `revision` guards two windows of one person."""

    pk = models.CompositePrimaryKey("patient_id", "draft_id")
    patient_id = models.BigIntegerField()
    draft_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    template = models.CharField(max_length=40)
    template_n = models.IntegerField(default=0)
    encounter_id = models.BigIntegerField(default=0)
    record_id = models.BigIntegerField(default=0)  # a correction: of this record …
    record_version = models.IntegerField(default=0)  # … as it was in this version
    revision = models.IntegerField(default=1)
    started = models.DateTimeField()
    saved = models.DateTimeField()
    payload = models.BinaryField()

    class Meta:
        db_table = "entry_draft"
        indexes = [models.Index(fields=["person_id"], name="entry_draft_person")]


class Signature(Sealed):
    """签名: who signed, verified or countersigned exactly this version; 电子签名法 13."""

    SEALED = (
        "patient_id", "signature_id", "record_id", "record_version", "kind", "person_id", "session_id", "digest",
        "provider", "value", "certificate", "at",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "signature_id")
    patient_id = models.BigIntegerField()
    signature_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    record_version = models.IntegerField()
    kind = models.CharField(max_length=16)  # sign | verify | countersign
    person_id = models.BigIntegerField()
    session_id = models.BigIntegerField(default=0)
    digest = models.BinaryField()  # of the version's bytes
    provider = models.CharField(max_length=20)
    value = models.BinaryField()
    certificate = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "signature"
        indexes = [models.Index(fields=["patient_id", "record_id"], name="signature_record")]


class SigningSession(Sealed):
    """签名会话: one confirmation opens it; bound to account, session and station, ended by sign-out or time."""

    SEALED = ("id", "person_id", "account_id", "binding", "provider", "certificate", "starts", "ends", "ended")

    person_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    binding = models.BinaryField()  # keyed hash of session and workstation
    provider = models.CharField(max_length=20)
    certificate = models.BinaryField()
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    ended = models.BooleanField(default=False)

    class Meta:
        db_table = "signing_session"


class Deadline(models.Model):
    """时限: a document that must exist by then; closed by the record that fulfils it. Plain: no content, for boards.

    Not sealed: one statement moves many with each submission, without reading them, and a MAC for each would have to
    be made outside the database. Everything it says follows from sealed rows beside it; `jingui verify` computes it
    from those again (store.verify_deadlines) and names what was bent, laid aside or deleted.
    """

    pk = models.CompositePrimaryKey("patient_id", "deadline_id")
    patient_id = models.BigIntegerField()
    deadline_id = models.BigIntegerField()
    rule = models.CharField(max_length=40)  # a row of core.deadlines
    template = models.CharField(max_length=40)
    encounter_id = models.BigIntegerField(default=0)
    department_id = models.BigIntegerField(default=0)
    person_id = models.BigIntegerField(default=0)  # who owes it, 0: the department
    since = models.DateTimeField()
    due = models.DateTimeField()
    record_id = models.BigIntegerField(default=0)
    met = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)  # 补记
    waived = models.BooleanField(default=False)

    class Meta:
        db_table = "deadline"
        indexes = [
            models.Index(fields=["due"], name="deadline_open", condition=models.Q(met__isnull=True)),
            models.Index(fields=["department_id", "due"], name="deadline_department"),
            models.Index(fields=["patient_id", "encounter_id"], name="deadline_encounter"),
        ]


class Source(Sealed):
    """来源: a registered device, interface or system; what comes from any other is refused."""

    SEALED = (
        "id", "code", "kind", "account_id", "application", "facility", "certificate", "categories", "charset", "state",
        "until",
    )  # fmt: skip

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=16)  # hl7 | fhir | device
    account_id = models.BigIntegerField()
    application = models.CharField(max_length=80, default="")  # MSH-3
    facility = models.CharField(max_length=80, default="")  # MSH-4
    certificate = models.CharField(max_length=64, default="")  # SHA-256 of the client certificate
    categories = ArrayField(models.CharField(max_length=16), default=list)
    charset = models.CharField(max_length=16, default="utf-8")  # of messages that name none: utf-8 | gb18030
    state = models.CharField(max_length=16, default="active")
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "source"


class SourceMessage(models.Model):
    """报文: a message that was taken, once: its control id, its digest, and what was answered."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    control = models.CharField(max_length=80)
    digest = models.BinaryField()
    answer = models.CharField(max_length=2)
    sequence = models.CharField(max_length=40, default="")  # of the event, so that an older one does not overwrite
    entry = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "source_message"
        constraints = [models.UniqueConstraint(fields=["source", "control"], name="source_message_once")]


class RecordOrder(models.Model):
    """先后: the event that a record last heard of, so that an older message never overwrites a newer one."""

    pk = models.CompositePrimaryKey("patient_id", "record_id")
    patient_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    sequence = models.CharField(max_length=40)  # time in UTC to the microsecond: texts that sort as time does

    class Meta:
        db_table = "record_order"


class Station(Sealed):
    """工作站: a registered entry PC, PDA or downtime station of a department."""

    SEALED = ("id", "code", "kind", "department_id", "key", "account_id", "state")

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=16)  # desk | shared | pda | downtime
    department_id = models.BigIntegerField()
    key = models.BinaryField()  # digest of the cookie secret, or a downtime station's public key
    account_id = models.BigIntegerField(default=0)  # a downtime station's interface account
    state = models.CharField(max_length=16, default="active")
    seen = models.DateTimeField(null=True)

    class Meta:
        db_table = "station"
