"""四（二）4 教学科研: ethics approvals, studies, extracts and their independent checks [4.2.4] [5.2.4]

No row holds patient information in the clear: parts of an extract are ciphertext, risk reports hold counts alone.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jingui.store.models.sealed import Sealed


class EthicsApproval(Sealed):
    """伦理批件: what a committee approved: title, who leads, which fields, how many patients, until when."""

    SEALED = (
        "id", "number", "title", "person_id", "fields", "most", "identifiable", "digest", "starts", "ends", "state",
    )  # fmt: skip

    number = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    person_id = models.BigIntegerField()  # who leads the study
    fields = ArrayField(models.CharField(max_length=60), default=list)  # rows of core.research.FIELDS
    most = models.IntegerField()  # patients at most
    identifiable = models.BooleanField(default=False)  # whether the committee allows a way back to the person
    digest = models.BinaryField()  # of the paper
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    state = models.CharField(max_length=16, default="active")  # active | ended
    payload = models.BinaryField()  # the paper, encrypted

    class Meta:
        db_table = "ethics_approval"


class Study(Sealed):
    """课题: what a matter approved under an ethics approval: cohort, fields, profile, period; its own project key."""

    SEALED = (
        "id", "matter", "ethics_id", "kind", "person_id", "profile", "fields", "cohort", "most", "k", "starts", "ends",
        "state",
    )  # fmt: skip

    matter = models.BigIntegerField()
    ethics_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)  # research | teaching
    title = models.CharField(max_length=200)
    person_id = models.BigIntegerField()
    profile = models.CharField(max_length=20)  # a row of core.deidentify.PROFILES
    fields = ArrayField(models.CharField(max_length=60), default=list)
    cohort = models.TextField()  # the query, canonical JSON
    most = models.IntegerField()
    k = models.IntegerField()  # no group smaller than this leaves
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    state = models.CharField(max_length=16, default="active")  # active | ended
    key = models.BinaryField()  # the project key, encrypted; without it nobody finds the way back

    class Meta:
        db_table = "study"
        indexes = [models.Index(fields=["person_id"], name="study_person")]


class Extract(Sealed):
    """数据集: built part by part, measured, checked by two who do not see each other's verdict, then released."""

    SEALED = (
        "id", "study_id", "state", "format", "person_id", "recipient_id", "manifest", "fingerprint", "rows", "held",
        "risk", "made", "released", "ends", "disposed", "disposal",
    )  # fmt: skip

    study_id = models.BigIntegerField()
    state = models.CharField(max_length=16)  # building | checking | stopped | released | disposed
    format = models.CharField(max_length=16)  # parquet | csv | fhir
    person_id = models.BigIntegerField()  # who asked for it
    recipient_id = models.BigIntegerField()
    manifest = models.BinaryField(null=True)  # digest of the manifest: parts, columns, counts
    fingerprint = models.BinaryField(null=True)  # keyed: which recipient's it is
    rows = models.IntegerField(default=0)
    held = models.IntegerField(default=0)  # rows that do not leave because their group is too small
    risk = models.TextField(default="")  # the risk report: counts and shares, canonical JSON
    made = models.DateTimeField()
    released = models.DateTimeField(null=True)
    ends = models.DateTimeField(null=True)  # to be deleted by then
    disposed = models.DateTimeField(null=True)
    disposal = models.BinaryField(null=True)  # digest of the proof of deletion
    progress = models.BinaryField(null=True)  # how far the building is, encrypted: losing it repeats work

    class Meta:
        db_table = "extract"
        indexes = [models.Index(fields=["study_id"], name="extract_study")]


class ExtractPart(models.Model):
    """A part of an extract's file or of the rows it is made of, encrypted; `digest` is of the plain bytes."""

    extract_id = models.BigIntegerField()
    stage = models.CharField(max_length=8)  # rows | file
    n = models.IntegerField()
    digest = models.BinaryField()
    payload = models.BinaryField()

    class Meta:
        db_table = "extract_part"
        constraints = [models.UniqueConstraint(fields=["extract_id", "stage", "n"], name="extract_part_once")]


class ExtractCheck(Sealed):
    """核查意见: one checker's verdict on exactly this manifest; inserted once and never changed."""

    SEALED = ("id", "extract_id", "person_id", "verdict", "manifest", "at")

    extract_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    verdict = models.CharField(max_length=16)  # pass | stop
    manifest = models.BinaryField()
    at = models.DateTimeField()
    payload = models.BinaryField(null=True)  # reasons in words, encrypted

    class Meta:
        db_table = "extract_check"
        constraints = [models.UniqueConstraint(fields=["extract_id", "person_id"], name="extract_check_once")]
