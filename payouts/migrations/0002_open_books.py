"""Accounts of every kind, movements beside an agent's engagements, closed periods and their archive."""

import uuid

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

from payouts.migrations import _open_books_rules as rules


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0001_initial"),
        ("brands", "0001_initial"),
        ("payouts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArchivedPosting",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField(help_text="Minor units; positive is owed to the account.")),
                (
                    "seq",
                    models.BigIntegerField(
                        help_text="Number in the account's own history, from 1, without a gap.", null=True
                    ),
                ),
                ("balance_after", models.BigIntegerField(null=True)),
                ("source", models.CharField(help_text="The fact that is paid; it pays once.", max_length=120)),
                ("kind", models.CharField(max_length=32)),
                ("receipt", models.JSONField(help_text="inputs, formula, plan, plan_version, fact_sha256")),
                ("engagement_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["account", "seq"],
            },
        ),
        migrations.CreateModel(
            name="Period",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("postings", models.BigIntegerField()),
                ("totals", models.JSONField(help_text="Sum of the period's postings, minor units by currency.")),
                ("closed_at", models.DateTimeField()),
                ("closed_by", models.CharField(help_text="A principal.", max_length=64)),
            ],
            options={
                "ordering": ["-closed_at"],
            },
        ),
        migrations.CreateModel(
            name="ClosingBalance",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "last_seq",
                    models.BigIntegerField(
                        help_text="Of the account's last posting; none for a contra side.", null=True
                    ),
                ),
                ("balance", models.BigIntegerField()),
            ],
        ),
        migrations.AlterField(
            model_name="posting",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payouts.account",
            ),
        ),
        migrations.AlterField(
            model_name="posting",
            name="balance_after",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="posting",
            name="brand",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="brands.brand",
            ),
        ),
        migrations.AlterField(
            model_name="posting",
            name="contra",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payouts.account",
            ),
        ),
        migrations.AlterField(
            model_name="posting",
            name="engagement_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="posting",
            name="seq",
            field=models.BigIntegerField(
                help_text="Number in the account's own history, from 1, without a gap.", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                condition=models.Q(("engagement_id__isnull", False)),
                fields=["engagement_id"],
                name="posting_by_engagement",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(condition=models.Q(("balance__gte", 0)), name="account_never_overdrawn"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("balance_after__isnull", True), ("seq__isnull", True)),
                    models.Q(("balance_after__isnull", False), ("seq__isnull", False)),
                    _connector="OR",
                ),
                name="posting_number_with_balance",
            ),
        ),
        migrations.AddField(
            model_name="archivedposting",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payouts.account",
            ),
        ),
        migrations.AddField(
            model_name="archivedposting",
            name="brand",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="brands.brand",
            ),
        ),
        migrations.AddField(
            model_name="archivedposting",
            name="contra",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payouts.account",
            ),
        ),
        migrations.CreateModel(
            name="Archiving",
            fields=[
                (
                    "period",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="archiving",
                        serialize=False,
                        to="payouts.period",
                    ),
                ),
                ("postings", models.BigIntegerField()),
                ("totals", models.JSONField()),
                ("archived_at", models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            model_name="period",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("during__isempty", False),
                    ("during__lower_inc", True),
                    ("during__lower_inf", False),
                    ("during__upper_inc", False),
                    ("during__upper_inf", False),
                ),
                name="period_has_two_ends",
            ),
        ),
        migrations.AddField(
            model_name="closingbalance",
            name="account",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payouts.account"
            ),
        ),
        migrations.AddField(
            model_name="closingbalance",
            name="period",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="balances",
                to="payouts.period",
            ),
        ),
        migrations.AddIndex(
            model_name="archivedposting",
            index=models.Index(
                condition=models.Q(("engagement_id__isnull", False)),
                fields=["engagement_id"],
                name="archived_by_engagement",
            ),
        ),
        migrations.AddConstraint(
            model_name="archivedposting",
            constraint=models.UniqueConstraint(fields=("source",), name="archived_source_once"),
        ),
        migrations.AddConstraint(
            model_name="archivedposting",
            constraint=models.UniqueConstraint(fields=("account", "seq"), name="archived_seq_once"),
        ),
        migrations.AddConstraint(
            model_name="closingbalance",
            constraint=models.UniqueConstraint(fields=("account", "period"), name="closing_balance_once"),
        ),
        migrations.RunSQL(rules.ACCOUNTS, rules.DROP_ACCOUNTS),
        migrations.RunSQL(rules.EVERY_POSTING, rules.DROP_EVERY_POSTING),
        migrations.RunSQL(rules.POSTING_FOLLOWS, rules.POSTING_FOLLOWED),
        migrations.RunSQL(rules.CLOSING, rules.DROP_CLOSING),
        migrations.RunSQL(rules.ARCHIVE, rules.DROP_ARCHIVE),
    ]
