from realtime.limits import FRAMES_AT_ONCE, FRAMES_PER_SECOND, PATIENCE
from realtime.pace import Pace


def test_a_socket_may_send_a_burst_and_then_its_steady_pace() -> None:
    pace = Pace(0.0)

    assert sum(pace.allows(0.0) for _ in range(FRAMES_AT_ONCE + 50)) == FRAMES_AT_ONCE
    assert sum(pace.allows(1.0) for _ in range(FRAMES_AT_ONCE)) == FRAMES_PER_SECOND
    assert sum(pace.allows(100.0) for _ in range(FRAMES_AT_ONCE + 50)) == FRAMES_AT_ONCE


def test_patience_ends_after_many_troubles_at_once_but_not_over_a_long_day() -> None:
    assert [Pace(0.0).annoyed(0.0) for _ in range(3)] == [False, False, False]

    hasty = Pace(0.0)
    assert [hasty.annoyed(0.1) for _ in range(PATIENCE + 1)][-1]

    clumsy = Pace(0.0)
    assert not any(clumsy.annoyed(second * 2.0) for second in range(1_000))
