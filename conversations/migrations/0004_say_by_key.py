"""The batch function finds each row by its key, whatever the planner knew when its plan was made."""

from pathlib import Path

from django.db import migrations

SAY = Path(__file__).with_suffix(".sql").read_text()
BEFORE = Path(__file__).with_name("0002_say.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("conversations", "0003_seen")]

    operations = [migrations.RunSQL(SAY, BEFORE)]
