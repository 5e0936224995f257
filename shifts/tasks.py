"""Celery's doors to the plan: look at PostgreSQL, do what is due. Each may run twice, late or never."""

from celery import shared_task

from marketplace import clock
from marketplace.sweeps import alone


@shared_task(ignore_result=True, expires=60)
@alone
def sweep_shifts(**_from_newer_senders: object) -> None:
    """Beat, every 20 s: who came and who did not, who moves up, who is reminded and told, whose guarantee is due."""
    from shifts import attendance, claims, guarantees, news

    now = clock.now()
    attendance.sweep(now=now)
    claims.move_up_due(now=now)
    attendance.remind(now=now)
    news.tell(now=now)
    guarantees.settle_due(now=now)


@shared_task(ignore_result=True, expires=600)
def ask_for_allotment(kind: str = "hourly", **_from_newer_senders: object) -> None:
    """Beat, hourly and nightly: wishes are to be answered anew, with all seats that are held staying."""
    from shifts import asking

    asking.ask(kind, by="system", now=clock.now())


@shared_task(ignore_result=True, expires=60, soft_time_limit=480, time_limit=540)
def allot(**_from_newer_senders: object) -> None:
    """Beat, every minute, on the heavy queue: do a run that was asked for, or that a window's end asks for. The solver
    is known to this process alone."""
    from shifts import allotment, asking

    now = clock.now()
    if allotment.window_is_over(now=now):
        asking.ask("window", by="system", now=now)
    taken = allotment.take_up(now=now)
    if taken is not None:
        allotment.run(taken, now=now)


@shared_task(ignore_result=True, expires=600, soft_time_limit=480, time_limit=540)
def look_ahead(**_from_newer_senders: object) -> None:
    """Beat, every ten minutes, on the heavy queue: days that are over are judged; each class not yet forecast since its
    brand's midnight is; seats are computed anew, and shifts made of them where a brand wants that."""
    from shifts import forecasting, staffed

    now = clock.now()
    forecasting.judge_due(now=now)
    forecasting.forecast_due(now=now)
    staffed.staff_due(now=now)
    staffed.fill_due(now=now)


@shared_task(ignore_result=True, expires=600, soft_time_limit=240, time_limit=300)
def rescale_today(**_from_newer_senders: object) -> None:
    """Beat, every quarter of an hour, on the heavy queue: today's forecasts in the light of the day so far."""
    from shifts import rescaling

    rescaling.rescale_due(now=clock.now())
