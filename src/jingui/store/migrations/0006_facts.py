"""What the door reads is sealed: records and visits carry MACs, patients count the marks set upon them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns only: rows are sealed by whoever writes them."""

    dependencies = [("jingui", "0005_more_locks")]
    operations = [
        migrations.AddField(model_name="patient", name="marks", field=models.IntegerField(default=0)),
        migrations.AddField(
            model_name="grant", name="record_id", field=models.BigIntegerField(default=0, db_default=0)
        ),
        migrations.AddField(model_name="record", name="mac", field=models.BinaryField(null=True)),
        migrations.AddField(model_name="encounter", name="mac", field=models.BinaryField(null=True)),
    ]
