"""一 总则, identity under all clauses: patients, their keys, encounters, relations, holds [1.2] [4.1.1] [3.1.3]

Every patient table's primary key begins with patient_id, the distribution column. Patient 0 is the directory.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jingui.store.models.sealed import Sealed


class Patient(Sealed):
    """患者主索引: flags that decide, and the encrypted face (name, sex, birth, numbers)."""

    SEALED = (
        "patient_id", "kind", "restricted", "deceased", "person_id", "mother_id", "linked_to", "destroyed", "marks",
    )  # fmt: skip

    patient_id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=16, default="identified")  # identified | unidentified | newborn | directory
    restricted = models.BooleanField(default=False)
    deceased = models.BooleanField(default=False)
    person_id = models.BigIntegerField(null=True)  # the member of staff this patient is
    mother_id = models.BigIntegerField(null=True)
    linked_to = models.BigIntegerField(null=True)  # merged into; undone by a split
    destroyed = models.BooleanField(default=False)
    # How many changes the patient's holds, restrictions and consents ever had: none of them can vanish unseen, and who
    # has none costs no look-up.
    marks = models.IntegerField(default=0)
    face = models.BinaryField(null=True)
    created = models.DateTimeField()
    last_visit = models.DateTimeField(null=True)
    last_discharge = models.DateTimeField(null=True)

    class Meta:
        db_table = "patient"
        indexes = [
            models.Index(fields=["linked_to"], name="patient_linked", condition=models.Q(linked_to__isnull=False))
        ]


class PatientKey(models.Model):
    """A data key per patient and retention class, wrapped under its segment key."""

    pk = models.CompositePrimaryKey("patient_id", "retention_class")
    patient_id = models.BigIntegerField()
    retention_class = models.CharField(max_length=16)
    segment = models.IntegerField(db_index=True)
    wrapped = models.BinaryField()
    created = models.DateTimeField()

    class Meta:
        db_table = "patient_key"


class PatientIdentity(models.Model):
    """Blind index of one identity value of a patient."""

    pk = models.CompositePrimaryKey("patient_id", "field", "token")
    patient_id = models.BigIntegerField()
    field = models.CharField(max_length=24)
    token = models.BinaryField()
    current = models.BooleanField(default=True)

    class Meta:
        db_table = "patient_identity"
        indexes = [models.Index(fields=["field", "token"], name="patient_identity_token")]


class Encounter(models.Model):
    """就诊: the plain outline that worklists and retention need; its content is a record. `mac` covers SEALED."""

    SEALED = (
        "patient_id", "encounter_id", "kind", "department_id", "attending_id", "state", "starts", "ends",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "encounter_id")
    patient_id = models.BigIntegerField()
    encounter_id = models.BigIntegerField()  # record number of the FHIR Encounter
    kind = models.CharField(max_length=16)
    department_id = models.BigIntegerField(null=True)
    attending_id = models.BigIntegerField(null=True)
    stay_seq = models.IntegerField(null=True)
    state = models.CharField(max_length=16, default="open")
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    mac = models.BinaryField(null=True)

    class Meta:
        db_table = "encounter"
        indexes = [models.Index(fields=["department_id", "state"], name="encounter_open")]


class CareRelation(Sealed):
    """诊疗关系: a person's or a department's relation to a patient for a time."""

    SEALED = ("patient_id", "relation_id", "kind", "person_id", "department_id", "encounter_id", "starts", "ends")

    pk = models.CompositePrimaryKey("patient_id", "relation_id")
    patient_id = models.BigIntegerField()
    relation_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    rank = models.SmallIntegerField()  # 1 treating … 4 department: the strongest wins; derived from kind
    basis = models.CharField(max_length=16, db_default="")  # encounter | booking | consultation | order | operation …
    person_id = models.BigIntegerField(null=True)
    department_id = models.BigIntegerField(null=True)
    encounter_id = models.BigIntegerField(null=True)
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)

    class Meta:
        db_table = "care_relation"
        indexes = [
            models.Index(fields=["person_id"], name="care_relation_person"),
            models.Index(fields=["department_id"], name="care_relation_department"),
        ]


class Grant(Sealed):
    """授权: what a matter granted to one person: purpose, categories, period."""

    SEALED = (
        "patient_id", "grant_id", "person_id", "purpose", "categories", "matter", "starts", "ends", "record_id",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "grant_id")
    patient_id = models.BigIntegerField()
    grant_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    purpose = models.CharField(max_length=20)
    categories = ArrayField(models.CharField(max_length=16))
    matter = models.BigIntegerField(default=0)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    record_id = models.BigIntegerField(db_default=0, default=0)  # it opens this record alone; 0: the chart

    class Meta:
        db_table = "access_grant"
        indexes = [models.Index(fields=["person_id"], name="access_grant_person")]


class Hold(Sealed):
    """保全: nothing of this patient (record 0) or record may change or vanish while it stands."""

    SEALED = ("patient_id", "hold_id", "kind", "record_id", "starts", "ends", "lifted")

    pk = models.CompositePrimaryKey("patient_id", "hold_id")
    patient_id = models.BigIntegerField()
    hold_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    record_id = models.BigIntegerField(default=0)
    reason = models.BinaryField(null=True)
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    lifted = models.BooleanField(default=False)

    class Meta:
        db_table = "hold"
