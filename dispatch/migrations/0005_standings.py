import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0003_stretches_with_places"),
        ("brands", "0001_initial"),
        ("dispatch", "0004_other_ends"),
        ("payouts", "0006_plans_that_last"),
    ]

    operations = [
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "agent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="agents.agent",
                    ),
                ),
                ("tier", models.CharField(max_length=16)),
                ("currency", models.CharField(max_length=3)),
                ("earned_minor", models.BigIntegerField()),
                ("slot_seconds", models.BigIntegerField()),
                (
                    "deficit",
                    models.FloatField(help_text="From -1 to 1: above 0 she earned less than her group for her time."),
                ),
                (
                    "starved",
                    models.BooleanField(default=False, help_text="Passed over for long while others were asked."),
                ),
                ("measured_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-deficit"],
            },
        ),
        migrations.AddIndex(
            model_name="offer",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["offered_at"], name="offer_by_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(("deficit__gte", -1), ("deficit__lte", 1)), name="a_deficit_is_a_share"
            ),
        ),
        migrations.AddConstraint(
            model_name="standing",
            constraint=models.CheckConstraint(
                condition=models.Q(("slot_seconds__gte", 0)), name="a_standing_is_of_some_time"
            ),
        ),
    ]
