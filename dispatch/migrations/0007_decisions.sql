-- Rounds and decisions of a month lie in a partition of their own, so that old ones go in no time. What no partition
-- stands ready for lands in the one without bounds and is moved by the next sweep.
create table dispatch_round (
  id uuid not null,
  at timestamptz not null,
  weights integer not null,
  method varchar(8) not null,
  epoch bigint,
  inputs jsonb not null,
  primary key (at, id)
) partition by range (at);
create table dispatch_round_rest partition of dispatch_round default;

create table dispatch_decision (
  id uuid not null,
  at timestamptz not null,
  round uuid not null,
  brand uuid not null,
  escalation uuid not null,
  agent uuid not null,
  offer uuid not null,
  ring smallint not null,
  weights integer not null,
  facts jsonb not null,
  others uuid[] not null,
  primary key (at, id)
) partition by range (at);
create table dispatch_decision_rest partition of dispatch_decision default;
-- Read by the page of an escalation, by an agent's own page, and by that of an agent who was asked after another.
create index decision_of_escalation on dispatch_decision (escalation, at);
create index decision_of_agent on dispatch_decision (agent, at);
create index decision_beside on dispatch_decision using gin (others);

create function dispatch_keep_months(now timestamptz, ahead integer, kept integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
-- Partitions stand ready for this month and `ahead` more; those that ended more than `kept` months ago are dropped, by
-- the earlier of two clocks. How many were made and dropped. Runs as the owner: the role that runs makes no tables.
declare
  parent text;
  first date;
  part record;
  changed integer := 0;
  before timestamptz := least(now, clock_timestamp()) - make_interval(months => kept);
begin
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
        execute format('drop table %I', part.name);
        changed := changed + 1;
      end if;
    end loop;
    execute format('delete from %I where at < $1', parent || '_rest') using before;
  end loop;
  return changed;
end $$;

create function dispatch_begin_month(parent text, first date) returns void
language plpgsql set search_path = public, pg_temp as $$
-- The month's partition, with what had landed in the one without bounds.
declare
  name text := format('%s_%s', parent, to_char(first, 'YYYY_MM'));
  low timestamptz := first::timestamp at time zone 'UTC';
  high timestamptz := (first + interval '1 month')::timestamp at time zone 'UTC';
begin
  execute format('create table %I (like %I including defaults including constraints)', name, parent);
  execute format('with gone as (delete from %I where at >= $1 and at < $2 returning *) insert into %I select * from gone',
                 parent || '_rest', name) using low, high;
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, name, low, high);
end $$;
revoke all on function dispatch_keep_months(timestamptz, integer, integer) from public;
revoke all on function dispatch_begin_month(text, date) from public;
