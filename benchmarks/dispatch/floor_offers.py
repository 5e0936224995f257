"""The floor of an offer: wake-up from Redis, one durable statement, a PUBLISH, a frame. The least code.

The first who waits goes to any free agent who is certified: no score, no rings, no history, no price, no explanation,
no leader, and nothing is checked again.
"""

import asyncio
import os
import sys
from uuid import UUID

import msgspec
import psycopg
import redis.asyncio
import uvloop
from websockets.asyncio.server import ServerConnection, serve

PLACE = """
with request as (
  select * from floor_request where state = 'waiting' order by queued_at limit 1 for no key update skip locked),
agent as (
  select a.id from floor_agent a, request r
  where a.held = 0 and r.topic = any(a.topics) and r.language = any(a.languages)
  limit 1 for no key update of a skip locked),
taken as (update floor_agent set held = 1 where id = (select id from agent)),
moved as (update floor_request set state = 'offered' where number = (select number from request)),
made as (insert into floor_offer (request, agent, offered_at) select r.number, a.id, now() from request r, agent a
         returning request, agent)
select request, agent from made"""

sockets: dict[str, ServerConnection] = {}


class Offer(msgspec.Struct):
    number: int
    agent: UUID


async def main(port: int) -> None:
    client = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"])
    listening = client.pubsub()
    await listening.psubscribe("floor:*")
    read = msgspec.json.Decoder(Offer).decode

    async def hold(socket: ServerConnection) -> None:
        assert socket.request is not None
        sockets[socket.request.path.strip("/")] = socket
        await socket.wait_closed()

    async def place() -> None:
        async with await psycopg.AsyncConnection.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            while True:
                await woken.wait()
                woken.clear()
                while made := await (await connection.execute(PLACE)).fetchone():
                    await client.publish("floor:offer", msgspec.json.encode(Offer(*made)))

    woken = asyncio.Event()
    placing = asyncio.create_task(place())
    async with serve(hold, "127.0.0.1", port, compression=None):
        async for heard in listening.listen():
            if heard["type"] != "pmessage":
                continue
            if heard["channel"] == b"floor:wake":
                woken.set()
            else:
                await sockets[str(read(heard["data"]).agent)].send(heard["data"].decode())
    await placing


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(main(int(sys.argv[1])))
