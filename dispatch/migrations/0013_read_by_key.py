"""What a round reads of agents, and of the offers it wants to make, as functions that are planned once."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0006_certificates_end"),
        ("dispatch", "0012_place_tells_versions"),
        ("payouts", "0001_initial"),
        ("realtime", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_suffix(".sql").read_text(),
            "drop function dispatch_supply(); drop function dispatch_terms(uuid[], uuid[], timestamptz)",
        ),
    ]
