"""A run claims ranges, which leave the accounts when it is released; every day of the ledger has its root."""

import django.db.models.deletion
from django.db import migrations, models

from payouts.migrations import _claim_rules as rules

TO = {"db_constraint": False, "db_index": False, "on_delete": django.db.models.deletion.PROTECT}


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0006_plans_that_last"),
    ]

    operations = [
        migrations.CreateModel(
            name="Night",
            fields=[
                ("day", models.DateField(help_text="Of UTC.", primary_key=True, serialize=False)),
                ("postings", models.BigIntegerField()),
                (
                    "leaves",
                    models.BinaryField(help_text="A SHA-256 for each account that moved, by the accounts' names."),
                ),
                ("tree", models.CharField(help_text="The root over the leaves.", max_length=64)),
                ("previous", models.CharField(help_text="The night before.", max_length=64)),
                ("sha256", models.CharField(help_text="Of day, postings, tree and the night before.", max_length=64)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-day"],
                "constraints": [
                    models.UniqueConstraint(fields=("previous",), name="night_follows_one"),
                    models.CheckConstraint(condition=models.Q(("postings__gte", 0)), name="night_counts_from_nothing"),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="payout", name="payout_range_is_one"),
        migrations.AlterField(
            model_name="payout",
            name="run",
            field=models.ForeignKey(related_name="payouts", to="payouts.payoutrun", **TO),
        ),
        migrations.AlterField(
            model_name="payout",
            name="destination",
            field=models.ForeignKey(related_name="payouts", to="payouts.payoutdestination", **TO),
        ),
        migrations.AlterField(
            model_name="payout",
            name="drained_seq",
            field=models.BigIntegerField(help_text="The posting that took the amount out of the account.", null=True),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("hi__gte", models.F("lo")),
                    ("lo__gte", 1),
                    models.Q(("drained_seq", None), ("drained_seq__gt", models.F("hi")), _connector="OR"),
                ),
                name="payout_range_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.UniqueConstraint(
                condition=models.Q(("drained_seq", None)), fields=("account",), name="payout_claims_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(("drained_seq__isnull", False), ("state__in", ["due", "approved"]), _connector="OR"),
                name="payout_drained_before_it_leaves",
            ),
        ),
        migrations.RunSQL(rules.POSTING_FOLLOWS, rules.POSTING_FOLLOWED),
        migrations.RunSQL(rules.FOLLOWS, rules.FOLLOWED),
        migrations.RunSQL(rules.DRAINS, rules.DROP_DRAINS),
        migrations.RunSQL(rules.NIGHTS, rules.DROP_NIGHTS),
    ]
