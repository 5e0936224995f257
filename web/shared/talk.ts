// One stream of one conversation, folded from its frames. Pure: a snapshot and the frames after it give exactly what a
// fresh snapshot gives.
import type { Numbered, Reset, Status, Stream } from "../protocol";

export interface Talk {
  conversation: string;
  stream: Stream;
  /** Number of the last event held; 0 when nothing is. */
  head: number;
  events: readonly Numbered[];
  /** The server has older events than the first one held. */
  earlier: boolean;
  /** Where the conversation stands; null in the desk stream and before the first snapshot. */
  status: Status | null;
}

export function emptyTalk(conversation: string, stream: Stream = "talk"): Talk {
  return { conversation, stream, head: 0, events: [], earlier: false, status: null };
}

/** `talk` after `frame`. What belongs elsewhere, was seen already or came out of order changes nothing. */
export function fold(talk: Talk, frame: Numbered | Reset): Talk {
  if (frame.conversation !== talk.conversation || frame.stream !== talk.stream) return talk;
  if (frame.type === "reset") {
    return { ...talk, head: frame.head, events: frame.events, earlier: frame.earlier, status: frame.status };
  }
  if (frame.seq !== talk.head + 1) return talk;
  const status = frame.type === "message" || frame.type === "changed" ? frame.status : null;
  return { ...talk, head: frame.seq, events: [...talk.events, frame], status: status ?? talk.status };
}

/** `talk` with a page of older events in front, as REST gives it. */
export function unfold(talk: Talk, page: { events: readonly Numbered[]; earlier: boolean }): Talk {
  const first = talk.events[0]?.seq ?? talk.head + 1;
  return { ...talk, events: [...page.events.filter((event) => event.seq < first), ...talk.events], earlier: page.earlier };
}

/** Was `frame` too early for `talk`: is something between them missing? */
export function isBehind(talk: Talk, frame: Numbered): boolean {
  return frame.seq > talk.head + 1;
}
