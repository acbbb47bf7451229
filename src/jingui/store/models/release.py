"""四（二）外部查阅: copies, the use of the seal, sealings, people from outside [4.2.1] [4.2.2] [4.2.3]

What a copy says and who asked for it are ciphertext; plain columns only say where it stands.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jingui.store.models.sealed import Sealed


class Copy(Sealed):
    """复制件: one copy of a record that a matter approved: prepared, confirmed by both sides, stamped, handed over.

    `file` lies under the data keys of all `classes`, one inside the other: destroying any of them destroys it too.
    """

    SEALED = (
        "patient_id", "copy_id", "matter", "kind", "route", "state", "person_id", "second_id", "replaces", "manifest",
        "digest", "token", "classes", "fee", "pages", "prepared", "confirmed", "paid", "stamped", "handed", "ended",
        "prepared_entry", "stamped_entry", "until",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "copy_id")
    patient_id = models.BigIntegerField()
    copy_id = models.BigIntegerField()
    matter = models.BigIntegerField()
    kind = models.CharField(max_length=16)  # patient | legal | sealing
    route = models.CharField(max_length=16)  # window | post | portal | escort
    state = models.CharField(max_length=16)  # prepared | confirmed | stamped | handed | revoked | superseded
    person_id = models.BigIntegerField()  # who prepared it
    second_id = models.BigIntegerField(default=0)  # who stamped it
    replaces = models.BigIntegerField(default=0)  # the copy that this one supersedes
    manifest = models.BinaryField()  # digest of what it contains
    digest = models.BinaryField(null=True)  # SHA-256 of the stamped file
    token = models.BinaryField(unique=True)  # blind index of the secret in its QR
    classes = ArrayField(models.CharField(max_length=16), default=list)
    fee = models.IntegerField(default=0)  # in fen
    pages = models.IntegerField(default=0)
    prepared = models.DateTimeField()
    confirmed = models.DateTimeField(null=True)
    paid = models.DateTimeField(null=True)
    stamped = models.DateTimeField(null=True)
    handed = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)  # revoked or superseded
    until = models.DateTimeField(null=True)  # the portal offers it until then
    prepared_entry = models.UUIDField()  # entry A: commits the manifest
    stamped_entry = models.UUIDField(null=True)  # entry B: commits the file
    payload = models.BinaryField()  # manifest, applicant, address, courier, invoice, receipt: encrypted
    file = models.BinaryField(null=True)  # the stamped PDF, encrypted

    class Meta:
        db_table = "copy_made"
        indexes = [
            models.Index(fields=["matter"], name="copy_matter"),
            models.Index(fields=["state", "prepared"], name="copy_waiting"),
        ]


class SealUse(Sealed):
    """用印登记: one use of a seal: which, by whom, on what, for which matter; inserted once and never changed."""

    SEALED = ("id", "patient_id", "copy_id", "matter", "seal", "medium", "person_id", "witness_id", "digest", "at")

    patient_id = models.BigIntegerField()
    copy_id = models.BigIntegerField()
    matter = models.BigIntegerField()
    seal = models.CharField(max_length=40)  # name of the seal
    medium = models.CharField(max_length=16)  # electronic | wet
    person_id = models.BigIntegerField()
    witness_id = models.BigIntegerField(default=0)
    digest = models.BinaryField()  # of what was stamped
    at = models.DateTimeField()

    class Meta:
        db_table = "seal_use"
        indexes = [models.Index(fields=["at"], name="seal_use_at")]


class Sealing(Sealed):
    """封存: a dispute's sealing of records, with both sides or a notary present, until it is unsealed by a matter."""

    SEALED = (
        "patient_id", "sealing_id", "matter", "state", "sides", "person_id", "medium", "list_digest", "starts", "asks",
        "settled", "ends", "unsealing",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "sealing_id")
    patient_id = models.BigIntegerField()
    sealing_id = models.BigIntegerField()
    matter = models.BigIntegerField()
    state = models.CharField(max_length=16)  # listed | sealed | unsealed
    sides = models.CharField(max_length=16)  # both | notary
    person_id = models.BigIntegerField()  # who sealed for the hospital
    medium = models.CharField(max_length=80, default="")  # number of the independent medium and where it lies
    list_digest = models.BinaryField()  # of the list that both sides signed
    starts = models.DateTimeField()
    asks = models.DateTimeField()  # from then on a matter asks whether to unseal; nothing unseals itself
    settled = models.DateTimeField(null=True)  # the dispute was settled
    ends = models.DateTimeField(null=True)
    unsealing = models.BigIntegerField(default=0)  # the matter that unsealed it
    payload = models.BinaryField()  # the list as signed, both signatures, the package's digest: encrypted

    class Meta:
        db_table = "sealing"
        indexes = [models.Index(fields=["state", "asks"], name="sealing_asks")]


class SealedItem(Sealed):
    """封存清单的一行: exactly this version of a record or paper volume, held since then."""

    SEALED = ("patient_id", "item_id", "sealing_id", "record_id", "record_version", "digest", "hold_id", "part", "at")

    pk = models.CompositePrimaryKey("patient_id", "item_id")
    patient_id = models.BigIntegerField()
    item_id = models.BigIntegerField()
    sealing_id = models.BigIntegerField()
    record_id = models.BigIntegerField()
    record_version = models.IntegerField()
    digest = models.BinaryField()
    hold_id = models.BigIntegerField()
    part = models.CharField(max_length=16)  # first | later
    at = models.DateTimeField()

    class Meta:
        db_table = "sealed_item"


class OutsideAccess(Sealed):
    """院外查阅: a named person of another institution, bound to one patient, scope and time, to view only."""

    SEALED = (
        "patient_id", "outside_id", "matter", "person_id", "account_id", "starts", "ends", "ended", "tell_by", "told",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "outside_id")
    patient_id = models.BigIntegerField()
    outside_id = models.BigIntegerField()
    matter = models.BigIntegerField()
    person_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    ended = models.BooleanField(default=False)
    tell_by = models.DateTimeField(null=True)  # without consent (个人信息保护法 13): the patient is told by then
    told = models.DateTimeField(null=True)
    payload = models.BinaryField()  # institution, name, papers' numbers: encrypted

    class Meta:
        db_table = "outside_access"
        indexes = [models.Index(fields=["account_id"], name="outside_account")]
