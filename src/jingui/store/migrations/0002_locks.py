"""What models cannot say: transaction ids of entries, insert-only triggers, the directory's patient row is made by init."""

from django.db import migrations

INSERT_ONLY = ("entry", "entry_index", "tile", "checkpoint", "outside_checkpoint", "recovery_entry", "record_version")

TRIGGER = """
CREATE FUNCTION jingui_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % is insert-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""

forward = [
    "ALTER TABLE entry ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()",
    "CREATE INDEX entry_xid ON entry (xid)",
    "CREATE INDEX entry_patient ON entry (patient_id, id) WHERE patient_id IS NOT NULL",
    "CREATE INDEX entry_person ON entry (person_id, id) WHERE person_id IS NOT NULL",
    "CREATE INDEX entry_patients ON entry USING gin (patients) WHERE patients IS NOT NULL",
    "CREATE UNIQUE INDEX entry_writer ON entry (writer, n)",
    "ALTER TABLE record_version ALTER COLUMN payload SET STORAGE EXTERNAL",
    "ALTER TABLE epoch ADD CONSTRAINT one_epoch CHECK (id = 1)",
    TRIGGER,
    *(
        f"CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION jingui_insert_only()"
        for table in INSERT_ONLY
    ),
]
backward = [
    *(f"DROP TRIGGER insert_only ON {table}" for table in INSERT_ONLY),
    "DROP FUNCTION jingui_insert_only()",
    "ALTER TABLE epoch DROP CONSTRAINT one_epoch",
    "DROP INDEX entry_xid, entry_patient, entry_person, entry_patients, entry_writer",
    "ALTER TABLE entry DROP COLUMN xid",
]


class Migration(migrations.Migration):
    """Locks and indexes beyond the models."""

    dependencies = [("jingui", "0001_first")]
    operations = [migrations.RunSQL(forward, backward)]
