"""Rows that decide carry a MAC over their contents, their version and their ledger entry [6.1.2]

A database administrator cannot insert a role or swap a password unseen: `store.seals` checks the MAC on every load.
"""

from django.db import models


class Sealed(models.Model):
    """A row that decides. `SEALED` names the columns under the MAC; `version` and `entry` are always added."""

    SEALED: tuple[str, ...] = ()

    version = models.IntegerField(default=1)
    entry = models.UUIDField()
    mac = models.BinaryField()

    class Meta:
        abstract = True
