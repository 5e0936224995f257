"""What the plan weighs, by versions, and why each offer was made, by months."""

from pathlib import Path

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

MONTHS = Path(__file__).with_suffix(".sql").read_text()
BACK = """
  drop function dispatch_keep_months(timestamptz, integer, integer);
  drop function dispatch_begin_month(text, date);
  drop table dispatch_decision;
  drop table dispatch_round"""
# The first version, as it stood when it was published: later defaults of the code do not reach back into it.
FIRST = {
    "fit": 6.0, "topic_levels": [0.6, 0.85, 1.0], "language_levels": [0.6, 0.85, 1.0], "family_level": 0.4,
    "brand_level": 0.2, "speed": 1.2, "load_share": 0.5, "load": 1.5, "idle": 0.25, "idle_unit_s": 120.0,
    "idle_most": 2.0, "deficit": 0.3, "deficit_fair": 6.0, "price": 1.8, "price_most": 4.0, "starved": 5.0,
    "reserve": 40.0, "served": 100.0, "age_per_s": 0.08, "age_most_s": 600.0, "priority": 30.0,
    "rings_s": [45.0, 120.0, 240.0], "rings_tight_s": [90.0, 240.0, 480.0], "slack_below": 0.88,
}  # fmt: skip


def publish_the_first(apps, schema_editor):
    weights = apps.get_model("dispatch", "ScoreWeights")
    weights.objects.using(schema_editor.connection.alias).create(
        version=1, values=FIRST, begins_at="2026-01-01T00:00:00Z", published_by="deployment", why="The first version."
    )


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0006_pace")]

    operations = [
        migrations.CreateModel(
            name="ScoreWeights",
            fields=[
                ("version", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("values", models.JSONField(help_text="Every field of dispatch.matching.Weights.")),
                ("begins_at", models.DateTimeField()),
                ("published_by", models.CharField(help_text="A principal.", max_length=64)),
                ("why", models.CharField(max_length=300)),
            ],
            options={"ordering": ["-version"], "verbose_name_plural": "score weights"},
        ),
        migrations.RunPython(publish_the_first, migrations.RunPython.noop),
        migrations.RunSQL(
            MONTHS,
            BACK,
            state_operations=[
                migrations.CreateModel(
                    name="Round",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField()),
                        ("weights", models.IntegerField(help_text="The version that ran.")),
                        (
                            "method",
                            models.CharField(
                                help_text="How the best were found: sorted, flow, in_turn or nothing.", max_length=8
                            ),
                        ),
                        (
                            "epoch",
                            models.BigIntegerField(help_text="The leader's; empty: planned by the sweep.", null=True),
                        ),
                        ("inputs", models.JSONField()),
                    ],
                    options={"ordering": ["-at"], "managed": False},
                ),
                migrations.CreateModel(
                    name="Decision",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField()),
                        ("round", models.UUIDField()),
                        ("brand", models.UUIDField()),
                        ("escalation", models.UUIDField()),
                        ("agent", models.UUIDField()),
                        ("offer", models.UUIDField()),
                        ("ring", models.SmallIntegerField(help_text="How far from the topic agents might be.")),
                        ("weights", models.IntegerField()),
                        (
                            "facts",
                            models.JSONField(
                                help_text="Points by part of the score, hers and those of who would have been next."
                            ),
                        ),
                        (
                            "others",
                            ArrayField(
                                base_field=models.UUIDField(),
                                help_text="Who would have been next, in order.",
                                size=None,
                            ),
                        ),
                    ],
                    options={"ordering": ["-at"], "managed": False},
                ),
            ],
        ),
    ]
