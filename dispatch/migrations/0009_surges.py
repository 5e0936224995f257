import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0001_initial"),
        ("dispatch", "0008_place"),
    ]

    operations = [
        migrations.CreateModel(
            name="SurgePolicy",
            fields=[
                (
                    "brand",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="surge_policy",
                        serialize=False,
                        to="brands.brand",
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                (
                    "from_s",
                    models.PositiveIntegerField(
                        default=60, help_text="Predicted wait (p90) from which a bonus is paid."
                    ),
                ),
                (
                    "each_s",
                    models.PositiveIntegerField(default=30, help_text="One step more for each so many seconds beyond."),
                ),
                ("step_minor", models.PositiveIntegerField(default=10, help_text="One step: 10 is 0.10.")),
                ("highest_minor", models.PositiveIntegerField(default=200, help_text="The most for one chat.")),
                ("set_by", models.CharField(max_length=64)),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "surge policies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("each_s__gte", 5),
                            ("from_s__gte", 10),
                            ("highest_minor__gte", models.F("step_minor")),
                            ("highest_minor__lte", 100000),
                            ("step_minor__gte", 1),
                        ),
                        name="a_surge_policy_makes_sense",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Surge",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("topic", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=8)),
                ("bonus_minor", models.PositiveIntegerField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("waiting", models.PositiveIntegerField(help_text="When it began.")),
                ("free", models.PositiveIntegerField()),
                ("served", models.PositiveIntegerField(help_text="In the quarter of an hour before.")),
                ("predicted_p90_s", models.PositiveIntegerField(help_text="Null: nobody was being served.", null=True)),
                (
                    "brand",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"),
                ),
            ],
            options={
                "ordering": ["-began_at"],
                "indexes": [models.Index(fields=["brand", "-began_at"], name="surge_history")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("brand", "topic", "language"),
                        name="one_bonus_of_a_class",
                    ),
                    models.CheckConstraint(condition=models.Q(("bonus_minor__gt", 0)), name="a_surge_is_some_bonus"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True), ("ended_at__gte", models.F("began_at")), _connector="OR"
                        ),
                        name="a_surge_ends_after_it_begins",
                    ),
                ],
            },
        ),
    ]
