"""Accounts, postings, facts and plans, with what must never happen to them refused by the database."""

import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

from payouts.migrations import _ledger_rules as rules


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agents", "0001_initial"),
        ("brands", "0001_initial"),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("currency", models.CharField(max_length=3)),
                ("sequenced", models.BooleanField(default=False)),
                ("last_seq", models.BigIntegerField(default=0)),
                ("balance", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                (
                    "agent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="agents.agent",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="LedgerAudit",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_index=True)),
                ("postings", models.BigIntegerField()),
                ("facts", models.BigIntegerField()),
                ("totals", models.JSONField(help_text="Sum of all postings, minor units by currency.")),
                (
                    "faults",
                    models.JSONField(help_text="Number of rows that break each invariant; empty when all hold."),
                ),
                ("balanced", models.BooleanField()),
            ],
            options={
                "ordering": ["-created_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("balanced", True), ("faults", {})),
                            models.Q(("balanced", False), models.Q(("faults", {}), _negated=True)),
                            _connector="OR",
                        ),
                        name="audit_says_what_it_found",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PayPlan",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tier", models.CharField(max_length=16)),
                ("currency", models.CharField(max_length=3)),
                ("version", models.PositiveIntegerField()),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        help_text="When offers are made under this version."
                    ),
                ),
                ("rules", models.JSONField()),
                ("published_at", models.DateTimeField()),
                ("published_by", models.CharField(help_text="A principal.", max_length=64)),
                (
                    "brand",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pay_plans", to="brands.brand"
                    ),
                ),
            ],
            options={
                "ordering": ["brand", "tier", "currency", "-version"],
            },
        ),
        migrations.CreateModel(
            name="EarningFact",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("engagement_id", models.UUIDField()),
                ("kind", models.CharField(choices=[("closed", "Engagement closed")], max_length=16)),
                ("revision", models.PositiveIntegerField(default=1)),
                (
                    "topic",
                    models.CharField(help_text="What the page calls it; no part of what is rated.", max_length=160),
                ),
                ("canonical", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="earning_facts",
                        to="agents.agent",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="earning_facts",
                        to="payouts.payplan",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField(help_text="Minor units; positive is owed to the account.")),
                (
                    "seq",
                    models.BigIntegerField(help_text="Number in the account's own history, from 1, without a gap."),
                ),
                ("balance_after", models.BigIntegerField()),
                ("source", models.CharField(help_text="The fact that is paid; it pays once.", max_length=120)),
                ("kind", models.CharField(max_length=32)),
                ("receipt", models.JSONField(help_text="inputs, formula, plan, plan_version, fact_sha256")),
                ("engagement_id", models.UUIDField(db_index=True)),
                ("created_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postings",
                        to="payouts.account",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
                (
                    "contra",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contra_postings",
                        to="payouts.account",
                    ),
                ),
            ],
            options={
                "ordering": ["account", "seq"],
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(fields=("name",), name="account_name_once"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(fields=("id", "currency"), name="account_currency"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="account_currency_is_a_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__endswith", models.F("currency"))), name="account_name_ends_in_currency"
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("sequenced", False), ("agent__isnull", False), _connector="OR"),
                name="account_sequenced_belongs_to_an_agent",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("sequenced", True), models.Q(("balance", 0), ("last_seq", 0)), _connector="OR"),
                name="account_unsequenced_keeps_no_balance",
            ),
        ),
        migrations.AddConstraint(
            model_name="payplan",
            constraint=models.UniqueConstraint(
                fields=("brand", "tier", "currency", "version"), name="pay_plan_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="payplan",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("brand", "="), ("tier", "="), ("currency", "="), ("valid", "&&")],
                name="pay_plan_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="payplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="pay_plan_currency_is_a_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="payplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid__isempty", False),
                    ("valid__lower_inc", True),
                    ("valid__lower_inf", False),
                    ("valid__upper_inc", False),
                ),
                name="pay_plan_begins_at_an_instant",
            ),
        ),
        migrations.AddIndex(
            model_name="earningfact",
            index=models.Index(fields=["agent", "-created_at"], name="earning_fact_by_agent"),
        ),
        migrations.AddConstraint(
            model_name="earningfact",
            constraint=models.UniqueConstraint(fields=("engagement_id", "kind", "revision"), name="earning_fact_once"),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["account", "created_at"], name="posting_by_time"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.UniqueConstraint(fields=("source",), name="posting_source_once"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.UniqueConstraint(fields=("account", "seq"), name="posting_seq_once"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="posting_moves_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("account", models.F("contra")), _negated=True), name="posting_has_two_sides"
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(condition=models.Q(("seq__gte", 1)), name="posting_seq_from_one"),
        ),
        migrations.RunSQL(rules.COMPOSITE_KEYS, rules.DROP_COMPOSITE_KEYS),
        migrations.RunSQL(rules.APPEND_ONLY, rules.DROP_APPEND_ONLY),
        migrations.RunSQL(rules.SEQUENCE_AND_BALANCE, rules.DROP_SEQUENCE_AND_BALANCE),
        migrations.RunSQL(rules.FROZEN_PLANS, rules.DROP_FROZEN_PLANS),
    ]
