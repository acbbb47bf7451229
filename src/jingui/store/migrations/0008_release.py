"""Copies, seals and sealings, people from outside, studies and their extracts; what is inserted once is locked."""

import django.contrib.postgres.fields
from django.db import migrations, models


INSERT_ONLY = ("seal_use", "extract_check")


class Migration(migrations.Migration):
    """The tables of release and research."""

    dependencies = [
        ("jingui", "0007_messages"),
    ]

    operations = [
        migrations.CreateModel(
            name="EthicsApproval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.IntegerField(default=1)),
                ("entry", models.UUIDField()),
                ("mac", models.BinaryField()),
                ("number", models.CharField(max_length=60, unique=True)),
                ("title", models.CharField(max_length=200)),
                ("person_id", models.BigIntegerField()),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
                ("most", models.IntegerField()),
                ("identifiable", models.BooleanField(default=False)),
                ("digest", models.BinaryField()),
                ("starts", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("state", models.CharField(default="active", max_length=16)),
                ("payload", models.BinaryField()),
            ],
            options={
                "db_table": "ethics_approval",
            },
        ),
        migrations.CreateModel(
            name="SealedItem",
            fields=[
                ("version", models.IntegerField(default=1)),
                ("entry", models.UUIDField()),
                ("mac", models.BinaryField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "patient_id", "item_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("patient_id", models.BigIntegerField()),
                ("item_id", models.BigIntegerField()),
                ("sealing_id", models.BigIntegerField()),
                ("record_id", models.BigIntegerField()),
                ("record_version", models.IntegerField()),
                ("digest", models.BinaryField()),
                ("hold_id", models.BigIntegerField()),
                ("part", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "sealed_item",
            },
        ),
        migrations.CreateModel(
            name="Copy",
            fields=[
                ("version", models.IntegerField(default=1)),
                ("entry", models.UUIDField()),
                ("mac", models.BinaryField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "patient_id", "copy_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("patient_id", models.BigIntegerField()),
                ("copy_id", models.BigIntegerField()),
                ("matter", models.BigIntegerField()),
                ("kind", models.CharField(max_length=16)),
                ("route", models.CharField(max_length=16)),
                ("state", models.CharField(max_length=16)),
                ("person_id", models.BigIntegerField()),
                ("second_id", models.BigIntegerField(default=0)),
                ("replaces", models.BigIntegerField(default=0)),
                ("manifest", models.BinaryField()),
                ("digest", models.BinaryField(null=True)),
                ("token", models.BinaryField(unique=True)),
                (
                    "classes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), default=list, size=None
                    ),
                ),
                ("fee", models.IntegerField(default=0)),
                ("pages", models.IntegerField(default=0)),
                ("prepared", models.DateTimeField()),
                ("confirmed", models.DateTimeField(null=True)),
                ("paid", models.DateTimeField(null=True)),
                ("stamped", models.DateTimeField(null=True)),
                ("handed", models.DateTimeField(null=True)),
                ("ended", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("prepared_entry", models.UUIDField()),
                ("stamped_entry", models.UUIDField(null=True)),
                ("payload", models.BinaryField()),
                ("file", models.BinaryField(null=True)),
            ],
            options={
                "db_table": "copy_made",
                "indexes": [
                    models.Index(fields=["matter"], name="copy_matter"),
                    models.Index(fields=["state", "prepared"], name="copy_waiting"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Extract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.IntegerField(default=1)),
                ("entry", models.UUIDField()),
                ("mac", models.BinaryField()),
                ("study_id", models.BigIntegerField()),
                ("state", models.CharField(max_length=16)),
                ("format", models.CharField(max_length=16)),
                ("person_id", models.BigIntegerField()),
                ("recipient_id", models.BigIntegerField()),
                ("manifest", models.BinaryField(null=True)),
                ("fingerprint", models.BinaryField(null=True)),
                ("rows", models.IntegerField(default=0)),
                ("held", models.IntegerField(default=0)),
                ("risk", models.TextField(default="")),
                ("made", models.DateTimeField()),
                ("released", models.DateTimeField(null=True)),
                ("ends", models.DateTimeField(null=True)),
                ("disposed", models.DateTimeField(null=True)),
                ("disposal", models.BinaryField(null=True)),
                ("progress", models.BinaryField(null=True)),
            ],
            options={
                "db_table": "extract",
                "indexes": [models.Index(fields=["study_id"], name="extract_study")],
            },
        ),
        migrations.CreateModel(
            name="ExtractCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.IntegerField(default=1)),
                ("entry", models.UUIDField()),
                ("mac", models.BinaryField()),
                ("extract_id", models.BigIntegerField()),
                ("person_id", models.BigIntegerField()),
                ("verdict", models.CharField(max_length=16)),
                ("manifest", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("payload", models.BinaryField(null=True)),
            ],
            options={
                "db_table": "extract_check",
                "constraints": [models.UniqueConstraint(fields=("extract_id", "person_id"), name="extract_check_once")],
            },
        ),
        migrations.CreateModel(
            name="ExtractPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("extract_id", models.BigIntegerField()),
                ("stage", models.CharField(max_length=8)),
                ("n", models.IntegerField()),
                ("digest", models.BinaryField()),
                ("payload", models.BinaryField()),
            ],
            options={
                "db_table": "extract_part",
                "constraints": [models.UniqueConstraint(fields=("extract_id", "stage", "n"), name="extract_part_once")],
            },
        ),
        migrations.CreateModel(
            name="OutsideAccess",
            fields=[
                ("version", models.IntegerField(default=1)),
                ("entry", models.UUIDField()),
                ("mac", models.BinaryField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "patient_id", "outside_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("patient_id", models.BigIntegerField()),
                ("outside_id", models.BigIntegerField()),
                ("matter", models.BigIntegerField()),
                ("person_id", models.BigIntegerField()),
                ("account_id", models.BigIntegerField()),
                ("starts", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("ended", models.BooleanField(default=False)),
                ("tell_by", models.DateTimeField(null=True)),
                ("told", models.DateTimeField(null=True)),
                ("payload", models.BinaryField()),
            ],
            options={
                "db_table": "outside_access",
                "indexes": [models.Index(fields=["account_id"], name="outside_account")],
            },
        ),
        migrations.CreateModel(
            name="Sealing",
            fields=[
                ("version", models.IntegerField(default=1)),
                ("entry", models.UUIDField()),
                ("mac", models.BinaryField()),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "patient_id", "sealing_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("patient_id", models.BigIntegerField()),
                ("sealing_id", models.BigIntegerField()),
                ("matter", models.BigIntegerField()),
                ("state", models.CharField(max_length=16)),
                ("sides", models.CharField(max_length=16)),
                ("person_id", models.BigIntegerField()),
                ("medium", models.CharField(default="", max_length=80)),
                ("list_digest", models.BinaryField()),
                ("starts", models.DateTimeField()),
                ("asks", models.DateTimeField()),
                ("settled", models.DateTimeField(null=True)),
                ("ends", models.DateTimeField(null=True)),
                ("unsealing", models.BigIntegerField(default=0)),
                ("payload", models.BinaryField()),
            ],
            options={
                "db_table": "sealing",
                "indexes": [models.Index(fields=["state", "asks"], name="sealing_asks")],
            },
        ),
        migrations.CreateModel(
            name="SealUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.IntegerField(default=1)),
                ("entry", models.UUIDField()),
                ("mac", models.BinaryField()),
                ("patient_id", models.BigIntegerField()),
                ("copy_id", models.BigIntegerField()),
                ("matter", models.BigIntegerField()),
                ("seal", models.CharField(max_length=40)),
                ("medium", models.CharField(max_length=16)),
                ("person_id", models.BigIntegerField()),
                ("witness_id", models.BigIntegerField(default=0)),
                ("digest", models.BinaryField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "seal_use",
                "indexes": [models.Index(fields=["at"], name="seal_use_at")],
            },
        ),
        migrations.CreateModel(
            name="Study",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.IntegerField(default=1)),
                ("entry", models.UUIDField()),
                ("mac", models.BinaryField()),
                ("matter", models.BigIntegerField()),
                ("ethics_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=16)),
                ("title", models.CharField(max_length=200)),
                ("person_id", models.BigIntegerField()),
                ("profile", models.CharField(max_length=20)),
                (
                    "fields",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
                ("cohort", models.TextField()),
                ("most", models.IntegerField()),
                ("k", models.IntegerField()),
                ("starts", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("state", models.CharField(default="active", max_length=16)),
                ("key", models.BinaryField()),
            ],
            options={
                "db_table": "study",
                "indexes": [models.Index(fields=["person_id"], name="study_person")],
            },
        ),
        migrations.RunSQL(
            [
                f"CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION jingui_insert_only()"
                for table in INSERT_ONLY
            ],
            [f"DROP TRIGGER insert_only ON {table}" for table in INSERT_ONLY],
        ),
    ]
