import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0001_initial"),
        ("payouts", "0007_claims_and_nights"),
    ]

    operations = [
        migrations.CreateModel(
            name="SurgeBudget",
            fields=[
                (
                    "brand",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="surge_budget",
                        serialize=False,
                        to="brands.brand",
                    ),
                ),
                ("limit_minor", models.BigIntegerField()),
                ("reserved_minor", models.BigIntegerField(default=0)),
                ("spent_minor", models.BigIntegerField(default=0)),
                ("set_by", models.CharField(help_text="The operator who set the limit last.", max_length=64)),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "limit_minor__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("reserved_minor"), "+", models.F("spent_minor")
                                ),
                            ),
                            ("reserved_minor__gte", 0),
                            ("spent_minor__gte", 0),
                        ),
                        name="surge_within_its_budget",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SurgeReservation",
            fields=[
                ("offer_id", models.UUIDField(primary_key=True, serialize=False)),
                ("amount_minor", models.BigIntegerField()),
                ("paid_minor", models.BigIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[("reserved", "Reserved"), ("spent", "Spent"), ("released", "Released")],
                        default="reserved",
                        max_length=8,
                    ),
                ),
                ("reserved_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "budget",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reservations",
                        to="payouts.surgebudget",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "reserved")), fields=["reserved_at"], name="surge_reserved"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                ("paid_minor__gt", 0),
                                ("paid_minor__lte", models.F("amount_minor")),
                                ("state", "spent"),
                            ),
                            models.Q(
                                ("amount_minor__gt", 0),
                                ("ended_at__isnull", False),
                                ("paid_minor", 0),
                                ("state", "released"),
                            ),
                            models.Q(
                                ("amount_minor__gt", 0),
                                ("ended_at__isnull", True),
                                ("paid_minor", 0),
                                ("state", "reserved"),
                            ),
                            _connector="OR",
                        ),
                        name="surge_paid_is_what_was_reserved",
                    )
                ],
            },
        ),
    ]
