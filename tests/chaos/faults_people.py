"""Faults of people: what they do at the worst moment. The load does it, through the doors that people have."""

from __future__ import annotations

from tests.chaos.contract import Disturbance
from tests.chaos.scene import NOTHING, Act, Fault, Scene


def people(kind: Disturbance, times: int) -> Act:
    async def act(scene: Scene, seconds: float) -> None:
        async def once() -> None:
            scene.note(f"{kind}: {await scene.load.disturb(kind)}")

        await scene.now_and_then(once, seconds, times)

    return act


FAULTS = [
    Fault("accept races", 30.0, people("race", 6), delays=NOTHING),
    Fault("agents deactivated", 20.0, people("deactivate", 2), delays=NOTHING),
    Fault("agents logged out", 20.0, people("log_out", 2), delays=NOTHING),
    Fault("agents vanish", 115.0, people("vanish", 1), delays=NOTHING),
    Fault("chats reassigned", 20.0, people("reassign", 4), delays=NOTHING),
    Fault("people reconnect", 20.0, people("reconnect", 2)),
]
