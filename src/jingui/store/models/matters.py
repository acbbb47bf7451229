"""一（三）, 四（一）1: matters, their history and papers, delegations, and the runs of recurring duties [4.1.1] [1.3.4]

Answers, comments and papers are ciphertext: under the patient's identity key when the matter is about a patient.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jingui.store.models.sealed import Sealed


class Matter(Sealed):
    """事项: what is asked for, by whom, about whom, and where it stands. `kind` names a row of core.matters."""

    SEALED = (
        "id", "kind", "patient_id", "record_id", "person_id", "post_id", "department_id", "subject_id", "state",
        "step", "round", "due", "opened", "decided", "until", "outcome", "basis",
    )  # fmt: skip

    kind = models.CharField(max_length=40)
    patient_id = models.BigIntegerField(default=0)  # 0: about no patient
    record_id = models.BigIntegerField(default=0)
    person_id = models.BigIntegerField()  # who started it; 0 for a named system task or the public
    post_id = models.BigIntegerField(default=0)
    department_id = models.BigIntegerField(default=0)  # the starter's, or the one it concerns
    subject_id = models.BigIntegerField(default=0)  # the person it is about: never decides on it
    state = models.CharField(max_length=16)
    step = models.SmallIntegerField(default=0)  # index into the row's steps while it waits
    round = models.SmallIntegerField(default=1)  # counts returns for more papers: votes of an earlier round are void
    due = models.DateTimeField(null=True)  # of the present step
    opened = models.DateTimeField()
    decided = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)  # what it granted ends here
    outcome = models.CharField(max_length=20, default="")  # one of the outcomes of the step that ended it
    basis = models.BinaryField()  # digest of answers and papers: what a decision is about
    payload = models.BinaryField()  # the answers, encrypted

    class Meta:
        db_table = "matter"
        indexes = [
            models.Index(fields=["state", "kind"], name="matter_waiting"),
            models.Index(fields=["person_id"], name="matter_person"),
            models.Index(fields=["patient_id"], name="matter_patient", condition=~models.Q(patient_id=0)),
        ]


class MatterEvent(Sealed):
    """经过: one move of a matter by one person; inserted once and never changed."""

    SEALED = (
        "id", "matter_id", "n", "move", "step", "round", "person_id", "post_id", "behalf_id", "before", "after",
        "basis", "at",
    )  # fmt: skip

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    n = models.IntegerField()
    move = models.CharField(max_length=16)
    step = models.SmallIntegerField(default=0)
    round = models.SmallIntegerField(default=1)
    person_id = models.BigIntegerField()
    post_id = models.BigIntegerField(default=0)
    behalf_id = models.BigIntegerField(default=0)  # whose power was delegated, 0 for one's own
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)
    basis = models.BinaryField()  # the digest this person saw
    at = models.DateTimeField()
    payload = models.BinaryField(null=True)  # comment or outcome in words, encrypted

    class Meta:
        db_table = "matter_event"
        constraints = [models.UniqueConstraint(fields=["matter", "n"], name="matter_event_once")]


class MatterPaper(Sealed):
    """材料: evidence brought to a matter; the bytes are encrypted and bound to the matter."""

    SEALED = ("id", "matter_id", "kind", "digest", "size", "media_type", "person_id", "withdrawn")

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)  # a paper of the row's check-list
    digest = models.BinaryField()
    size = models.IntegerField()
    media_type = models.CharField(max_length=80)
    person_id = models.BigIntegerField()
    withdrawn = models.BooleanField(default=False)
    at = models.DateTimeField()
    payload = models.BinaryField()  # name and bytes

    class Meta:
        db_table = "matter_paper"


class Delegation(Sealed):
    """委托: one person lets another decide in their place for a time, for named kinds ([] = all they may decide)."""

    SEALED = ("id", "person_id", "post_id", "to_person_id", "kinds", "starts", "ends", "ended")

    person_id = models.BigIntegerField()
    post_id = models.BigIntegerField()  # whose role is lent
    to_person_id = models.BigIntegerField()
    kinds = ArrayField(models.CharField(max_length=40), default=list)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    ended = models.BooleanField(default=False)

    class Meta:
        db_table = "delegation"


class DutyRun(Sealed):
    """例行工作的一次: due then, done by whom with which evidence. `duty` names a row of core.duties."""

    SEALED = ("id", "duty", "department_id", "due", "state", "person_id", "done", "matter")

    duty = models.CharField(max_length=40)
    department_id = models.BigIntegerField(default=0)
    due = models.DateTimeField()
    state = models.CharField(max_length=16, default="open")  # open | done | missed
    person_id = models.BigIntegerField(default=0)
    done = models.DateTimeField(null=True)
    matter = models.BigIntegerField(default=0)
    payload = models.BinaryField(null=True)  # result in words, encrypted

    class Meta:
        db_table = "duty_run"
        constraints = [models.UniqueConstraint(fields=["duty", "department_id", "due"], name="duty_run_once")]


class Mark(models.Model):
    """进度: how far a timed task has read; losing it repeats work, never skips it."""

    name = models.CharField(max_length=64, primary_key=True)
    value = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "mark"
