"""What an agent does with a chat beside answering it, at the socket's door: pass it on, ask about it, leave it."""

from datetime import datetime
from uuid import UUID

from dispatch import abuse, desk, handovers, questions
from realtime import protocol


def transfer(agent_id: UUID, frame: protocol.Transfer, now: datetime) -> list[protocol.Frame]:
    to = handovers.Target(frame.topic, frame.language, frame.colleague, frame.supervisor)
    desk.transfer(frame.engagement_id, by=agent_id, reason=frame.reason, to=to, now=now)
    return [protocol.Done(ref=frame.ref, conversation=None)]


def ask_colleagues(agent_id: UUID, frame: protocol.AskColleagues, now: datetime) -> list[protocol.Frame]:
    questions.ask(frame.conversation, by=agent_id, text=frame.text, now=now)
    return [protocol.Done(ref=frame.ref, conversation=frame.conversation)]


def answer_colleague(agent_id: UUID, frame: protocol.AnswerColleague, now: datetime) -> list[protocol.Frame]:
    questions.answer(frame.question_id, by=agent_id, text=frame.text, now=now)
    return [protocol.Done(ref=frame.ref, conversation=None)]


def stop_abuse(agent_id: UUID, frame: protocol.StopAbuse, now: datetime) -> list[protocol.Frame]:
    abuse.stop(frame.engagement_id, by=agent_id, reason=frame.reason, words=frame.words, now=now)
    return [protocol.Done(ref=frame.ref, conversation=None)]
