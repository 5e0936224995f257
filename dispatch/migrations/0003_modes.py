"""What operators switch on and off: plain first come, first served, and fair mode."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0001_initial"),
        ("dispatch", "0002_customer_absence"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mode",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(choices=[("plain", "First come, first served"), ("fair", "Fair")], max_length=5),
                ),
                ("began_at", models.DateTimeField()),
                ("began_by", models.CharField(help_text="A principal.", max_length=64)),
                ("reason", models.CharField(max_length=300)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by", models.CharField(blank=True, max_length=64)),
                ("end_reason", models.CharField(blank=True, max_length=300)),
                (
                    "brand",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
            ],
            options={
                "ordering": ["-began_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("kind", "brand"),
                        name="one_mode_of_a_kind_in_force",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_reason", ""), ("ended_at__isnull", True), ("ended_by", "")),
                            models.Q(
                                ("ended_at__gte", models.F("began_at")),
                                models.Q(("ended_by", ""), _negated=True),
                                models.Q(("end_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_mode_was_ended_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("began_by", ""), _negated=True), models.Q(("reason", ""), _negated=True)
                        ),
                        name="a_mode_was_begun_by_somebody",
                    ),
                ],
            },
        ),
    ]
