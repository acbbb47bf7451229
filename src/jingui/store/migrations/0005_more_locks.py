"""History that is inserted once: moves of matters, signatures, acknowledgements, messages taken."""

from django.db import migrations

INSERT_ONLY = ("matter_event", "signature", "acknowledgement", "source_message")


class Migration(migrations.Migration):
    """The same lock as the ledger's tables carry."""

    dependencies = [("jingui", "0004_matters")]
    operations = [
        migrations.RunSQL(
            [
                f"CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION jingui_insert_only()"
                for table in INSERT_ONLY
            ],
            [f"DROP TRIGGER insert_only ON {table}" for table in INSERT_ONLY],
        )
    ]
