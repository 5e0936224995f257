"""The batch function: judges, numbers and stores messages, many conversations at a time."""

from pathlib import Path

from django.db import migrations

SAY = Path(__file__).with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("conversations", "0001_initial")]

    operations = [
        migrations.RunSQL(SAY, "drop function conversations_say(uuid[], uuid[], uuid[], text[], timestamptz, boolean)"),
        # Counters rise with every line: leave room on each page, so that a row's new version stays beside its old one.
        migrations.RunSQL(
            "alter table conversations_conversation set (fillfactor = 70)",
            "alter table conversations_conversation reset (fillfactor)",
        ),
    ]
