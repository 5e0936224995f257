"""Shifts with seats, what agents said about them, and runs of the matching."""

import datetime
import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import shifts.models
from shifts.migrations import _seat_rules as rules


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("agents", "0006_certificates_end"),
        ("brands", "0002_topic_families"),
        ("payouts", "0001_initial"),  # brings btree_gist
    ]

    operations = [
        migrations.CreateModel(
            name="Terms",
            fields=[
                (
                    "agent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="shift_terms",
                        serialize=False,
                        to="agents.agent",
                    ),
                ),
                (
                    "timezone",
                    models.CharField(default="UTC", help_text="Her clock: days and weeks are hers.", max_length=64),
                ),
                (
                    "week_minutes_most",
                    models.PositiveIntegerField(blank=True, help_text="Her own limit for a week.", null=True),
                ),
                (
                    "wish_by_hours",
                    models.BooleanField(default=False, help_text="What lies in her hours counts as a light wish."),
                ),
                (
                    "stand_by",
                    models.BooleanField(
                        default=True, help_text="Rung when somebody on whose list she is does not come."
                    ),
                ),
                (
                    "remind_minutes",
                    models.PositiveSmallIntegerField(default=60, help_text="Before a shift; 0: no reminder."),
                ),
                ("feed_token", models.CharField(blank=True, editable=False, max_length=43, null=True, unique=True)),
            ],
            options={
                "verbose_name_plural": "terms",
            },
        ),
        migrations.CreateModel(
            name="Allotment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(help_text="nightly, hourly, or asked by an operator", max_length=12)),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Asked"), ("running", "Running"), ("done", "Done"), ("failed", "Failed")],
                        default="asked",
                        max_length=12,
                    ),
                ),
                ("asked_by", models.CharField(max_length=80)),
                ("asked_at", models.DateTimeField()),
                ("began_at", models.DateTimeField(blank=True, null=True)),
                (
                    "lease_until",
                    models.DateTimeField(blank=True, help_text="Then another process may take it up.", null=True),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("shifts", models.PositiveIntegerField(default=0)),
                ("seats_free", models.PositiveIntegerField(default=0)),
                (
                    "candidates",
                    models.PositiveIntegerField(default=0, help_text="Wishes, and shifts within somebody's hours."),
                ),
                ("granted", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("value", models.FloatField(blank=True, null=True)),
                ("bound", models.FloatField(blank=True, help_text="No plan is worth more.", null=True)),
                ("gap", models.FloatField(blank=True, help_text="(bound - value) / bound", null=True)),
                ("solve_ms", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "finished",
                    models.BooleanField(default=False, help_text="The search ended by itself; else its time was over."),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ["-asked_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "running")), fields=("state",), name="allotment_one_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "running"), _negated=True),
                            ("lease_until__isnull", False),
                            _connector="OR",
                        ),
                        name="allotment_running_has_a_lease",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Shift",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("topic", models.SlugField(db_index=False, max_length=40)),
                ("language", models.CharField(max_length=8)),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("seat_count", models.PositiveSmallIntegerField()),
                (
                    "rate_cents",
                    models.PositiveIntegerField(help_text="Guaranteed for an hour, in minor units; 0: no guarantee."),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("closed", "Closed")],
                        default="draft",
                        max_length=12,
                    ),
                ),
                (
                    "window_ends_at",
                    models.DateTimeField(blank=True, help_text="Wishes are gathered until then.", null=True),
                ),
                (
                    "allotted_at",
                    models.DateTimeField(blank=True, help_text="When the window's wishes were answered.", null=True),
                ),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("made_by", models.CharField(help_text="A principal, or what made it by itself.", max_length=80)),
                ("made_at", models.DateTimeField()),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shifts",
                        to="brands.brand",
                    ),
                ),
            ],
            options={
                "ordering": ["begins_at", "brand", "topic", "language"],
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField()),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("confirmed", "Confirmed"),
                            ("present", "Present"),
                            ("over", "Over"),
                            ("given_back", "Given back"),
                            ("swapped", "Swapped"),
                            ("missed", "Missed"),
                            ("called_off", "Called off"),
                        ],
                        default="confirmed",
                        max_length=12,
                    ),
                ),
                ("way", models.CharField(help_text="claim, allotment, waiting, stand-by, swap", max_length=12)),
                ("taken_at", models.DateTimeField()),
                ("given_up_at", models.DateTimeField(blank=True, null=True)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "arrived_at",
                    models.DateTimeField(blank=True, help_text="First moment online within her time.", null=True),
                ),
                (
                    "left_at",
                    models.DateTimeField(blank=True, help_text="Last moment online within her time.", null=True),
                ),
                (
                    "absent_seconds",
                    models.PositiveIntegerField(blank=True, help_text="Not online within her time.", null=True),
                ),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, help_text="When its guarantee was settled.", null=True),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="agents.agent",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
                (
                    "shift",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="shifts.shift"
                    ),
                ),
            ],
            options={
                "ordering": ["begins_at", "number"],
            },
        ),
        migrations.CreateModel(
            name="Swap",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("taken", "Taken"), ("withdrawn", "Withdrawn")],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("offered_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
                (
                    "colleague",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: anyone.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="swaps_offered",
                        to="agents.agent",
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="swaps",
                        to="shifts.seat",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="swaps_taken",
                        to="agents.agent",
                    ),
                ),
                (
                    "wanted",
                    models.ForeignKey(
                        blank=True,
                        help_text="In return.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="shifts.shift",
                    ),
                ),
            ],
            options={
                "ordering": ["-offered_at"],
            },
        ),
        migrations.CreateModel(
            name="Waiting",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("seated", "Seated"), ("left", "Left")],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                (
                    "rung_at",
                    models.DateTimeField(blank=True, help_text="When she was last rung for a missed seat.", null=True),
                ),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="waiting", to="agents.agent"
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
                (
                    "shift",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waiting",
                        to="shifts.shift",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "waiting",
                "ordering": ["joined_at"],
            },
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "strength",
                    models.PositiveSmallIntegerField(default=2, help_text="1 would do, 2 would like, 3 above all."),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(blank=True, help_text="Of a refusal, for programs.", max_length=24)),
                ("sentence", models.CharField(blank=True, help_text="Of a refusal, for her.", max_length=300)),
                ("made_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="wishes", to="agents.agent"
                    ),
                ),
                (
                    "allotment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="wishes",
                        to="shifts.allotment",
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"
                    ),
                ),
                (
                    "shift",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wishes",
                        to="shifts.shift",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "wishes",
                "ordering": ["-made_at"],
            },
        ),
        migrations.CreateModel(
            name="DayHours",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("begins_minute", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("ends_minute", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shift_days",
                        to="agents.agent",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "day hours",
                "ordering": ["day", "begins_minute"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agent", "day", "begins_minute"), name="shift_day_hours_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("begins_minute", None), ("ends_minute", None)),
                            models.Q(("ends_minute__gt", models.F("begins_minute")), ("ends_minute__lte", 1440)),
                            _connector="OR",
                        ),
                        name="shift_day_hours_within_a_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Hours",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("weekday", models.PositiveSmallIntegerField(help_text="0 is Monday.")),
                ("begins_minute", models.PositiveSmallIntegerField()),
                ("ends_minute", models.PositiveSmallIntegerField(help_text="1440 is midnight.")),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shift_hours",
                        to="agents.agent",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "hours",
                "ordering": ["weekday", "begins_minute"],
                "constraints": [
                    models.UniqueConstraint(fields=("agent", "weekday", "begins_minute"), name="shift_hours_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_minute__lte", 1440),
                            ("weekday__lte", 6),
                            ("ends_minute__gt", models.F("begins_minute")),
                        ),
                        name="shift_hours_within_a_day",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="shift",
            index=models.Index(
                condition=models.Q(("state", "published")), fields=["begins_at"], name="shift_published"
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.UniqueConstraint(
                fields=("brand", "topic", "language", "begins_at", "ends_at"), name="shift_once_per_class_and_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "ends_at__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("begins_at"), "+", models.Value(datetime.timedelta(seconds=1800))
                        ),
                    ),
                    (
                        "ends_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("begins_at"), "+", models.Value(datetime.timedelta(seconds=43200))
                        ),
                    ),
                ),
                name="shift_is_neither_short_nor_long",
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(("seat_count__gte", 1), ("seat_count__lte", 500)), name="shift_has_seats"
            ),
        ),
        migrations.AddConstraint(
            model_name="shift",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "draft"),
                    models.Q(("window_ends_at__isnull", False), ("window_ends_at__lte", models.F("begins_at"))),
                    _connector="OR",
                ),
                name="shift_window_ends_before_it_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(
                condition=models.Q(("state__in", ["confirmed", "present"])), fields=["begins_at"], name="seat_due"
            ),
        ),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(
                condition=models.Q(("settled_at", None), ("state", "over")), fields=["ends_at"], name="seat_unsettled"
            ),
        ),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(fields=["agent", "begins_at"], name="seat_by_agent"),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["confirmed", "present", "over"])),
                fields=("shift", "number"),
                name="seat_held_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("state__in", ["confirmed", "present", "over"])),
                expressions=[
                    ("agent", "="),
                    (
                        shifts.models.Span(
                            "begins_at", "ends_at", django.contrib.postgres.fields.ranges.RangeBoundary()
                        ),
                        "&&",
                    ),
                ],
                name="seat_one_place_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1), ("ends_at__gt", models.F("begins_at"))),
                name="seat_has_a_number_and_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["present", "over"]), _negated=True),
                    ("arrived_at__isnull", False),
                    _connector="OR",
                ),
                name="seat_present_has_come",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("settled_at", None),
                    models.Q(("absent_seconds__isnull", False), ("state", "over")),
                    _connector="OR",
                ),
                name="seat_settled_is_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="swap",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("seat",), name="swap_open_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="swap",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "taken"), _negated=True),
                    models.Q(("taken_by", None), _negated=True),
                    _connector="OR",
                ),
                name="swap_taken_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="waiting",
            constraint=models.UniqueConstraint(fields=("shift", "agent"), name="waiting_once"),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.UniqueConstraint(fields=("shift", "agent"), name="wish_once"),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.CheckConstraint(
                condition=models.Q(("strength__gte", 1), ("strength__lte", 3)), name="wish_strength"
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "refused"), _negated=True),
                    models.Q(("sentence", ""), _negated=True),
                    _connector="OR",
                ),
                name="wish_refused_says_why",
            ),
        ),
        migrations.RunSQL(rules.SEAT_EXISTS, rules.DROP_SEAT_EXISTS),
    ]
