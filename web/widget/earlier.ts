// The page of messages before the first one shown.
import type { Numbered } from "../protocol";
import { callAs } from "../shared/http";
import { unfold } from "../shared/talk";
import type { Chat } from "./chat";
import { talkOf } from "./state";

export async function earlier(chat: Chat): Promise<void> {
  const { session } = chat.store.get();
  const talk = talkOf(chat.store.get());
  if (!session || !talk) return;
  await chat.attempt("earlier", async () => {
    const path = `/api/v1/conversations/${talk.conversation}/messages?stream=talk&before=${talk.events[0]?.seq ?? 1}&limit=50`;
    const page = await callAs<{ events: Numbered[]; earlier: boolean }>(session.token, path);
    chat.store.change((state) => {
      const now = state.talks[talk.conversation];
      return now ? { ...state, talks: { ...state.talks, [talk.conversation]: unfold(now, page) } } : state;
    });
  });
}
