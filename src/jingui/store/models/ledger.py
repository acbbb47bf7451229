"""存证台账: entries, their order, tiles and checkpoints; insert-only for everyone [1.3.3] [4.1.2]

docs/ledger-format.md says what the bytes mean. Columns beside `head`, `private` and `targets` are copies for queries;
`jingui verify` compares each of them with the committed bytes.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Entry(models.Model):
    """A committed entry. The column `xid` (xid8, default pg_current_xact_id()) is added by the migration."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    writer = models.UUIDField()
    n = models.BigIntegerField()
    head = models.BinaryField()
    leaf = models.BinaryField()
    mac = models.BinaryField()
    private = models.BinaryField()  # canonical JSON, salted as committed
    targets = models.BinaryField()  # JSON list of the committed targets
    verb = models.CharField(max_length=24)
    decision = models.CharField(max_length=8)
    account_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    patient_id = models.BigIntegerField(null=True)
    patients = ArrayField(models.BigIntegerField(), null=True)  # only when it concerns more than one

    class Meta:
        db_table = "entry"


class EntryIndex(models.Model):
    """The place of an entry in the tree, given once by the sequencer."""

    idx = models.BigIntegerField(primary_key=True)
    id = models.UUIDField(unique=True)

    class Meta:
        db_table = "entry_index"


class EntryPayload(models.Model):
    """Free text or search terms of an entry, encrypted; the entry commits to its salted hash."""

    id = models.UUIDField(primary_key=True)
    patient_id = models.BigIntegerField()
    payload = models.BinaryField()

    class Meta:
        db_table = "entry_payload"


class Tile(models.Model):
    """256 consecutive subtree hashes of one level."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        db_table = "tile"


class Checkpoint(models.Model):
    """A signed note over the tree and the writers' heads."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    note = models.TextField()
    heads = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "checkpoint"


class OutsideCheckpoint(models.Model):
    """What a sink outside the database acknowledged."""

    sink = models.CharField(max_length=80)
    size = models.BigIntegerField()
    note = models.TextField()
    at = models.DateTimeField()
    acknowledged = models.TextField(default="")

    class Meta:
        db_table = "outside_checkpoint"
        constraints = [models.UniqueConstraint(fields=["sink", "size"], name="outside_once")]


class RecoveryEntry(models.Model):
    """Entries made in lockdown; the first entry of the new epoch commits to them."""

    id = models.UUIDField(primary_key=True)
    n = models.BigIntegerField(unique=True)
    head = models.BinaryField()
    leaf = models.BinaryField()
    mac = models.BinaryField()
    private = models.BinaryField()
    targets = models.BinaryField()

    class Meta:
        db_table = "recovery_entry"
