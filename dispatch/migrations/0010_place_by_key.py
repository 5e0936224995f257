"""Placing looks rows up by their keys, a round's inputs are kept packed, and nobody keeps indexes that nobody reads."""

import json
import zlib
from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

HERE = Path(__file__)
SIGNATURE = """
  bigint, timestamptz, boolean, uuid[], uuid[], integer[], uuid[], uuid[], timestamptz[], boolean[],
  jsonb[], uuid, integer, text, {inputs}, jsonb[]"""
BEFORE = SIGNATURE.format(inputs="jsonb")
AFTER = SIGNATURE.format(inputs="bytea")
AGENT = ("active", "capacity", "held", "idle_since", "speed", "deficit", "starved", "reserve")
CERTIFICATE = ("level", "until", "family")


def pack(apps, schema_editor):
    """Each round as it would be written now: certificates beside the agents, whose values come in order."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select at, id, inputs::text from dispatch_round")
        for at, id_, inputs in cursor.fetchall():
            packed = zlib.compress(json.dumps(_packed(json.loads(inputs))).encode(), 1)
            cursor.execute("update dispatch_round set packed = %s where at = %s and id = %s", [packed, at, id_])


def _packed(inputs):
    given = inputs["agents"]
    held = [
        [
            one["tier"],
            [[brand, topic, *(cert[name] for name in CERTIFICATE)] for brand, topic, cert in one["skills"]],
            [[code, cert["level"], cert["until"]] for code, cert in one["languages"]],
        ]
        for one in given
    ]
    agents = [[one["agent_id"], place, *(one[name] for name in AGENT)] for place, one in enumerate(given)]
    return {**inputs, "certificates": held, "agents": agents}


def indexless(to, **options):
    return models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to=to, **options)


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0009_surges")]

    operations = [
        migrations.RunSQL(
            "alter table dispatch_round add column packed bytea",
            """
            alter table dispatch_round add column inputs jsonb not null default '{}';
            alter table dispatch_round alter column inputs drop default, drop column packed""",
        ),
        migrations.RunPython(pack, migrations.RunPython.noop),
        migrations.RunSQL(
            "alter table dispatch_round alter column packed set not null, drop column inputs", migrations.RunSQL.noop
        ),
        migrations.RunSQL(f"drop function dispatch_place({BEFORE})", HERE.with_name("0008_place.sql").read_text()),
        migrations.RunSQL(
            HERE.with_suffix(".sql").read_text(), f"drop function dispatch_place({AFTER}); drop type dispatch_line"
        ),
        migrations.AlterField("offer", "brand", indexless("brands.brand", related_name="+")),
        migrations.AlterField("offer", "escalation", indexless("dispatch.escalation", related_name="offers")),
        migrations.AlterField("offer", "agent", indexless("agents.agent", related_name="offers")),
        migrations.AlterField("offer", "pay_plan", indexless("payouts.payplan", related_name="+")),
        migrations.AlterField(
            "escalation",
            "first_agent",
            indexless(
                "agents.agent",
                blank=True,
                null=True,
                related_name="+",
                help_text="Asked first, once: she knows the customer.",
            ),
        ),
    ]
