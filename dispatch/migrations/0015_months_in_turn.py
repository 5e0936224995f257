"""A month begins with nobody writing next to it, soon or not now; the first ones begin here."""

from pathlib import Path

from django.db import migrations

# What the sweep keeps, as it stood when this was published: months ahead, and months kept.
FIRST = "select dispatch_keep_months(clock_timestamp(), 2, 6)"


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0014_fewer_checks")]

    operations = [
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(), migrations.RunSQL.noop),
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
    ]
