"""What the first migration makes the database refuse beside its constraints: a seat that the shift does not have."""

# A hold lies within its shift and its number among the seats there are; and seats that are held are not taken away.
# Who writes either holds the shift's row, so that what is read here stays true until the transaction ends.
SEAT_EXISTS = """
create function shifts_seat_exists() returns trigger language plpgsql set search_path = public, pg_temp as $$
declare block record;
begin
  if new.state not in ('confirmed', 'present', 'over') then
    return new;
  end if;
  select seat_count, begins_at, ends_at, state, brand_id into block from shifts_shift where id = new.shift_id;
  if new.number > block.seat_count or new.begins_at < block.begins_at or new.ends_at > block.ends_at
      or block.state <> 'published' or new.brand_id <> block.brand_id then
    raise exception 'Shift % has no seat % from % to %.', new.shift_id, new.number, new.begins_at, new.ends_at
      using errcode = 'check_violation', constraint = 'seat_exists', table = 'shifts_seat';
  end if;
  return new;
end $$;
create trigger seat_exists before insert or update of shift_id, number, begins_at, ends_at, state, brand_id
  on shifts_seat for each row execute function shifts_seat_exists();

create function shifts_shift_keeps_seats() returns trigger language plpgsql set search_path = public, pg_temp as $$
begin
  if exists (select 1 from shifts_seat where shift_id = new.id and state in ('confirmed', 'present', 'over')
             and (number > new.seat_count or begins_at < new.begins_at or ends_at > new.ends_at
                  or new.state <> 'published')) then
    raise exception 'Seats of shift % are held.', new.id
      using errcode = 'check_violation', constraint = 'shift_keeps_seats', table = 'shifts_shift';
  end if;
  return new;
end $$;
create trigger shift_keeps_seats before update of seat_count, begins_at, ends_at, state
  on shifts_shift for each row execute function shifts_shift_keeps_seats();
"""
DROP_SEAT_EXISTS = """
drop trigger shift_keeps_seats on shifts_shift;
drop function shifts_shift_keeps_seats();
drop trigger seat_exists on shifts_seat;
drop function shifts_seat_exists();
"""
