import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0002_online_stretches"),
        ("brands", "0001_initial"),
        ("conversations", "0007_by_staff"),
        ("dispatch", "0003_modes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AbuseReport",
            fields=[
                (
                    "engagement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="abuse_report",
                        serialize=False,
                        to="conversations.engagement",
                    ),
                ),
                ("reason", models.CharField(help_text="threat, insult, sexual, hate, spam or other.", max_length=8)),
                ("words", models.CharField(blank=True, max_length=1000)),
                ("at", models.DateTimeField()),
                (
                    "rest_until",
                    models.DateTimeField(help_text="Until then the customer's next request is offered to nobody."),
                ),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("finding", models.CharField(blank=True, help_text="confirmed or unfounded.", max_length=10)),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "asked",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), help_text="The colleagues who see it.", size=None
                    ),
                ),
                ("topic", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=8)),
                ("text", models.CharField(max_length=1000)),
                ("asked_at", models.DateTimeField()),
                ("open_until", models.DateTimeField()),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, help_text="Answered, overtaken, or out of time.", null=True),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="escalation",
            name="one_live_escalation_per_conversation",
        ),
        migrations.RemoveConstraint(
            model_name="escalation",
            name="an_ended_escalation_has_its_time",
        ),
        migrations.AddField(
            model_name="escalation",
            name="due_at",
            field=models.DateTimeField(blank=True, help_text="By when the customer was promised a person.", null=True),
        ),
        migrations.AddField(
            model_name="escalation",
            name="held_until",
            field=models.DateTimeField(blank=True, help_text="Offered to nobody before: see held_why.", null=True),
        ),
        migrations.AddField(
            model_name="escalation",
            name="held_why",
            field=models.CharField(blank=True, help_text="supervisor or rest.", max_length=10),
        ),
        migrations.AddField(
            model_name="escalation",
            name="kind",
            field=models.CharField(
                choices=[("chat", "Chat"), ("callback", "Callback"), ("message", "Message")],
                db_default="chat",
                default="chat",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="reached_at",
            field=models.DateTimeField(blank=True, help_text="When a person first accepted.", null=True),
        ),
        migrations.AddField(
            model_name="escalation",
            name="waits_since",
            field=models.DateTimeField(
                blank=True,
                help_text="Since when it waits in line, if not since it was queued: it was parked before.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="escalation",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("offered", "Offered"),
                    ("engaged", "Engaged"),
                    ("closed", "Closed"),
                    ("abandoned", "Abandoned"),
                    ("returned_to_assistant", "Returned"),
                    ("left", "Left"),
                    ("customer_gone", "Gone"),
                    ("callback_due", "Callback Due"),
                    ("left_message", "Left Message"),
                ],
                default="waiting",
                max_length=24,
            ),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["queued_at"], name="escalation_lately"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False), ("ended_at", None)),
                fields=["due_at"],
                name="escalation_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "offered", "engaged", "callback_due", "left_message"])),
                fields=("brand", "conversation"),
                name="one_live_escalation_per_conversation",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", True),
                        ("state__in", ["waiting", "offered", "engaged", "callback_due", "left_message"]),
                    ),
                    models.Q(
                        models.Q(
                            ("state__in", ["waiting", "offered", "engaged", "callback_due", "left_message"]),
                            _negated=True,
                        ),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="an_ended_escalation_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["callback_due", "left_message"]), _negated=True),
                    models.Q(("due_at__isnull", False), models.Q(("kind", "chat"), _negated=True)),
                    _connector="OR",
                ),
                name="a_parked_escalation_has_its_deadline",
            ),
        ),
        migrations.AddField(
            model_name="abusereport",
            name="agent",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.agent"),
        ),
        migrations.AddField(
            model_name="abusereport",
            name="brand",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"),
        ),
        migrations.AddField(
            model_name="abusereport",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="conversations.customer"
            ),
        ),
        migrations.AddField(
            model_name="abusereport",
            name="reviewed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="answered_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.agent"
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="asked_by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agents.agent"),
        ),
        migrations.AddField(
            model_name="question",
            name="brand",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="brands.brand"),
        ),
        migrations.AddField(
            model_name="question",
            name="conversation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="conversations.conversation"
            ),
        ),
        migrations.AddIndex(
            model_name="abusereport",
            index=models.Index(fields=["customer", "-at"], name="abuse_of_customer"),
        ),
        migrations.AddConstraint(
            model_name="abusereport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finding", ""), ("reviewed_at__isnull", True), ("reviewed_by__isnull", True)),
                    models.Q(
                        ("reviewed_at__isnull", False),
                        ("reviewed_by__isnull", False),
                        models.Q(("finding", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_review_of_abuse_has_a_person",
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)), fields=["open_until"], name="question_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_by__isnull", True), ("closed_at__isnull", False), _connector="OR"),
                name="an_answered_question_is_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("conversation",),
                name="one_open_question_per_chat",
            ),
        ),
    ]
