"""三（二）保管: the record room's line: case files, their steps, deficiencies, coding, mapping tables [3.2.2]

What a deficiency or a code says is ciphertext under the patient's keys; plain columns only say where things stand.
"""

from django.db import models

from jingui.store.models.sealed import Sealed


class CaseFile(Sealed):
    """病案: what one stay (or one outpatient year) becomes after discharge, and the stage it has reached."""

    SEALED = (
        "patient_id", "file_id", "encounter_id", "department_id", "attending_id", "retention_class", "stage", "since",
        "discharged", "grade", "filed", "ended",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "file_id")
    patient_id = models.BigIntegerField()
    file_id = models.BigIntegerField()
    encounter_id = models.BigIntegerField()
    department_id = models.BigIntegerField(default=0)
    attending_id = models.BigIntegerField(default=0)
    retention_class = models.CharField(max_length=16)
    stage = models.CharField(max_length=16)  # core.words.Stage
    since = models.DateTimeField()  # when it reached this stage
    discharged = models.DateTimeField()
    grade = models.CharField(max_length=4, default="")  # of the final quality check: a | b | c
    filed = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)  # destroyed

    class Meta:
        db_table = "case_file"
        constraints = [models.UniqueConstraint(fields=["patient_id", "encounter_id"], name="case_file_once")]
        indexes = [
            models.Index(fields=["stage", "discharged"], name="case_file_waiting"),
            models.Index(fields=["department_id", "stage"], name="case_file_department"),
            models.Index(fields=["discharged"], name="case_file_discharged"),
        ]


class CaseStep(Sealed):
    """流转一步: one move of a case file by one person; inserted once and never changed."""

    SEALED = ("patient_id", "step_id", "file_id", "n", "before", "after", "person_id", "post_id", "digest", "at")

    pk = models.CompositePrimaryKey("patient_id", "step_id")
    patient_id = models.BigIntegerField()
    step_id = models.BigIntegerField()
    file_id = models.BigIntegerField()
    n = models.IntegerField()
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)
    person_id = models.BigIntegerField()
    post_id = models.BigIntegerField(default=0)
    digest = models.BinaryField()  # of the check-list that was ticked, or of the judgement
    at = models.DateTimeField()
    payload = models.BinaryField(null=True)  # the check-list or the judgement, encrypted

    class Meta:
        db_table = "case_step"
        indexes = [models.Index(fields=["patient_id", "file_id"], name="case_step_file")]


class Deficiency(Sealed):
    """缺陷: what must be made good in a case file, by whom, until when; it can be contested by a matter."""

    SEALED = (
        "patient_id", "deficiency_id", "file_id", "record_id", "item", "points", "found_id", "author_id", "due",
        "state", "answered", "closed", "closed_id", "matter",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "deficiency_id")
    patient_id = models.BigIntegerField()
    deficiency_id = models.BigIntegerField()
    file_id = models.BigIntegerField()
    record_id = models.BigIntegerField(default=0)
    item = models.CharField(max_length=40)  # a row of the table of quality items
    points = models.IntegerField(default=0)  # tenths of a point taken off
    found_id = models.BigIntegerField()  # who found it
    author_id = models.BigIntegerField()  # whose it is to mend
    due = models.DateTimeField()
    state = models.CharField(max_length=16)  # open | answered | closed | withdrawn
    answered = models.DateTimeField(null=True)
    closed = models.DateTimeField(null=True)
    closed_id = models.BigIntegerField(default=0)
    matter = models.BigIntegerField(default=0)  # the appeal against it
    payload = models.BinaryField()  # what is missing, and the answers, encrypted

    class Meta:
        db_table = "deficiency"
        indexes = [
            models.Index(fields=["author_id", "state"], name="deficiency_author"),
            models.Index(fields=["state", "due"], name="deficiency_due"),
            models.Index(fields=["patient_id", "file_id"], name="deficiency_file"),
        ]


class CodedCase(Sealed):
    """编码: one version of a case file's codes by one coder; inserted once, a newer version supersedes it."""

    SEALED = ("patient_id", "coded_id", "file_id", "n", "person_id", "digest", "at")

    pk = models.CompositePrimaryKey("patient_id", "coded_id")
    patient_id = models.BigIntegerField()
    coded_id = models.BigIntegerField()
    file_id = models.BigIntegerField()
    n = models.IntegerField()
    person_id = models.BigIntegerField()
    digest = models.BinaryField()
    at = models.DateTimeField()
    payload = models.BinaryField()  # codes with the version of their tables, under the class's data key

    class Meta:
        db_table = "coded_case"
        indexes = [models.Index(fields=["patient_id", "file_id"], name="coded_case_file")]


class Mapping(Sealed):
    """上报对照: one version of a mapping table for an outside report; the newest in force is used."""

    SEALED = ("id", "report", "n", "state", "content", "person_id", "matter", "at")

    report = models.CharField(max_length=16)  # a row of the table of reports
    n = models.IntegerField()
    state = models.CharField(max_length=16)  # in_force | superseded
    content = models.BinaryField()  # canonical JSON of the fields
    person_id = models.BigIntegerField()
    matter = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        db_table = "mapping"
        constraints = [models.UniqueConstraint(fields=["report", "n"], name="mapping_once")]
