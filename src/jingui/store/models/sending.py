"""五（一）传输: what was handed to a partner and what came from one, each exactly once [5.1.3] [5.2.1]"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce

from jingui.store.models.sealed import Sealed


class Transmission(Sealed):
    """传输记录: put into the outbox in the transaction of the decision; ends with the receiver's signed receipt."""

    SEALED = (
        "patient_id", "transmission_id", "message", "partner_id", "agreement_id", "channel_id", "purpose", "view",
        "media", "label", "basis", "consent_id", "level", "records", "digest", "size", "person_id", "made", "state",
        "receipt", "received", "matter", "reply_to", "classes",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "transmission_id")
    patient_id = models.BigIntegerField()
    transmission_id = models.BigIntegerField()
    message = models.UUIDField()  # what both sides call it
    partner_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    channel_id = models.BigIntegerField()
    purpose = models.CharField(max_length=32)
    view = models.CharField(max_length=32)
    media = models.CharField(max_length=16)  # fhir | cda | hl7v2 | dicom | notice
    label = models.CharField(max_length=60, default="")  # which document it is, e.g. a type of WS/T 500
    basis = models.CharField(max_length=32)  # consent, or a row of core.share.BASES: the law's citation
    consent_id = models.BigIntegerField(default=0)
    level = models.CharField(max_length=16)  # of what is inside
    records = ArrayField(models.BigIntegerField(), default=list)  # record ids inside
    digest = models.BinaryField()  # SHA-256 of the content as the receiver gets it
    size = models.IntegerField()
    person_id = models.BigIntegerField()  # who decided; 0 for a system's row
    made = models.DateTimeField()
    state = models.CharField(max_length=16)  # a row of core.transmit.STATES
    receipt = models.BinaryField(null=True)  # the signed receipt as it came
    received = models.DateTimeField(null=True)
    matter = models.BigIntegerField(default=0)  # asked for by, or the matter of its failure
    reply_to = models.UUIDField(null=True)  # the message it answers
    classes = ArrayField(models.CharField(max_length=24), default=list)  # retention classes of what is inside
    payload = models.BinaryField(null=True)  # the content, under the keys of all of them; null once it left or is gone
    # how far the sending is: losing this repeats an attempt, the receiver takes it once
    attempts = models.IntegerField(default=0)
    next = models.DateTimeField(null=True)
    problem = models.CharField(max_length=40, default="")  # code of the last failure

    class Meta:
        db_table = "transmission"
        indexes = [
            models.Index(  # in the order of their turn: a long queue costs a look no more than a short one
                "channel_id",
                Coalesce("next", "made"),
                "transmission_id",
                condition=models.Q(state__in=["queued", "sending"]),
                name="transmission_due",
            ),
            models.Index(fields=["made"], name="transmission_made"),
            models.Index(fields=["message"], name="transmission_message"),
            models.Index(
                fields=["partner_id"],
                condition=models.Q(state__in=["queued", "sending", "failed"]),
                name="transmission_waits",
            ),
            models.Index(fields=["made"], condition=models.Q(payload__isnull=False), name="transmission_held"),
        ]


class GatewayHour(models.Model):
    """通道每小时计数: what the gateway's page draws; the ledger proves, this only shows."""

    channel_id = models.BigIntegerField()
    hour = models.DateTimeField()
    sent = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    taken = models.IntegerField(default=0)

    class Meta:
        db_table = "gateway_hour"
        constraints = [models.UniqueConstraint(fields=["channel_id", "hour"], name="gateway_hour_once")]


class Received(Sealed):
    """外来资料: one row per message of a partner; the same message again gets the same receipt."""

    SEALED = (
        "id", "partner_id", "message", "agreement_id", "channel_id", "purpose", "media", "label", "digest", "size",
        "patient_id", "records", "state", "reason", "receipt", "at", "settled", "person_id", "reply_to",
    )  # fmt: skip

    partner_id = models.BigIntegerField()
    message = models.UUIDField()
    agreement_id = models.BigIntegerField(default=0)
    channel_id = models.BigIntegerField(default=0)
    purpose = models.CharField(max_length=32)
    media = models.CharField(max_length=16)
    label = models.CharField(max_length=60, default="")
    digest = models.BinaryField()
    size = models.IntegerField()
    patient_id = models.BigIntegerField(default=0)  # 0 while it is not settled whose it is
    records = ArrayField(models.BigIntegerField(), default=list)  # what was entered from it
    state = models.CharField(max_length=16)  # taken | quarantined | refused
    reason = models.CharField(max_length=40, default="")  # a row of core.transmit.DOUBTS
    receipt = models.BinaryField()  # signed by this hospital
    at = models.DateTimeField()
    settled = models.DateTimeField(null=True)
    person_id = models.BigIntegerField(default=0)  # who settled what was in doubt
    reply_to = models.UUIDField(null=True)
    payload = models.BinaryField(null=True)  # the content, encrypted

    class Meta:
        db_table = "received"
        constraints = [models.UniqueConstraint(fields=["partner_id", "message"], name="received_once")]
        indexes = [
            models.Index(fields=["at"], name="received_at"),
            models.Index(fields=["state"], name="received_state"),
            models.Index(fields=["patient_id"], name="received_patient"),
            models.Index(fields=["partner_id", "reply_to"], condition=models.Q(media="notice"), name="received_about"),
        ]


class ReceivedPart(models.Model):
    """A part of a large message under way, as it came: encrypted for this hospital by the sender."""

    partner_id = models.BigIntegerField()
    message = models.UUIDField()
    n = models.IntegerField()
    total = models.IntegerField()  # of how many, as the sender says
    at = models.DateTimeField()
    payload = models.BinaryField()

    class Meta:
        db_table = "received_part"
        constraints = [models.UniqueConstraint(fields=["partner_id", "message", "n"], name="received_part_once")]


class BulkExport(Sealed):
    """批量共享: many patients' records for an approved purpose, made part by part, taken by one app, then deleted."""

    SEALED = (
        "id", "app_id", "agreement_id", "account_id", "purpose", "token", "types", "since", "state", "manifest", "made",
        "ready", "ends", "ended",
    )  # fmt: skip

    app_id = models.BigIntegerField()
    agreement_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    purpose = models.CharField(max_length=32)  # a row of core.share.PURPOSES: with the agreement it names the patients
    token = models.BinaryField(unique=True)  # digest of the status address's secret
    types = ArrayField(models.CharField(max_length=40), default=list)
    since = models.DateTimeField(null=True)
    state = models.CharField(max_length=16)  # building | ready | ended | failed
    manifest = models.BinaryField(null=True)  # canonical JSON: parts, counts, digests
    made = models.DateTimeField()
    ready = models.DateTimeField(null=True)
    ends = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    progress = models.BinaryField(null=True)  # how far, encrypted: losing it repeats work
    taken = models.DateTimeField(null=True)  # when a file left last

    class Meta:
        db_table = "bulk_export"


class BulkPart(models.Model):
    """A file of a bulk export, encrypted; `digest` is of the plain bytes."""

    export_id = models.BigIntegerField()
    n = models.IntegerField()
    type = models.CharField(max_length=40)
    count = models.IntegerField()
    digest = models.BinaryField()
    payload = models.BinaryField()

    class Meta:
        db_table = "bulk_part"
        constraints = [models.UniqueConstraint(fields=["export_id", "n"], name="bulk_part_once")]
