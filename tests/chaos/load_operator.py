"""What operators do to people while these work, through the admin's own doors, and what a log-out does."""

from collections.abc import Sequence
from urllib.parse import urlencode

from tests.chaos.load_record import Act, Record
from tests.stranger import door
from tests.stranger.diary import Frame, now
from tests.stranger.door import Credentials

REASON = "Seen to by the load of a seed"
SECONDS = 8.0


class Operator:
    """Somebody with every right, at a browser of her own. Everything she does stands in the record."""

    def __init__(self, urls: Sequence[str], session_key: str, record: Record) -> None:
        self._urls, self._record = urls, record
        self._who = Credentials.agent(session_key, "operator")

    async def deactivate(self, agent: Frame) -> bool:
        return await self._act("deactivate", f"agent:{agent['id']}", f"/admin/agents/agent/{agent['id']}/deactivate/")

    async def take_away(self, agent: Frame) -> bool:
        path = f"/admin/agents/user/{agent['user_id']}/take_away/"
        return await self._act("take_away", f"agent:{agent['id']}", path)

    async def take_back(self, escalation: str) -> bool:
        path = f"/admin/dispatch/escalation/{escalation}/take_back/"
        return await self._act("take_back", f"escalation:{escalation}", path)

    async def withdraw_offer(self, escalation: str) -> bool:
        path = f"/admin/dispatch/escalation/{escalation}/withdraw_offer/"
        return await self._act("withdraw_offer", f"escalation:{escalation}", path)

    async def _act(self, kind: str, subject: str, path: str) -> bool:
        """True where the page sent her on, as it does after the deed. A try without an answer may have been done."""
        began, held, words = now(), False, ""
        form = urlencode({"reason": REASON}).encode()
        for url in self._urls:
            try:
                answer = await door.request(
                    url, "POST", path, self._who.headers, form, origin=self._urls[0], seconds=SECONDS / 2
                )
            except (OSError, TimeoutError) as error:
                words = f"{type(error).__name__}"
                continue
            held, words = answer[0] == 302, str(answer[0])
            break
        self._record.acts.append(Act(kind, subject, began, now(), held, words))
        return held


async def log_out(urls: Sequence[str], agent: Frame, record: Record) -> bool:
    """The agent logs out where she is logged in. True once the session is over."""
    began, who = now(), Credentials.agent(agent["session_key"])
    path = "/_allauth/browser/v1/auth/session"
    status: int | str = 0
    for url in urls:
        try:
            status, _ = await door.request(url, "DELETE", path, who.headers, origin=urls[0], seconds=SECONDS / 2)
            break
        except (OSError, TimeoutError) as error:
            status = type(error).__name__
    record.acts.append(Act("log_out", f"agent:{agent['id']}", began, now(), status == 401, str(status)))
    return status == 401
