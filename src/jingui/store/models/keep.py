"""三（一）存储、期限、销毁, 六（一）3: climate, equipment, terms, destruction, backups [3.1] [3.2.3] [6.1.3]"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jingui.store.models.sealed import Sealed


class Sensor(Sealed):
    """传感器: what measures what where, within which limits; its token's digest lets it deliver readings."""

    SEALED = ("id", "storeroom_id", "name", "quantity", "low", "high", "every", "token", "person_id", "ended")

    storeroom_id = models.BigIntegerField()
    name = models.CharField(max_length=60, unique=True)
    quantity = models.CharField(max_length=16)  # a row of the table of quantities
    low = models.IntegerField()  # in thousandths of the quantity's unit
    high = models.IntegerField()
    every = models.IntegerField()  # seconds between readings; longer without one is a gap
    token = models.BinaryField(unique=True)
    person_id = models.BigIntegerField()
    ended = models.DateTimeField(null=True)
    last = models.DateTimeField(null=True)  # the newest reading's time

    class Meta:
        db_table = "sensor"


class SensorReading(models.Model):
    """读数: inserted once; an absurd one is kept and marked, never plotted as true."""

    sensor_id = models.BigIntegerField()
    at = models.DateTimeField()
    value = models.IntegerField()  # in thousandths
    absurd = models.BooleanField(default=False)
    received = models.DateTimeField()

    class Meta:
        db_table = "sensor_reading"
        constraints = [models.UniqueConstraint(fields=["sensor_id", "at"], name="sensor_reading_once")]


class ClimateAlarm(Sealed):
    """环境报警: a stretch of time out of limits or without readings, and the matter that answers it."""

    SEALED = ("id", "sensor_id", "kind", "starts", "ends", "worst", "matter")

    sensor_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)  # low | high | gap | absurd
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    worst = models.IntegerField(default=0)
    matter = models.BigIntegerField(default=0)

    class Meta:
        db_table = "climate_alarm"
        constraints = [
            models.UniqueConstraint(
                fields=["sensor_id", "kind"], condition=models.Q(ends=None), name="climate_alarm_once"
            ),
        ]


class Equipment(Sealed):
    """设备: storage systems and devices, fire and watch equipment: where, whose, until when maintained."""

    SEALED = ("id", "kind", "name", "serial", "place", "storeroom_id", "person_id", "state", "next", "since")

    kind = models.CharField(max_length=24)  # a row of the table of equipment
    name = models.CharField(max_length=80)
    serial = models.CharField(max_length=60, unique=True)
    place = models.CharField(max_length=120, default="")
    storeroom_id = models.BigIntegerField(default=0)
    person_id = models.BigIntegerField()
    state = models.CharField(max_length=16)  # running | faulty | stopped | scrapped
    next = models.DateField(null=True)  # the next maintenance
    since = models.DateTimeField()

    class Meta:
        db_table = "equipment"


class EquipmentLog(Sealed):
    """运行维护记录: inserted once and never changed."""

    SEALED = ("id", "equipment_id", "kind", "person_id", "before", "after", "matter", "at")

    equipment_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)  # check | maintain | fault | repair | change | scrap
    person_id = models.BigIntegerField()
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)
    matter = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    payload = models.BinaryField()  # what was seen and done, encrypted

    class Meta:
        db_table = "equipment_log"
        indexes = [models.Index(fields=["equipment_id", "at"], name="equipment_log_at")]


class DutyEvidence(Sealed):
    """例行工作的照片: inserted once and never changed."""

    SEALED = ("id", "run_id", "name", "media", "digest", "person_id", "at")

    run_id = models.BigIntegerField()
    name = models.CharField(max_length=120)
    media = models.CharField(max_length=40)
    digest = models.BinaryField()
    person_id = models.BigIntegerField()
    at = models.DateTimeField()
    payload = models.BinaryField()  # the photo, encrypted

    class Meta:
        db_table = "duty_evidence"
        indexes = [models.Index(fields=["run_id"], name="duty_evidence_run")]


class Fingerprint(Sealed):
    """配置指纹: what the configuration was at a time; inserted once. `drift`: parts that changed unapproved."""

    SEALED = ("id", "at", "digest", "parts", "matter", "drift")

    at = models.DateTimeField()
    digest = models.BinaryField()
    parts = models.BinaryField()  # canonical JSON: part -> digest
    matter = models.BigIntegerField(default=0)  # the change that explains it
    drift = ArrayField(models.CharField(max_length=80), default=list)

    class Meta:
        db_table = "fingerprint"


