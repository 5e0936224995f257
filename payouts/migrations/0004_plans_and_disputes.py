"""Drafts of pay plans, facts that come later, pools of units; disputes, holds, clawbacks and what is recovered."""

import datetime
import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from payouts.migrations import _people_rules as rules


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0001_initial"),
        ("brands", "0001_initial"),
        ("payouts", "0003_payout_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Clawback",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("opened_at", models.DateTimeField()),
                ("answer_by", models.DateTimeField()),
                ("alarmed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "decided_by",
                    models.CharField(blank=True, default="", help_text="A person: operator:<id>.", max_length=64),
                ),
                (
                    "decision",
                    models.CharField(blank=True, default="", help_text="Why, as the agent reads it.", max_length=1000),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField(help_text="Minor units, more than nothing.")),
                ("opened_by", models.CharField(help_text="A person: operator:<id>.", max_length=64)),
                ("reason", models.CharField(help_text="As the agent reads it.", max_length=1000)),
                ("reply", models.CharField(blank=True, default="", help_text="The agent's.", max_length=1000)),
                ("replied_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Announced"), ("taken", "Taken back"), ("dropped", "Dropped")],
                        default="open",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ["answer_by"],
            },
        ),
        migrations.CreateModel(
            name="Debt",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("recovered", models.BigIntegerField(default=0)),
                ("source", models.CharField(help_text="The posting that it covered.", max_length=120, unique=True)),
                ("incurred_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["incurred_at"],
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("opened_at", models.DateTimeField()),
                ("answer_by", models.DateTimeField()),
                ("alarmed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "decided_by",
                    models.CharField(blank=True, default="", help_text="A person: operator:<id>.", max_length=64),
                ),
                (
                    "decision",
                    models.CharField(blank=True, default="", help_text="Why, as the agent reads it.", max_length=1000),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("granted", "Granted"), ("refused", "Refused")],
                        default="open",
                        max_length=12,
                    ),
                ),
                (
                    "posting_id",
                    models.UUIDField(help_text="The disputed line; a trigger sees that it is the agent's own."),
                ),
                ("words", models.CharField(help_text="The agent's.", max_length=1000)),
                ("repair_source", models.CharField(blank=True, default="", max_length=120)),
            ],
            options={
                "ordering": ["answer_by"],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("opened_at", models.DateTimeField()),
                ("answer_by", models.DateTimeField()),
                ("alarmed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "decided_by",
                    models.CharField(blank=True, default="", help_text="A person: operator:<id>.", max_length=64),
                ),
                (
                    "decision",
                    models.CharField(blank=True, default="", help_text="Why, as the agent reads it.", max_length=1000),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField(help_text="Minor units, more than nothing.")),
                ("opened_by", models.CharField(help_text="A person: operator:<id>.", max_length=64)),
                ("reason", models.CharField(help_text="As the agent reads it.", max_length=1000)),
                ("reply", models.CharField(blank=True, default="", help_text="The agent's.", max_length=1000)),
                ("replied_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Held"), ("released", "Released"), ("taken", "Taken back")],
                        default="open",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ["answer_by"],
            },
        ),
        migrations.CreateModel(
            name="PlanDraft",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tier", models.CharField(default="standard", max_length=16)),
                ("currency", models.CharField(max_length=3)),
                ("rules", models.JSONField()),
                (
                    "valid_from",
                    models.DateTimeField(blank=True, help_text="UTC. Left empty: from its publication on.", null=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("published", "Published"), ("dropped", "Dropped")],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("prepared_by", models.CharField(help_text="The principal who changed it last.", max_length=64)),
                ("prepared_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-prepared_at"],
            },
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("currency", models.CharField(max_length=3)),
                ("week", models.DateField(help_text="The Monday on which the week began, in UTC.")),
                ("earned", models.BigIntegerField()),
                ("amount", models.BigIntegerField()),
                ("recovered_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-week"],
            },
        ),
        migrations.CreateModel(
            name="UnitPool",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="pool",
                        serialize=False,
                        to="payouts.account",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("ceiling", models.BigIntegerField()),
                ("issued", models.BigIntegerField(default=0)),
                ("set_by", models.CharField(help_text="The operator who set the ceiling last.", max_length=64)),
                ("set_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["brand", "currency"],
            },
        ),
        migrations.CreateModel(
            name="UnitsDue",
            fields=[
                ("source", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("currency", models.CharField(max_length=3)),
                ("units", models.BigIntegerField()),
                ("receipt", models.JSONField()),
                ("due_at", models.DateTimeField()),
                ("issued_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["due_at"],
            },
        ),
        migrations.AddField(
            model_name="earningfact",
            name="subject_id",
            field=models.UUIDField(help_text="The shift or the referred agent, where it is no engagement.", null=True),
        ),
        migrations.AddField(
            model_name="payplan",
            name="prepared_by",
            field=models.CharField(
                default="deployment", help_text="The principal who wrote it: never the one above.", max_length=64
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="earningfact",
            name="engagement_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="earningfact",
            name="kind",
            field=models.CharField(
                choices=[
                    ("closed", "Engagement closed"),
                    ("rated", "Rated by the customer"),
                    ("reopened", "Reopened by the customer"),
                    ("tipped", "Tipped by the customer"),
                    ("corrected", "Corrected by a person"),
                    ("shift", "Shift over"),
                    ("referred", "Referral earned"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="earningfact",
            name="plan",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="earning_facts",
                to="payouts.payplan",
            ),
        ),
        migrations.AddIndex(
            model_name="earningfact",
            index=models.Index(fields=["plan", "-created_at"], name="earning_fact_by_plan"),
        ),
        migrations.AddConstraint(
            model_name="earningfact",
            constraint=models.UniqueConstraint(
                fields=("subject_id", "kind", "revision"), name="earning_fact_of_subject_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="earningfact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("engagement_id__isnull", True),
                        ("kind__in", ["shift", "referred"]),
                        ("subject_id__isnull", False),
                    ),
                    models.Q(
                        models.Q(("kind__in", ["shift", "referred"]), _negated=True),
                        ("engagement_id__isnull", False),
                        ("plan__isnull", False),
                        ("subject_id__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="earning_fact_is_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="payplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("published_by", models.F("prepared_by")), _negated=True), name="pay_plan_by_two"
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="agent",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.agent"),
        ),
        migrations.AddField(
            model_name="debt",
            name="agent",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.agent"),
        ),
        migrations.AddField(
            model_name="dispute",
            name="agent",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.agent"),
        ),
        migrations.AddField(
            model_name="hold",
            name="agent",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.agent"),
        ),
        migrations.AddField(
            model_name="plandraft",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="plan_drafts", to="brands.brand"
            ),
        ),
        migrations.AddField(
            model_name="plandraft",
            name="plan",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="draft", to="payouts.payplan"
            ),
        ),
        migrations.AddField(
            model_name="recovery",
            name="agent",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.agent"),
        ),
        migrations.AddField(
            model_name="unitpool",
            name="brand",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="pools", to="brands.brand"
            ),
        ),
        migrations.AddField(
            model_name="unitsdue",
            name="agent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="units_due", to="agents.agent"
            ),
        ),
        migrations.AddField(
            model_name="unitsdue",
            name="brand",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
            ),
        ),
        migrations.AddField(
            model_name="unitsdue",
            name="fact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="units_due", to="payouts.earningfact"
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by", ""), ("decision", ""), ("state", "open")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__regex", "^operator:.+"),
                        ("decision__regex", "[^[:space:]].*[^[:space:]].*[^[:space:]]"),
                    ),
                    _connector="OR",
                ),
                name="clawback_decided_by_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer_by__gt", models.F("opened_at")),
                    (
                        "answer_by__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("opened_at"), "+", models.Value(datetime.timedelta(days=14))
                        ),
                    ),
                ),
                name="clawback_has_a_clock",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="clawback_of_something"),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opened_by__regex", "^operator:.+"), ("reason__regex", "[^[:space:]].*[^[:space:]].*[^[:space:]]")
                ),
                name="clawback_by_a_person_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("replied_at__isnull", True), ("reply", "")),
                    models.Q(("replied_at__isnull", False), models.Q(("reply", ""), _negated=True)),
                    _connector="OR",
                ),
                name="clawback_replied_in_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "taken"), _negated=True),
                    ("replied_at__isnull", False),
                    ("decided_at__gte", models.F("answer_by")),
                    _connector="OR",
                ),
                name="clawback_after_the_agent_was_heard",
            ),
        ),
        migrations.AddIndex(
            model_name="debt",
            index=models.Index(
                condition=models.Q(("recovered__lt", models.F("amount"))),
                fields=["agent", "currency", "incurred_at"],
                name="debt_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="debt",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0), ("recovered__gte", 0), ("recovered__lte", models.F("amount"))),
                name="debt_recovered_within",
            ),
        ),
        migrations.AddIndex(
            model_name="dispute",
            index=models.Index(fields=["posting_id"], name="dispute_of_a_line"),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by", ""), ("decision", ""), ("state", "open")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__regex", "^operator:.+"),
                        ("decision__regex", "[^[:space:]].*[^[:space:]].*[^[:space:]]"),
                    ),
                    _connector="OR",
                ),
                name="dispute_decided_by_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer_by__gt", models.F("opened_at")),
                    (
                        "answer_by__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("opened_at"), "+", models.Value(datetime.timedelta(days=14))
                        ),
                    ),
                ),
                name="dispute_has_a_clock",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("posting_id",), name="dispute_open_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("words__regex", "[^[:space:]].*[^[:space:]].*[^[:space:]]")),
                name="dispute_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "granted"), models.Q(("repair_source", ""), _negated=True)),
                    models.Q(models.Q(("state", "granted"), _negated=True), ("repair_source", "")),
                    _connector="OR",
                ),
                name="dispute_granted_is_repaired",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by", ""), ("decision", ""), ("state", "open")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__regex", "^operator:.+"),
                        ("decision__regex", "[^[:space:]].*[^[:space:]].*[^[:space:]]"),
                    ),
                    _connector="OR",
                ),
                name="hold_decided_by_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer_by__gt", models.F("opened_at")),
                    (
                        "answer_by__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("opened_at"), "+", models.Value(datetime.timedelta(days=14))
                        ),
                    ),
                ),
                name="hold_has_a_clock",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="hold_of_something"),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opened_by__regex", "^operator:.+"), ("reason__regex", "[^[:space:]].*[^[:space:]].*[^[:space:]]")
                ),
                name="hold_by_a_person_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("replied_at__isnull", True), ("reply", "")),
                    models.Q(("replied_at__isnull", False), models.Q(("reply", ""), _negated=True)),
                    _connector="OR",
                ),
                name="hold_replied_in_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="plandraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("plan__isnull", False), ("state", "published")),
                    models.Q(models.Q(("state", "published"), _negated=True), ("plan__isnull", True)),
                    _connector="OR",
                ),
                name="plan_draft_published_is_a_plan",
            ),
        ),
        migrations.AddConstraint(
            model_name="plandraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="plan_draft_currency_is_a_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.UniqueConstraint(fields=("agent", "currency", "week"), name="recovery_once_a_week"),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0),
                    (
                        "earned__gte",
                        django.db.models.expressions.CombinedExpression(models.F("amount"), "*", models.Value(5)),
                    ),
                ),
                name="recovery_is_capped",
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(("week__iso_week_day", 1)), name="recovery_begins_on_monday"
            ),
        ),
        migrations.AddConstraint(
            model_name="unitpool",
            constraint=models.UniqueConstraint(fields=("brand", "currency"), name="unit_pool_of_a_brand"),
        ),
        migrations.AddConstraint(
            model_name="unitpool",
            constraint=models.CheckConstraint(
                condition=models.Q(("issued__gte", 0), ("issued__lte", models.F("ceiling"))),
                name="unit_pool_within_its_ceiling",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitpool",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__in", ["PTS", "EQU"])), name="unit_pool_is_of_units"
            ),
        ),
        migrations.AddIndex(
            model_name="unitsdue",
            index=models.Index(
                condition=models.Q(("issued_at__isnull", True)), fields=["due_at"], name="units_due_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="unitsdue",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__in", ["PTS", "EQU"]), ("units__gt", 0)), name="units_due_are_some"
            ),
        ),
        migrations.RunSQL(rules.KEPT, rules.DROP_KEPT),
        migrations.RunSQL(rules.CASES, rules.DROP_CASES),
        migrations.RunSQL(rules.POOLS, rules.DROP_POOLS),
    ]
