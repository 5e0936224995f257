"""Events reach each socket once, in order, without gap, whatever order they arrive in."""

import asyncio
from collections.abc import Callable

import pytest

from realtime.delivery import Delivery
from realtime.ports import Resumed

TALK = "5b0f6c1e-9d5c-4a58-8c7e-0f7a1d1f2a11/talk"


class Reader:
    """A socket that remembers what was pushed to it."""

    def __init__(self, principal: str = "customer:maja") -> None:
        self.principal = principal
        self.got: list[str] = []

    def push(self, text: str) -> None:
        self.got.append(text)

    def fall_behind(self) -> None:
        raise AssertionError("nothing here waits for long")


class Table:
    """A small product in memory: what is stored, and what delivery asked for."""

    def __init__(self) -> None:
        self.rows: list[bytes] = []
        self.asked: list[str] = []
        self.to_read: list[tuple[str, object, int]] = []
        self.delivery = Delivery(self.asked.append, again=lambda *what: self.to_read.append(what))

    def store(self, count: int) -> None:
        self.rows += [str(len(self.rows) + number + 1).encode() for number in range(count)]

    def resumed(self, after: int = 0) -> Resumed:
        return Resumed(head=len(self.rows), frames=tuple(self.rows[after:]))

    def offer(self, *numbers: int) -> None:
        for seq in numbers:
            self.delivery.offer(TALK, seq, str(seq).encode())

    def join(self, reader: Reader, after: int = 0) -> None:
        self.delivery.register(TALK, reader)
        self.delivery.settle(TALK, reader, self.resumed(after))


@pytest.fixture
def table() -> Table:
    return Table()


async def test_a_socket_gets_what_it_missed_and_then_what_comes(table: Table) -> None:
    table.store(3)
    maja = Reader()

    table.join(maja, after=1)
    table.offer(4)

    assert maja.got == ["2", "3", "4"]


@pytest.mark.parametrize("live", [(), (7, 8)])
async def test_a_past_that_ends_before_the_stream_begins_is_read_on(table: Table, live: tuple[int, ...]) -> None:
    """Dana's past was read before number 6 was stored, Maja's after it, and 6 itself came by neither bus nor writer."""
    maja, dana = Reader(), Reader("agent:dana")
    table.store(5)
    for reader in (maja, dana):
        table.delivery.register(TALK, reader)
    danas = table.resumed(4)
    table.store(1)
    majas = table.resumed(5)

    table.offer(*live)
    table.delivery.settle(TALK, maja, majas)
    table.delivery.settle(TALK, dana, danas)
    assert (maja.got, dana.got) == (["6", *map(str, live)], ["5"])
    assert table.to_read == [(TALK, dana, 5)]

    table.delivery.register(TALK, dana)
    table.delivery.settle(TALK, dana, table.resumed(5))
    table.offer(*live, *range(7 + len(live), 10))

    assert maja.got == ["6", "7", "8", "9"]
    assert dana.got == ["5", *maja.got]


async def test_an_event_that_comes_twice_is_pushed_once(table: Table) -> None:
    maja = Reader()
    table.join(maja)

    table.offer(1, 1, 2, 1, 2)

    assert maja.got == ["1", "2"]


async def test_an_early_event_waits_for_its_predecessors(table: Table) -> None:
    maja = Reader()
    table.join(maja)

    table.offer(1, 3, 4)
    assert maja.got == ["1"]

    table.offer(2)
    assert maja.got == ["1", "2", "3", "4"]


async def test_a_gap_that_stays_open_is_asked_for_once(table: Table) -> None:
    table.join(Reader())

    table.offer(2, 3, 4)
    await asyncio.sleep(0)
    assert table.asked == []

    await _until(lambda: table.asked)
    assert table.asked == [TALK]


async def test_a_gap_that_closes_in_time_is_not_asked_for(table: Table) -> None:
    maja = Reader()
    table.join(maja)

    table.offer(2, 1, 3)
    await asyncio.sleep(0.15)

    assert table.asked == []
    assert maja.got == ["1", "2", "3"]


async def test_a_gap_that_could_not_be_read_is_asked_for_again(table: Table) -> None:
    table.join(Reader())
    table.offer(2)
    await _until(lambda: table.asked)

    table.delivery.fetched(TALK)
    await _until(lambda: len(table.asked) == 2)

    assert table.asked == [TALK, TALK]


