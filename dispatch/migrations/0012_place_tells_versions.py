"""Placing says at which version of her slot each agent is shown her offer: the hint that goes ahead names it."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)
DROP = """
  drop function dispatch_place(
    bigint, timestamptz, boolean, uuid[], uuid[], integer[], uuid[], uuid[], timestamptz[], boolean[],
    jsonb[], uuid, integer, text, bytea, jsonb[]);"""
BEFORE = HERE.with_name("0010_place_by_key.sql").read_text().partition(";")[2]  # without the type


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0011_what_ifs")]

    operations = [
        migrations.RunSQL(DROP + HERE.with_suffix(".sql").read_text(), DROP + BEFORE),
    ]
