"""The floor of a message: a raw WebSocket server, one statement and one PUBLISH per message. The least code.

Numbered and durable as the product's, but nobody is checked, nothing is recognised as sent before, nothing is healed.
"""

import asyncio
import os
import sys
from collections import defaultdict
from uuid import UUID

import msgspec
import redis.asyncio
import uvloop
from psycopg_pool import AsyncConnectionPool
from websockets.asyncio.server import ServerConnection, broadcast, serve

CONNECTIONS = 16
SAY = """
with next as (update floor_conversation set seq = seq + 1 where id = %s returning id, seq)
insert into floor_event (conversation_id, seq, author_id, client_id, text, at)
select id, seq, %s, %s, %s, now() from next returning seq, at"""

rooms: dict[str, set[ServerConnection]] = defaultdict(set)


class Say(msgspec.Struct, tag_field="type", tag="say"):
    conversation: UUID
    client_id: UUID
    text: str


async def main(port: int) -> None:
    client = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"], max_connections=1_000)
    listening = client.pubsub()
    await listening.psubscribe("floor:*")
    read = msgspec.json.Decoder(Say).decode

    async with AsyncConnectionPool(
        os.environ["DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS, kwargs={"autocommit": True}
    ) as pool:

        async def talk(socket: ServerConnection) -> None:
            assert socket.request is not None
            _, conversation, author = socket.request.path.split("/")
            rooms[conversation].add(socket)
            async for text in socket:
                said = read(text)
                async with pool.connection() as connection:
                    row = await connection.execute(SAY, [said.conversation, author, said.client_id, said.text])
                    seq, at = await row.fetchone() or (0, None)
                told = {"type": "message", "conversation": conversation, "seq": seq, "author": author, "at": at,
                        "client_id": said.client_id, "text": said.text}  # fmt: skip
                await client.publish(f"floor:{conversation}", msgspec.json.encode(told))
            rooms[conversation].discard(socket)

        async with serve(talk, "127.0.0.1", port, compression=None):
            async for heard in listening.listen():
                if heard["type"] == "pmessage":
                    broadcast(rooms[heard["channel"].decode().removeprefix("floor:")], heard["data"].decode())


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(main(int(sys.argv[1])))
