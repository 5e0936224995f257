"""The live board: computed every two seconds while anybody looks, once per process, sent to all who look."""

import asyncio
import logging
from typing import Protocol

from realtime import trouble
from realtime.limits import BOARD_SECONDS, MAX_FRAME_BYTES
from realtime.outbox import Outbox
from realtime.ports import Product
from realtime.threads import Pool

log = logging.getLogger(__name__)


class Viewer(Protocol):
    """A socket that shows the board."""

    @property
    def outbox(self) -> Outbox: ...
    def push(self, text: str) -> None: ...


class Boards:
    """The viewers of this process."""

    def __init__(self, product: Product, pool: Pool) -> None:
        self._product = product
        self._pool = pool
        self._viewers: set[Viewer] = set()
        self._watched = asyncio.Event()

    async def add(self, viewer: Viewer) -> None:
        """The viewer has the board now and every two seconds."""
        viewer.push(await self._draw())
        self._viewers.add(viewer)
        self._watched.set()

    def remove(self, viewer: object) -> None:
        self._viewers = {each for each in self._viewers if each is not viewer}
        if not self._viewers:
            self._watched.clear()

    async def run(self) -> None:
        """For ever. A board that cannot be drawn is left out: the viewer sees its age."""
        while True:
            await self._watched.wait()
            await asyncio.sleep(BOARD_SECONDS)
            try:
                text = await self._draw() if self._viewers else ""
            except Exception as error:
                trouble.tell(log, error, "The board could not be drawn")
                continue
            for viewer in self._viewers:
                if viewer.outbox.backlog < MAX_FRAME_BYTES:
                    viewer.push(text)

    async def _draw(self) -> str:
        return (await self._pool.run(self._product.board)).decode()
