"""Numbers that are given once and never again: record numbers of patients and visits."""

from django.db import migrations

SEQUENCES = ("number_mrn", "number_inpatient", "number_outpatient")


class Migration(migrations.Migration):
    """Sequences: a number drawn by a transaction that fails is lost, never reused."""

    dependencies = [("jingui", "0002_locks")]
    operations = [
        migrations.RunSQL(
            [f"CREATE SEQUENCE {name} AS bigint MINVALUE 1 NO CYCLE" for name in SEQUENCES],
            [f"DROP SEQUENCE {name}" for name in SEQUENCES],
        )
    ]
