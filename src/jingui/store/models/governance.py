"""八 附则: the epoch, settings, versions of the policy, and operations that wait for a second person [8.2] [6.1.2]"""

from django.db import models

from jingui.store.models.sealed import Sealed


class Epoch(models.Model):
    """One row. Every revocation, freeze, hold, policy change and destruction bumps `n`; entry inserts check it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    n = models.BigIntegerField(default=1)
    policy = models.IntegerField(default=1)
    lockdown = models.BooleanField(default=False)
    key_check = models.CharField(max_length=64, default="")
    shred_generation = models.IntegerField(default=1)
    suite = models.CharField(max_length=8, default="intl")
    institution = models.CharField(max_length=80, default="")

    class Meta:
        db_table = "epoch"


class Setting(Sealed):
    """A hospital's own value for a row of the settings table."""

    SEALED = ("name", "value")

    name = models.CharField(max_length=64, primary_key=True)
    value = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "setting"


class PolicyVersion(Sealed):
    """A published text and the hash of the rules that carry it."""

    SEALED = ("n", "text_hash", "rules_hash", "effective")

    n = models.IntegerField(primary_key=True)
    source = models.CharField(max_length=120)
    text_hash = models.CharField(max_length=64)
    rules_hash = models.CharField(max_length=64)
    body = models.TextField()
    effective = models.DateTimeField()

    class Meta:
        db_table = "policy_version"


class Proposal(Sealed):
    """双人验证: an important operation, proposed by one person and waiting for another."""

    SEALED = ("id", "verb", "digest", "person_id", "state")

    verb = models.CharField(max_length=24)
    digest = models.BinaryField()  # hash of the operation; what the second person confirms
    payload = models.BinaryField()  # the operation's data, encrypted
    person_id = models.BigIntegerField()
    state = models.CharField(max_length=16, default="waiting")  # waiting | executed | refused | withdrawn | expired
    at = models.DateTimeField()
    expires = models.DateTimeField()

    class Meta:
        db_table = "proposal"


class Approval(Sealed):
    """A second person's confirmation of exactly that digest, in their own session."""

    SEALED = ("id", "proposal_id", "digest", "person_id", "verdict")

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField()
    person_id = models.BigIntegerField()
    verdict = models.CharField(max_length=12)
    at = models.DateTimeField()

    class Meta:
        db_table = "approval"
        constraints = [models.UniqueConstraint(fields=["proposal", "person_id"], name="approval_once")]
