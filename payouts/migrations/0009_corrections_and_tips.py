"""A correction by two people; which payment has tipped which chat."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

RULES = """
create trigger never before update or delete or truncate on payouts_tippayment
  for each statement execute function payouts_never();
create trigger never before delete or truncate on payouts_correction
  for each statement execute function payouts_never();
create trigger stays before update on payouts_correction for each row execute function payouts_case_stays();
create trigger opens before insert on payouts_correction for each row execute function payouts_case_opens();
"""
DROP_RULES = """
drop trigger opens on payouts_correction;
drop trigger stays on payouts_correction;
drop trigger never on payouts_correction;
drop trigger never on payouts_tippayment;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0007_invitations"),
        ("brands", "0002_topic_families"),
        ("payouts", "0008_surge_budgets"),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("engagement_id", models.UUIDField()),
                ("currency", models.CharField(max_length=3)),
                ("changes", models.JSONField(default=dict, help_text="The facts as they should have been.")),
                (
                    "extra_cents",
                    models.BigIntegerField(default=0, help_text="Minor units on top, beside what the facts pay."),
                ),
                ("reason", models.CharField(help_text="As the agent reads it.", max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Proposed"), ("posted", "Posted"), ("refused", "Refused")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("proposed_by", models.CharField(help_text="A person: operator:<id>.", max_length=64)),
                ("proposed_at", models.DateTimeField()),
                ("decided_by", models.CharField(blank=True, default="", help_text="Another person.", max_length=64)),
                ("decision", models.CharField(blank=True, default="", max_length=300)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "agent",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.agent"),
                ),
            ],
            options={
                "ordering": ["decided_at", "proposed_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("engagement_id",),
                        name="correction_one_open_of_a_chat",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by", ""), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__regex", "^operator:.+"),
                                ("decision__regex", "[^[:space:]].*[^[:space:]].*[^[:space:]]"),
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="correction_by_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("extra_cents__gte", 0),
                            ("proposed_by__regex", "^operator:.+"),
                            ("reason__regex", "[^[:space:]].*[^[:space:]].*[^[:space:]]"),
                        ),
                        name="correction_by_a_person_with_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("changes", {}), _negated=True), ("extra_cents__gt", 0), _connector="OR"
                        ),
                        name="correction_of_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TipPayment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("payment", models.CharField(help_text="What the brand's till calls it.", max_length=128)),
                ("engagement_id", models.UUIDField()),
                ("told_at", models.DateTimeField()),
                (
                    "brand",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"),
                ),
            ],
            options={
                "ordering": ["-told_at"],
                "constraints": [models.UniqueConstraint(fields=("brand", "payment"), name="tip_payment_once")],
            },
        ),
        migrations.RunSQL(RULES, DROP_RULES),
    ]
