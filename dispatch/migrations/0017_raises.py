"""What operators raise bonuses to."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0003_vip"),
        ("dispatch", "0016_vip"),
    ]

    operations = [
        migrations.CreateModel(
            name="SurgeRaise",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("topic", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=8)),
                ("bonus_minor", models.PositiveIntegerField()),
                ("began_at", models.DateTimeField()),
                ("began_by", models.CharField(help_text="A principal.", max_length=64)),
                ("reason", models.CharField(max_length=300)),
                ("until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.CharField(blank=True, help_text="A principal; system: its time was over.", max_length=64),
                ),
                (
                    "brand",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"),
                ),
            ],
            options={
                "ordering": ["-began_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("brand", "topic", "language"),
                        name="one_raise_of_a_class",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bonus_minor__gt", 0), ("until__gt", models.F("began_at"))),
                        name="a_raise_is_some_bonus_for_some_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("began_by", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            models.Q(
                                models.Q(("ended_at__isnull", True), ("ended_by", "")),
                                models.Q(
                                    ("ended_at__gte", models.F("began_at")), models.Q(("ended_by", ""), _negated=True)
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="a_raise_has_who_and_why",
                    ),
                ],
            },
        ),
    ]
