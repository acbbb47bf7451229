"""一（三）全程管控: records of every kind and medium, and their versions, never overwritten [1.3.3] [2.2.4]"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Record(models.Model):
    """记录: what is known of it without its content. `at`–`at_end`: clinical time, shifted by a secret.

    `mac` covers SEALED, what decides about it: a lowered state or level is seen on every reading.
    """

    SEALED = (
        "patient_id", "record_id", "kind", "form", "category", "level", "labels", "state", "author_id", "version",
        "retention_class", "medium",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "record_id")
    patient_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)  # FHIR type
    form = models.CharField(max_length=40, db_default="")  # the capture template it was entered with
    category = models.CharField(max_length=16)
    medium = models.CharField(max_length=16, default="electronic")
    level = models.CharField(max_length=16, default="ordinary")  # bound into the associated data
    labels = ArrayField(models.CharField(max_length=20), default=list)
    state = models.CharField(max_length=16, default="entered")
    status = models.CharField(max_length=40, default="")
    retention_class = models.CharField(max_length=16)
    department_id = models.BigIntegerField(null=True)
    author_id = models.BigIntegerField()
    encounter_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()  # the time of entry, for what has no clinical time
    at_end = models.DateTimeField(null=True)
    entered = models.DateTimeField()
    version = models.IntegerField(default=1)
    tokens = ArrayField(models.BigIntegerField(), default=list)
    mac = models.BinaryField(null=True)

    class Meta:
        db_table = "record"
        indexes = [models.Index(fields=["patient_id", "kind", "-at", "-record_id"], name="record_search")]


class RecordVersion(models.Model):
    """版本: one ciphertext, one author, one ledger entry; inserted once and never changed."""

    pk = models.CompositePrimaryKey("patient_id", "record_id", "version")
    patient_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    version = models.IntegerField()
    author_id = models.BigIntegerField()
    entered = models.DateTimeField()
    entry = models.UUIDField()
    seal = models.CharField(max_length=80)  # category:level:class:kind, as bound into the associated data
    payload = models.BinaryField()

    class Meta:
        db_table = "record_version"
