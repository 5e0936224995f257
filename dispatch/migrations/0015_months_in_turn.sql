-- Whoever had chosen the partition without bounds for a row, and waited there while the row's month was attached, was
-- refused: the row did not belong there any more. So the parent is locked first, and whoever writes or reads chooses
-- after the month is there. Everybody stands in line behind a lock that is waited for, hence the short wait: the sweep
-- comes again, and months begin long before their first row.
create or replace function dispatch_keep_months(now timestamptz, ahead integer, kept integer) returns integer
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '300ms' as $$
-- Partitions stand ready for this month and `ahead` more; those that ended more than `kept` months ago are dropped, by
-- the earlier of two clocks. How many were made and dropped. Runs as the owner: the role that runs makes no tables.
-- Raises lock_not_available where somebody kept a table for longer than the wait; nothing has changed then.
declare
  parent text;
  first date;
  part record;
  changed integer := 0;
  before timestamptz := least(now, clock_timestamp()) - make_interval(months => kept);
begin
  perform pg_advisory_xact_lock(hashtext('dispatch_keep_months'));
  foreach parent in array array['dispatch_round', 'dispatch_decision'] loop
    for month in 0 .. ahead loop
      first := (date_trunc('month', now at time zone 'UTC') + make_interval(months => month))::date;
      if to_regclass(format('%s_%s', parent, to_char(first, 'YYYY_MM'))) is null then
        perform dispatch_begin_month(parent, first);
        changed := changed + 1;
      end if;
    end loop;
    for part in
      select c.relname as name, to_date(right(c.relname, 7), 'YYYY_MM') as first
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = parent::regclass and c.relname ~ '_\d{4}_\d{2}$'
    loop
      if (part.first + interval '1 month') at time zone 'UTC' <= before then
        execute format('lock table only %I in access exclusive mode', parent);
        execute format('drop table %I', part.name);
        changed := changed + 1;
      end if;
    end loop;
    execute format('delete from %I where at < $1', parent || '_rest') using before;
  end loop;
  return changed;
end $$;

create or replace function dispatch_begin_month(parent text, first date) returns void
language plpgsql set search_path = public, pg_temp as $$
-- The month's partition, with what had landed in the one without bounds. Locks the parent first, as everybody does.
declare
  name text := format('%s_%s', parent, to_char(first, 'YYYY_MM'));
  low timestamptz := first::timestamp at time zone 'UTC';
  high timestamptz := (first + interval '1 month')::timestamp at time zone 'UTC';
begin
  execute format('lock table only %I in access exclusive mode', parent);
  execute format('create table %I (like %I including defaults including constraints)', name, parent);
  execute format('with gone as (delete from %I where at >= $1 and at < $2 returning *) insert into %I select * from gone',
                 parent || '_rest', name) using low, high;
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, name, low, high);
end $$;
