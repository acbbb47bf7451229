"""四（一）, 二（一）3, 二（二）1: standing post grants, consents, restrictions, qualifications, controlled documents

[4.1.1] [2.1.3] [1.3.2] [2.2.1]
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jingui.store.models.sealed import Sealed


class PostGrant(Sealed):
    """岗位常设授权: what a post may read without a treating relation: purpose, worklist, categories, highest level."""

    SEALED = (
        "id", "post_id", "person_id", "purpose", "categories", "level", "departments", "days", "matter", "starts",
        "ends", "ended",
    )  # fmt: skip

    post_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    purpose = models.CharField(max_length=20)
    categories = ArrayField(models.CharField(max_length=16), default=list)  # [] = all
    level = models.CharField(max_length=16, default="ordinary")  # highest that it opens
    departments = ArrayField(models.BigIntegerField(), default=list)  # worklist: visits there; [] = the whole house
    days = models.IntegerField(default=0)  # how long after the visit's end it stays on the worklist; 0 = open visits
    matter = models.BigIntegerField(default=0)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    ended = models.BooleanField(default=False)

    class Meta:
        db_table = "post_grant"
        indexes = [models.Index(fields=["person_id"], name="post_grant_person")]


class PatientConsent(Sealed):
    """知情同意: given or withdrawn by the patient or a representative, for a purpose and categories, for a time."""

    SEALED = (
        "patient_id", "consent_id", "purpose", "kind", "labels", "categories", "party", "state", "record_id", "starts",
        "ends",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "consent_id")
    patient_id = models.BigIntegerField()
    consent_id = models.BigIntegerField()
    purpose = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)  # sensitive_collection | research | teaching | sharing …
    labels = ArrayField(models.CharField(max_length=20), default=list)  # sensitive items told of
    categories = ArrayField(models.CharField(max_length=16), default=list)
    party = models.CharField(max_length=40, default="")  # recipient, "" for the hospital itself
    state = models.CharField(max_length=16)  # given | refused | withdrawn
    record_id = models.BigIntegerField(default=0)  # the signed paper or pad: a record of the chart
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)

    class Meta:
        db_table = "patient_consent"


class Restriction(Sealed):
    """患者限制: whom the patient does not want to read; binds every entrance, yields to emergency and law [1.3.2]"""

    SEALED = (
        "patient_id", "restriction_id", "kind", "person_id", "department_id", "categories", "starts", "ends", "lifted",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "restriction_id")
    patient_id = models.BigIntegerField()
    restriction_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)  # person | department | others (all but the treating)
    person_id = models.BigIntegerField(default=0)
    department_id = models.BigIntegerField(default=0)
    categories = ArrayField(models.CharField(max_length=16), default=list)  # [] = all
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    lifted = models.BooleanField(default=False)

    class Meta:
        db_table = "restriction"


class Qualification(Sealed):
    """资质: training, examination, privilege or the hospital's own 认定 of a person; gates what one may write."""

    SEALED = ("id", "person_id", "kind", "subject", "passed", "starts", "ends", "matter")

    person_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)  # training | examination | privilege | recognition
    subject = models.CharField(max_length=40)  # a controlled document's code, or a template's name
    passed = models.BooleanField()
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    matter = models.BigIntegerField(default=0)

    class Meta:
        db_table = "qualification"
        indexes = [models.Index(fields=["person_id"], name="qualification_person")]


class ControlledDocument(Sealed):
    """受控文件: entry standards, operating procedures, contingency plans, undertakings: versioned and approved."""

    SEALED = ("id", "code", "n", "kind", "digest", "state", "effective", "matter")

    code = models.CharField(max_length=40)
    n = models.IntegerField()
    kind = models.CharField(max_length=16)  # standard | procedure | plan | undertaking
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160, default="")
    body = models.TextField()
    digest = models.BinaryField()
    state = models.CharField(max_length=16)  # active | retired
    effective = models.DateTimeField()
    matter = models.BigIntegerField(default=0)

    class Meta:
        db_table = "controlled_document"
        constraints = [models.UniqueConstraint(fields=["code", "n"], name="controlled_document_once")]


class Acknowledgement(Sealed):
    """知悉与承诺: a person read or undertook exactly this version; an undertaking holds until `ends`."""

    SEALED = ("id", "document_id", "person_id", "digest", "at", "ends")

    document = models.ForeignKey(ControlledDocument, on_delete=models.PROTECT, related_name="+")
    person_id = models.BigIntegerField()
    digest = models.BinaryField()
    at = models.DateTimeField()
    ends = models.DateTimeField(null=True)

    class Meta:
        db_table = "acknowledgement"
        indexes = [models.Index(fields=["person_id"], name="acknowledgement_person")]
