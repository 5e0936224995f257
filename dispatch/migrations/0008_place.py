"""The function that turns a batch of placements into open offers."""

from pathlib import Path

from django.db import migrations

SIGNATURE = """
  bigint, timestamptz, boolean, uuid[], uuid[], integer[], uuid[], uuid[], timestamptz[], boolean[],
  jsonb[], uuid, integer, text, jsonb, jsonb[]"""


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0006_certificates_end"),
        ("brands", "0002_topic_families"),
        ("dispatch", "0007_decisions"),
        ("payouts", "0001_initial"),
        ("realtime", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), f"drop function dispatch_place({SIGNATURE})"),
    ]
