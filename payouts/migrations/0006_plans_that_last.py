"""The triggers' plans, made for empty tables and kept, never read full ones from end to end later."""

from django.db import migrations

FUNCTIONS = [
    "payouts_posting_follows",
    "payouts_account_follows",
    "payouts_pool_gives",
    "payouts_posting_leaves",
    "payouts_archived_comes",
]


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0005_holds_are_heard"),
    ]

    operations = [
        migrations.RunSQL(
            f"alter function {function}() set enable_seqscan = off", f"alter function {function}() reset enable_seqscan"
        )
        for function in FUNCTIONS
    ]
