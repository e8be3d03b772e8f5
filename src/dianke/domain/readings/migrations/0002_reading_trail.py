"""Who recorded a reading, and when: rows written by COPY carry their own trail."""

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("readings", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="meterreading",
            name="recorded_at",
            field=models.DateTimeField(default=timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="meterreading",
            name="recorded_by",
            field=models.CharField(default="", max_length=40),
            preserve_default=False,
        ),
    ]
