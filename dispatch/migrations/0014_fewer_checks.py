"""An offer's brand is its escalation's, and its plan is read as it is placed: neither is looked up once more at commit."""

import django.db.models.deletion
from django.db import migrations, models


def unchecked(to):
    return models.ForeignKey(
        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to
    )


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0013_read_by_key")]

    operations = [
        migrations.AlterField("offer", "brand", unchecked("brands.brand")),
        migrations.AlterField("offer", "pay_plan", unchecked("payouts.payplan")),
    ]
