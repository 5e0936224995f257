"""Payout runs: runs, payouts, attempts, where money goes, and what banks say."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from payouts.migrations import _run_rules as rules


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0001_initial"),
        ("payouts", "0002_open_books"),
    ]

    operations = [
        migrations.CreateModel(
            name="PayoutBatch",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=20)),
                ("message_id", models.CharField(max_length=35, unique=True)),
                ("execution_date", models.DateField()),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "payout batches",
                "ordering": ["created_at"],
            },
        ),
        migrations.CreateModel(
            name="CashOutMandate",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=20)),
                ("currency", models.CharField(max_length=3)),
                ("each_at_most", models.BigIntegerField(help_text="Minor units in one cash-out.")),
                ("daily_at_most", models.BigIntegerField(help_text="Minor units of one agent within 24 hours.")),
                ("granted_by", models.CharField(help_text="A principal.", max_length=64)),
                ("granted_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-granted_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)),
                        fields=("provider", "currency"),
                        name="mandate_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("daily_at_most__gte", models.F("each_at_most")), ("each_at_most__gt", 0)),
                        name="mandate_has_limits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Payout",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("currency", models.CharField(max_length=3)),
                ("lo", models.BigIntegerField()),
                ("hi", models.BigIntegerField()),
                ("amount", models.BigIntegerField(help_text="The account's balance after posting `hi`.")),
                (
                    "drained_seq",
                    models.BigIntegerField(help_text="The posting that took the amount out of the account."),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "Due"),
                            ("approved", "Approved"),
                            ("sent", "On its way"),
                            ("settled", "Paid"),
                            ("rejected", "Refused by the bank"),
                            ("returned", "Sent back"),
                            ("reversed", "Back in the balance"),
                        ],
                        default="due",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("held_by", models.CharField(blank=True, help_text="A principal, of a person.", max_length=64)),
                ("held_reason", models.CharField(blank=True, max_length=300)),
                ("reply_by", models.DateTimeField(help_text="Until when the agent has an answer.", null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payouts",
                        to="payouts.account",
                    ),
                ),
            ],
            options={
                "ordering": ["run", "account"],
            },
        ),
        migrations.CreateModel(
            name="PayoutAttempt",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField()),
                ("key", models.CharField(help_text="What the provider knows it by.", max_length=35, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "Prepared"),
                            ("sent", "Sent"),
                            ("unknown", "No answer"),
                            ("accepted", "Taken in charge"),
                            ("settled", "Paid"),
                            ("returned", "Sent back"),
                            ("failed", "Refused"),
                            ("absent", "Never arrived"),
                        ],
                        default="prepared",
                        max_length=8,
                    ),
                ),
                ("reference", models.CharField(blank=True, help_text="The provider's own.", max_length=80)),
                ("reason", models.CharField(blank=True, help_text="The provider's code.", max_length=35)),
                ("prepared_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(help_text="When it was last looked up.", null=True)),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "payout",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="payouts.payout",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="payouts.payoutbatch"
                    ),
                ),
            ],
            options={
                "ordering": ["payout", "number"],
            },
        ),
        migrations.CreateModel(
            name="PayoutFile",
            fields=[
                (
                    "batch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="payouts.payoutbatch",
                    ),
                ),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("laid_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PayoutDestination",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("currency", models.CharField(max_length=3)),
                ("provider", models.CharField(max_length=20)),
                (
                    "zone",
                    models.CharField(
                        help_text="The pay zone: whose Monday begins the week that is paid.", max_length=40
                    ),
                ),
                ("sealed", models.BinaryField(help_text="Holder and account, encrypted; which key, stands in it.")),
                (
                    "fingerprint",
                    models.CharField(
                        db_index=True, help_text="Keyed hash: the same account twice shows.", max_length=64
                    ),
                ),
                (
                    "ending",
                    models.CharField(help_text="The last characters, for people to recognise it by.", max_length=4),
                ),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(help_text="A principal.", max_length=64)),
                ("usable_from", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="destinations", to="agents.agent"
                    ),
                ),
            ],
            options={
                "ordering": ["agent", "currency", "-created_at"],
            },
        ),
        migrations.AddField(
            model_name="payout",
            name="destination",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payouts",
                to="payouts.payoutdestination",
            ),
        ),
        migrations.CreateModel(
            name="PayoutRun",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "due_key",
                    models.CharField(
                        help_text="What makes it this run: asked for twice, it is made once.", max_length=120
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("weekly", "Weekly"), ("instant", "Cash-out"), ("manual", "By hand")], max_length=8
                    ),
                ),
                ("provider", models.CharField(max_length=20)),
                ("currency", models.CharField(max_length=3)),
                (
                    "zone",
                    models.CharField(
                        blank=True, help_text="Only destinations of this pay zone; empty: all.", max_length=40
                    ),
                ),
                ("cutoff", models.DateTimeField(help_text="Postings before this instant.")),
                ("minimum", models.BigIntegerField(default=1, help_text="Minor units; less waits for the next run.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("computed", "Computed"),
                            ("proved", "Proved"),
                            ("submitted", "Waiting for approval"),
                            ("approved", "Approved"),
                            ("releasing", "Being paid"),
                            ("closed", "Closed"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("prepared_by", models.CharField(help_text="A principal.", max_length=64)),
                ("prepared_at", models.DateTimeField()),
                ("totals", models.JSONField(default=dict, help_text="Control totals.")),
                ("faults", models.JSONField(default=dict, help_text="What a proof found wrong; empty when it holds.")),
                ("digest", models.CharField(blank=True, help_text="SHA-256 over every payout.", max_length=64)),
                ("submitted_by", models.CharField(blank=True, max_length=64)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("approved_by", models.CharField(blank=True, max_length=64)),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_digest", models.CharField(blank=True, max_length=64)),
                ("refused_by", models.CharField(blank=True, max_length=64)),
                ("refused_reason", models.CharField(blank=True, max_length=300)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        help_text="Only this one.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agents.agent",
                    ),
                ),
            ],
            options={
                "ordering": ["-prepared_at"],
            },
        ),
        migrations.AddField(
            model_name="payoutbatch",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="batches", to="payouts.payoutrun"
            ),
        ),
        migrations.AddField(
            model_name="payout",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="payouts.payoutrun"
            ),
        ),
        migrations.CreateModel(
            name="ProviderEvent",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=20)),
                ("event_id", models.CharField(max_length=128)),
                ("raw", models.BinaryField()),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-received_at"],
                "constraints": [models.UniqueConstraint(fields=("provider", "event_id"), name="provider_event_once")],
            },
        ),
        migrations.CreateModel(
            name="BankEntry",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=20)),
                ("reference", models.CharField(max_length=120)),
                ("key", models.CharField(blank=True, max_length=80)),
                ("amount", models.BigIntegerField(help_text="Minor units; negative left our account.")),
                ("currency", models.CharField(max_length=3)),
                ("booked_on", models.DateField()),
                ("text", models.CharField(blank=True, max_length=140)),
                ("problem", models.CharField(blank=True, help_text="Why nothing here explains it.", max_length=120)),
                ("explained_by", models.CharField(blank=True, max_length=64)),
                ("explanation", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField()),
                (
                    "attempt",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="payouts.payoutattempt",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "bank entries",
                "ordering": ["-booked_on", "reference"],
                "indexes": [
                    models.Index(
                        condition=models.Q(models.Q(("problem", ""), _negated=True), ("explained_by", "")),
                        fields=["booked_on"],
                        name="bank_entry_unmatched",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "reference"), name="bank_entry_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("explained_by", ""), ("explanation", "")),
                            models.Q(
                                models.Q(("explained_by", ""), _negated=True),
                                models.Q(("explanation", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="bank_entry_explained_by_a_person_in_words",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="payoutattempt",
            index=models.Index(
                condition=models.Q(("state__in", ["sent", "unknown"])), fields=["sent_at"], name="attempt_unanswered"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutattempt",
            constraint=models.UniqueConstraint(fields=("payout", "number"), name="attempt_number_once"),
        ),
        migrations.AddConstraint(
            model_name="payoutattempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["failed", "absent"]), _negated=True),
                fields=("payout",),
                name="attempt_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutdestination",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at", None)), fields=("agent", "currency"), name="destination_one_in_force"
            ),
        ),
        migrations.AddIndex(
            model_name="payoutrun",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True), fields=["state"], name="run_under_way"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutrun",
            constraint=models.UniqueConstraint(fields=("due_key",), name="run_once"),
        ),
        migrations.AddConstraint(
            model_name="payoutrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="run_currency_is_a_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutrun",
            constraint=models.CheckConstraint(condition=models.Q(("minimum__gte", 1)), name="run_minimum_is_positive"),
        ),
        migrations.AddConstraint(
            model_name="payoutrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("prepared_by", ""), _negated=True), name="run_is_prepared_by_somebody"
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", ""),
                    models.Q(
                        ("approved_by", models.F("prepared_by")),
                        ("approved_by", models.F("submitted_by")),
                        _connector="OR",
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="run_approved_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_by", ""), ("state__in", ["draft", "computed", "proved", "submitted"])),
                    models.Q(
                        models.Q(("approved_by", ""), _negated=True),
                        models.Q(("digest", ""), _negated=True),
                        ("approved_at__isnull", False),
                        ("approved_digest", models.F("digest")),
                    ),
                    models.Q(("approved_by", ""), ("state", "closed"), models.Q(("refused_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="run_approved_over_its_digest",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refused_by", ""), ("refused_reason", "")),
                    models.Q(
                        models.Q(("refused_by", ""), _negated=True), models.Q(("refused_reason", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="run_refusal_has_a_person_and_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="payoutrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "computed"]),
                    models.Q(models.Q(("digest", ""), _negated=True), ("faults", {})),
                    _connector="OR",
                ),
                name="run_proved_has_a_digest",
            ),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(
                condition=models.Q(("state__in", ["settled", "reversed"]), _negated=True),
                fields=["run", "state"],
                name="payout_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.UniqueConstraint(fields=("account", "lo"), name="payout_lo_once"),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.UniqueConstraint(fields=("account", "hi"), name="payout_hi_once"),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.UniqueConstraint(fields=("run", "account"), name="payout_once_in_a_run"),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(("drained_seq__gt", models.F("hi")), ("hi__gte", models.F("lo")), ("lo__gte", 1)),
                name="payout_range_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payout_is_positive"),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_by", ""), ("held_reason", ""), ("reply_by", None)),
                    models.Q(
                        models.Q(("held_by", ""), _negated=True),
                        models.Q(("held_reason", ""), _negated=True),
                        ("reply_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="payout_hold_has_a_person_a_reason_and_a_clock",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_by", ""), ("state__in", ["due", "approved", "reversed"]), _connector="OR"),
                name="payout_held_stays",
            ),
        ),
        migrations.RunSQL(rules.NEVER, rules.DROP_NEVER),
        migrations.RunSQL(rules.MOVES, rules.DROP_MOVES),
        migrations.RunSQL(rules.FOLLOWS, rules.DROP_FOLLOWS),
        migrations.RunSQL(rules.DESTINATIONS, rules.DROP_DESTINATIONS),
    ]
