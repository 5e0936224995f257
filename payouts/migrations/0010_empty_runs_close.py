"""A run that pays nobody waits for nobody: it closes once it is proved."""

from django.db import migrations, models

# What nobody has approved or refused closes only where it has no payouts, and so does whatever skips the approval.
EMPTY = """
create function payouts_run_closes_empty() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (select from payouts_payout where run_id = new.id) then
    raise exception 'A run that pays somebody is approved or refused before it is closed.'
      using errcode = 'check_violation', constraint = 'payoutrun_moves', table = 'payouts_payoutrun';
  end if;
  return new;
end $$;
create trigger closes_empty before update on payouts_payoutrun for each row
  when (new.state = 'closed' and old.state <> 'closed'
        and (old.state = 'proved' or new.approved_by = '' and new.refused_by = '')) execute function payouts_run_closes_empty();
"""
DROP_EMPTY = """
drop trigger closes_empty on payouts_payoutrun;
drop function payouts_run_closes_empty();
"""

# The list of moves grows by one: the rest of the function stays what it is.
LISTED = "('payoutrun', 'proved', 'submitted'),"
MORE = "('payoutrun', 'proved', 'submitted'), ('payoutrun', 'proved', 'closed'),"
RELIST = """
do $body$
declare was text := pg_get_functiondef('payouts_moves()'::regprocedure);
begin
  if position($f$%(old)s$f$ in was) = 0 then
    raise exception 'payouts_moves() is not the function that this migration knows.';
  end if;
  execute replace(was, $f$%(old)s$f$, $f$%(new)s$f$);
end $body$;
"""
GROW = RELIST % {"old": LISTED, "new": MORE}
SHRINK = RELIST % {"old": MORE, "new": LISTED}


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0009_corrections_and_tips"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="payoutrun", name="run_approved_over_its_digest"),
        migrations.AddConstraint(
            model_name="payoutrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_by", ""), ("state__in", ["draft", "computed", "proved", "submitted"])),
                    models.Q(
                        models.Q(("approved_by", ""), _negated=True),
                        models.Q(("digest", ""), _negated=True),
                        ("approved_at__isnull", False),
                        ("approved_digest", models.F("digest")),
                    ),
                    models.Q(("approved_by", ""), ("state", "closed"), models.Q(("refused_by", ""), _negated=True)),
                    models.Q(("approved_by", ""), ("state", "closed"), ("submitted_by", "")),
                    _connector="OR",
                ),
                name="run_approved_over_its_digest",
            ),
        ),
        migrations.RunSQL(GROW, SHRINK),
        migrations.RunSQL(EMPTY, DROP_EMPTY),
    ]
