"""What messages need: the event a record last heard of, and the encoding of a source whose messages name none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A small plain table and a column."""

    dependencies = [("jingui", "0006_facts")]
    operations = [
        migrations.AddField(
            model_name="source", name="charset", field=models.CharField(default="utf-8", max_length=16)
        ),
        migrations.CreateModel(
            name="RecordOrder",
            fields=[
                ("pk", models.CompositePrimaryKey("patient_id", "record_id", blank=True, editable=False,
                                                  primary_key=True, serialize=False)),
                ("patient_id", models.BigIntegerField()),
                ("record_id", models.BigIntegerField()),
                ("sequence", models.CharField(max_length=40)),
            ],
            options={"db_table": "record_order"},
        ),
    ]
