"""How people come in: newcomers over REST and their socket as a browser does, the others by tickets made in bulk."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from benchmarks.busy_hour import town, unit
from benchmarks.busy_hour.faces import Agent, Customer, Face
from benchmarks.busy_hour.load import Load
from benchmarks.busy_hour.town import Town, Worker
from benchmarks.client import Page, open_page, open_socket
from benchmarks.realtime import cast
from benchmarks.realtime.load import AT_ONCE, origin_of

BATCHES = 20  # of one busy hour: each is made and let in before the next is made
HOUSES = 200  # addresses from which newcomers come


class Doors:
    """The ways into one town. `rate` newcomers come each second from `open` on."""

    def __init__(self, load: Load, town: Town, port: int) -> None:
        self.load, self.town, self.port = load, town, port
        self.rate = 0.0
        self.came = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(AT_ONCE)

    # --- newcomers ---

    async def keep_open(self) -> None:
        """For ever: customers come by Poisson."""
        loop = asyncio.get_running_loop()
        at = loop.time()
        while True:
            if self.rate <= 0:
                await asyncio.sleep(0.05)
                at = loop.time()
                continue
            at += self.load.chance.expovariate(self.rate)
            await asyncio.sleep(max(0.0, at - loop.time()))
            task = loop.create_task(self._arrive())
            self._tasks.add(task)
            task.add_done_callback(self._arrived)

    def _arrived(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.load.fault(f"a newcomer did not get in: {error!r}")

    async def _arrive(self) -> None:
        chance = self.load.chance
        self.came += 1
        page = await open_page(self.port, address=f"127.0.{1 + self.came % HOUSES}.{1 + self.came // HOUSES % HOUSES}")
        brand = {"key": self.town.brand.widget_key, "language": "en"}
        token = (await self._post(page, "widget/session", {}, brand))["token"]
        ticket = (await self._post(page, "ticket", {"Authorization": f"Bearer {token}"}, {}))["ticket"]
        page.close()
        kept = chance.random() < unit.KEPT
        customer = Customer(self.load, kept=kept, lines=unit.KEPT_LINES if kept else 1 + unit.TALKED_LINES)
        await self._enter(customer, ticket)
        customer.begin()

    async def _post(self, page: Page, path: str, headers: dict[str, str], body: object) -> Any:
        headers = {**headers, "Content-Type": "application/json", "Origin": origin_of(self.port)}
        status, answer = await page.ask("POST", f"/api/v1/{path}", headers, msgspec.json.encode(body))
        if status != 200:
            raise ConnectionError(f"{path}: {status} {answer[:200]!r}")
        return msgspec.json.decode(answer)

    async def _enter(self, face: Face, ticket: str) -> None:
        face.socket = await open_socket(self.port, f"/ws/{face.kind}", origin_of(self.port), face.hear)
        self.load.came(face)
        face.tell(type="enter", ticket=ticket, have=[])

    # --- who is there already ---

    async def open(self, hours: float) -> None:
        """So many busy hours more are under way, newcomers included."""
        share = min(BATCHES, max(1, round(BATCHES * hours)))
        sizes = [_part(round(total * hours), share) for total in (unit.AGENTS, unit.TALKS, unit.KEPT_TALKS)]
        for agents, talks, kept in zip(*sizes, strict=True):
            workers = await asyncio.to_thread(town.agents, self.town, agents, busy=talks, chance=self.load.chance)
            alone = await asyncio.to_thread(town.with_the_assistant, self.town, kept)
            await self._let_in(workers, alone)
            self.rate += unit.STARTED_PER_S * hours / share

    async def _let_in(self, workers: Sequence[Worker], alone: Sequence[tuple[UUID, UUID]]) -> None:
        chance, origin = self.load.chance, origin_of(self.port)
        agents = [(Agent(self.load), worker) for worker in workers]
        faces: list[tuple[Face, str]] = [(face, f"agent:{worker.agent}") for face, worker in agents]
        talks = []
        for face, worker in agents:
            if worker.talk:
                lines = chance.randint(1, unit.TALKED_LINES)
                customer = Customer(self.load, kept=False, lines=lines, conversation=str(worker.talk.conversation))
                faces.append((customer, f"customer:{worker.talk.customer}"))
                talks.append((face, customer))
        kept = [
            Customer(self.load, kept=True, lines=chance.randint(1, unit.KEPT_LINES), conversation=str(talk))
            for talk, _ in alone
        ]
        faces += [(one, f"customer:{who}") for one, (_, who) in zip(kept, alone, strict=True)]
        tickets = await asyncio.to_thread(cast.enter_by_ticket, [(who, origin, "") for _, who in faces])
        await asyncio.gather(*(self._gated(face, secret) for (face, _), secret in zip(faces, tickets, strict=True)))
        for face, customer in talks:
            self.load.wants_person(customer.conversation, customer)
            face.talk(customer, first_s=chance.uniform(1, unit.TALKED_S / unit.TALKED_LINES))
        for one in kept:
            one.go_on()

    async def _gated(self, face: Face, ticket: str) -> None:
        """Inside once a ping behind the ticket has come back."""
        async with self._gate:
            inside = asyncio.Event()
            face.inside = inside.set
            await self._enter(face, ticket)
            face.ping()
            async with asyncio.timeout(60):
                await inside.wait()


def _part(total: int, parts: int) -> list[int]:
    """`total` in so many parts that differ by one at most."""
    return [total * (at + 1) // parts - total * at // parts for at in range(parts)]
