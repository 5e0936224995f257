"""How far each participant has read; room on each page, so that a row's new version stays beside its old one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0002_say")]

    operations = [
        migrations.AddField(
            model_name="participant",
            name="seen_seq",
            field=models.BigIntegerField(default=0, db_default=0, help_text="Latest line of the talk she has seen."),
        ),
        migrations.RunSQL(
            "alter table conversations_participant set (fillfactor = 80)",
            "alter table conversations_participant reset (fillfactor)",
        ),
    ]