class CapacityPoint(models.Model):
    """容量: how much of a place is used at a time, in bytes."""

    place = models.CharField(max_length=40)
    at = models.DateTimeField()
    used = models.BigIntegerField()
    total = models.BigIntegerField()

    class Meta:
        db_table = "capacity_point"
        constraints = [models.UniqueConstraint(fields=["place", "at"], name="capacity_point_once")]


class Extension(Sealed):
    """续存: an appraisal kept a patient's class longer than the law asks, until a day, for a reason."""

    SEALED = ("patient_id", "extension_id", "retention_class", "until", "matter", "at")

    pk = models.CompositePrimaryKey("patient_id", "extension_id")
    patient_id = models.BigIntegerField()
    extension_id = models.BigIntegerField()
    retention_class = models.CharField(max_length=16)
    until = models.DateField()
    matter = models.BigIntegerField()
    at = models.DateTimeField()
    payload = models.BinaryField()  # the reason, encrypted

    class Meta:
        db_table = "extension"


class Destruction(Sealed):
    """销毁: one patient's class in the destruction register, from its listing to its certificate.

    `description` is what may be kept for ever: counts and spans of time, nothing that names anybody.
    """

    SEALED = (
        "patient_id", "destruction_id", "matter", "retention_class", "state", "expired", "person_id", "second_id", "at",
        "generation", "records", "volumes", "digest", "description", "certificate",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "destruction_id")
    patient_id = models.BigIntegerField()
    destruction_id = models.BigIntegerField()
    matter = models.BigIntegerField()
    retention_class = models.CharField(max_length=16)
    state = models.CharField(max_length=16)  # listed | approved | stopped | destroyed
    expired = models.DateField()  # the day its term ended
    person_id = models.BigIntegerField()
    second_id = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)
    generation = models.IntegerField(default=0)  # of the shred file afterwards
    records = models.IntegerField(default=0)
    volumes = models.IntegerField(default=0)
    digest = models.BinaryField(null=True)  # of the certificate's file
    description = models.BinaryField()  # canonical JSON
    certificate = models.BinaryField(null=True)  # the signed PDF: it names nobody

    class Meta:
        db_table = "destruction"
        indexes = [
            models.Index(fields=["matter"], name="destruction_matter"),
            models.Index(fields=["state"], name="destruction_state"),
        ]


class Backup(Sealed):
    """备份: one backup set: what, where, how large, with which digest; `places` are those that read it back."""

    SEALED = ("id", "kind", "name", "state", "started", "ended", "size", "digest", "generation", "places", "expires")

    kind = models.CharField(max_length=16)  # base | wal | files | shred
    name = models.CharField(max_length=80, unique=True)
    state = models.CharField(max_length=16)  # complete | failed | removed
    started = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    size = models.BigIntegerField(default=0)
    digest = models.BinaryField(null=True)  # of its manifest
    generation = models.IntegerField(default=0)  # of the shred file then
    places = ArrayField(models.CharField(max_length=120), default=list)
    expires = models.DateTimeField(null=True)
    note = models.TextField(default="")  # why it failed, in technical words

    class Meta:
        db_table = "backup"
        indexes = [models.Index(fields=["kind", "started"], name="backup_started")]


class RestoreTest(Sealed):
    """恢复测试: one real restore into a scratch cluster and what was compared there; the report is signed."""

    SEALED = (
        "id", "backup_id", "kind", "started", "ended", "result", "size", "seconds", "patients", "mismatches", "report",
        "digest", "person_id",
    )  # fmt: skip

    backup_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)  # test | point_in_time | drill
    started = models.DateTimeField()
    ended = models.DateTimeField()
    result = models.CharField(max_length=16)  # passed | failed
    size = models.BigIntegerField(default=0)
    seconds = models.IntegerField(default=0)
    patients = models.IntegerField(default=0)
    mismatches = models.IntegerField(default=0)
    report = models.BinaryField()  # canonical JSON: each step, what was seen
    digest = models.BinaryField()
    person_id = models.BigIntegerField(default=0)  # 0 for the timed job

    class Meta:
        db_table = "restore_test"
        indexes = [models.Index(fields=["started"], name="restore_test_started")]


class Drill(Sealed):
    """灾备演练: a switch-over that was really done, with the recovery point and time that were measured."""

    SEALED = ("id", "kind", "started", "ended", "lost", "seconds", "person_id")

    kind = models.CharField(max_length=24)  # a row of the table of drills
    started = models.DateTimeField()
    ended = models.DateTimeField()
    lost = models.IntegerField()  # acknowledged writes lost
    seconds = models.IntegerField()  # until writing was possible again
    person_id = models.BigIntegerField()
    payload = models.BinaryField()  # what was seen, encrypted

    class Meta:
        db_table = "drill"
