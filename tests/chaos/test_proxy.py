"""The rig's own instrument: a proxy that would spoil too little proves nothing, one that spoils too much lies."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from marketplace.local.services import Urls
from marketplace.local.state import CHECKOUT
from tests.chaos.steering import Steering
from tests.chaos.weather import FAIR, Weather, mixed

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[Steering]:
    path = tmp_path / "proxy.sock"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.proxy", str(path), cwd=CHECKOUT, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield await connected(path)
    finally:
        child.terminate()
        _, said = await child.communicate()
        assert said == b""


async def connected(path: Path) -> Steering:
    async with asyncio.timeout(20):
        while True:
            try:
                return await Steering.to(str(path))
            except OSError:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def echo(prefix: bytes = b"") -> AsyncIterator[int]:
    """A server that gives back what it gets."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(prefix + data)
        writer.write_eof()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def link(proxy: Steering, behind: int, route: str = "web1.web") -> Pair:
    port = await proxy.open(route, f"127.0.0.1:{behind}")
    return await asyncio.open_connection("127.0.0.1", port)


async def said(pair: Pair, words: bytes, seconds: float = 5.0) -> bytes:
    pair[1].write(words)
    async with asyncio.timeout(seconds):
        return await pair[0].readexactly(len(words))


async def test_on_a_fair_day_everything_passes_in_order(proxy: Steering) -> None:
    async with echo() as behind:
        pair = await link(proxy, behind)
        much = bytes(range(256)) * 4000

        assert await said(pair, much) == much
        tallies, _ = await proxy.count()
        assert tallies["web1.web"].links == 1
        assert tallies["web1.web"].bytes == 2 * len(much)


async def test_a_delay_delays_and_keeps_the_order(proxy: Steering) -> None:
    async with echo() as behind:
        pair = await link(proxy, behind)
        await said(pair, b"first")
        await proxy.weather("web1.web", Weather(delay=0.1, jitter=0.1))

        began = time.monotonic()
        for number in range(20):
            pair[1].write(b"%02d" % number)
            await asyncio.sleep(0.005)
        got = await pair[0].readexactly(40)

        assert got == b"".join(b"%02d" % number for number in range(20))
        assert time.monotonic() - began >= 0.2


async def test_a_black_link_holds_everything_and_gives_it_back(proxy: Steering) -> None:
    async with echo() as behind:
        pair = await link(proxy, behind)
        await said(pair, b"GET /ws/agent HTTP/1.1\r\n")
        assert await proxy.weather("web1.web", Weather(only="customer", held=True)) == 0
        assert await proxy.weather("web1.web", Weather(only="agent", held=True)) == 1

        with pytest.raises(TimeoutError):
            await said(pair, b"hello", 0.3)
        await proxy.weather("web1.web", FAIR)

        async with asyncio.timeout(5):
            assert await pair[0].readexactly(5) == b"hello"


async def test_a_cut_link_is_reset_and_a_new_one_may_be_refused(proxy: Steering) -> None:
    async with echo() as behind:
        pair = await link(proxy, behind)
        await said(pair, b"hello")
        await proxy.weather("web1.web", Weather(refusing=True))
        assert await proxy.cut("web1.web") == 1

        with pytest.raises(ConnectionResetError):
            await pair[0].readexactly(1)
        port = pair[1].get_extra_info("peername")[1]
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await (await asyncio.open_connection("127.0.0.1", port))[0].readexactly(1)


async def test_a_half_closed_link_still_brings_what_the_server_says(proxy: Steering) -> None:
    said_at_the_end = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = await reader.read()
        said_at_the_end.set()
        writer.write(b"heard " + heard)
        await writer.drain()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        pair = await link(proxy, server.sockets[0].getsockname()[1])
        pair[1].write(b"one")
        await asyncio.sleep(0.1)
        assert await proxy.half("web1.web") == 1
        pair[1].write(b"two")

        async with asyncio.timeout(5):
            assert await pair[0].readexactly(9) == b"heard one"
        assert said_at_the_end.is_set()


async def test_one_byte_is_damaged_and_breaks_every_text(proxy: Steering) -> None:
    async with echo() as behind:
        pair = await link(proxy, behind)
        text = "grüße 😀 aus dem Zug".encode()
        for _ in range(6):
            assert await said(pair, text) == text
        await proxy.corrupt("web1.web", 1)

        got = await said(pair, text)

        assert sum(one != other for one, other in zip(got, text, strict=True)) == 1
        with pytest.raises(UnicodeDecodeError):
            got.decode()
        assert await said(pair, text) == text


async def test_the_answer_after_a_commit_is_lost_and_the_work_is_not(proxy: Steering, fresh_database: Urls) -> None:
    told = psycopg.conninfo.conninfo_to_dict(fresh_database.owner)
    port = await proxy.open("web1.pg", f"{told['host']}/.s.PGSQL.5432")
    way = psycopg.conninfo.make_conninfo(fresh_database.owner, host="127.0.0.1", port=port, sslmode="disable")
    connection = await psycopg.AsyncConnection.connect(way)
    await connection.execute("create table kept (what text)")
    await connection.commit()

    await proxy.swallow("web1.pg", 1)
    await connection.execute("insert into kept values ('one')")
    with pytest.raises(psycopg.OperationalError):
        await connection.commit()

    async with await psycopg.AsyncConnection.connect(fresh_database.owner) as beside:
        rows = await (await beside.execute("select what from kept")).fetchall()
    assert rows == [("one",)]
    assert (await proxy.count())[0]["web1.pg"].swallowed == 1


async def test_reading_alone_loses_no_answer(proxy: Steering, fresh_database: Urls) -> None:
    told = psycopg.conninfo.conninfo_to_dict(fresh_database.owner)
    port = await proxy.open("web1.pg", f"{told['host']}/.s.PGSQL.5432")
    way = psycopg.conninfo.make_conninfo(fresh_database.owner, host="127.0.0.1", port=port, sslmode="disable")
    async with await psycopg.AsyncConnection.connect(way) as connection:
        await proxy.swallow("web1.pg", 1)
        rows = await (await connection.execute("select count(*) from brands_brand")).fetchall()
        await connection.commit()

    assert rows == [(0,)]
    assert (await proxy.count())[0]["web1.pg"].swallowed == 0


def test_two_weathers_at_once_are_the_worse_of_each() -> None:
    stutter = Weather(only="agent", fifth=(0.1, 0.2))
    slow = Weather(delay=0.1)

    both = mixed(stutter, slow)

    assert (both.only, both.delay, both.fifth) == ("", 0.1, (0.1, 0.2))
    assert mixed(FAIR, stutter) == stutter == mixed(stutter, FAIR)
