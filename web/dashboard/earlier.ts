// The page of messages before the first one shown.
import type { Numbered } from "../protocol";
import { call } from "../shared/http";
import { unfold } from "../shared/talk";
import type { Work } from "./work";

export async function earlier(work: Work, conversation: string): Promise<void> {
  const talk = work.store.get().streams[conversation]?.talk;
  if (!talk) return;
  await work.attempt("earlier", async () => {
    const path = `/api/v1/conversations/${conversation}/messages?stream=talk&before=${talk.events[0]?.seq ?? 1}&limit=50`;
    const page = await call<{ events: Numbered[]; earlier: boolean }>(path);
    work.store.change((state) => {
      const held = state.streams[conversation];
      return held ? { ...state, streams: { ...state.streams, [conversation]: { ...held, talk: unfold(held.talk, page) } } } : state;
    });
  });
}
