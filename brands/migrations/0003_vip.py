"""Which tier a brand has asked first where a customer is a VIP."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0002_topic_families"),
    ]

    operations = [
        migrations.AddField(
            model_name="brand",
            name="vip_tier",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Tier of agents that is asked first, for twenty seconds, where a customer is a VIP. Empty: any.",
                max_length=16,
            ),
        ),
    ]
