"""The sockets' front door: routes, origin, hand-over to a session. One consumer class for everybody."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import FrameType
from typing import Any, cast

from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.http import parse_cookie
from django.urls import path

from realtime import links
from realtime.front import Front
from realtime.hub import Hub
from realtime.limits import RESTART, RETRY_SECONDS
from realtime.outbox import Outbox
from realtime.ports import Kind, Product
from realtime.session import Session

log = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PATHS: dict[str, Kind] = {"ws/customer": "customer", "ws/agent": "agent", "ws/board": "operator"}


class LeanConsumer(AsyncConsumer):
    """Channels' consumer without its two tasks and its thread hop per message: there is no channel layer to listen to,
    and nothing here touches the database on the event loop."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = scope
        with suppress(StopConsumer):
            while True:
                await self.dispatch(await receive())

    async def dispatch(self, message: dict[str, Any]) -> None:
        handler = getattr(self, get_handler_name(message), None)
        if handler is None:
            raise ValueError(f"No handler for {message['type']}")
        await handler(message)


class SocketConsumer(LeanConsumer):
    """One socket: lets our own pages in, gives text to its session, ends when the peer or the hub ends it."""

    def __init__(self, server: "Server", kind: Kind) -> None:
        super().__init__()
        self._server = server
        self._kind = kind
        self._session: Session | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self._task = asyncio.current_task()
        self._send: Send = send
        try:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            if self._session is None or not self._session.outbox.closed:
                raise  # the server's own wish, not ours
        finally:
            if self._session is not None:
                self._session.leave()
            self._session = self._task = None  # a circle would wait for the collector, which comes too rarely

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        headers = dict(self.scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        hub = await self._server.hub()
        if origin not in settings.PUBLIC_ORIGINS:
            await self._send({"type": "websocket.close"})
            raise StopConsumer
        await self._send({"type": "websocket.accept"})
        links.narrow(self._send)
        outbox = Outbox(self._send, hub.outboxes, self._abandon)
        cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
        session_key = cookies.get(settings.SESSION_COOKIE_NAME, "")
        self._session = Session(hub, outbox, kind=self._kind, origin=origin, session_key=session_key)
        hub.welcome(self._session)
        if not hub.open:
            self._session.say_bye(RESTART, "restart", "This server is not ready.", RETRY_SECONDS)

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        assert self._session is not None
        if self._session.outbox.ending:
            return
        text = message.get("text")
        if text is None:
            self._session.hear_bytes()
        else:
            await self._session.hear(text)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        raise StopConsumer

    def _abandon(self) -> None:
        """The link is cut: end this consumer, whatever it waits for."""
        if self._task is not None:
            self._task.cancel()


class Server:
    """What one process serves: the hub, started by the server's lifespan or by the first socket, and the routes."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._hub: Hub | None = None
        self._starting: asyncio.Task[None] | None = None

    async def hub(self) -> Hub:
        """The running hub of this process."""
        if self._hub is None:
            self._hub = Hub(self._product)
            self._starting = asyncio.get_running_loop().create_task(self._hub.start())
        assert self._starting is not None
        await asyncio.shield(self._starting)
        return self._hub

    def route(self, kind: Kind) -> Application:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await SocketConsumer(self, kind)(scope, receive, send)

        return app

    async def lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI lifespan: no request before the hub runs, no end before it has stopped."""
        await receive()
        hub = await self.hub()
        _say_bye_before_the_end(hub)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await hub.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _say_bye_before_the_end(hub: Hub) -> None:
    """The server closes sockets before it tells the application: hold its signal handler back until `bye` is said."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        earlier = signal.getsignal(number)
        if not callable(earlier):
            continue

        def handle(
            signum: int, frame: FrameType | None, earlier: Callable[[int, FrameType | None], Any] = earlier
        ) -> None:
            def go_on(_: object) -> None:
                earlier(signum, frame)

            def begin() -> None:
                asyncio.ensure_future(hub.farewell()).add_done_callback(go_on)

            loop.call_soon_threadsafe(begin)

        try:
            signal.signal(number, handle)
        except ValueError:  # not the main thread: the server of a test, which is stopped otherwise
            return


def application(product: Product, wsgi: Callable[..., Any]) -> Application:
    """The whole of one server process: sockets through the hub, pages through WSGI threads."""
    server = Server(product)
    routes: list[Any] = [path(route, server.route(kind)) for route, kind in PATHS.items()]  # type: ignore[arg-type]
    parts: dict[str, Any] = {"http": Front(wsgi), "websocket": Doorway(URLRouter(routes)), "lifespan": server.lifespan}
    router: Any = ProtocolTypeRouter(parts)
    return cast("Application", router)


class Doorway:
    """A socket on an unknown path is refused like one from a foreign page, without a traceback."""

    def __init__(self, routes: Any) -> None:
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].lstrip("/") in PATHS:
            await self._routes(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close"})