async def test_what_arrives_while_a_socket_is_brought_up_to_date_follows_its_past(table: Table) -> None:
    table.store(2)
    dana, maja = Reader("agent:dana"), Reader()
    table.join(dana)

    table.delivery.register(TALK, maja)
    past = table.resumed()
    table.offer(3, 4)
    assert maja.got == []
    table.delivery.settle(TALK, maja, past)

    assert maja.got == ["1", "2", "3", "4"]
    assert dana.got == ["1", "2", "3", "4"]


async def test_the_first_reader_of_a_stream_misses_nothing_that_came_before_its_head_was_known(table: Table) -> None:
    maja = Reader()
    table.delivery.register(TALK, maja)
    table.offer(2, 1, 3)
    table.store(2)

    table.delivery.settle(TALK, maja, table.resumed())

    assert maja.got == ["1", "2", "3"]


async def test_a_past_that_is_newer_than_the_stream_shows_what_the_others_have_missed(table: Table) -> None:
    dana, maja = Reader("agent:dana"), Reader()
    table.join(dana)
    table.store(2)

    table.join(maja)
    assert table.asked == [TALK]
    table.offer(1, 2, 3)

    assert maja.got == ["1", "2", "3"]
    assert dana.got == ["1", "2", "3"]


async def test_nothing_reaches_a_reader_who_has_left(table: Table) -> None:
    maja, dana = Reader(), Reader("agent:dana")
    table.join(maja)
    table.join(dana)

    table.delivery.leave(TALK, dana)
    table.offer(1)

    assert maja.got == ["1"]
    assert dana.got == []


async def test_leaving_while_being_brought_up_to_date_gets_nothing(table: Table) -> None:
    maja = Reader()
    table.delivery.register(TALK, maja)
    table.delivery.leave(TALK, maja)

    table.delivery.settle(TALK, maja, table.resumed())
    table.offer(1)

    assert maja.got == []
    assert list(table.delivery.heads()) == []


async def test_a_whisper_reaches_everybody_but_its_author(table: Table) -> None:
    maja, second_tab, dana = Reader(), Reader(), Reader("agent:dana")
    for reader in (maja, second_tab, dana):
        table.join(reader)

    table.delivery.whisper(TALK, "customer:maja", "typing")

    assert (maja.got, second_tab.got, dana.got) == ([], [], ["typing"])


async def test_a_client_that_reports_the_same_number_twice_lags_one_that_was_just_sent_something_does_not(
    table: Table,
) -> None:
    maja = Reader()
    table.join(maja)
    table.offer(1, 2)
    now = asyncio.get_running_loop().time()

    assert not table.delivery.lags(TALK, maja, 1, now)
    assert table.delivery.lags(TALK, maja, 1, now)
    assert not table.delivery.lags(TALK, maja, 2, now)
    assert table.delivery.lags(TALK, maja, 1, now + 5)
    assert not table.delivery.lags(TALK, maja, 1, now + 6.9), (
        "nobody is sent the same more often than every two seconds"
    )
    assert table.delivery.lags(TALK, maja, 1, now + 7)


async def test_a_client_that_is_ahead_shows_what_this_process_has_missed(table: Table) -> None:
    maja = Reader()
    table.join(maja)

    assert not table.delivery.lags(TALK, maja, 7, 0.0)

    assert table.asked == [TALK]


@pytest.mark.parametrize("seed", range(40))
async def test_any_order_of_arrival_joining_and_leaving_gives_each_reader_an_unbroken_run(
    table: Table, seed: int
) -> None:
    import random

    dice = random.Random(seed)
    readers: list[Reader] = []
    pending: list[Reader] = []
    in_flight: list[int] = []
    for _ in range(300):
        match dice.choice(["store", "store", "arrive", "arrive", "register", "settle"]):
            case "store":
                table.store(1)
                in_flight += [len(table.rows)] * dice.choice([0, 1, 1, 2])
            case "arrive" if in_flight:
                table.offer(in_flight.pop(dice.randrange(len(in_flight))))
            case "register" if len(readers) < 8:
                readers.append(Reader())
                pending.append(readers[-1])
                table.delivery.register(TALK, readers[-1])
            case "settle" if pending:
                table.delivery.settle(TALK, pending.pop(), table.resumed())
    for reader in pending:
        table.delivery.settle(TALK, reader, table.resumed())
    table.offer(*range(1, len(table.rows) + 1))

    for reader in readers:
        assert reader.got == [str(seq + 1) for seq in range(len(table.rows))]


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  (what is waited for sets no event)
            await asyncio.sleep(0.01)
