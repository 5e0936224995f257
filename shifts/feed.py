"""An agent's shifts as a calendar, behind an address that only she knows."""

from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from marketplace.refusals import Refused
from shifts.models import Seat, Terms

KEPT = timedelta(days=60)


def calendar(token: str, *, now: datetime) -> bytes:
    """RFC 5545: the seats she holds from two months ago on. Refused for a secret that is not in force."""
    terms = Terms.objects.filter(feed_token=token).first()
    if terms is None:
        raise Refused("There is no such calendar.", code="not_found")
    whole = Calendar()
    whole.add("prodid", "-//Beckon//Shifts//EN")
    whole.add("version", "2.0")
    whole.add("x-wr-calname", "Beckon")
    held = Seat.objects.filter(agent_id=terms.agent_id, state__in=Seat.HELD, ends_at__gt=now - KEPT)
    for seat in held.select_related("shift__brand").order_by("begins_at"):
        whole.add_component(_event(seat, terms.remind_minutes))
    return bytes(whole.to_ical())


def _event(seat: Seat, remind_minutes: int) -> Event:
    event = Event()
    event.add("uid", f"{seat.pk}@beckon")
    event.add("dtstamp", seat.taken_at)
    event.add("dtstart", seat.begins_at)
    event.add("dtend", seat.ends_at)
    event.add("summary", f"{seat.shift.brand.name}: {seat.shift.topic} ({seat.shift.language})")
    if remind_minutes:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", "Your shift begins soon.")
        alarm.add("trigger", timedelta(minutes=-remind_minutes))
        event.add_component(alarm)
    return event
