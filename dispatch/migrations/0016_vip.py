"""A VIP's request: the tier that alone is asked at first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0008_last_one"),
        ("brands", "0003_vip"),
        ("conversations", "0010_vip"),
        ("dispatch", "0015_months_in_turn"),
    ]

    operations = [
        migrations.AddField(
            model_name="escalation",
            name="tier",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of a VIP: the tier that alone is asked at first.",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="tier_until",
            field=models.DateTimeField(blank=True, help_text="From then on others are asked too.", null=True),
        ),
        migrations.AddConstraint(
            model_name="escalation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("tier", ""), ("tier_until__isnull", True)),
                    models.Q(models.Q(("tier", ""), _negated=True), ("tier_until__isnull", False)),
                    _connector="OR",
                ),
                name="a_tier_is_asked_alone_for_some_time",
            ),
        ),
    ]
