"""三（二）2, 六（一）4: paper: storerooms, volumes, hand-overs, loans, scans, stock-taking, waste [3.2.2] [6.1.4]

Codes on labels are random numbers of this house with a check digit: without the house they say nothing of anybody.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from jingui.store.models.sealed import Sealed


class Storeroom(Sealed):
    """库房: a room where media lie; `capacity` in volumes."""

    SEALED = ("id", "name", "place", "kind", "person_id", "capacity", "ended")

    name = models.CharField(max_length=60, unique=True)
    place = models.CharField(max_length=120, default="")
    kind = models.CharField(max_length=16, default="storeroom")  # storeroom | reading_room | machine_room
    person_id = models.BigIntegerField(default=0)  # who is responsible
    capacity = models.IntegerField(default=0)
    ended = models.DateTimeField(null=True)

    class Meta:
        db_table = "storeroom"


class Position(Sealed):
    """架位: one shelf board: row, shelf, board; `code` is what its label shows."""

    SEALED = ("id", "storeroom_id", "row", "shelf", "board", "code", "capacity", "ended")

    storeroom_id = models.BigIntegerField()
    row = models.CharField(max_length=12)
    shelf = models.CharField(max_length=12)
    board = models.CharField(max_length=12)
    code = models.CharField(max_length=24, unique=True)
    capacity = models.IntegerField(default=0)
    ended = models.DateTimeField(null=True)

    class Meta:
        db_table = "position"
        constraints = [
            models.UniqueConstraint(fields=["storeroom_id", "row", "shelf", "board"], name="position_once"),
        ]


class Volume(Sealed):
    """病案册: one physical volume, film bag, disc or specimen of a case file: where it is and who answers for it."""

    SEALED = (
        "patient_id", "volume_id", "file_id", "medium", "code", "n", "pages", "state", "department_id", "custodian_id",
        "position_id", "retention_class", "since",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "volume_id")
    patient_id = models.BigIntegerField()
    volume_id = models.BigIntegerField()
    file_id = models.BigIntegerField(default=0)  # 0: of the patient, not of one stay
    medium = models.CharField(max_length=16, default="paper")  # core.words.Medium
    code = models.CharField(max_length=24, unique=True)
    n = models.IntegerField(default=1)  # first, second volume of the file
    pages = models.IntegerField(default=0)
    state = models.CharField(max_length=16)  # core.words.Shelf
    department_id = models.BigIntegerField(default=0)  # whose custody it is while it is not the record room's
    custodian_id = models.BigIntegerField(default=0)
    position_id = models.BigIntegerField(default=0)
    retention_class = models.CharField(max_length=16)
    since = models.DateTimeField()  # in this state
    payload = models.BinaryField(null=True)  # condition, contents in words, encrypted

    class Meta:
        db_table = "volume"
        indexes = [
            models.Index(fields=["state", "since"], name="volume_state"),
            models.Index(fields=["position_id"], name="volume_position"),
            models.Index(fields=["department_id", "state"], name="volume_department"),
        ]


class HandOver(Sealed):
    """移交清单: volumes that a department gives and the record room takes, signed by both, line by line."""

    SEALED = ("id", "department_id", "giver_id", "taker_id", "state", "digest", "offered", "accepted", "count")

    department_id = models.BigIntegerField()
    giver_id = models.BigIntegerField()
    taker_id = models.BigIntegerField(default=0)
    state = models.CharField(max_length=16)  # offered | accepted | withdrawn
    digest = models.BinaryField()  # of the list
    offered = models.DateTimeField()
    accepted = models.DateTimeField(null=True)
    count = models.IntegerField()
    payload = models.BinaryField(null=True)  # check-list and differences in words, encrypted

    class Meta:
        db_table = "hand_over"
        indexes = [models.Index(fields=["state", "offered"], name="hand_over_state")]


class HandOverLine(Sealed):
    """移交清单的一行: a volume offered; taken, or not there."""

    SEALED = ("patient_id", "line_id", "hand_over_id", "volume_id", "state")

    pk = models.CompositePrimaryKey("patient_id", "line_id")
    patient_id = models.BigIntegerField()
    line_id = models.BigIntegerField()
    hand_over_id = models.BigIntegerField()
    volume_id = models.BigIntegerField()
    state = models.CharField(max_length=16)  # offered | taken | missing | withdrawn

    class Meta:
        db_table = "hand_over_line"
        indexes = [models.Index(fields=["hand_over_id"], name="hand_over_line_list")]


class Loan(Sealed):
    """借阅: a volume lent out or read in the reading room; one open loan of a volume at a time."""

    SEALED = (
        "patient_id", "loan_id", "volume_id", "place", "borrower_id", "lender_id", "purpose", "matter", "lent", "due",
        "renewals", "reminded", "state", "returned", "taker_id", "condition",
    )  # fmt: skip

    pk = models.CompositePrimaryKey("patient_id", "loan_id")
    patient_id = models.BigIntegerField()
    loan_id = models.BigIntegerField()
    volume_id = models.BigIntegerField()
    place = models.CharField(max_length=16)  # reading_room | department
    borrower_id = models.BigIntegerField()
    lender_id = models.BigIntegerField()
    purpose = models.CharField(max_length=16)  # core.words.Purpose
    matter = models.BigIntegerField(default=0)
    lent = models.DateTimeField()
    due = models.DateTimeField()
    renewals = models.IntegerField(default=0)
    reminded = models.DateTimeField(null=True)
    state = models.CharField(max_length=16)  # open | returned | lost
    returned = models.DateTimeField(null=True)
    taker_id = models.BigIntegerField(default=0)
    condition = models.CharField(max_length=16, default="")  # whole | damaged | missing_pages

    class Meta:
        db_table = "loan"
        constraints = [
            models.UniqueConstraint(
                fields=["patient_id", "volume_id"], condition=models.Q(state="open"), name="loan_once"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due"], name="loan_due"),
            models.Index(fields=["borrower_id", "state"], name="loan_borrower"),
        ]


class VolumeScan(Sealed):
    """扫描件: pages of a volume as a file, under the data key of its class."""

    SEALED = ("patient_id", "scan_id", "volume_id", "name", "media", "pages", "digest", "checked", "person_id", "at")

    pk = models.CompositePrimaryKey("patient_id", "scan_id")
    patient_id = models.BigIntegerField()
    scan_id = models.BigIntegerField()
    volume_id = models.BigIntegerField()
    name = models.CharField(max_length=120)
    media = models.CharField(max_length=40)
    pages = models.IntegerField(default=1)
    digest = models.BinaryField()
    checked = models.CharField(max_length=16, default="")  # clean | none (no scanner configured)
    person_id = models.BigIntegerField()
    at = models.DateTimeField()
    payload = models.BinaryField(null=True)  # the file, encrypted; null when it was destroyed

    class Meta:
        db_table = "volume_scan"
        indexes = [models.Index(fields=["patient_id", "volume_id"], name="volume_scan_volume")]


class Stocktaking(Sealed):
    """盘点: a count of a storeroom: what should be there against what was scanned."""

    SEALED = (
        "id", "storeroom_id", "person_id", "state", "started", "ended", "expected", "found", "missing", "misplaced",
        "strange",
    )  # fmt: skip

    storeroom_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    state = models.CharField(max_length=16)  # open | closed
    started = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    expected = models.IntegerField(default=0)
    found = models.IntegerField(default=0)
    missing = models.IntegerField(default=0)
    misplaced = models.IntegerField(default=0)
    strange = models.IntegerField(default=0)
    payload = models.BinaryField(null=True)  # explanation of the differences, encrypted

    class Meta:
        db_table = "stocktaking"


class StockCount(models.Model):
    """盘点的一次扫描: a code seen at a position; the last scan of a code counts."""

    taking_id = models.BigIntegerField()
    code = models.CharField(max_length=40)
    position_id = models.BigIntegerField()
    outcome = models.CharField(max_length=16)  # found | misplaced | strange | lent
    person_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "stock_count"
        constraints = [models.UniqueConstraint(fields=["taking_id", "code"], name="stock_count_once")]


class WasteBag(Sealed):
    """废纸袋: waste paper with patient information: number, weight, two witnesses, where it went."""

    SEALED = (
        "id", "number", "department_id", "grams", "person_id", "witnesses", "at", "state", "handed", "taker",
        "grams_out", "destruction_id",
    )  # fmt: skip

    number = models.CharField(max_length=24, unique=True)
    department_id = models.BigIntegerField(default=0)
    grams = models.IntegerField()
    person_id = models.BigIntegerField()
    witnesses = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField()
    state = models.CharField(max_length=16)  # closed | handed
    handed = models.DateTimeField(null=True)
    taker = models.CharField(max_length=80, default="")  # the contractor who shreds it
    grams_out = models.IntegerField(default=0)  # as weighed at the hand-over
    destruction_id = models.BigIntegerField(default=0)  # paper case files that were destroyed into it
    payload = models.BinaryField(null=True)

    class Meta:
        db_table = "waste_bag"
