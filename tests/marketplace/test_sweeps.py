"""Wake-ups that pile up behind a slow sweep, in one process."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest

from marketplace import sweeps


@contextmanager
def under_way() -> Iterator[tuple[Callable[[], None], list[str]]]:
    """A sweep that runs alone and whose first run has begun, and a note of every run."""
    ran: list[str] = []
    begun, go_on = Event(), Event()

    @sweeps.alone
    def sweep() -> None:
        ran.append("run")
        if len(ran) == 1:
            begun.set()
            assert go_on.wait(10)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(sweep)
        assert begun.wait(10)
        try:
            yield sweep, ran
        finally:
            go_on.set()
            first.result(10)


def test_wake_ups_behind_a_slow_sweep_leave_the_work_to_it() -> None:
    with under_way() as (sweep, ran):
        sweep()
        sweep()
        assert ran == ["run"]

    sweep()
    assert ran == ["run", "run"]


def test_a_sweep_that_does_not_come_back_keeps_no_later_one_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "ALONE_SECONDS", 0.0)
    with under_way() as (sweep, ran):
        sweep()
        assert ran == ["run", "run"]


def test_a_sweep_that_failed_has_ended() -> None:
    @sweeps.alone
    def fail() -> None:
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            fail()


def test_two_sweeps_do_not_wait_for_each_other() -> None:
    ran: list[str] = []
    other = sweeps.alone(lambda: ran.append("other"))

    with under_way():
        other()

    assert ran == ["other"]
