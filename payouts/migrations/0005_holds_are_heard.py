"""A hold, as a clawback, takes nothing before the agent has answered or the clock has run out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0004_plans_and_disputes"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "taken"), _negated=True),
                    ("replied_at__isnull", False),
                    ("decided_at__gte", models.F("answer_by")),
                    _connector="OR",
                ),
                name="hold_after_the_agent_was_heard",
            ),
        ),
    ]
