"""Whoever opens a closed conversation again holds its customer, so that she has one open conversation at most."""

from pathlib import Path

from django.db import migrations

SAY = Path(__file__).with_suffix(".sql").read_text()
BEFORE = Path(__file__).with_name("0004_say_by_key.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("conversations", "0005_customer_absence")]

    operations = [migrations.RunSQL(SAY, BEFORE)]
