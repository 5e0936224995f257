"""Whom brands call VIPs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0009_engagements_with_bonus"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="vip",
            field=models.BooleanField(db_default=False, default=False, help_text="The brand's signed token says so."),
        ),
    ]
