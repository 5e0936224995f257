"""Whose invitation brought an agent."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0006_certificates_end"),
    ]

    operations = [
        migrations.AddField(
            model_name="agent",
            name="invited_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Whose invitation brought her.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agents.agent",
            ),
        ),
    ]
